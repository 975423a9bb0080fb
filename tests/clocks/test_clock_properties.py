"""What must hold of the end of every limit, whatever its start, pauses and calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reckoner import DAY, SHANGHAI, STEP, Matter, World, dates, limit, matters, paused

from router.clocks.limits import due, ends
from router.clocks.pauses import Pause
from router.policy.limits import PauseKind

thorough = settings(deadline=None)
OFFSETS = st.integers(0, 60).map(lambda days: DAY * days)


def _end(matter: Matter) -> datetime:
    return ends(matter.clock, matter.world.calendar).at


def _last(matter: Matter) -> date:
    return _end(matter).astimezone(SHANGHAI).date()


def _with(matter: Matter, *pauses: Pause) -> Matter:
    return matter._replace(clock=matter.clock._replace(pauses=pauses))


# Against the slow counter.


@thorough
@given(matters("working_days", pauses=4))
def test_working_days_against_the_slow_counter(matter: Matter) -> None:
    """Counting day by day gives the same end of a limit in working days."""
    assert _end(matter) == matter.world.reckon(matter.clock)


@thorough
@given(matters("calendar_days", "months", pauses=4))
def test_calendar_days_and_months_against_the_slow_counter(matter: Matter) -> None:
    """Walking from month to month, and counting day by day, gives the same end of a limit in either."""
    assert _end(matter) == matter.world.reckon(matter.clock)


@thorough
@given(matters("hours", pauses=4))
def test_hours_against_the_slow_counter(matter: Matter) -> None:
    """Counting in steps of ten minutes gives the same end of a limit in hours."""
    assert _end(matter) == matter.world.reckon(matter.clock)


@thorough
@given(matters("working_hours", pauses=4))
def test_working_hours_against_the_slow_counter(matter: Matter) -> None:
    """Counting open steps of ten minutes gives the same end of a limit in working hours."""
    assert _end(matter) == matter.world.reckon(matter.clock)


def test_every_published_day() -> None:
    """A calendar without days of its own says of every published day what `chinese_calendar` says."""
    world = World()
    calendar = world.calendar
    for day in dates(date(2003, 12, 31), date(2026, 12, 31)):
        assert calendar.is_working(day) == world.works(day)


# What moves a limit, and which way.


@thorough
@given(matters(), OFFSETS)
def test_a_holiday_more_never_makes_it_earlier(matter: Matter, offset: timedelta) -> None:
    """A day off added by the policy leaves every limit as it is or moves it back, paused or not."""
    more = matter.world._replace(holidays=matter.world.holidays | {matter.start + offset})
    assert _end(matter._replace(world=more)) >= _end(matter)


@thorough
@given(matters(), OFFSETS)
def test_a_make_up_day_more_never_makes_it_later(matter: Matter, offset: timedelta) -> None:
    """A workday added by the policy leaves every limit as it is or brings it forward, paused or not."""
    more = matter.world._replace(workdays=matter.world.workdays | {matter.start + offset})
    assert _end(matter._replace(world=more)) <= _end(matter)


@thorough
@given(matters(pauses=5), st.integers(0, 5))
def test_a_pause_more_never_makes_it_earlier(matter: Matter, left_out: int) -> None:
    """A pause leaves every limit as it is or moves it back."""
    pauses = matter.clock.pauses
    assert _end(_with(matter, *pauses[:left_out], *pauses[left_out + 1 :])) <= _end(matter)


@thorough
@given(matters(), st.integers(1, 10))
def test_a_longer_limit_never_ends_earlier(matter: Matter, more: int) -> None:
    """A greater number in the same measure ends at the same time or later."""
    (measure, number), *_ = matter.clock.limit.measures().items()
    longer = matter.clock._replace(limit=limit(measure, number + more))
    assert _end(matter._replace(clock=longer)) >= _end(matter)


@thorough
@given(matters(pauses=0), st.integers(0, 5000))
def test_a_later_start_never_ends_earlier(matter: Matter, minutes: int) -> None:
    """Without pauses, what begins later ends at the same time or later."""
    later = matter.clock._replace(start=matter.clock.start + timedelta(minutes=minutes))
    assert _end(matter._replace(clock=later)) >= _end(matter)


# Pauses.


@thorough
@given(matters("hours", pauses=5))
def test_pauses_move_hours_by_their_time_together(matter: Matter) -> None:
    """A limit in hours moves by exactly the time up to its end that lay in a pause, however many overlap."""
    clock, end = matter.clock, _end(matter)
    steps = [clock.start + STEP * n for n in range((end - clock.start) // STEP)]
    asleep = STEP * sum(paused(step, clock.pauses) for step in steps)
    assert end == due(clock.limit, clock.start, matter.world.calendar).at + asleep


@thorough
@given(
    matters("hours", pauses=0),
    st.timedeltas(timedelta(days=-2), timedelta(days=5)),
    st.timedeltas(timedelta(), timedelta(days=9)),
)
def test_a_pause_moves_hours_to_the_microsecond(matter: Matter, ahead: timedelta, length: timedelta) -> None:
    """One pause moves a limit in hours by exactly its overlap with the limit."""
    clock, usual = matter.clock, _end(matter)
    one = Pause(PauseKind.COURT, clock.start + ahead, clock.start + ahead + length)
    overlap = max(timedelta(), length + min(ahead, timedelta())) if one.start < usual else timedelta()
    assert _end(_with(matter, one)) == usual + overlap


@thorough
@given(matters("working_days", pauses=5))
def test_pauses_move_working_days_by_those_they_touched(matter: Matter) -> None:
    """A limit in working days moves by exactly the working days up to its new end that a pause touched."""
    world, clock = matter.world, matter.clock
    assume(clock.limit.working_days)
    moved, usual = _last(matter), _last(_with(matter))
    touched = [day for day in dates(matter.start, moved) if world.works(day) and world.touched(day, clock.pauses)]
    assert len(touched) == sum(world.works(day) for day in dates(usual, moved))


@thorough
@given(matters(pauses=5))
def test_overlapping_pauses_count_once(matter: Matter) -> None:
    """Pauses in another order, told twice, or told in two halves move nothing more."""
    pauses = matter.clock.pauses
    halves = [
        half
        for p in pauses
        if p.end
        for middle in (p.start + (p.end - p.start) / 2,)
        for half in (Pause(p.kind, p.start, middle), Pause(p.kind, middle, p.end))
    ]
    assert _end(_with(matter, *reversed(pauses))) == _end(matter)
    assert _end(_with(matter, *pauses, *pauses)) == _end(matter)
    assert _end(_with(matter, *halves)) == _end(matter)
    assert _end(_with(matter, *pauses, *halves)) == _end(matter)


@thorough
@given(matters(), st.timedeltas(timedelta(), timedelta(days=9)), st.timedeltas(timedelta(), timedelta(days=9)))
def test_a_pause_outside_a_limit_moves_nothing(matter: Matter, gap: timedelta, length: timedelta) -> None:
    """What ended before the start, or begins when the limit has ended, moves no limit: none is revived."""
    end, start, pauses = _end(matter), matter.clock.start, matter.clock.pauses
    before = Pause(PauseKind.CITIZEN, start - gap - length, start - gap)
    after = Pause(PauseKind.CITIZEN, end + gap, end + gap + length)
    assert _end(_with(matter, *pauses, after)) == end
    assert _end(_with(matter, *pauses, before)) == end
