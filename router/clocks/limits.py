"""From a limit, a start, pauses and extensions to the moment it is due.

Counting follows 民法典 201 and 203 (and 202 for months): the day of the start is not counted, whatever its
hour and whether or not it was a working day; the last day ends at close of business; where the last day of a
limit in calendar days or months is no working day, the next working day takes its place. Hours run round the
clock; working hours while the centre is open. A pause moves a limit in hours exactly; of a limit in days every
day that it touched is not counted, nor can it be the last. At close of business the day is over.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, NamedTuple

from router.clocks.pauses import stretches, touched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.clocks.calendar import WorkCalendar
    from router.clocks.pauses import Pause
    from router.policy.limits import Limit

_DAY = timedelta(days=1)
_YEAR = 12


class Due(NamedTuple):
    """When something is due (UTC), and whether working days had to be guessed for it."""

    at: datetime
    provisional: bool


class Clock(NamedTuple):
    """A limit that runs since an aware moment."""

    limit: Limit
    start: datetime
    pauses: tuple[Pause, ...] = ()
    extra_days: int = 0
    """Working days by which it was extended; only limits in working days are."""

    @property
    def standing(self) -> bool:
        """Whether it stands still: nobody knows yet when it will be due."""
        return any(pause.end is None for pause in self.pauses)

    @property
    def over(self) -> tuple[Pause, ...]:
        """Its pauses that are over, without those that were over before it began."""
        return tuple(pause for pause in self.pauses if pause.end is not None and pause.end > self.start)


def stopped(clock: Clock, calendar: WorkCalendar) -> bool:
    """Whether a clock stands still: a pause goes on that began before it was due. Later ones excuse nothing."""
    going_on = [pause.start for pause in clock.pauses if pause.end is None]
    return bool(going_on) and min(going_on) < ends(clock, calendar).at


def due(limit: Limit, start: datetime, calendar: WorkCalendar) -> Due:
    """Return when `limit`, running from the aware `start` without a pause, ends."""
    return ends(Clock(limit, start), calendar)


def due_in_days(working_days: int, start: datetime, calendar: WorkCalendar) -> Due:
    """Return the close of business of the last of `working_days` after the date of `start`."""
    day = calendar.date_of(start)
    if working_days == 0 and start >= calendar.closing(day):
        working_days = 1
    at, known = calendar.end(day, working_days)
    return Due(at, provisional=not known)


def ends(clock: Clock, calendar: WorkCalendar) -> Due:
    """Return when a clock that doesn't stand still is due; pauses still going on are left out."""
    limit = clock.limit
    if limit.working_days is not None and not clock.pauses:
        return due_in_days(limit.working_days + clock.extra_days, clock.start, calendar)
    if limit.hours is not None:
        return Due(_after_hours(clock, timedelta(hours=limit.hours)), provisional=False)
    if limit.working_hours is not None:
        at = _after_work(clock, timedelta(hours=limit.working_hours), calendar)
        return Due(at, provisional=not calendar.knows_through(calendar.date_of(clock.start), calendar.date_of(at)))
    last = last_day(clock, calendar)
    day = _open_day(last, clock, calendar)
    guessed_from = last if limit.working_days is None else calendar.date_of(clock.start)
    return Due(calendar.closing(day).astimezone(UTC), provisional=not calendar.knows_through(guessed_from, day))


def last_day(clock: Clock, calendar: WorkCalendar) -> date:
    """Return the last day that a limit in days or months counts (before 民法典 203 moves it off a day of rest)."""
    number = counted_in_days(clock, calendar)
    if number == 0:
        begun = calendar.date_of(clock.start)
        return _open_day(begun if clock.start < calendar.closing(begun) else begun + _DAY, clock, calendar)
    return next(day for index, day in enumerate(counted(clock, calendar), start=1) if index == number)


def counted_in_days(clock: Clock, calendar: WorkCalendar) -> int:
    """Return how many days a limit in days or months counts."""
    limit, begun = clock.limit, calendar.date_of(clock.start)
    if limit.months is not None:
        return (months_later(begun, limit.months) - begun).days
    if limit.calendar_days is not None:
        return limit.calendar_days
    return (limit.working_days or 0) + clock.extra_days


def counted(clock: Clock, calendar: WorkCalendar) -> Iterator[date]:
    """Yield, without end, the days that a limit in days or months counts, from day 1 on."""
    begun, working = calendar.date_of(clock.start), clock.limit.working_days is not None
    asleep = [touched(pause, calendar) for pause in clock.over]
    for number in count(1):
        day = begun + _DAY * number
        if (not working or calendar.is_working(day)) and not any(first <= day <= last for first, last in asleep):
            yield day


def months_later(day: date, months: int) -> date:
    """Return the corresponding day of a later month, or that month's last day (民法典 202)."""
    whole = day.year * _YEAR + day.month - 1 + months
    year, month = divmod(whole, _YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def reached(clock: Clock, share: float, calendar: WorkCalendar) -> datetime:
    """Return when that share (0 to 1) of the limit's own time has passed (UTC)."""
    limit = clock.limit
    if limit.hours is not None:
        return _after_hours(clock, share * timedelta(hours=limit.hours))
    if limit.working_hours is not None:
        return _after_work(clock, share * timedelta(hours=limit.working_hours), calendar)
    return _reached_in_days(clock, share, calendar)


def _reached_in_days(clock: Clock, share: float, calendar: WorkCalendar) -> datetime:
    number = counted_in_days(clock, calendar)
    gone = round(share * number, 6)
    if clock.limit.working_days and not clock.pauses and 0 < gone < number:
        return calendar.part_way(calendar.date_of(clock.start), number, share)
    end = ends(clock, calendar).at
    if share >= 1:
        return end
    if number == 0:
        begin = max(clock.start, calendar.opening(calendar.date_of(end))).astimezone(UTC)
        return begin + share * (end - begin)
    if gone == 0:
        return clock.start.astimezone(UTC)
    whole, part = divmod(gone, 1)
    days = islice(counted(clock, calendar), int(whole) - (part == 0), None)
    moment = calendar.opening(next(days)) + (part or 1) * calendar.day_length
    return moment.astimezone(UTC)


def _open_day(day: date, clock: Clock, calendar: WorkCalendar) -> date:
    """Return `day`, or the first after it that is a working day which no pause touched."""
    asleep = [touched(pause, calendar) for pause in clock.over]
    while not calendar.is_working(day) or any(first <= day <= last for first, last in asleep):
        day += _DAY
    return day


def _after_hours(clock: Clock, length: timedelta) -> datetime:
    """Return when so much time has passed outside the pauses, round the clock."""
    moment = clock.start.astimezone(UTC)  # in UTC no clock is put forward or back
    for begun, over in stretches(clock.pauses):
        ahead = max(timedelta(), begun - moment)
        if length <= ahead:
            break
        length -= ahead
        moment = max(moment, over)
    return moment + length


def _after_work(clock: Clock, length: timedelta, calendar: WorkCalendar) -> datetime:
    """Return when so much working time has passed outside the pauses."""
    moment = clock.start
    for begun, over in stretches(clock.pauses):
        ahead = calendar.worked(moment, begun)
        if length <= ahead:
            break
        length -= ahead
        moment = max(moment, over)
    return calendar.after_work(moment, length)
