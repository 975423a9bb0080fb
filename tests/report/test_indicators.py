"""Each indicator on cases counted by hand. Centre hours 9:00–17:30: a working day has 8.5 working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.cases.assignment import Assignment, Form, Held, Share
from router.cases.matters import Hold, Rating
from router.cases.state import Case, Stage
from router.clocks.pauses import Pause
from router.policy.limits import PauseKind
from router.report.indicators import reckon
from router.report.rows import By, Mean, Period, Ratio, Report, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.policy.policy import Policy

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 31, 9, 0, tzinfo=ZONE)
NONE = Ratio(0, 0)


def at(day: int, hour: int = 10, minute: int = 0, *, month: int = 3) -> datetime:
    """A moment of 2026 in the centre's zone; 2 March is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def order(number: int = 1, unit: str = "housing", **changes: Any) -> Assignment:
    """An order to a unit, dispatched on Monday 2 March at 10:00: contact is due on Tuesday at 17:30."""
    fields = {"role": Share.LEAD, "form": Form.ORDER, "dispatched_at": at(2), "due": at(9, 17, 30), **changes}
    return Assignment(number=number, unit=unit, **fields)


def case(*assignments: Assignment, **changes: Any) -> Case:
    """A case accepted on Monday 2 March at 10:00 and due a week later, in hand unless told otherwise."""
    fields: dict[str, Any] = {
        "received_at": at(2), "changed_at": at(2), "accepted_at": at(2), "due": at(9, 17, 30), "domain": "housing",
        "stage": Stage.HANDLING, **changes,
    }  # fmt: skip
    return Case(id="c", channel="hotline", policy="p", assignments=assignments or (order(),), **fields)


def answered(*, outcome: str = "resolved", when: datetime | None = None, **changes: Any) -> Case:
    """A case answered on Wednesday 4 March at 10:00 unless told otherwise."""
    when = when or at(4)
    held = order(held=Held.DONE, since=when, done_at=when)
    return case(held, outcome=outcome, resolved_at=when, **{"stage": Stage.CLOSED, **changes})


def count(policy: Policy, cases: Iterable[Case], by: By = By.UNIT, now: datetime = NOW, **period: Any) -> Report:
    """Count cases that are all under one policy."""
    return reckon(cases, by, lambda _: policy, now, Period(**period))


def total(policy: Policy, *cases: Case, now: datetime = NOW) -> Row:
    """The row of all."""
    return count(policy, cases, now=now).total


def test_nothing(policy: Policy) -> None:
    """Without cases there are no rows, and every rate and average of the row of all is None."""
    found = count(policy, [])
    assert found.rows == ()
    assert (found.total.cases, found.total.response) == (0, NONE)
    assert found.total.response.fraction is None
    assert found.total.total.hours is None


def test_response(policy: Policy) -> None:
    """响应率: contacted in time of those contacted or past the limit; still in time, letters and parts don't count."""
    contacts = (
        at(3, 17, 30),  # on the last second of the limit: in time
        at(4, 9),  # a day late
        None,  # never, and the limit has passed
    )
    cases = [case(order(contacted_at=moment)) for moment in contacts]
    cases += [
        case(order(dispatched_at=at(30))),  # due on 31 March at 17:30, after now
        case(order(form=Form.LETTER)),
        case(order(part="search")),
    ]
    found = total(policy, *cases)
    assert found.response == Ratio(1, 3)
    assert found.response.fraction == Fraction(1, 3)


def test_response_ends_with_the_assignment(policy: Policy) -> None:
    """Given back, withdrawn or answered before the limit without contact counts as neither; after it, as missed."""
    early, late = at(3, 17), at(4)  # the limit is Tuesday 17:30
    cases = [case(order(held=Held.RETURNED, since=moment)) for moment in (early, late)]
    cases += [case(order(held=Held.WITHDRAWN, since=moment)) for moment in (early, late)]
    cases += [answered(when=moment) for moment in (early, late)]
    assert total(policy, *cases).response == Ratio(0, 3)


def test_response_of_urgent_cases(policy: Policy) -> None:
    """An urgent case has the urgent limit: 2 hours round the clock."""
    cases = [case(order(contacted_at=at(2, hour)), urgent=True) for hour in (12, 13)]
    assert total(policy, *cases).response == Ratio(1, 2)


