"""The commands that run things: `up`, `route`, `relay`, `topics create`."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from bancheng import logs
from bancheng.cli.shell import AsJson, console, fail, house, print_json
from bancheng.demo.director import perform
from bancheng.embedded.errors import EmbeddedError
from bancheng.embedded.progress import progress_for
from bancheng.services import Service
from bancheng.stopping import until_told
from bancheng.up import prepare, servers, services

Demo = Annotated[bool, typer.Option("--demo", help="演示：模拟时间与单位代理。Demonstration.")]

_WATCH_SECONDS = 0.5

topics = typer.Typer(help="主题与权限。Topics and rights.", no_args_is_help=True)


def up(
    *,
    demo: Demo = False,
    once: Annotated[bool, typer.Option("--once", help="演示完毕即退出。Leave when done.")] = False,
) -> None:
    """启动全部服务；--demo 演示巴图等诉求的全过程。Start everything; --demo shows whole journeys."""
    if once and not demo:
        fail("--once belongs to --demo: without it the services run until they are stopped.", 2)
    with house(demo=demo) as given, until_told() as told:
        settings = given.settings
        logs.configure("error")
        if not settings.embedded:
            fail(
                "`up` runs the embedded servers; with outside ones run `bancheng route` and `bancheng relay`.",
                2,
            )
        _ = given.policy, given.keyring
        try:
            with servers(given, progress_for(settings.lang)):
                prepare(given)
                with services(given) as running:
                    watching = threading.Thread(target=_watch, args=(running, told), name="watch-services", daemon=True)
                    watching.start()
                    done = perform(given, told) if demo else True
                    if not once:
                        _say_ready(settings.lang, str(settings.home))
                        told.wait()
                    told.set()
                    watching.join()
        except EmbeddedError as error:
            fail(error.text(settings.lang))
    if once and not done:
        raise typer.Exit(1)


def route(*, demo: Demo = False) -> None:
    """运行分派路由服务。Run the router: messages in, decisions into the ledger."""
    with house(demo=demo) as given, until_told() as told:
        logs.configure(given.settings.log_level)
        given.router().run(told.is_set)


def relay(*, demo: Demo = False) -> None:
    """运行发布服务。Run the relay: what was decided goes out to Kafka."""
    with house(demo=demo) as given, until_told() as told:
        logs.configure(given.settings.log_level)
        given.relay().run(told.is_set)


@topics.callback()
def _group() -> None:
    """主题与权限。Topics and rights."""


@topics.command()
def create(*, json: AsJson = False) -> None:
    """按规则建立主题、用户和权限；重复执行无妨。Make the policy's topics, users and rights."""
    with house() as given:
        changes = prepare(given)
    if json:
        print_json(
            {
                "topics": changes.topics,
                "users": changes.users,
                "rights": len(changes.rights),
                "differing": changes.differing,
            }
        )
        return
    console().print(
        f"新建主题 {len(changes.topics)}、用户 {len(changes.users)}、权限 {len(changes.rights)}。"
        f"Made {len(changes.topics)} topics, {len(changes.users)} users, {len(changes.rights)} rights."
    )
    for name, found, wanted in changes.differing:
        console().print(f"{name} 有 {found} 个分区，应为 {wanted}。has {found} partitions instead of {wanted}.")


def _watch(running: tuple[Service, ...], told: threading.Event) -> None:
    while not told.wait(_WATCH_SECONDS):
        for service in running:
            service.watch()


def _say_ready(lang: str, home: str) -> None:
    text = {
        "zh": f"办成正在运行（数据在 {home}）。另开终端可用 bancheng cases list 等命令；按 Ctrl-C 停止。",
        "en": f"bancheng is running (data in {home}). Try `bancheng cases list` elsewhere; Ctrl-C stops it.",
    }
    console().print(text[lang], markup=False)
