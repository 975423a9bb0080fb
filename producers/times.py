"""When a row says it was brought: ISO 8601 and the ways Chinese offices write a time."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_EARLIEST = 1900
_NOON = 12
_ROUND_MARKS = re.compile(r"\s*([年月日号时点分秒/:.-])\s*")
_WRITTEN = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?"
    r"(?:[T ]*(?P<half>凌晨|早上|上午|中午|下午|晚上|AM|PM)? *(?P<hour>\d{1,2})[:时点]"
    r"(?:(?P<minute>\d{1,2})(?:[:分](?:(?P<second>\d{1,2})(?:\.\d+)?)?)?秒?)? *(?P<after>AM|PM)?)?"
    r" *(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_time(text: str) -> datetime | None:
    """Return the moment a text names, aware, or None if it can't be read or lies before 1900.

    Without a zone it is Asia/Shanghai's; without an hour it is the day's first moment. Taken are
    `2020-01-09T21:08:00+08:00`, `2020/1/9 21:08`, `2020年1月9日 下午9点08分`, `20200109210800` and the like.
    """
    moment = _iso(text) if _ISO_DATE.match(text) else None
    if moment is None:
        moment = _written(text) or _written(_plain(text))
    if moment is None or moment.year < _EARLIEST:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _plain(text: str) -> str:
    """Return a text with narrow digits and signs, and no blanks around the latter."""
    return _ROUND_MARKS.sub(r"\1", unicodedata.normalize("NFKC", text).strip())


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    hour = _hour(int(parts["hour"] or 0), (parts.get("half") or parts.get("after") or "").upper())
    if hour is None:
        return None
    try:
        return datetime(
            int(parts["year"]), int(parts["month"]), int(parts["day"]),
            hour, int(parts["minute"] or 0), int(parts["second"] or 0), tzinfo=_zone(parts.get("zone")),
        )  # fmt: skip
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int | None:
    """Return the hour of the day; None where twelve may be noon as well as midnight."""
    if hour == _NOON and half in ("上午", "早上", "晚上"):
        return None
    if half in ("下午", "晚上", "PM") and hour < _NOON:
        return hour + _NOON
    if half == "中午" and hour < _NOON - 2:
        return hour + _NOON
    return 0 if hour == _NOON and half in ("凌晨", "AM") else hour


def _zone(text: str | None) -> timezone | ZoneInfo:
    if text is None:
        return SHANGHAI
    if text in "Zz":
        return timezone(timedelta(0))
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-away if text[0] == "-" else away)