def test_response_over_a_holiday(policy: Policy) -> None:
    """Dispatched on 30 April 2026, contact is due on 6 May: 1 to 5 May are off."""
    given_ = order(dispatched_at=at(30, month=4), contacted_at=at(6, 17, month=5))
    found = total(policy, case(given_, accepted_at=at(30, month=4), due=at(20, month=5)), now=at(7, month=5))
    assert found.response == Ratio(1, 1)
    # Thursday 30 April 10:00–17:30 is 7.5 h, Wednesday 6 May 9:00–17:00 is 8 h; nothing in between
    assert found.contact == Mean(1, timedelta(hours=15.5))


def test_resolution(policy: Policy) -> None:
    """解决率: one of five; a negative answer, on hold, redone for fault count below the line, open ones not at all."""
    cases = [
        answered(),
        answered(outcome="negative"),
        case(stage=Stage.ON_HOLD, hold=Hold(at(5), approved=True)),
        answered(round=1, faults=1),  # redone for the unit's fault, then answered
        case(round=1, faults=1),  # being redone for it
        case(),
        case(hold=Hold(at(5))),  # only proposed: still in hand
    ]
    found = total(policy, *cases)
    assert found.resolution == Ratio(1, 5)
    assert (found.answered, found.on_hold, found.open) == (3, 1, 3)


def test_only_on_hold(policy: Policy) -> None:
    """A unit that has everything on hold has solved nothing, is late with nothing, and is shown so."""
    found = total(policy, case(stage=Stage.ON_HOLD, due=at(3)))
    assert (found.on_hold, found.open, found.overdue, found.answered) == (1, 0, 0, 0)
    assert found.resolution.fraction == 0
    assert found.on_time == NONE


def test_a_redo_for_another_reason_stays_solved(policy: Policy) -> None:
    """整改 or taking up anew is no fault: it counts as reopened, and as solved once it is answered again."""
    cases = [answered(), answered(round=2, faults=1), answered(round=1), case(round=1)]
    found = total(policy, *cases)
    assert found.reopened == Ratio(3, 4)
    assert (found.redos, found.faults) == (4, 1)
    # answered; redone for fault; answered after another redo; the fourth has no outcome now
    assert found.resolution == Ratio(2, 3)


def test_satisfaction(policy: Policy) -> None:
    """满意率: three of five; nobody's rating counts as neither, one set aside only after a second person agreed."""
    grades = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", None)
    cases = [answered(grade=grade) for grade in grades]
    cases += [
        answered(grade="very_dissatisfied", rating=Rating("very_dissatisfied", at(5), result="set_aside", confirmed=c))
        for c in (True, False)
    ]
    assert total(policy, *cases).satisfaction == Ratio(3, 5)


def test_only_set_aside(policy: Policy) -> None:
    """Where the only rating was set aside there is no rate."""
    rating = Rating("dissatisfied", at(5), result="set_aside", confirmed=True)
    assert total(policy, answered(grade="dissatisfied", rating=rating)).satisfaction.fraction is None


def test_on_time(policy: Policy) -> None:
    """按时办结率: two of four: on the second, before; late, overdue and open; still in time counts as neither."""
    cases = [
        answered(when=at(9, 17, 30)),
        answered(outcome="negative"),
        answered(when=at(9, 17, 31)),
        case(),  # due on 9 March
        case(due=at(31, 17, 30)),
        case(pauses=(Pause(PauseKind.COURT, at(5)),)),  # stands still: nobody knows when it is due
        case(stage=Stage.REVIEW, due=at(31, 17, 30)),
    ]
    found = total(policy, *cases)
    assert found.on_time == Ratio(2, 4)
    assert (found.open, found.overdue) == (4, 1)


def test_on_time_while_the_clock_stood_still(policy: Policy) -> None:
    """A case answered during a pause is measured where its clock stopped, not by a due date that had to move."""
    when = at(16)
    begun_in_time = answered(when=when, pauses=(Pause(PauseKind.CITIZEN, at(5), when),))
    begun_too_late = answered(when=when, pauses=(Pause(PauseKind.CITIZEN, at(10), when),))
    over_before = answered(when=when, pauses=(Pause(PauseKind.CITIZEN, at(5), at(6)),))
    assert total(policy, begun_in_time, begun_too_late, over_before).on_time == Ratio(1, 3)


