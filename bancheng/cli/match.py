"""`bancheng match [--once]` and `bancheng match status`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from bancheng.cli.shell import AsJson, WatchAt, console, fail, house, print_json, said
from bancheng.stopping import until_told
from bancheng.watch.figures import match_counts
from bancheng.watch.findings import BEAT_LIMIT
from bancheng.watch.working import work
from consumers.matcher import SERVICE
from router.ledger import heartbeats, matching
from router.ledger.database import transaction

app = typer.Typer(help="查重服务。The matching service.", invoke_without_command=True)


@app.callback()
def run(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="比对完即退出。Leave when all is compared.")] = False,
    watch: WatchAt = None,
) -> None:
    """运行查重服务：不同的人反映同一诉求的，找出来并案。Find nearly equal matters of different people."""
    if context.invoked_subcommand is not None:
        return
    with house(watch=watch) as given, until_told() as told:
        lang, matcher = given.settings.lang, given.matcher()
        if not once:
            work(given, "match", matcher, told, counts=match_counts(matcher))
            return
        while not told.is_set() and matcher.step():
            pass
    compared, found = matcher.totals["compared"], matcher.totals["found"]
    typer.echo(said(lang, f"比对了 {compared} 件，请求并案 {found} 件；由路由服务逐件决定。",
                    f"{compared} cases compared, {found} links asked for; the router decides each."))  # fmt: skip


@app.command()
def status(*, json: AsJson = False) -> None:
    """查重服务是否在运行，还有多少没有比对。Whether matching runs, and what waits for it."""
    now = datetime.now(UTC)
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            beats = heartbeats.of_service(connection, SERVICE)
            behind = matching.behind(connection)
            kept = matching.kept(connection)
    alive = sum(beat.alive(now, BEAT_LIMIT) for beat in beats)
    if json:
        print_json({"alive": alive, "behind": behind, "signatures": kept, "processes": [b._asdict() for b in beats]})
    else:
        console().print(said(lang, f"查重进程 {alive} 个；签名 {kept} 件；还有 {behind} 条记录没有看过。",
                             f"{alive} processes; {kept} signatures; {behind} records not looked at yet."))  # fmt: skip
    if not alive:
        fail(said(lang, "查重服务没有运行：请执行 bancheng match（bancheng up 会一并启动）。",
                  "Matching isn't running: start `bancheng match` (`bancheng up` runs it too)."))  # fmt: skip
