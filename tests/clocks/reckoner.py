"""A slow, obviously right counter beside the engine's, and what hypothesis may make up for it.

Working days come from the public functions of `chinese_calendar`, not from `WorkCalendar`. All made-up moments
lie on a grid of ten minutes, so that counting hours in steps of ten minutes is exact. Each is made of few
numbers, whose digits are the choices: hypothesis is slow where it draws many, and favours small ones beyond 2²⁴.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache
from math import prod
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday
from hypothesis import strategies as st

from router.clocks.calendar import WorkCalendar
from router.clocks.limits import Clock
from router.clocks.pauses import Pause
from router.policy.limits import Limit, PauseKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(9), time(17, 30)
STEP, DAY, HOUR = timedelta(minutes=10), timedelta(days=1), timedelta(hours=1)
MIDNIGHT = time()
LAST_PUBLISHED = 2026
DAY_MEASURES = ("working_days", "calendar_days", "months")
MEASURES = (*DAY_MEASURES, "hours", "working_hours")


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def limit(measure: str, number: int) -> Limit:
    """A limit in that measure."""
    return Limit(**{measure: number}, source="t")


def pause(start: str, end: str | None, kind: PauseKind = PauseKind.CITIZEN) -> Pause:
    """A pause between two moments in Shanghai, or since one."""
    return Pause(kind, at(start), at(end) if end else None)


class World(NamedTuple):
    """A centre: its hours, and the days on which its policy differs from the published calendar."""

    opens: time = OPENS
    closes: time = CLOSES
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @property
    def calendar(self) -> WorkCalendar:
        """The engine's calendar of this centre."""
        return WorkCalendar(
            "Asia/Shanghai", self.opens, self.closes, holidays=self.holidays, workdays=self.workdays,
        )  # fmt: skip

    def works(self, day: date) -> bool:
        """Whether people work on a day, by the public functions of `chinese_calendar`."""
        return day in self.workdays or (day not in self.holidays and _published(day))

    def touched(self, day: date, pauses: tuple[Pause, ...]) -> bool:
        """Whether a pause has a part of that day between midnight and close of business."""
        begin, end = (datetime.combine(day, hour, SHANGHAI) for hour in (MIDNIGHT, self.closes))
        return any(max(begin, p.start) < min(end, p.end) for p in pauses if p.end)

    def closing(self, day: date) -> datetime:
        """Close of business on a day."""
        return datetime.combine(day, self.closes, SHANGHAI)

    def reckon(self, clock: Clock) -> datetime:
        """Return when a clock is due, counted day by day, or in steps of ten minutes."""
        (measure, number), *_ = clock.limit.measures().items()
        if measure in DAY_MEASURES:
            return self.closing(self._last(clock, measure, number))
        moment, left = clock.start, number * HOUR
        while left:
            if not paused(moment, clock.pauses) and (measure == "hours" or self._open(moment)):
                left -= STEP
            moment += STEP
        return moment

    def _last(self, clock: Clock, measure: str, number: int) -> date:
        working = measure == "working_days"
        pauses = lasting(clock)
        day = clock.start.date()
        if measure == "months":
            number = (_months_later(day, number) - day).days
        left = number + (clock.extra_days if working else 0)
        if left == 0 and clock.start >= self.closing(day):
            day += DAY
        while left:
            day += DAY
            if not self.touched(day, pauses) and (self.works(day) or not working):
                left -= 1
        while self.touched(day, pauses) or not self.works(day):
            day += DAY
        return day

    def _open(self, moment: datetime) -> bool:
        return self.works(moment.date()) and self.opens <= moment.time() < self.closes


def paused(moment: datetime, pauses: tuple[Pause, ...]) -> bool:
    """Whether a moment lies in a pause."""
    return any(p.start <= moment < p.end for p in pauses if p.end)


def lasting(clock: Clock) -> tuple[Pause, ...]:
    """The pauses of a clock that went on beyond its start."""
    return tuple(p for p in clock.pauses if p.end and p.end > clock.start)


def dates(after: date, last: date) -> list[date]:
    """All days after one, up to and with another."""
    return [after + DAY * n for n in range(1, (last - after).days + 1)]


@cache
def _published(day: date) -> bool:
    return bool(is_workday(day)) if day.year <= LAST_PUBLISHED else day.isoweekday() <= 5


