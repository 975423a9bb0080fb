"""`bancheng up`: the embedded servers and all services, and the demonstration."""

from __future__ import annotations

from typing import Annotated

import typer

from bancheng.cli.shell import MISUSED, Demo, WatchAt, console, fail, house, said
from bancheng.cli.shell import settings as read_settings
from bancheng.demo.director import perform
from bancheng.embedded.progress import progress_for
from bancheng.stopping import until_told
from bancheng.up import prepare, servers, services
from bancheng.watch.watching import watching

_LOOK_SECONDS = 0.5


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


def _say_ready(lang: str, home: str) -> None:
    ready = (
        f"办成正在运行（数据在 {home}）。另开终端可用 bancheng cases list 等命令；按 Ctrl-C 停止。",
        f"bancheng is running (data in {home}). Try `bancheng cases list` elsewhere; Ctrl-C stops it.",
    )
    console().print(said(lang, *ready), markup=False)
