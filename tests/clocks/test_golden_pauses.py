"""Pauses, extensions, shares, and days that nobody has published or only the policy knows: counted by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from reckoner import CLOSES, SHANGHAI, World, at, limit, pause

from router.clocks.limits import Clock, due, due_in_days, ends, months_later, reached, stopped
from router.clocks.pauses import Pause
from router.policy.limits import PauseKind

MONDAY = "2026-03-02 10:00"


@pytest.mark.parametrize(
    ("measure", "number", "start", "pauses", "end"),
    [
        # five working days from Monday 2 March: 3, 4, 5, 6, 9
        ("working_days", 5, MONDAY, ["2026-03-04 11:00/2026-03-05 09:30"], "2026-03-11 17:30"),  # 4 and 5 don't count
        ("working_days", 5, MONDAY, ["2026-03-06 15:00/2026-03-09 10:00"], "2026-03-11 17:30"),  # nor 6 and 9
        ("working_days", 5, MONDAY, ["2026-03-07 10:00/2026-03-08 10:00"], "2026-03-09 17:30"),  # a weekend didn't
        ("working_days", 5, MONDAY, ["2026-03-02 11:00/2026-03-02 16:00"], "2026-03-09 17:30"),  # nor did the start
        ("working_days", 5, MONDAY, ["2026-03-02 11:00/2026-03-03 00:00"], "2026-03-09 17:30"),  # over at midnight
        ("working_days", 5, MONDAY, ["2026-03-02 11:00/2026-03-03 00:01"], "2026-03-10 17:30"),  # a minute of 3 March
        ("working_days", 5, MONDAY, ["2026-03-03 17:30/2026-03-03 23:00"], "2026-03-09 17:30"),  # after business
        ("working_days", 5, MONDAY, ["2026-03-03 17:29/2026-03-03 23:00"], "2026-03-10 17:30"),  # a minute of business
        ("working_days", 5, MONDAY, ["2026-03-09 17:29/2026-03-09 17:30"], "2026-03-10 17:30"),  # in its last minute
        ("working_days", 5, MONDAY, ["2026-03-09 17:30/2026-03-12 10:00"], "2026-03-09 17:30"),  # too late: it ended
        ("working_days", 5, MONDAY, ["2026-03-04 11:00/2026-03-05 09:30", "2026-03-05 08:00/2026-03-06 12:00"],
         "2026-03-12 17:30"),  # 4, 5, 6, and 5 only once: 3, 9, 10, 11, 12
        ("working_days", 3, "2025-09-29 10:00", ["2025-09-30 10:00/2025-10-09 12:00"], "2025-10-13 17:30"),  # 9 no
        ("working_days", 0, MONDAY, ["2026-03-02 11:00/2026-03-04 12:00"], "2026-03-05 17:30"),  # the first day whole
        ("working_days", 0, MONDAY, ["2026-03-02 08:00/2026-03-02 09:30"], "2026-03-02 17:30"),  # over before the start
        ("calendar_days", 10, MONDAY, ["2026-03-04 09:00/2026-03-06 09:00"], "2026-03-16 17:30"),  # Sunday 15 → Monday
        ("calendar_days", 5, MONDAY, ["2026-03-09 10:00/2026-03-11 10:00"], "2026-03-12 17:30"),  # Saturday 7 → 12
        ("months", 1, MONDAY, ["2026-03-10 09:00/2026-03-12 09:00"], "2026-04-07 17:30"),  # 2 + 3 = 5 April, 清明
        ("hours", 24, MONDAY, ["2026-03-02 12:00/2026-03-02 15:30"], "2026-03-03 13:30"),  # 3½ h later
        ("hours", 24, MONDAY, ["2026-03-02 08:00/2026-03-02 11:00"], "2026-03-03 11:00"),  # the hour after the start
        ("hours", 24, MONDAY, ["2026-03-02 12:00/2026-03-02 15:00", "2026-03-02 14:00/2026-03-02 16:00"],
         "2026-03-03 14:00"),  # 12 to 16, once
        ("hours", 24, MONDAY, ["2026-03-03 10:00/2026-03-04 10:00"], "2026-03-03 10:00"),  # too late
        ("working_hours", 4, MONDAY, ["2026-03-02 11:00/2026-03-03 10:00"], "2026-03-03 13:00"),  # 1 h, 3 h
        ("working_hours", 4, "2026-03-02 16:00", ["2026-03-02 18:00/2026-03-03 08:00"], "2026-03-03 11:30"),  # by night
    ],
)  # fmt: skip
def test_pauses(measure: str, number: int, start: str, pauses: list[str], end: str) -> None:
    """A pause moves hours exactly; of a limit in days, days it touched before close of business don't count."""
    stood = tuple(_pause(text) for text in pauses)
    assert ends(Clock(limit(measure, number), at(start), stood), World().calendar).at == at(end)


