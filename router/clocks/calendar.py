"""Which days are working days: the published holidays and make-up days (调休), and the policy's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chinese_calendar.constants import Holiday
from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as days_made_up

_LAST_KNOWN: int = max(day.year for day in days_off)
_SATURDAY = 5
_DAY = timedelta(days=1)
_NAMES = {str(holiday.value): str(holiday.chinese) for holiday in Holiday}


class Off(StrEnum):
    """Why nobody works on a day."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    OWN = "own"
    """A day off of the centre's own, by its policy."""


class WorkCalendar:
    """Working days and hours of a centre, in its own time zone.

    Published days come from PyPI `chinesecalendar` (State Council notices). Beyond its years a weekday is
    taken as a working day, and `knows` says that this is a guess.
    """

    def __init__(
        self, zone: str, opens: time, closes: time, *, holidays: frozenset[date], workdays: frozenset[date],
    ) -> None:  # fmt: skip
        """Take the policy's time zone, hours and the days on which it differs."""
        self.zone = ZoneInfo(zone)
        self._opens = opens
        self._closes = closes
        self._holidays = holidays
        self._workdays = workdays
        self._ends: dict[tuple[date, int], tuple[datetime, bool]] = {}
        self._today = datetime.min.replace(tzinfo=UTC), date.min
        self._parts: dict[tuple[date, int, float], datetime] = {}
        self.day_length = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)

    @property
    def last_known_year(self) -> int:
        """The last year whose holidays are published."""
        return _LAST_KNOWN

    def knows(self, day: date) -> bool:
        """Whether the published calendar or the policy speaks of that day."""
        return day.year <= _LAST_KNOWN or day in self._holidays or day in self._workdays

    def knows_through(self, first: date, last: date) -> bool:
        """Whether it knows every day from `first` to `last`: one guess among them makes the count a guess."""
        if last.year <= _LAST_KNOWN:
            return True
        return all(self.knows(first + _DAY * n) for n in range((last - first).days + 1))

    def off(self, day: date) -> tuple[Off, str] | None:
        """Return why nobody works on a day, with the holiday's Chinese name; None on a working day."""
        if day in self._workdays:
            return None
        if day in self._holidays:
            return Off.OWN, ""
        if day in days_made_up:
            return None
        if day in days_off:
            published = str(days_off[day])
            return Off.HOLIDAY, _NAMES.get(published, published)
        return (Off.WEEKEND, "") if day.weekday() >= _SATURDAY else None

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return self.off(day) is None

    def is_made_up(self, day: date) -> bool:
        """Whether people work on that Saturday or Sunday."""
        return day.weekday() >= _SATURDAY and self.is_working(day)

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; for 0, `day` itself or the next working day."""
        if count == 0:
            return day if self.is_working(day) else self.after(day, 1)
        while count:
            day += _DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after `first`, up to and with `last`."""
        return sum(self.is_working(first + _DAY * n) for n in range(1, (last - first).days + 1))

    def end(self, day: date, count: int) -> tuple[datetime, bool]:
        """Return the close of business of that working day (UTC), and whether all days up to it are known.

        Answers are kept: the cases of a day ask for the same few ends.
        """
        found = self._ends.get((day, count))
        if found is None:
            last = self.after(day, count)
            found = self._ends[day, count] = self.closing(last).astimezone(UTC), self.knows_through(day, last)
        return found

    def part_way(self, day: date, count: int, share: float) -> datetime:
        """Return when that share (above 0) of `count` working days after `day` has passed (UTC). Answers are kept."""
        found = self._parts.get((day, count, share))
        if found is None:
            whole, part = divmod(round(share * count, 6), 1)
            reached = self.after(day, int(whole) + (part > 0))
            moment = self.opening(reached) + (part or 1) * self.day_length
            found = self._parts[day, count, share] = moment.astimezone(UTC)
        return found

    def opening(self, day: date) -> datetime:
        """Return when the centre opens on that day, aware."""
        return datetime.combine(day, self._opens, self.zone)

    def closing(self, day: date) -> datetime:
        """Return the close of business on that day, aware."""
        return datetime.combine(day, self._closes, self.zone)

    def date_of(self, moment: datetime) -> date:
        """Return the centre's date at an aware moment. The last answer is kept: a batch has one moment."""
        last, day = self._today
        if moment is not last:
            day = moment.astimezone(self.zone).date()
            self._today = moment, day
        return day

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two aware moments."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # the clocks of another zone may jump between them
        day, last, total = self.date_of(start), self.date_of(end), timedelta()
        while day <= last:
            if self.is_working(day):
                total += max(timedelta(), min(end, self.closing(day)) - max(start, self.opening(day)))
            day += _DAY
        return total

    def after_work(self, start: datetime, work: timedelta) -> datetime:
        """Return the moment (UTC) at which that much working time has passed since `start`; `work` > 0."""
        day = self.date_of(start)
        while True:
            if self.is_working(day):
                begin = max(start, self.opening(day)).astimezone(UTC)
                there = self.closing(day) - begin
                if there >= work:
                    return begin + work
                work -= max(timedelta(), there)
            day += _DAY