def test_returns(policy: Policy) -> None:
    """退单率: given back of all assignments, each for its unit; an application that was refused is counted beside."""
    first = order(1, "housing", held=Held.RETURNED, since=at(3), reason="not-ours")
    second = order(2, "urban", held=Held.SIGNED, reason="not-ours")  # refused
    found = count(policy, [case(first, second)])
    housing, urban = found.rows
    assert (housing.key, housing.returns, housing.returns_applied) == ("housing", Ratio(1, 1), 1)
    assert (urban.key, urban.returns, urban.returns_applied) == ("urban", Ratio(0, 1), 1)
    assert (housing.cases, urban.cases) == (0, 1)  # the case is urban's now
    assert found.total.returns == Ratio(1, 2)


def test_steps(policy: Policy) -> None:
    """Working hours from dispatch to signature, contact, done, and from acceptance to the answer."""
    held = order(held=Held.DONE, signed_at=at(2, 11, 30), contacted_at=at(3, 9, 30), done_at=at(9, 12))
    other = order(signed_at=at(2, 10, 30))
    found = total(policy, case(held, outcome="resolved", resolved_at=at(9, 12), accepted_at=at(2, 9)), case(other))
    # Monday 10:00–11:30 is 1.5 h, 10:00–10:30 is 0.5 h: 2 h over 2
    assert (found.sign, found.sign.hours) == (Mean(2, timedelta(hours=2)), 1.0)
    # Monday 10:00–17:30 is 7.5 h, Tuesday 9:00–9:30 is 0.5 h
    assert found.contact == Mean(1, timedelta(hours=8))
    # Monday 7.5 h, Tuesday to Friday 4 × 8.5 = 34 h, next Monday 9:00–12:00 is 3 h; the weekend is nothing
    assert found.done == Mean(1, timedelta(hours=44.5))
    # the same and the hour from 9:00 to 10:00
    assert found.total == Mean(1, timedelta(hours=45.5))


def test_total_time_over_a_holiday(policy: Policy) -> None:
    """From 30 April to 9 May 2026: 1 to 5 May are off, Saturday 9 May is made up and counts."""
    one = answered(when=at(9, 10, month=5), accepted_at=at(30, 16, 30, month=4), due=at(20, month=5))
    # 30 April 16:30–17:30 is 1 h, 6 to 8 May 3 × 8.5 = 25.5 h, 9 May 9:00–10:00 is 1 h
    assert total(policy, one, now=at(10, month=5)).total == Mean(1, timedelta(hours=27.5))


def test_apart(policy: Policy) -> None:
    """Repeats, withdrawn, declined and waiting cases are counted by number and touch nothing else."""
    apart = [
        answered(primary="other", grade="dissatisfied"),
        case(stage=Stage.LINKED, primary="other", accepted_at=None),
        case(order(held=Held.WITHDRAWN, since=at(20), reason="not-ours"), stage=Stage.WITHDRAWN, outcome="withdrawn"),
        case(stage=Stage.DECLINED, accepted_at=None, outcome="declined:litigation"),
        case(stage=Stage.TRIAGE, accepted_at=None, due=None),
    ]
    found = total(policy, *apart)
    assert (found.cases, found.repeats, found.withdrawn, found.declined, found.waiting) == (5, 2, 1, 1, 1)
    rates = (found.response, found.resolution, found.satisfaction, found.on_time, found.returns, found.reopened)
    assert rates == (NONE,) * 6
    assert (found.accepted, found.open, found.overdue, found.returns_applied, found.sign) == (0, 0, 0, 0, Mean())


def test_whose_case_it_is(policy: Policy) -> None:
    """The lead's; a withdrawn one its last lead's; in conference nobody's."""
    helper = order(2, "urban", role=Share.COOPERATING)
    withdrawn = case(order(held=Held.WITHDRAWN, since=at(3)), stage=Stage.WITHDRAWN, outcome="withdrawn")
    conference = case(order(held=Held.RETURNED, since=at(3)), stage=Stage.CONFERENCE)
    found = count(policy, [case(order(), helper), withdrawn, conference])
    assert [(row.key, row.cases, row.accepted) for row in found.rows] == [
        ("housing", 2, 1), ("urban", 0, 0), (None, 1, 1),
    ]  # fmt: skip


