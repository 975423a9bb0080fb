"""Limits add up, their shares come in order, and the explanation says what was reckoned."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reckoner import CODES, DAY, DAY_MEASURES, HOUR, SHANGHAI, Matter, dates, lasting, limit, matters, moment

from router.clocks.explain import Derivation, derive, sentence
from router.clocks.limits import Clock, counted_in_days, due_in_days, ends, reached
from router.clocks.pauses import Pause
from router.policy.limits import PauseKind

thorough = settings(deadline=None)
SHARES = st.floats(0, 1) | st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0])
ZONES = st.sampled_from([ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), UTC])


def _end(matter: Matter) -> datetime:
    return ends(matter.clock, matter.world.calendar).at


# Sums.


@thorough
@given(matters("working_days", pauses=0), st.integers(0, 20), st.integers(1, 20), CODES)
def test_working_days_add_up(matter: Matter, first: int, then: int, code: int) -> None:
    """What follows in working days, whatever the hour, ends with the limit of both together."""
    calendar, start = matter.world.calendar, matter.clock.start
    between = due_in_days(first, start, calendar).at.astimezone(SHANGHAI)
    start = start if first else between  # no days may end on a later day than that of the start
    again = moment(between.date(), code, matter.world)
    assert due_in_days(then, again, calendar).at == due_in_days(first + then, start, calendar).at


@thorough
@given(matters("hours", "working_hours"), st.integers(1, 20))
def test_hours_add_up(matter: Matter, then: int) -> None:
    """Hours that follow a limit in hours end with the limit of both together, across all pauses."""
    (measure, number), *_ = matter.clock.limit.measures().items()
    together = matter.clock._replace(limit=limit(measure, number + then))
    follows = matter.clock._replace(limit=limit(measure, then), start=_end(matter))
    assert _end(matter._replace(clock=follows)) == _end(matter._replace(clock=together))


@thorough
@given(matters("working_days"), st.integers(0, 20))
def test_an_extension_is_a_longer_limit(matter: Matter, days: int) -> None:
    """A limit extended by some working days ends with the limit of so many more."""
    number = matter.clock.limit.working_days or 0
    extended = matter.clock._replace(extra_days=days)
    longer = matter.clock._replace(extra_days=0, limit=limit("working_days", number + days))
    assert _end(matter._replace(clock=extended)) == _end(matter._replace(clock=longer))


# Where ends lie.


@thorough
@given(matters(*DAY_MEASURES))
def test_days_end_at_close_of_business_on_a_working_day(matter: Matter) -> None:
    """A limit in days or months ends when the centre closes, on a working day without a pause."""
    end = _end(matter).astimezone(SHANGHAI)
    assert end.time() == matter.world.closes
    assert matter.world.works(end.date())
    assert not matter.world.touched(end.date(), lasting(matter.clock))


@thorough
@given(matters("hours"), matters("hours", pauses=0))
def test_hours_round_the_clock_ignore_calendars(matter: Matter, other: Matter) -> None:
    """Holidays, make-up days and opening hours change nothing about hours round the clock."""
    assert _end(matter._replace(world=other.world)) == _end(matter)
    assert not ends(matter.clock, matter.world.calendar).provisional


@thorough
@given(matters("working_hours", pauses=0))
def test_working_hours_are_worked(matter: Matter) -> None:
    """Between start and end of a limit in working hours lie exactly these hours of work."""
    worked = matter.world.calendar.worked(matter.clock.start, _end(matter))
    assert worked == HOUR * (matter.clock.limit.working_hours or 0)


@thorough
@given(matters(), ZONES, SHARES)
def test_it_does_not_matter_in_which_zone_a_moment_is_told(matter: Matter, zone: ZoneInfo, share: float) -> None:
    """The same moments told in another time zone, summer time or not, give the same end and shares."""
    clock, calendar = matter.clock, matter.world.calendar
    pauses = tuple(Pause(p.kind, p.start.astimezone(zone), p.end and p.end.astimezone(zone)) for p in clock.pauses)
    told = Clock(clock.limit, clock.start.astimezone(zone), pauses, clock.extra_days)
    assert ends(told, calendar) == ends(clock, calendar)
    assert reached(told, share, calendar) == reached(clock, share, calendar)


@thorough
@given(matters())
def test_provisional_where_a_day_had_to_be_guessed(matter: Matter) -> None:
    """An end in a published year is certain; one in a later year is not, unless the policy names every day."""
    found = ends(matter.clock, matter.world.calendar)
    last = found.at.astimezone(SHANGHAI).date()
    unpublished = [day for day in dates(matter.start - DAY, last) if day.year > matter.world.calendar.last_known_year]
    if "hours" in matter.clock.limit.measures() or not unpublished:
        assert not found.provisional
    elif last not in matter.world.holidays | matter.world.workdays:
        assert found.provisional


# Shares of a limit's own time.


@thorough
@given(matters(), st.lists(SHARES, min_size=2, max_size=4))
def test_shares_are_reached_in_order(matter: Matter, shares: list[float]) -> None:
    """A greater share is reached at the same time or later, none before the start, the whole when it is due: later."""
    clock, calendar = matter.clock, matter.world.calendar
    reached_at = [clock.start, *(reached(clock, share, calendar) for share in sorted(shares)), _end(matter)]
    assert all(earlier <= later for earlier, later in pairwise(reached_at))
    assert reached(clock, 1, calendar) == _end(matter) > clock.start
    assert {moment.tzinfo for moment in reached_at[1:]} == {UTC}


@thorough
@given(matters(*DAY_MEASURES), st.floats(0.01, 0.99))
def test_no_share_is_reached_on_a_day_that_does_not_count(matter: Matter, share: float) -> None:
    """Nobody is warned on a day that a pause touched, nor, of a limit in working days, on a day of rest."""
    world, clock = matter.world, matter.clock
    day = reached(clock, share, world.calendar).astimezone(SHANGHAI).date()
    assert not world.touched(day, lasting(clock))
    assert world.works(day) or clock.limit.working_days is None


@thorough
@given(matters("working_days"), st.integers(0, 39))
def test_a_share_of_working_days_is_so_many_of_them(matter: Matter, some: int) -> None:
    """When k of n days' share is reached, k days have been counted, and their last one is over."""
    world, clock = matter.world, matter.clock
    number = counted_in_days(clock, world.calendar)
    assume(number)
    done = 1 + some % number
    found = reached(clock, done / number, world.calendar).astimezone(SHANGHAI)
    days = [day for day in dates(matter.start, found.date()) if world.works(day)]
    assert found.time() == world.closes
    assert len([day for day in days if not world.touched(day, clock.pauses)]) == done


