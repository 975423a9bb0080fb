"""When things are due: golden dates by hand, and properties against a slow counter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.clocks.calendar import WorkCalendar
from router.clocks.limits import due, due_in_days
from router.policy.limits import Limit

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(9), time(17, 30)


def calendar(*, holidays: frozenset[date] = frozenset(), workdays: frozenset[date] = frozenset()) -> WorkCalendar:
    """The published calendar, changed as a policy may change it."""
    return WorkCalendar("Asia/Shanghai", OPENS, CLOSES, holidays=holidays, workdays=workdays)


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-03-02 10:00", 1, "2026-03-03"),  # Monday → Tuesday
        ("2026-03-02 23:59", 1, "2026-03-03"),  # the hour of the start doesn't matter
        ("2026-03-06 10:00", 1, "2026-03-09"),  # over a weekend
        ("2026-03-07 10:00", 1, "2026-03-09"),  # brought on a Saturday
        ("2025-09-30 16:00", 1, "2025-10-09"),  # 国庆: 1 to 8 October off
        ("2025-09-30 16:00", 3, "2025-10-11"),  # Saturday 11 October was made up
        ("2025-01-24 09:00", 3, "2025-02-05"),  # 春节: 26 January made up, 28 January to 4 February off
        ("2024-02-08 09:00", 2, "2024-02-18"),  # 春节 2024: Sunday 18 February made up
        ("2024-02-28 09:00", 1, "2024-02-29"),  # a leap day is a day
        ("2025-12-31 09:00", 1, "2026-01-04"),  # 元旦 2026: Sunday 4 January made up
    ],
)
def test_golden_dates(start: str, days: int, last: str) -> None:
    """Dates counted by hand on the published calendar, make-up workdays included (民法典 201, 203)."""
    found = due_in_days(days, at(start), calendar())
    assert found.at.astimezone(SHANGHAI) == at(f"{last} 17:30")


def test_same_day_means_today_or_the_next_working_day() -> None:
    """A limit of no days ends today at close of business, or on the next working day."""
    assert due_in_days(0, at("2026-03-02 10:00"), calendar()).at == at("2026-03-02 17:30")
    assert due_in_days(0, at("2026-03-07 10:00"), calendar()).at == at("2026-03-09 17:30")


def test_hours_run_round_the_clock() -> None:
    """Two hours from Friday night are two hours."""
    limit = Limit(hours=2, source="t")
    assert due(limit, at("2026-03-06 23:30"), calendar()).at == at("2026-03-07 01:30")


def test_beyond_the_known_years_a_due_date_says_so() -> None:
    """Nobody knows the make-up days of a year that isn't published yet."""
    far = datetime(2040, 1, 2, tzinfo=UTC)
    assert due_in_days(5, far, calendar()).provisional
    assert not due_in_days(5, at("2026-03-02 10:00"), calendar()).provisional


DAYS = st.dates(date(2005, 1, 1), date(2025, 12, 31))


@given(start=st.datetimes(datetime(2005, 1, 1), datetime(2025, 6, 1)), days=st.integers(1, 40))  # noqa: DTZ001 (made aware below)
def test_against_a_slow_counter(start: datetime, days: int) -> None:
    """Counting day by day gives the same date, and the last day is a working day."""
    given_calendar, begun = calendar(), start.replace(tzinfo=SHANGHAI)
    left, day = days, begun.date()
    while left:
        day += timedelta(days=1)
        left -= 1 if given_calendar.is_working(day) else 0
    found = due_in_days(days, begun, given_calendar).at.astimezone(SHANGHAI)
    assert found.date() == day
    assert given_calendar.is_working(found.date())
    assert found.time() == CLOSES


@given(start=DAYS, days=st.integers(1, 30), holiday=DAYS)
def test_a_holiday_more_never_makes_it_earlier(start: date, days: int, holiday: date) -> None:
    """A day off added by the policy can only move a due date back."""
    begun = datetime.combine(start, time(10), SHANGHAI)
    usual = due_in_days(days, begun, calendar())
    assert due_in_days(days, begun, calendar(holidays=frozenset({holiday}))).at >= usual.at
