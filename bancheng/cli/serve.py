"""The commands that run things: `up`, `route`, `relay`, `topics create`."""

from __future__ import annotations

from typing import Annotated

import typer

from bancheng.cli.emerging import emerging
from bancheng.cli.shell import MISUSED, AsJson, WatchAt, console, fail, house, print_json, said
from bancheng.cli.shell import settings as read_settings
from bancheng.demo.director import perform
from bancheng.embedded.progress import progress_for
from bancheng.stopping import until_told
from bancheng.up import prepare, servers, services
from bancheng.watch.figures import router_counts
from bancheng.watch.watching import watching
from bancheng.watch.working import work

Demo = Annotated[bool, typer.Option("--demo", help="演示：模拟时间与单位代理。Demonstration.")]

_LOOK_SECONDS = 0.5

topics = typer.Typer(help="主题与权限。Topics and rights.", no_args_is_help=True)


def up(
    *,
    demo: Demo = False,
    once: Annotated[bool, typer.Option("--once", help="演示完毕即退出。Leave when done.")] = False,
    watch: WatchAt = None,
) -> None:
    """启动全部服务；--demo 演示巴图等诉求的全过程。Start everything; --demo shows whole journeys."""
    if once and not demo:
        once_alone = (
            "--once 只与 --demo 同用：否则服务一直运行到被停止。",
            "--once belongs to --demo: without it the services run until they are stopped.",
        )
        fail(said(read_settings().lang, *once_alone), MISUSED)
    with house(demo=demo, watch=watch) as given, until_told() as told:
        settings = given.settings
        if not settings.embedded:
            fail(said(settings.lang, "up 运行内置服务器；使用外部服务器时请运行 bancheng route 和 bancheng relay。",
                      "`up` runs the embedded servers; with outside ones run `bancheng route` and `bancheng relay`."),
                 MISUSED)  # fmt: skip
        _ = given.book, given.keyring
        with servers(given, progress_for(settings.lang)) as embedded:
            prepare(given)
            with services(given), watching(given):
                done = perform(given, told) if demo else True
                if not once:
                    _say_ready(settings.lang, str(settings.home))
                    while not told.wait(_LOOK_SECONDS):
                        embedded.check()
    if once and not done:
        raise typer.Exit(1)


def route(*, demo: Demo = False, watch: WatchAt = None) -> None:
    """运行分派路由服务。Run the router: messages in, decisions into the ledger."""
    with house(demo=demo, watch=watch) as given, until_told() as told:
        router = given.router()
        work(given, "router", router, told, alive="route", counts=router_counts(router))


def relay(*, demo: Demo = False, watch: WatchAt = None) -> None:
    """运行发布服务。Run the relay: what was decided goes out to Kafka."""
    with house(demo=demo, watch=watch) as given, until_told() as told:
        work(given, "relay", given.relay(), told)


@topics.callback()
def _group() -> None:
    """主题与权限。Topics and rights."""


topics.command("emerging")(emerging)


@topics.command()
def create(*, json: AsJson = False) -> None:
    """按规则建立主题、用户和权限；重复执行无妨。Make the policy's topics, users and rights."""
    with house() as given:
        lang = given.settings.lang
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
    made = len(changes.topics), len(changes.users), len(changes.rights)
    typer.echo(said(lang, "新建主题 {}、用户 {}、权限 {}。", "Made {} topics, {} users, {} rights.").format(*made))
    for differing in changes.differing:
        text = said(lang, "{} 有 {} 个分区，应为 {}。", "{} has {} partitions instead of {}.")
        typer.echo(text.format(*differing))


def _say_ready(lang: str, home: str) -> None:
    ready = (
        f"办成正在运行（数据在 {home}）。另开终端可用 bancheng cases list 等命令；按 Ctrl-C 停止。",
        f"bancheng is running (data in {home}). Try `bancheng cases list` elsewhere; Ctrl-C stops it.",
    )
    console().print(said(lang, *ready), markup=False)
