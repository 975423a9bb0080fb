"""Which days are working days: the published holidays and make-up days (调休), and the policy's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as days_made_up

_LAST_KNOWN = max(day.year for day in days_off)
_SATURDAY = 5


class WorkCalendar:
    """Working days and closing time of a centre, in its own time zone.

    Published days come from PyPI `chinesecalendar` (State Council notices). Beyond its years a weekday is
    taken as a working day, and `knows` says that this is a guess.
    """

    def __init__(self, zone: str, closes: time, *, holidays: frozenset[date], workdays: frozenset[date]) -> None:
        """Take the policy's time zone, closing time and the days on which it differs."""
        self.zone = ZoneInfo(zone)
        self._closes = closes
        self._holidays = holidays
        self._workdays = workdays
        self._ends: dict[tuple[date, int], tuple[datetime, bool]] = {}

    def knows(self, day: date) -> bool:
        """Whether the published calendar or the policy speaks of that day."""
        return day.year <= _LAST_KNOWN or day in self._holidays or day in self._workdays

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self._workdays:
            return True
        if day in self._holidays:
            return False
        return day in days_made_up or (day.weekday() < _SATURDAY and day not in days_off)

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; for 0, `day` itself or the next working day."""
        if count == 0:
            return day if self.is_working(day) else self.after(day, 1)
        while count:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def end(self, day: date, count: int) -> tuple[datetime, bool]:
        """Return the close of business of that working day (UTC), and whether it is known to be one.

        Answers are kept: the cases of a day ask for the same few ends.
        """
        found = self._ends.get((day, count))
        if found is None:
            last = self.after(day, count)
            found = self._ends[day, count] = self.closing(last).astimezone(UTC), self.knows(last)
        return found

    def closing(self, day: date) -> datetime:
        """Return the close of business on that day, aware."""
        return datetime.combine(day, self._closes, self.zone)

    def date_of(self, moment: datetime) -> date:
        """Return the centre's date at an aware moment."""
        return moment.astimezone(self.zone).date()
