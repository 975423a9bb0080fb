"""`bancheng report`: the indicators of a period, by unit, domain or month."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from bancheng.cli.days import days
from bancheng.cli.shell import AsJson, console, house, print_json, said
from bancheng.journey.story import Teller
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.policies import Policies
from router.report.indicators import reckon
from router.report.rows import By, Mean, Period, Ratio, Report, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADS = {By.UNIT: ("承办单位", "Unit"), By.DOMAIN: ("领域", "Domain"), By.MONTH: ("受理月份", "Month")}
_NOBODY = {By.UNIT: ("（尚无主办）", "(nobody leads)"), By.DOMAIN: ("（未分类）", "(unknown)")}
_TABLES = (
    (
        ("受理", "Accepted", "accepted"), ("响应率", "Response", "response"), ("解决率", "Resolution", "resolution"),
        ("满意率", "Satisfied", "satisfaction"), ("按时办结率", "On time", "on_time"),
    ),
    (
        ("在办", "Open", "open"), ("逾期", "Overdue", "overdue"), ("挂账", "On hold", "on_hold"),
        ("申请退单", "Return asked", "returns_applied"), ("退单", "Returned", "returns"),
        ("重办", "Taken up again", "reopened"),
    ),
    (
        ("签收", "To signature", "sign"), ("先行联系", "To first contact", "contact"), ("办结", "To done", "done"),
        ("总历时", "Total time", "total"),
    ),
)  # fmt: skip
"""The columns, in tables that a screen of 80 columns holds: heads, and the field of the row."""
_NONE = "—"
_WHOLE = 100


def report(
    *,
    by: Annotated[By, typer.Option(help="按单位、领域或受理月份。By unit, domain or month of acceptance.")] = By.UNIT,
    since: Annotated[str | None, typer.Option(help="受理日期自，如 2026-03-01。Accepted from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="受理日期至（含当日）。Accepted up to this day.")] = None,
    json: AsJson = False,
) -> None:
    """办理指标：响应率、解决率、满意率、按时办结率等。The indicators; docs/indicators.md has every formula."""
    with house() as given:
        lang = given.settings.lang
        period = Period(*days(since, until, lang))
        pinned = Policies(given.engine, given.book)
        with transaction(given.engine) as connection:
            now = reading.present(connection, datetime.now(UTC))
            cases = reading.stream_cases(connection, period.since, period.until)
            found = reckon(cases, by, pinned.by_hash, now, period)
        teller = Teller(given.policy, lang)
    if json:
        print_json({
            "by": by, "since": period.since, "until": period.until, "as_of": now.isoformat(),
            "rows": [_data(row) for row in found.rows], "total": _data(found.total),
        })  # fmt: skip
    else:
        _print(found, period, now, teller)


def _data(row: Row) -> dict[str, Any]:
    """Return a row as plain data: each rate and average with its numbers."""
    return {name: _plain(getattr(row, name)) for name in row.__struct_fields__}


def _plain(value: Ratio | Mean | int | str | None) -> Any:  # noqa: ANN401 (whatever JSON can hold)
    match value:
        case Ratio():
            fraction = None if value.fraction is None else round(float(value.fraction), 4)
            return {"numerator": value.numerator, "denominator": value.denominator, "fraction": fraction}
        case Mean():
            return {"count": value.count, "working_hours": None if value.hours is None else round(value.hours, 2)}
        case _:
            return value


def _print(found: Report, period: Period, now: datetime, teller: Teller) -> None:
    lang, out = teller.lang, console()
    since, until = (str(day) if day else "…" for day in period)
    out.print(said(lang, f"受理日期 {since} 至 {until}，截至 {teller.moment(now)}",
                   f"Accepted {since} to {until}, as of {teller.moment(now)}"))  # fmt: skip
    for columns in _TABLES:
        table = Table(Column(said(lang, *_HEADS[found.by]), overflow="fold", min_width=12))
        for chinese, english, _ in columns:
            table.add_column(said(lang, chinese, english), justify="right", overflow="fold")
        _fill(table, found, [name for _, _, name in columns], teller)
        out.print(table)
    out.print(said(lang, "签收、先行联系、办结自派单起，总历时自受理起：平均工作小时（件数）。",
                   "From dispatch, total time from acceptance: working hours on average (count)."))  # fmt: skip
    apart = found.total
    out.print(
        said(
            lang,
            f"另计、不进上表：并案 {apart.repeats}，撤回 {apart.withdrawn}，不予受理 {apart.declined}，"
            f"待受理 {apart.waiting}。",
            f"Counted apart: {apart.repeats} repeats, {apart.withdrawn} withdrawn, {apart.declined} declined, "
            f"{apart.waiting} waiting for acceptance.",
        )
    )


def _fill(table: Table, found: Report, names: Iterable[str], teller: Teller) -> None:
    fields = tuple(names)
    for row in found.rows:
        if row.accepted or row.returns.denominator:
            table.add_row(_name(row.key, found.by, teller), *(_cell(getattr(row, name)) for name in fields))
    table.add_section()
    table.add_row(said(teller.lang, "合计", "All"), *(_cell(getattr(found.total, name)) for name in fields))


def _name(key: str | None, by: By, teller: Teller) -> str:
    if key is None:
        return said(teller.lang, *_NOBODY.get(by, (_NONE, _NONE)))
    return teller.unit(key) if by is By.UNIT else teller.domain(key) if by is By.DOMAIN else key


def _cell(value: Ratio | Mean | int) -> str:
    match value:
        case Ratio():
            return _percent(value)
        case Mean():
            return _NONE if value.hours is None else f"{value.hours:.1f} ({value.count})"
        case _:
            return str(value)


def _percent(rate: Ratio) -> str:
    """Return a rate as `92% (11/12)`; it says 100% only where nothing is missing."""
    if rate.fraction is None:
        return _NONE
    percent = round(rate.fraction * _WHOLE)
    if rate.numerator < rate.denominator:
        percent = min(percent, _WHOLE - 1)
    return f"{percent}% ({rate.numerator}/{rate.denominator})"
