"""`bancheng publish FILE`: bring the rows of a file to their channels, and say what became of each."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from kafka.errors import KafkaError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from bancheng import secrets
from bancheng.cli.shell import FAILED, MISUSED, AsJson, console, fail, house, print_json, said
from producers.columns import Mapping
from producers.importing import ImportReport, RowReader, import_rows
from producers.rejected import ENDING, RejectedFile
from producers.rows import FileError, open_table

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bancheng.compose import House
    from producers.importing import RefusedRow
    from producers.lines import BrokenRow
    from producers.rows import Row, Table
    from producers.window import WindowClient

_TOLD = 20
"""Refused rows that are shown; the refused-rows file has them all."""


def publish(
    file: Annotated[Path, typer.Argument(help="JSONL、CSV 或 XLSX 文件。The file.", show_default=False)],
    *,
    channel: Annotated[
        str, typer.Option(help="渠道；行内有 channel 的以行内为准。The channel of rows that name none.")
    ] = "import",
    column: Annotated[
        list[str] | None,
        typer.Option(help="字段=列名，可多次；“字段=”为不取。FIELD=COLUMN, repeatable; FIELD= leaves it out."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="文字编码，默认自动识别。The encoding; found out by default.")
    ] = None,
    refused_file: Annotated[
        Path | None,
        typer.Option(help="未接收的行写到哪里，默认 FILE.rejected.csv。Where refused rows are written."),
    ] = None,
    json: AsJson = False,
) -> None:
    """批量导入诉求；重复运行不会重复立案。Submit a file of cases; running it again doubles nothing."""
    with house() as given:
        lang = given.settings.lang
        known = given.policy.channel_by_id
        if channel not in known:
            names = "、".join(known) if lang == "zh" else ", ".join(known)
            fail(said(lang, f"规则中没有渠道 {channel}；现有：{names}。",
                       f"The policy has no channel {channel}; it has {names}."), MISUSED)  # fmt: skip
        try:
            mapping = Mapping.parse(column or ())
            with open_table(file, encoding=encoding) as table:
                reader = RowReader(
                    columns=mapping.resolve(table.columns),
                    key=secrets.import_key(given.settings.home),
                    channel=channel,
                    channels=frozenset(known),
                    modified=table.modified,
                    now=datetime.now(UTC),
                )
                place = refused_file or file.with_name(f"{file.name}{ENDING}")
                report, refused = _import(given, table, reader, place)
                facts = _facts(file, table, report, refused, lang)
        except FileError as error:
            fail(error.sentence(lang), MISUSED)
        except OSError as error:
            where = error.filename or file
            fail(said(lang, f"读写 {where} 失败（{error.strerror}）：排除后重新运行即可，不会重复立案。",
                       f"{where} can't be read or written ({error.strerror}): mend that and run this again,"
                       " nothing is doubled."))  # fmt: skip
    if json:
        print_json(facts)
    else:
        _show(facts, report, lang)
    if report.stopped is not None:
        fail(facts["stopped"])
    if report.refused:
        raise typer.Exit(FAILED)


def _import(given: House, table: Table, reader: RowReader, place: Path) -> tuple[ImportReport, Path | None]:
    """Import the table; return the report and the file of refused rows, if there were any."""
    lang = given.settings.lang
    with _clients(given) as client, RejectedFile(place, table.columns) as rejected, _bar(table, lang) as told:

        def refuse(row: Row | BrokenRow, why: RefusedRow) -> None:
            rejected.add(row, why.sentence(lang))

        report = import_rows(table.rows, reader, client, on_progress=told, on_refused=refuse)
    return report, rejected.written


@contextmanager
def _clients(given: House) -> Generator[Callable[[str], WindowClient]]:
    """Give each channel's client, made when first asked for."""
    with ExitStack() as stack:

        @cache
        def client(channel: str) -> WindowClient:
            made = given.window(channel, bulk=True)
            stack.callback(_close, made)
            return made

        yield client