def test_a_going_pause_is_left_out_of_the_end() -> None:
    """The end of a clock that stands still is reckoned from the pauses that are over."""
    clock = Clock(limit("working_days", 5), at(MONDAY), (_pause("2026-03-04 11:00/2026-03-04 12:00"),))
    going = clock._replace(pauses=(*clock.pauses, pause("2026-03-05 10:00", None)))
    assert going.standing
    assert not clock.standing
    assert ends(going, World().calendar) == ends(clock, World().calendar)


def test_an_extension_in_working_days() -> None:
    """Five working days and an extension of ten are fifteen; other measures are not extended."""
    calendar = World().calendar
    assert ends(Clock(limit("working_days", 5), at(MONDAY), (), 10), calendar).at == at("2026-03-23 17:30")
    assert ends(Clock(limit("working_days", 0), at(MONDAY), (), 1), calendar).at == at("2026-03-03 17:30")
    assert ends(Clock(limit("hours", 2), at(MONDAY), (), 10), calendar).at == at("2026-03-02 12:00")


@pytest.mark.parametrize(
    ("measure", "number", "start", "share", "moment"),
    [
        ("working_days", 5, MONDAY, 0.8, "2026-03-06 17:30"),  # four of five days are over
        ("working_days", 5, MONDAY, 0.5, "2026-03-05 13:15"),  # half of the third day, Thursday
        ("working_days", 1, "2026-03-06 10:00", 0.5, "2026-03-09 13:15"),  # half of Monday
        ("working_days", 10, "2025-09-26 10:00", 0.5, "2025-10-10 17:30"),  # 28, 29, 30, 9, 10
        ("working_days", 0, "2026-03-02 13:30", 0.5, "2026-03-02 15:30"),  # half of what is left of the day
        ("working_days", 0, "2026-03-07 13:30", 0.5, "2026-03-09 13:15"),  # brought on Saturday: half of Monday
        ("calendar_days", 10, MONDAY, 0.5, "2026-03-07 17:30"),  # five of ten days are over, on a Saturday
        ("calendar_days", 5, MONDAY, 1, "2026-03-09 17:30"),  # the whole is reached when it is due
        ("hours", 24, "2026-03-07 10:00", 0.5, "2026-03-07 22:00"),  # round the clock
        ("working_hours", 4, "2026-03-02 16:30", 0.5, "2026-03-03 10:00"),  # 1 h, 1 h
    ],
)
def test_shares(measure: str, number: int, start: str, share: float, moment: str) -> None:
    """Half of a limit has passed when half of its own time has (DESIGN §7: early warnings)."""
    assert reached(Clock(limit(measure, number), at(start)), share, World().calendar) == at(moment)


@pytest.mark.parametrize(
    ("measure", "number", "moment"),
    [
        ("working_days", 2, "2026-03-09 17:30"),  # of 3 and 10 March the first is half, but 3 to 6 are paused: 9, 10
        ("calendar_days", 4, "2026-03-08 17:30"),  # 7, 8, 9, 10
        ("hours", 2, "2026-03-06 13:00"),  # the pause ends at 12:00
        ("working_hours", 2, "2026-03-06 13:00"),  # likewise
        ("working_days", 0, "2026-03-09 13:15"),  # due on Monday, the first whole day: half of it
    ],
)
def test_shares_leave_pauses_out(measure: str, number: int, moment: str) -> None:
    """Nobody is warned for time during which the clock stood still."""
    clock = Clock(limit(measure, number), at(MONDAY), (_pause("2026-03-02 10:00/2026-03-06 12:00"),))
    assert reached(clock, 0.5, World().calendar) == at(moment)


def test_beyond_the_published_years_a_due_date_says_so() -> None:
    """Nobody knows the make-up days of a year that isn't published yet; the last published day is still known."""
    calendar = World().calendar
    assert due_in_days(1, at("2026-12-30 10:00"), calendar) == (at("2026-12-31 17:30"), False)
    assert due_in_days(1, at("2026-12-31 10:00"), calendar) == (at("2027-01-01 17:30"), True)
    assert due(limit("working_hours", 4), at("2026-12-31 17:00"), calendar).provisional
    assert due(limit("months", 1), at("2026-12-02 10:00"), calendar).provisional
    assert not due(limit("hours", 24), at("2026-12-31 17:00"), calendar).provisional


