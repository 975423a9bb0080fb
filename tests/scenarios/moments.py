"""When a step of a story is: a date and time of Shanghai, or so many working days after the step before."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from router.clocks.calendar import WorkCalendar

FORMAT = "%Y-%m-%d %H:%M"
_HOW = "写成 2026-09-28 10:00、当日 14:00、+2 工作日 09:30、+3 日 09:30、+2 小时或 +30 分钟"
_AFTER = re.compile(r"\+(?P<count>\d+) ?(?P<unit>工作日|日)(?: (?P<clock>\d\d:\d\d))?")
_EXACTLY = re.compile(r"\+(?P<count>\d+) ?(?P<unit>小时|分钟)")
_SAME_DAY = re.compile(r"当日 (?P<clock>\d\d:\d\d)")


class Moment(NamedTuple):
    """A moment as a story says it: absolute, or counted from the step before."""

    said: str
    absolute: datetime | None = None
    """Without a zone: the centre's own time."""
    number: int = 0
    unit: str = "日"
    clock: time | None = None


def read(said: str) -> Moment:
    """Read a moment.

    Raises:
        ValueError: it is written in none of the ways; the sentence says which there are.
    """
    counted = _AFTER.fullmatch(said) or _EXACTLY.fullmatch(said)
    try:
        if found := _SAME_DAY.fullmatch(said):
            return Moment(said, clock=time.fromisoformat(found["clock"]))
        if counted:
            clock = counted.groupdict().get("clock")
            return Moment(
                said, None, int(counted["count"]), counted["unit"], time.fromisoformat(clock) if clock else None
            )
        return Moment(said, datetime.strptime(said, FORMAT))  # noqa: DTZ007 (the zone is the centre's)
    except ValueError:
        raise ValueError(f"看不懂时间“{said}”：{_HOW}") from None


def resolve(moment: Moment, before: datetime, calendar: WorkCalendar) -> datetime:
    """Return the moment in the centre's zone, counted from `before` (aware) where it is counted."""
    if moment.absolute is not None:
        return moment.absolute.replace(tzinfo=calendar.zone)
    local = before.astimezone(calendar.zone)
    if moment.unit in ("小时", "分钟"):
        return local + (timedelta(hours=moment.number) if moment.unit == "小时" else timedelta(minutes=moment.number))
    days = timedelta(days=moment.number)
    day = calendar.after(local.date(), moment.number) if moment.unit == "工作日" else local.date() + days
    return datetime.combine(day, moment.clock or local.time(), calendar.zone)