# Explanations.


@thorough
@given(matters())
def test_explanation_and_end_agree(matter: Matter) -> None:
    """Derivation and sentences state the very end that was reckoned, and the clock's own start, limit and extension."""
    calendar = matter.world.calendar
    found = derive(matter.clock, calendar)
    assert (found.due, found.provisional) == ends(matter.clock, calendar)
    assert (found.start, found.extra_days) == (matter.clock.start, matter.clock.extra_days)
    assert {found.measure: found.number} == matter.clock.limit.measures()
    end = _end(matter).astimezone(SHANGHAI)
    assert f"到期：{end.year}年{end.month}月{end.day}日（周" in sentence(found, calendar)
    assert f"due {end:%Y-%m-%d %H:%M}" in sentence(found, calendar, "en")


@thorough
@given(matters("working_days"))
def test_working_days_can_be_recounted_from_the_explanation(matter: Matter) -> None:
    """The days after the start up to the end, less those said to be skipped, are as many as the limit has."""
    found = derive(matter.clock, matter.world.calendar)
    whole = found.number + found.extra_days
    counted = _counted(found, from_start=whole == 0)
    assert len(counted) == max(whole, 1)
    assert counted[-1] == _date(found.due)
    assert not found.moved
    assert set(found.made_up) == {day for day in counted if day.isoweekday() > 5}


@thorough
@given(matters("calendar_days", "months"))
def test_calendar_days_can_be_recounted_from_the_explanation(matter: Matter) -> None:
    """The last of so many days that were not skipped is the end, unless it is said to have moved to a working day."""
    found = derive(matter.clock, matter.world.calendar)
    number = counted_in_days(matter.clock, matter.world.calendar)
    counted = _counted(found)
    assert found.moved == (counted[number - 1] != _date(found.due))
    assert not any(matter.world.works(day) for day in counted[number - 1 : -1])
    assert not found.made_up


@thorough
@given(matters("hours", pauses=3))
def test_hours_can_be_recounted_from_the_explanation(matter: Matter) -> None:
    """The hours of the limit and of the pauses that it names, each hour once, lead from the start to the end."""
    found = derive(matter.clock, matter.world.calendar)
    assert found.due
    edges = sorted({found.start, *(edge for p in found.pauses for edge in (p.start, p.end) if edge)})
    edges = [edge for edge in edges if edge >= found.start]
    asleep = sum(
        (later - earlier for earlier, later in pairwise(edges)
         if any(p.start <= earlier and p.end and later <= p.end for p in found.pauses)),
        timedelta(),
    )  # fmt: skip
    assert found.start + HOUR * found.number + asleep == found.due


@thorough
@given(matters(pauses=3))
def test_every_skipped_day_has_a_true_reason(matter: Matter) -> None:
    """A day is skipped as paused only if a pause touched it, and else only if nobody worked, or not any more."""
    world, clock = matter.world, matter.clock
    for run in derive(clock, world.calendar).skipped:
        for day in dates(run.first - DAY, run.last):
            if run.why == "pause":
                assert world.touched(day, tuple(p for p in clock.pauses if p.kind == run.name))
            elif run.why == "closed":
                assert (day, clock.limit.working_days) == (matter.start, 0)
                assert clock.start >= world.closing(day)
            else:
                assert not world.works(day)
                assert run.why != "weekend" or day.isoweekday() > 5
                assert (run.why == "own") == (day in world.holidays)


@thorough
@given(matters(pauses=3), st.sampled_from(PauseKind), st.integers(0, 3))
def test_a_standing_clock_is_not_due(matter: Matter, kind: PauseKind, place: int) -> None:
    """While a pause goes on nobody knows the end, and both sentences say so."""
    pauses = list(matter.clock.pauses)
    pauses.insert(place, Pause(kind, matter.clock.start))
    clock, calendar = matter.clock._replace(pauses=tuple(pauses)), matter.world.calendar
    found = derive(clock, calendar)
    assert clock.standing
    assert found.due is None
    assert "暂停，恢复后才能确定到期时间" in sentence(found, calendar)
    assert "到期：" not in sentence(found, calendar)
    assert "stands still now" in sentence(found, calendar, "en")
    assert "; due" not in sentence(found, calendar, "en")


def _date(moment: datetime | None) -> date:
    assert moment
    return moment.astimezone(SHANGHAI).date()


def _counted(found: Derivation, *, from_start: bool = False) -> list[date]:
    """The days that an explanation counts, from its data alone."""
    skipped = {day for run in found.skipped for day in dates(run.first - DAY, run.last)}
    start = _date(found.start) - (DAY if from_start else timedelta())
    return [day for day in dates(start, _date(found.due)) if day not in skipped]
