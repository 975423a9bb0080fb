"""`bancheng clock run|status`."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.table import Table

from bancheng.cli.shell import AsJson, WatchAt, console, fail, house, print_json, said
from bancheng.journey.story import Teller
from bancheng.stopping import until_told
from bancheng.watch.figures import clock_counts
from bancheng.watch.findings import BEAT_LIMIT
from bancheng.watch.working import work
from consumers.clock import SERVICE
from router.ledger import heartbeats
from router.ledger.database import transaction

app = typer.Typer(help="计时服务。The clock.", invoke_without_command=True)

_LATE_SECONDS = 10


@app.callback()
def run(context: typer.Context, *, watch: WatchAt = None) -> None:
    """运行计时服务：到期的预警、催办、督办等逐项执行。Run the clock: what is due happens."""
    if context.invoked_subcommand is not None:
        return
    with house(watch=watch) as given, until_told() as told:
        clock = given.clock()
        work(given, "clock", clock, told, counts=clock_counts(clock))


@app.command()
def status(*, json: AsJson = False) -> None:
    """计时服务是否在运行，还有多少到期未处理。Whether the clock runs, and what waits for it."""
    now = datetime.now(UTC)
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            beats = heartbeats.of_service(connection, SERVICE)
            waiting = heartbeats.waiting(connection, now)
        teller = Teller(given.policy, lang)
    alive = sum(beat.alive(now, BEAT_LIMIT) for beat in beats)
    late = waiting.oldest is not None and (now - waiting.oldest).total_seconds() > _LATE_SECONDS
    if json:
        print_json({
            "alive": alive, "waiting": waiting._asdict(), "processes": [beat._asdict() for beat in beats],
        })  # fmt: skip
    else:
        heads = (
            ("进程", "Process"),
            ("启动", "Begun"),
            ("最近心跳", "Last beat"),
            ("最近处理", "Last work"),
            ("已处理", "Done"),
        )
        table = Table(*(said(lang, *head) for head in heads))
        for beat in beats:
            worked = teller.moment(beat.worked_at) if beat.worked_at else "—"
            seconds = round((now - beat.beat_at).total_seconds())
            age = said(lang, f"{seconds} 秒前", f"{seconds} s ago")
            table.add_row(beat.owner, teller.moment(beat.begun_at), age, worked, str(beat.done))
        console().print(table)
        following = teller.moment(waiting.following) if waiting.following else "—"
        console().print(said(lang, f"到期待处理 {waiting.due} 件；下一件在 {following}。",
                             f"{waiting.due} cases are due; the next one at {following}."))  # fmt: skip
    if not alive:
        fail(said(lang, "计时服务没有运行：请执行 bancheng clock（bancheng up 会一并启动）。",
                  "The clock isn't running: start `bancheng clock` (`bancheng up` runs it too)."))  # fmt: skip
    if late:
        fail(said(lang, "计时服务跟不上：到期事项未能及时处理，请查看 log/clock.log。",
                  "The clock is behind: see log/clock.log."))  # fmt: skip
