"""When things are due, counted by hand on the published calendars of 2024, 2025 and 2026.

The days that matter (State Council notices; off / made up):
2024: 1 Jan · 10–17 Feb / 4, 18 Feb · 4–6 Apr / 7 Apr · 1–5 May / 28 Apr, 11 May · 10 Jun · 15–17 Sep / 14 Sep ·
1–7 Oct / 29 Sep, 12 Oct.
2025: 1 Jan · 28 Jan – 4 Feb / 26 Jan, 8 Feb · 4–6 Apr · 1–5 May / 27 Apr · 31 May – 2 Jun · 1–8 Oct / 28 Sep, 11 Oct.
2026: 1–3 Jan / 4 Jan · 15–23 Feb / 14, 28 Feb · 4–6 Apr · 1–5 May / 9 May · 19–21 Jun · 25–27 Sep · 1–7 Oct /
20 Sep, 10 Oct.
The centre is open from 9:00 to 17:30.
"""

from __future__ import annotations

import pytest
from reckoner import World, at, limit

from router.clocks.limits import due, due_in_days


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        # plain weeks: 2 March 2026 is a Monday
        ("2026-03-02 10:00", 1, "2026-03-03"),  # Monday → Tuesday
        ("2026-03-02 00:00", 1, "2026-03-03"),  # the day of the start isn't counted, however early it began
        ("2026-03-02 17:30", 1, "2026-03-03"),  # nor at close of business
        ("2026-03-02 23:59", 1, "2026-03-03"),  # nor in its last minute
        ("2026-03-03 00:00", 1, "2026-03-04"),  # a minute later it is another day
        ("2026-03-06 10:00", 1, "2026-03-09"),  # over a weekend
        ("2026-03-06 23:59", 2, "2026-03-10"),  # Monday, Tuesday
        ("2026-03-07 10:00", 1, "2026-03-09"),  # brought on a Saturday
        ("2026-03-08 23:59", 1, "2026-03-09"),  # brought on a Sunday, in its last minute
        ("2026-03-02 10:00", 5, "2026-03-09"),  # 3, 4, 5, 6, 9
        ("2026-03-02 10:00", 10, "2026-03-16"),  # … 13 (9), 16
        ("2026-03-02 10:00", 15, "2026-03-23"),  # … 20 (14), 23
        # 国庆 2024
        ("2024-09-30 10:00", 1, "2024-10-08"),  # 1 to 7 October off
        ("2024-09-30 10:00", 2, "2024-10-09"),  # 8, 9
        ("2024-09-30 10:00", 5, "2024-10-12"),  # 8, 9, 10, 11, Saturday 12 made up
        ("2024-09-28 10:00", 1, "2024-09-29"),  # brought on a Saturday, Sunday 29 made up
        ("2024-09-28 10:00", 3, "2024-10-08"),  # 29, 30 September, 8 October
        ("2024-09-27 17:30", 10, "2024-10-16"),  # 29, 30, 8, 9, 10, 11, 12, 14, 15, 16
        ("2024-09-13 10:00", 3, "2024-09-19"),  # 中秋: Saturday 14 made up, 15 to 17 off; 14, 18, 19
        # 国庆 2025
        ("2025-09-30 16:00", 1, "2025-10-09"),  # 1 to 8 October off
        ("2025-09-30 16:00", 3, "2025-10-11"),  # 9, 10, Saturday 11 made up
        ("2025-09-26 23:59", 2, "2025-09-29"),  # Sunday 28 made up, 29
        ("2025-09-26 17:30", 15, "2025-10-23"),  # 28, 29, 30, 9, 10, 11, 13–17 (11), 20, 21, 22, 23
        ("2025-10-01 09:00", 1, "2025-10-09"),  # brought on the holiday itself
        ("2025-10-11 10:00", 1, "2025-10-13"),  # brought on a make-up Saturday, which isn't counted
        # 国庆 and 中秋 2026
        ("2026-09-30 17:30", 1, "2026-10-08"),  # 1 to 7 October off
        ("2026-09-30 10:00", 3, "2026-10-10"),  # 8, 9, Saturday 10 made up
        ("2026-09-18 10:00", 5, "2026-09-24"),  # Sunday 20 made up, 21, 22, 23, 24
        ("2026-09-18 10:00", 10, "2026-10-09"),  # … 24 (5), 28, 29, 30, 8, 9
        # 春节 2024: the eve, 9 February, is a working day
        ("2024-02-02 16:00", 1, "2024-02-04"),  # Sunday 4 made up
        ("2024-02-08 09:00", 2, "2024-02-18"),  # 9, Sunday 18 made up
        ("2024-02-09 23:59", 1, "2024-02-18"),  # 10 to 17 off
        ("2024-02-09 10:00", 5, "2024-02-22"),  # 18, 19, 20, 21, 22
        # 春节 2025
        ("2025-01-24 09:00", 3, "2025-02-05"),  # Sunday 26 made up, 27, then 28 January to 4 February off
        ("2025-01-27 17:30", 5, "2025-02-10"),  # 5, 6, 7, Saturday 8 made up, 10
        ("2025-01-25 10:00", 10, "2025-02-13"),  # 26, 27, 5, 6, 7, 8, 10, 11, 12, 13
        # 春节 2026
        ("2026-02-13 10:00", 2, "2026-02-24"),  # Saturday 14 made up, then 15 to 23 off
        ("2026-02-14 17:30", 1, "2026-02-24"),  # brought on that Saturday
        ("2026-02-13 10:00", 10, "2026-03-05"),  # 14, 24–27 (5), Saturday 28 made up, 2, 3, 4, 5
        ("2026-02-18 10:00", 15, "2026-03-13"),  # 24–28 (5), 2–6 (10), 9–13 (15)
        # 清明
        ("2024-04-03 10:00", 1, "2024-04-07"),  # 4 to 6 off, Sunday 7 made up
        ("2024-04-03 23:59", 3, "2024-04-09"),  # 7, 8, 9
        ("2025-04-03 10:00", 1, "2025-04-07"),  # Friday 4 to Sunday 6 off, nothing made up
        ("2026-04-03 10:00", 2, "2026-04-08"),  # Monday 6 off too: 7, 8
        # 五一
        ("2024-04-26 10:00", 3, "2024-04-30"),  # Sunday 28 made up, 29, 30
        ("2024-04-30 10:00", 5, "2024-05-10"),  # 1 to 5 off: 6–10
        ("2024-05-10 10:00", 2, "2024-05-13"),  # Saturday 11 made up, 13
        ("2025-04-30 17:30", 1, "2025-05-06"),  # 1 to 5 off
        ("2025-04-25 10:00", 5, "2025-05-06"),  # Sunday 27 made up, 28, 29, 30, 6
        ("2026-04-30 10:00", 3, "2026-05-08"),  # 1 to 5 off: 6, 7, 8
        ("2026-04-30 10:00", 5, "2026-05-11"),  # 6, 7, 8, Saturday 9 made up, 11
        # 端午
        ("2025-06-01 10:00", 2, "2025-06-04"),  # Monday 2 off: 3, 4
        ("2026-06-18 10:00", 1, "2026-06-22"),  # Friday 19 to Sunday 21 off
        # 元旦 and ends of years
        ("2023-12-29 10:00", 1, "2024-01-02"),  # a weekend, then Monday 1 January off
        ("2024-12-31 23:59", 1, "2025-01-02"),  # the last minute of 2024
        ("2024-12-30 10:00", 3, "2025-01-03"),  # 31, 2, 3
        ("2025-12-31 09:00", 1, "2026-01-04"),  # 1 to 3 January off, Sunday 4 made up
        ("2025-12-31 23:59", 2, "2026-01-05"),  # 4, 5
        ("2025-12-29 10:00", 5, "2026-01-06"),  # 30, 31, 4, 5, 6
        # 29 February
        ("2024-02-28 09:00", 1, "2024-02-29"),  # a leap day is a day
        ("2024-02-29 23:59", 1, "2024-03-01"),  # and isn't counted where it is the start
        ("2024-02-29 10:00", 2, "2024-03-04"),  # Friday 1, Monday 4
        # no days: today until close of business, or the next working day
        ("2026-03-02 00:00", 0, "2026-03-02"),  # today
        ("2026-03-02 17:29", 0, "2026-03-02"),  # a minute is left
        ("2026-03-02 17:30", 0, "2026-03-03"),  # at close of business the day is over
        ("2026-03-02 23:59", 0, "2026-03-03"),  # so it is in the night
        ("2026-03-06 18:00", 0, "2026-03-09"),  # Friday evening → Monday
        ("2026-03-07 10:00", 0, "2026-03-09"),  # Saturday → Monday
        ("2025-10-11 10:00", 0, "2025-10-11"),  # a make-up Saturday is a working day
        ("2024-02-17 12:00", 0, "2024-02-18"),  # the last day of 春节 → Sunday made up
        ("2025-09-30 18:00", 0, "2025-10-09"),  # the evening before 国庆
        ("2025-12-31 17:30", 0, "2026-01-04"),  # close of business of the year
    ],
)
def test_working_days(start: str, days: int, last: str) -> None:
    """A limit in working days ends at close of business of the last one after the start's date (民法典 201, 203)."""
    calendar = World().calendar
    assert due_in_days(days, at(start), calendar).at == at(f"{last} 17:30")
    assert due(limit("working_days", days), at(start), calendar) == due_in_days(days, at(start), calendar)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-03-02 10:00", 1, "2026-03-03"),  # Tuesday
        ("2026-03-02 23:59", 1, "2026-03-03"),  # whatever the hour
        ("2026-03-02 10:00", 5, "2026-03-09"),  # Saturday 7 → Monday
        ("2026-03-02 10:00", 6, "2026-03-09"),  # Sunday 8 → Monday
        ("2026-03-02 10:00", 7, "2026-03-09"),  # Monday 9 itself
        ("2026-03-02 10:00", 10, "2026-03-12"),  # days of rest in between count
        ("2026-03-07 10:00", 1, "2026-03-09"),  # brought on Saturday: Sunday 8 → Monday
        ("2025-09-26 10:00", 2, "2025-09-28"),  # a make-up Sunday is a working day
        ("2025-09-26 10:00", 15, "2025-10-11"),  # so is Saturday 11 October
        ("2025-09-21 10:00", 10, "2025-10-09"),  # 1 October → after 国庆
        ("2024-09-22 10:00", 15, "2024-10-08"),  # 7 October, the last day off
        ("2026-09-27 10:00", 15, "2026-10-12"),  # Monday 12
        ("2024-02-08 10:00", 2, "2024-02-18"),  # 10 February → Sunday 18 made up
        ("2025-01-18 10:00", 10, "2025-02-05"),  # 28 January → after 春节
        ("2026-02-08 10:00", 7, "2026-02-24"),  # Sunday 15 → after 春节
        ("2024-02-14 10:00", 15, "2024-02-29"),  # the leap day
        ("2024-02-29 10:00", 1, "2024-03-01"),  # the day after it
        ("2024-03-30 10:00", 5, "2024-04-07"),  # 4 April → Sunday 7 made up
        ("2026-04-26 10:00", 5, "2026-05-06"),  # 1 May → after 五一
        ("2024-12-22 10:00", 10, "2025-01-02"),  # 1 January
        ("2025-12-22 10:00", 10, "2026-01-04"),  # 1 January → Sunday 4 made up
        ("2024-02-29 10:00", 366, "2025-03-03"),  # Saturday 1 March 2025 → Monday
    ],
)
def test_calendar_days(start: str, days: int, last: str) -> None:
    """A limit in calendar days counts every day; if the last is no working day, the next one is it (民法典 203)."""
    assert due(limit("calendar_days", days), at(start), World().calendar).at == at(f"{last} 17:30")


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2026-03-31 10:00", 1, "2026-04-30"),  # April has no 31st
        ("2023-11-30 10:00", 3, "2024-02-29"),  # 30 November: the end of February in a leap year
        ("2024-11-30 10:00", 3, "2025-02-28"),  # and in another one, a Friday
        ("2025-11-30 10:00", 3, "2026-02-28"),  # Saturday 28 February 2026 is made up
        ("2024-01-31 10:00", 1, "2024-02-29"),  # 31 January, leap year
        ("2025-01-31 10:00", 1, "2025-02-28"),  # 31 January, a day off in 春节
        ("2026-01-31 10:00", 1, "2026-02-28"),  # 31 January, a Saturday
        ("2024-12-31 23:59", 2, "2025-02-28"),  # the last minute of the year
        ("2024-02-29 10:00", 1, "2024-03-29"),  # the corresponding day, not the end of the month
        ("2024-02-29 10:00", 12, "2025-02-28"),  # a year from a leap day
        ("2024-02-29 10:00", 24, "2026-02-28"),  # two years, to a make-up Saturday
        ("2025-10-31 10:00", 3, "2026-02-02"),  # Saturday 31 January → Monday
        ("2024-08-31 10:00", 1, "2024-09-30"),  # a Monday
        ("2024-03-15 10:00", 6, "2024-09-18"),  # Sunday 15 September → after 中秋
        ("2025-07-08 10:00", 3, "2025-10-09"),  # the last day of 国庆
        ("2026-07-01 10:00", 3, "2026-10-08"),  # its first
        ("2025-10-01 10:00", 3, "2026-01-04"),  # 1 January → Sunday 4 made up
        ("2024-12-01 10:00", 1, "2025-01-02"),  # 1 January 2025
    ],
)
def test_months(start: str, months: int, last: str) -> None:
    """A limit in months ends on the corresponding day, or the last of the month (民法典 202), or after rest (203)."""
    assert due(limit("months", months), at(start), World().calendar).at == at(f"{last} 17:30")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 09:00", 2, "2026-03-02 11:00"),  # by day
        ("2026-03-06 23:30", 2, "2026-03-07 01:30"),  # Friday night
        ("2026-03-07 17:30", 24, "2026-03-08 17:30"),  # over a weekend
        ("2025-09-30 23:00", 2, "2025-10-01 01:00"),  # into 国庆
        ("2025-10-03 10:00", 24, "2025-10-04 10:00"),  # within 国庆
        ("2024-02-09 17:30", 24, "2024-02-10 17:30"),  # from the eve of 春节
        ("2026-02-14 23:59", 24, "2026-02-15 23:59"),  # from a make-up Saturday
        ("2025-12-31 23:59", 2, "2026-01-01 01:59"),  # into the new year
        ("2024-12-31 12:00", 24, "2025-01-01 12:00"),  # likewise
        ("2024-02-28 12:00", 24, "2024-02-29 12:00"),  # into a leap day
        ("2024-02-29 12:00", 24, "2024-03-01 12:00"),  # out of it
    ],
)
def test_hours_round_the_clock(start: str, hours: int, end: str) -> None:
    """Hours run day and night, on holidays too."""
    assert due(limit("hours", hours), at(start), World().calendar).at == at(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 10:00", 4, "2026-03-02 14:00"),  # within a day
        ("2026-03-02 08:00", 4, "2026-03-02 13:00"),  # before opening: from 9:00
        ("2026-03-02 09:00", 4, "2026-03-02 13:00"),  # at opening
        ("2026-03-02 13:30", 4, "2026-03-02 17:30"),  # to close of business exactly
        ("2026-03-02 13:31", 4, "2026-03-03 09:01"),  # one minute over the night
        ("2026-03-02 16:00", 4, "2026-03-03 11:30"),  # 1½ h, 2½ h
        ("2026-03-02 17:30", 4, "2026-03-03 13:00"),  # at close of business
        ("2026-03-02 23:59", 4, "2026-03-03 13:00"),  # after it
        ("2026-03-06 15:30", 4, "2026-03-09 11:00"),  # over a weekend: 2 h, 2 h
        ("2026-03-07 12:00", 4, "2026-03-09 13:00"),  # brought on a Saturday
        ("2025-09-30 16:30", 4, "2025-10-09 12:00"),  # over 国庆: 1 h, 3 h
        ("2025-10-04 10:00", 4, "2025-10-09 13:00"),  # within 国庆
        ("2025-10-10 17:00", 4, "2025-10-11 12:30"),  # into a make-up Saturday: ½ h, 3½ h
        ("2025-12-31 15:30", 4, "2026-01-04 11:00"),  # into the new year: 2 h, 2 h on Sunday 4 made up
        ("2024-02-09 17:29", 1, "2024-02-18 09:59"),  # over 春节: 1 min, 59 min on Sunday 18 made up
        ("2026-02-13 16:30", 10, "2026-02-24 09:30"),  # 1 h, 8½ h on Saturday 14 made up, ½ h after 春节
        ("2026-03-02 09:00", 17, "2026-03-03 17:30"),  # two whole days
        ("2026-03-02 09:00", 18, "2026-03-04 10:00"),  # and an hour
    ],
)
def test_working_hours(start: str, hours: int, end: str) -> None:
    """Working hours run while the centre is open."""
    assert due(limit("working_hours", hours), at(start), World().calendar).at == at(end)