def _close(client: WindowClient) -> None:
    with suppress(KafkaError):  # all that counts as sent has been confirmed before
        client.close()


@contextmanager
def _bar(table: Table, lang: str) -> Generator[Callable[[ImportReport], None]]:
    """Draw a bar on the terminal, by the share of the file that has been read."""
    screen = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=30), TaskProgressColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=screen, transient=True, disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(said(lang, "导入", "Importing"), total=1.0)

        def told(report: ImportReport) -> None:
            text = said(lang, f"导入 {report.rows} 行", f"Importing, {report.rows} rows")
            bars.update(task, completed=table.share(), description=text)

        yield told


def _facts(file: Path, table: Table, report: ImportReport, refused: Path | None, lang: str) -> dict[str, Any]:
    """Return the report as plain data; nothing of a row's content."""
    return {
        "file": str(file),
        "kind": table.kind,
        "encoding": table.encoding or None,
        "rows": report.rows,
        "accepted": report.accepted,
        "refused": report.refused,
        "unconfirmed": report.rows - report.accepted - report.refused,
        "channels": dict(report.channels),
        "reasons": dict(report.reasons),
        "refusals": [{"row": one.number, "code": one.code, "reason": one.sentence(lang)} for one in report.refusals],
        "refused_file": str(refused) if refused else None,
        "unread_sheets": list(table.unread),
        "first_case": report.first_case,
        "last_case": report.last_case,
        "stopped": _stopped(report, lang),
    }


def _stopped(report: ImportReport, lang: str) -> str | None:
    """Say why the import ended early, how far it had come, and what to do."""
    if report.stopped is None:
        return None
    why = report.stopped.sentence(lang)
    return said(lang, f"导入中断，已确认送达 {report.accepted} 行。{why}排除后重新运行同一命令即可，不会重复立案。",
                f"Stopped with {report.accepted} rows confirmed. {why}"
                " Run the same command again once that is mended: nothing is doubled.")  # fmt: skip


def _show(facts: dict[str, Any], report: ImportReport, lang: str) -> None:
    """Print the report for a person."""
    grid = Grid(show_header=False)
    grid.add_column()
    grid.add_column(overflow="fold")  # a path is shown whole, however narrow the terminal
    text = facts["kind"] + (f"，{facts['encoding']}" if facts["encoding"] else "")
    grid.add_row(said(lang, "文件", "File"), escape(f"{facts['file']}（{text}）"))
    grid.add_row(said(lang, "读到的行", "Rows read"), str(facts["rows"]))
    for name, number in facts["channels"].items():
        grid.add_row(said(lang, f"已送达 {name}", f"Delivered to {name}"), str(number))
    if not facts["channels"]:
        grid.add_row(said(lang, "已送达", "Delivered"), "0")
    grid.add_row(said(lang, "未接收", "Refused"), str(facts["refused"]))
    if facts["unconfirmed"]:
        grid.add_row(said(lang, "未确认送达", "Not confirmed"), str(facts["unconfirmed"]))
    if facts["refused_file"]:
        grid.add_row(said(lang, "改正后再导入", "Mend and publish"), escape(facts["refused_file"]))
    out = console()
    out.print(grid)
    for one in report.refusals[:_TOLD]:
        where = said(lang, f"第 {one.number} 行：", f"Row {one.number}: ")
        out.print(f"{where}{one.sentence(lang)}", markup=False)
    if report.refused > _TOLD:
        rest = report.refused - _TOLD
        out.print(said(lang, f"……另有 {rest} 行，见上述文件。", f"… and {rest} more, in that file."))
    if facts["unread_sheets"]:
        names = "、".join(facts["unread_sheets"])
        out.print(said(lang, f"只读了第一张有内容的工作表；未读：{names}。",
                        f"Only the first filled sheet was read; not read: {names}."), markup=False)  # fmt: skip
