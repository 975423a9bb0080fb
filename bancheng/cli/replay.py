"""`bancheng replay`: every case rebuilt from the records alone, beside the live one, field by field."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from bancheng.cli.counting import counting
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.collecting import collect_rarely
from router.audit.comparing import Comparing
from router.audit.layout import check_files, read_manifest
from router.audit.replaying import Replay
from router.audit.snapshot import snapshot, stored_records
from router.audit.sources import ExportSource, KafkaSource
from router.ledger import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from bancheng.compose import House
    from router.audit.comparing import Difference

_SHOWN = 1000
"""Differences that are told one by one; all are counted."""


class _Found(NamedTuple):
    """What came out."""

    replay: Replay
    cases: int
    seconds: float
    later: int | None = None
    """Cases that have newer records and were not compared; None where nothing was."""
    differing: Mapping[str, int] = MappingProxyType({})
    """How many cases differ in which field."""
    shown: Sequence[Difference] = ()


def replay(
    folder: Annotated[Path | None, typer.Argument(help="导出目录。An export's folder.", show_default=False)] = None,
    *,
    kafka: Annotated[bool, typer.Option("--kafka", help="读主题 ledger。From the topic `ledger`.")] = False,
    database: Annotated[bool, typer.Option("--database", help="读数据库（默认）。From the database.")] = False,
    against_database: Annotated[
        bool, typer.Option("--against-database", help="再与数据库里的工单逐项对比。Compare with the live cases.")
    ] = False,
    json: AsJson = False,
) -> None:
    """只凭记录重建全部工单，与现有工单逐项对比；有差异时退出码为 1。Rebuild all cases and compare every field."""
    collect_rarely()
    with house() as given:
        lang = given.settings.lang
        if sum((folder is not None, kafka, database)) > 1:
            fail(said(lang, "导出目录、--kafka、--database 只能选一个。",
                      "Name one source: a folder, --kafka or --database."), MISUSED)  # fmt: skip
        with ExitStack() as stack:
            made = Replay()
            stack.callback(made.close)
            began = time.perf_counter()
            if folder is None and not kafka:
                connection = stack.enter_context(snapshot(given.engine))
                _take(
                    made, stored_records(connection, _from_start(connection)), reading.count_records(connection), lang
                )
                found = _compared(connection, made, began)
            else:
                _take_outside(given, folder, made)
                if against_database:
                    found = _compared(stack.enter_context(snapshot(given.engine)), made, began)
                else:
                    cases = sum(1 for _ in made.cases())
                    found = _Found(made, cases, time.perf_counter() - began)
    _tell(found, lang, json=json)
    if found.differing or made.missed:
        raise typer.Exit(1)


def _take_outside(given: House, folder: Path | None, made: Replay) -> None:
    """Replay what stands in an export or in Kafka."""
    lang = given.settings.lang
    if folder is None:
        _take(made, (place.data for place in KafkaSource(given.connection("auditor")).places()), None, lang)
        return
    manifest = read_manifest(folder)
    if not manifest.whole:
        fail(said(lang, "这是部分导出，工单的开头不在其中：请用不带 --since 的导出。",
                  "This is a part of a ledger, without the beginnings of its cases: export without --since.",
                  ))  # fmt: skip
    check_files(folder, manifest)
    _take(made, (place.data for place in ExportSource(folder).places()), manifest.records, lang)


def _take(made: Replay, records: Iterable[bytes], count: int | None, lang: str) -> None:
    with counting(said(lang, "回放记录", "Replaying"), count) as told:
        for data in records:
            made.take(data)
            told(1)


def _from_start(connection: Connection) -> dict[int, int]:
    return {int(shard): 0 for shard in connection.exec_driver_sql("SELECT shard FROM shards").scalars()}


def _compared(connection: Connection, made: Replay, began: float) -> _Found:
    comparing = Comparing(connection, made)
    differing: Counter[str] = Counter()
    differences = comparing.differences()
    shown = list(islice(differences, _SHOWN))
    for each in (shown, differences):
        differing.update(one.field for one in each)
    return _Found(made, comparing.cases, time.perf_counter() - began, comparing.later, differing, shown)


def _tell(found: _Found, lang: str, *, json: bool) -> None:
    made, seconds = found.replay, found.seconds
    if json:
        print_json({
            "records": made.records, "events": made.events, "cases": found.cases, "seconds": round(seconds, 3),
            "compared": found.later is not None, "not_compared": found.later, "differing": dict(found.differing),
            "differences": [one._asdict() for one in found.shown], "misfits": made.missed,
            "named": [one._asdict() for one in made.misfits],
        })  # fmt: skip
        return
    out = console()
    for misfit in made.misfits:
        out.print(f"{misfit.record} {misfit.case}  {misfit.why}", markup=False)
    for one in found.shown:
        out.print(f"{one.case}  {one.field}: {_short(one.live)} ≠ {_short(one.rebuilt)}", markup=False)
    rate = round(made.records / seconds) if seconds else 0
    out.print(said(lang, f"{made.records} 条记录，{found.cases} 件工单，{seconds:.1f} 秒（每秒 {rate} 条）。",
                   f"{made.records} records, {found.cases} cases, {seconds:.1f} s ({rate} records/s)."))  # fmt: skip
    if found.later:
        out.print(said(lang, f"{found.later} 件工单此后又有新记录，未对比。",
                       f"{found.later} cases have newer records and were not compared."))  # fmt: skip
    if found.differing or made.missed:
        out.print(said(lang, f"有差异：{sum(found.differing.values())} 项不同，{made.missed} 条记录接不上。",
                       f"Not equal: {sum(found.differing.values())} fields differ, {made.missed} records don't follow.",
                       ))  # fmt: skip
    elif found.later is not None:
        out.print(said(lang, "与现有工单逐项一致。", "Every field of every case is equal to the live one."))


def _short(value: Any) -> str:  # noqa: ANN401 (whatever a field holds)
    told = str(value)
    return told if len(told) <= 120 else told[:119] + "…"  # noqa: PLR2004 (a line of a screen)
