"""Days that a person asks about: `--since` and `--until`, both counted, in the centre's own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from bancheng.cli.shell import MISUSED, fail, said

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Span(NamedTuple):
    """From a moment until just before another; open where there is none."""

    since: datetime | None
    before: datetime | None


def span(since: str | None, until: str | None, zone: ZoneInfo, lang: str) -> Span:
    """Return the time between two days, both counted, or leave with one sentence on what is wrong with them."""
    first, last = days(since, until, lang)
    for option, day in (("--since", first), ("--until", last)):
        if day and not date.min < day < date.max - timedelta(days=1):  # no moment stands at the calendar's ends
            _no_date(option, day, lang)
    return Span(_midnight(first, zone), _midnight(last + timedelta(days=1), zone) if last else None)


def days(since: str | None, until: str | None, lang: str) -> tuple[date | None, date | None]:
    """Return the first and the last day that a person asks about, or leave with one sentence on what is wrong."""
    first, last = _day("--since", since, lang), _day("--until", until, lang)
    if first and last and first > last:
        fail(said(lang, f"--since {first} 晚于 --until {last}：请对调。",
                  f"--since {first} is after --until {last}: swap them."), MISUSED)  # fmt: skip
    return first, last


def _day(option: str, written: str | None, lang: str) -> date | None:
    try:
        return date.fromisoformat(written) if written is not None else None
    except ValueError:
        _no_date(option, written, lang)


def _no_date(option: str, written: object, lang: str) -> NoReturn:
    fail(said(lang, f"{option} {written}：不是日期，应写成 2026-03-01。",
              f"{option} {written} is no date: write it like 2026-03-01."), MISUSED)  # fmt: skip


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
