"""Why something is due when it is: the whole derivation, as data and as a sentence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from router.clocks.calendar import Off
from router.clocks.limits import counted_in_days, ends, last_day
from router.clocks.pauses import Pause, covers
from router.policy.naming import pause_name

if TYPE_CHECKING:
    from router.clocks.calendar import WorkCalendar
    from router.clocks.limits import Clock

_DAY = timedelta(days=1)
_EN = "en"
_WEEKDAYS = "一二三四五六日"


class Skipped(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run of days that did not count, and why: `weekend`, `holiday`, `own`, `pause` or `closed`."""

    first: date
    last: date
    why: str
    name: str = ""
    """The holiday's Chinese name, or the pause's kind."""


class Derivation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a due moment came about."""

    start: datetime
    measure: str
    number: int
    source: str
    extra_days: int = 0
    pauses: tuple[Pause, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    made_up: tuple[date, ...] = ()
    """Saturdays and Sundays that counted, because they were made up (调休)."""
    moved: bool = False
    """The last day was no working day: the next one took its place (民法典 203)."""
    due: datetime | None = None
    """None while it stands still."""
    provisional: bool = False


def derive(clock: Clock, calendar: WorkCalendar) -> Derivation:
    """Return the derivation of a clock's due moment; it always agrees with `limits.ends` (tested)."""
    (measure, number), *_ = clock.limit.measures().items()
    working = measure == "working_days"
    found = Derivation(
        start=clock.start, measure=measure, number=number, source=clock.limit.source,
        extra_days=clock.extra_days if working else 0, pauses=clock.pauses,
    )  # fmt: skip
    if clock.standing:
        return found
    due = ends(clock, calendar)
    pauses = tuple(pause for pause in clock.over if pause.start < due.at)  # a later one moved nothing
    found = msgspec.structs.replace(found, due=due.at, provisional=due.provisional, pauses=pauses)
    if measure in ("hours", "working_hours"):
        return found
    begun, end = calendar.date_of(clock.start), calendar.date_of(due.at)
    same_day = counted_in_days(clock, calendar) == 0
    days = [begun + _DAY * n for n in range(0 if same_day else 1, (end - begun).days + 1)]
    whys = {day: why for day in days if (why := _why_not(day, clock, calendar, working=working))}
    return msgspec.structs.replace(
        found,
        skipped=tuple(_runs(whys)),
        made_up=tuple(day for day in days if working and day not in whys and calendar.is_made_up(day)),
        moved=end != last_day(clock, calendar),
    )


def _why_not(day: date, clock: Clock, calendar: WorkCalendar, *, working: bool) -> tuple[str, str] | None:
    """Return why a day did not count, with the name of that; None where it did."""
    off = calendar.off(day) if working else None
    if off is not None:
        return str(off[0]), off[1]
    pause = covers(clock.over, day, calendar)
    if pause is not None:
        return "pause", pause.kind.value
    return ("closed", "") if clock.start >= calendar.closing(day) else None  # a limit of no days, brought after work


def _runs(whys: dict[date, tuple[str, str]]) -> list[Skipped]:
    """Return the days that did not count, joined where they follow each other for the same reason."""
    runs: list[Skipped] = []
    for day, (why, name) in whys.items():
        if runs and runs[-1].last == day - _DAY and (runs[-1].why, runs[-1].name) == (why, name):
            runs[-1] = msgspec.structs.replace(runs[-1], last=day)
        else:
            runs.append(Skipped(day, day, why, name))
    return runs


def sentence(found: Derivation, calendar: WorkCalendar, lang: str = "zh") -> str:
    """Return the derivation as a person reads it, in `zh` or `en`."""
    return _english(found, calendar) if lang == "en" else _chinese(found, calendar)