def test_by_domain_and_month(policy: Policy) -> None:
    """Rows by domain and by month of acceptance, in order, what has none last."""
    cases = [case(), case(domain="heating"), case(domain=None, accepted_at=at(1, month=4)), case(domain="heating")]
    assert [(row.key, row.cases) for row in count(policy, cases, By.DOMAIN).rows] == [
        ("heating", 2), ("housing", 1), (None, 1),
    ]  # fmt: skip
    months = [(row.key, row.cases) for row in count(policy, cases, By.MONTH, at(2, month=4)).rows]
    assert months == [("2026-03", 3), ("2026-04", 1)]


def test_the_period_is_of_dates_in_the_centres_zone(policy: Policy) -> None:
    """Accepted on 1 March at 00:30 in Shanghai is March, although it is February in UTC; both ends are counted."""
    moment = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    early = case(accepted_at=moment, received_at=moment - timedelta(days=90))
    waiting = case(accepted_at=None, received_at=at(31, 23), stage=Stage.TRIAGE)
    cases = [early, waiting]
    march = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}
    assert [(row.key, row.cases) for row in count(policy, cases, By.MONTH, **march).rows] == [("2026-03", 2)]
    assert count(policy, cases, since=date(2026, 3, 2)).total.cases == 1
    assert count(policy, cases, until=date(2026, 2, 28)).total.cases == 0


UNITS = ("housing", "urban", "hrss")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 (the zone is `timezones`)


@st.composite
def cases_of_any_kind(draw: st.DrawFn) -> Case:
    """A case in any state, whether or not it could come about."""
    maybe = st.none() | MOMENTS
    begun = draw(MOMENTS)
    assignments = tuple(
        order(
            number, draw(st.sampled_from(UNITS)), role=draw(st.sampled_from(Share)), form=draw(st.sampled_from(Form)),
            held=draw(st.sampled_from(Held)), dispatched_at=begun, contacted_at=draw(maybe), done_at=draw(maybe),
        )
        for number in range(1, draw(st.integers(1, 4)))
    )  # fmt: skip
    outcome = draw(st.none() | st.sampled_from(("resolved", "negative")))
    return Case(
        id="c", channel="hotline", policy="p", received_at=begun, changed_at=begun, assignments=assignments,
        stage=draw(st.sampled_from(Stage)), accepted_at=draw(maybe), due=draw(maybe), outcome=outcome,
        resolved_at=draw(MOMENTS) if outcome else None, domain=draw(st.none() | st.sampled_from(UNITS)),
        primary=draw(st.none() | st.just("other")), round=draw(st.integers(0, 2)), faults=draw(st.integers(0, 2)),
        grade=draw(st.none() | st.sampled_from(("satisfied", "dissatisfied"))),
    )  # fmt: skip


@pytest.mark.parametrize("by", list(By))
@given(cases=st.lists(cases_of_any_kind(), max_size=8))
def test_rows_add_up(policy: Policy, by: By, cases: list[Case]) -> None:
    """Whatever the cases, the rows by unit, domain or month add up to the row of all, and its parts to the whole."""
    found = count(policy, iter(cases), by)
    for name in Row.__struct_fields__:
        values = [getattr(row, name) for row in found.rows]
        sums = getattr(found.total, name)
        match sums:
            case Ratio():
                assert sums == Ratio(sum(v.numerator for v in values), sum(v.denominator for v in values))
                assert 0 <= sums.numerator <= sums.denominator
            case Mean():
                assert sums == Mean(sum(v.count for v in values), sum((v.total for v in values), timedelta()))
            case int():
                assert sums == sum(values)
    all_ = found.total
    assert all_.cases == len(cases)
    assert all_.cases == all_.repeats + all_.withdrawn + all_.declined + all_.waiting + all_.accepted
    assert all_.accepted == all_.answered + all_.on_hold + all_.open