def _months_later(day: date, months: int) -> date:
    """Walk from month to month."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class Matter(NamedTuple):
    """A clock in a centre."""

    clock: Clock
    world: World

    @property
    def start(self) -> date:
        """The date of the start."""
        return self.clock.start.date()


_FIRST, _LAST = date(2005, 1, 1), date(2026, 12, 31)
_SEASONS = ((1, 1), (1, 20), (2, 1), (2, 12), (4, 1), (4, 25), (6, 1), (9, 12), (9, 25), (12, 27))
_STARTS = [
    *(_FIRST + DAY * n for n in range((_LAST - _FIRST).days + 1)),
    *(date(year, *season) + DAY * n for season in _SEASONS for year in range(2005, 2027) for n in range(10)),
]
"""Every date; those in and before the holidays twice."""
_CENTRES = ((OPENS, CLOSES), (time(8, 30), time(12)), (time(10), time(20)), (MIDNIGHT, time(23, 50)))
_EXTRA = (0, 0, 0, 1, 10)
_MOST = {"working_days": 30, "calendar_days": 60, "months": 4, "hours": 90, "working_hours": 30}
_LENGTHS = 60
_KINDS = tuple(PauseKind)
_STEPS = DAY // STEP
_TIMES = _STEPS + 3
_HALF_HOURS = (*range(0, _STEPS, 3), *range(_STEPS, _TIMES))
_DAYS_NEAR = 53
_PAUSE = (2, 33, 13, len(_HALF_HOURS), len(_HALF_HOURS), len(_KINDS))

CODES = st.integers(0, _TIMES - 1)
"""A time of day: on the grid, or midnight, opening or closing time, at which rules change."""


def moment(day: date, code: int, world: World) -> datetime:
    """Return the moment of that day for which a code stands."""
    turning = (MIDNIGHT, world.opens, world.closes)
    hour = time(code // 6, code % 6 * 10) if code < _STEPS else turning[code - _STEPS]
    return datetime.combine(day, hour, SHANGHAI)


def _digits(number: int, *bases: int) -> list[int]:
    """Return a number's digits, the lowest first, each in a base of its own."""
    found = []
    for base in bases:
        number, digit = divmod(number, base)
        found.append(digit)
    return found


def _days_near(day: date, digits: list[int]) -> frozenset[date]:
    return frozenset(day + DAY * (digit - 3) for digit in digits if digit)


def _pause_near(day: date, drawn: int, world: World) -> Pause | None:
    """Return a pause near a date, of up to twelve days, or none."""
    there, ahead, length, first, then, kind = _digits(drawn, *_PAUSE)
    begin = moment(day + DAY * (ahead - 2), _HALF_HOURS[first], world)
    end = moment(day + DAY * (ahead - 2 + length), _HALF_HOURS[then], world)
    if not there or begin == end:
        return None
    return Pause(_KINDS[kind], min(begin, end), max(begin, end))


def matters(*measures: str, pauses: int = 2) -> st.SearchStrategy[Matter]:
    """A clock in one of the measures (in any, where none is named), at most so many pauses, and a centre."""
    choice = measures or MEASURES

    def made(drawn: tuple[int, ...]) -> Matter:
        start, length, policy, *stood = drawn
        code, chosen = _digits(start, _TIMES, len(_STARTS))
        number, which, centre, extra = _digits(length, _LENGTHS, len(choice), len(_CENTRES), len(_EXTRA))
        near = _digits(policy, *[_DAYS_NEAR] * 4)
        day, measure = _STARTS[chosen], choice[which]
        world = World(*_CENTRES[centre], _days_near(day, near[:2]), _days_near(day, near[2:]))
        working = measure == "working_days"
        number = number % (_MOST[measure] + 1) if working else 1 + number % _MOST[measure]
        made_pauses = tuple(p for one in stood if (p := _pause_near(day, one, world)))
        clock = Clock(limit(measure, number), moment(day, code, world), made_pauses, _EXTRA[extra] if working else 0)
        return Matter(clock, world)

    ranges = (
        _TIMES * len(_STARTS),
        _LENGTHS * len(choice) * len(_CENTRES) * len(_EXTRA),
        _DAYS_NEAR**4,
        *[prod(_PAUSE)] * pauses,
    )
    return st.tuples(*(st.integers(0, many - 1) for many in ranges)).map(made)