_MEASURES = {
    "working_days": ("{}个工作日", "{} working day{}"),
    "calendar_days": ("{}日", "{} day{}"),
    "months": ("{}个月", "{} month{}"),
    "hours": ("{}小时（不分昼夜）", "{} hour{} round the clock"),
    "working_hours": ("{}个工作小时", "{} working hour{}"),
}
_WHYS = {
    Off.WEEKEND.value: ("周末", "weekend"),
    Off.HOLIDAY.value: ("放假", "holiday"),
    Off.OWN.value: ("本中心休息", "day off of the centre"),
    "pause": ("暂停", "paused"),
    "closed": ("已过下班时间", "after close of business"),
}


def _chinese(found: Derivation, calendar: WorkCalendar) -> str:
    limit = _MEASURES[found.measure][0].format(found.number) if found.number else "当日"
    parts = [f"自{_moment(found.start, calendar)}起算，期限{limit}（依据：{found.source}）"]
    if found.measure in ("working_days", "calendar_days", "months") and not _same_day(found):
        parts.append("起算当日不计")
    if found.extra_days:
        parts.append(f"延期{found.extra_days}个工作日")
    if found.skipped:
        parts.append("不计：" + "、".join(_run(one) for one in found.skipped))
    if found.made_up:
        parts.append("调休上班，计入：" + "、".join(map(_day, found.made_up)))
    if found.measure in ("hours", "working_hours"):
        parts += [f"{pause_name(p.kind, 'zh')}，暂停至{_moment(p.end, calendar)}" for p in found.pauses if p.end]
    if found.moved:
        parts.append("末日不是工作日，顺延到下一工作日（民法典第二百零三条）")
    if found.due is None:
        standing = next(p for p in found.pauses if p.end is None)
        return "；".join([*parts, f"现因{pause_name(standing.kind, 'zh')}暂停，恢复后才能确定到期时间"]) + "。"
    guess = "（该年度放假安排尚未公布，到时会重新核定）" if found.provisional else ""
    return "；".join([*parts, f"到期：{_moment(found.due, calendar)}{guess}"]) + "。"


def _english(found: Derivation, calendar: WorkCalendar) -> str:
    limit = _count(_MEASURES[found.measure][1], found.number) if found.number else "the same day"
    parts = [f"runs from {_iso(found.start, calendar)}, limit {limit} ({found.source})"]
    if found.extra_days:
        parts.append("extended by " + _count(_MEASURES["working_days"][1], found.extra_days))
    if found.skipped:
        parts.append("not counted: " + ", ".join(map(_run_in_english, found.skipped)))
    if found.made_up:
        parts.append("make-up workdays that count: " + ", ".join(map(str, found.made_up)))
    if found.measure in ("hours", "working_hours"):
        parts += [f"paused until {_iso(p.end, calendar)} ({pause_name(p.kind, 'en')})" for p in found.pauses if p.end]
    if found.moved:
        parts.append("the last day is no working day, so the next one takes its place (Civil Code 203)")
    if found.due is None:
        standing = next(p for p in found.pauses if p.end is None)
        return "; ".join([*parts, f"stands still now ({pause_name(standing.kind, 'en')})"]) + "."
    guess = " (holidays of that year are not published yet)" if found.provisional else ""
    return "; ".join([*parts, f"due {_iso(found.due, calendar)}{guess}"]) + "."


def _same_day(found: Derivation) -> bool:
    return found.measure == "working_days" and found.number + found.extra_days == 0


def _run(one: Skipped) -> str:
    days = _day(one.first) + (f"至{_day(one.last)}" if one.last != one.first else "")
    why = _WHYS[one.why][0]
    return f"{days}（{f'{why}：{pause_name(one.name)}' if one.why == 'pause' else one.name or why}）"


def _run_in_english(one: Skipped) -> str:
    days = f"{one.first}" + (f" to {one.last}" if one.last != one.first else "")
    return f"{days} ({_WHYS[one.why][1]}{f': {pause_name(one.name, _EN)}' if one.why == 'pause' else ''})"


def _count(words: str, number: int) -> str:
    return words.format(number, "" if number == 1 else "s")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _moment(moment: datetime, calendar: WorkCalendar) -> str:
    local = moment.astimezone(calendar.zone)
    return f"{local.year}年{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def _iso(moment: datetime, calendar: WorkCalendar) -> str:
    return moment.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")