def test_a_due_date_is_certain_only_if_no_day_before_it_was_guessed() -> None:
    """A day that the policy names makes it certain if the days before it are named too, not by itself."""
    holidays = frozenset(date(2027, 1, 1) + timedelta(days=n) for n in range(3))
    monday = frozenset({date(2027, 1, 4)})
    start = at("2026-12-31 10:00")
    known, half_known = World(holidays=holidays, workdays=monday), World(workdays=monday)
    assert due_in_days(1, start, known.calendar) == (at("2027-01-04 17:30"), False)
    assert due_in_days(2, start, half_known.calendar) == (at("2027-01-04 17:30"), True)
    paused = Clock(limit("working_days", 1), start, (_pause("2027-01-01 10:00/2027-01-01 12:00"),))
    assert ends(paused, half_known.calendar).provisional


def test_working_hours_are_certain_only_if_no_day_among_them_was_guessed() -> None:
    """½ h on 31 December, 8½ h on an unpublished Friday, 1 h on a Monday that the policy names."""
    named = World(workdays=frozenset({date(2027, 1, 4)})).calendar
    assert due(limit("working_hours", 10), at("2026-12-31 17:00"), named) == (at("2027-01-04 10:00"), True)


def test_summer_time_elsewhere_changes_nothing() -> None:
    """Moments told in a zone that puts its clocks forward that night: hours, pauses and work keep their length."""
    berlin = ZoneInfo("Europe/Berlin")
    start, over = (datetime(2026, 3, 29, hour, 30, tzinfo=berlin) for hour in (1, 3))  # an hour apart
    sunday = World(opens=time(8), workdays=frozenset({date(2026, 3, 29)})).calendar  # it is 8:30 and 9:30 in Shanghai
    assert due(limit("hours", 24), start, sunday).at == at("2026-03-30 08:30")
    stood = (Pause(PauseKind.CITIZEN, start, over),)
    assert ends(Clock(limit("hours", 24), start, stood), sunday).at == at("2026-03-30 09:30")
    before = Pause(PauseKind.CITIZEN, start - timedelta(hours=1), start)
    assert ends(Clock(limit("hours", 24), before.start, (before,)), sunday).at == at("2026-03-30 08:30")
    assert sunday.worked(start, over) == timedelta(hours=1)
    assert due(limit("working_hours", 2), start, sunday).at == at("2026-03-29 10:30")


def test_days_of_the_policys_own() -> None:
    """The policy's day off and workday stand above the published calendar, its workday above its day off."""
    tuesday, sunday, national = date(2026, 3, 3), date(2026, 3, 8), date(2026, 10, 1)
    assert due_in_days(1, at(MONDAY), World(holidays=frozenset({tuesday})).calendar).at == at("2026-03-04 17:30")
    assert due_in_days(5, at(MONDAY), World(workdays=frozenset({sunday})).calendar).at == at("2026-03-08 17:30")
    both = World(holidays=frozenset({national}), workdays=frozenset({national})).calendar
    assert due_in_days(1, at("2026-09-30 10:00"), both).at == at("2026-10-01 17:30")


def test_corresponding_days() -> None:
    """Months keep the day where there is one and end with the month where there is none, across years."""
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2025, 11, 30), 1) == date(2025, 12, 30)
    assert months_later(date(2025, 12, 31), 24) == date(2027, 12, 31)


def test_the_calendar_counts_between_what_it_counts_after() -> None:
    """From a day to its n-th working day there are n, and the day closes when the centre does."""
    calendar = World().calendar
    start = date(2025, 9, 26)
    assert [calendar.between(start, calendar.after(start, n)) for n in range(1, 40)] == list(range(1, 40))
    assert calendar.between(start, start) == 0
    assert calendar.closing(start).time() == CLOSES
    assert calendar.date_of(at("2025-09-26 00:00").astimezone(SHANGHAI)) == start
    assert calendar.last_known_year == 2026


def _pause(text: str) -> Pause:
    """A pause of which both ends are told, parted by a stroke."""
    start, end = text.split("/")
    return pause(start, end)


@pytest.mark.parametrize(("begun", "stands"), [("2026-03-09 17:29", True), ("2026-03-09 17:30", False)])
def test_a_pause_excuses_only_what_is_not_due_yet(begun: str, stands: bool) -> None:  # noqa: FBT001 (a table's column)
    """Five working days from Monday 2 March end on the 9th at 17:30: a pause that begins then comes too late."""
    clock = Clock(limit("working_days", 5), at(MONDAY), (Pause(PauseKind.COURT, at(begun)),))
    assert stopped(clock, World().calendar) is stands
