"""Which of the cases whose texts are alike the matching service asks to be linked, and with which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.matcher import links, running
from router.cases.other import other, unlike
from router.cases.state import Case, Stage
from router.matching.library import Candidate

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RULES = {"old": "here", "new": "here", "far": "elsewhere"}


def case(number: int, **changes: Any) -> Case:
    """A running case, brought a minute after the one before."""
    at = START + timedelta(minutes=number)
    facts: dict[str, Any] = {"policy": "new", "stage": Stage.HANDLING, "received_at": at, "changed_at": at} | changes
    return Case(id=f"01980000-0000-7000-8000-{number:012}", channel="hotline", **facts)


def pairs(new: Case, *alike: Case) -> list[tuple[str, str]]:
    """Which is to be linked with which."""
    found = links(new, [(one, 800) for one in alike], RULES)
    return [(one.later.id, one.primary.id) for one in found]


def test_the_earliest_takes_the_new_one_in() -> None:
    """Of several running ones it is the earliest, under whatever version of the same rules it began."""
    assert pairs(case(9), case(3), case(1, policy="old"), case(5)) == [(case(9).id, case(1).id)]


FORBIDDEN: dict[str, dict[str, Any]] = {
    "rules": {"policy": "far"},
    "place": {"regions": ("south",)},
    "withheld": {"withheld": True},
    "report": {"kind": "report"},
    "recused": {"recused": ("housing",)},
}


@pytest.mark.parametrize("why", FORBIDDEN)
def test_what_is_forbidden_is_passed_over(why: str) -> None:
    """The earliest may not take it in: the next one does."""
    new = case(9, regions=("north",))
    assert pairs(new, case(1, **FORBIDDEN[why]), case(3)) == [(new.id, case(3).id)]
    assert pairs(new, case(1, **FORBIDDEN[why])) == []


def test_urgent_waits_only_for_urgent() -> None:
    """An urgent one passes over what isn't."""
    assert pairs(case(9, urgent=True), case(1), case(3, urgent=True)) == [(case(9).id, case(3).id)]


def test_what_was_taken_apart_stays_apart() -> None:
    """The pair that an office took apart isn't asked for again; the next one is."""
    assert pairs(case(9, apart=(case(1).id,)), case(1), case(3)) == [(case(9).id, case(3).id)]


def test_brought_before_all_others_it_takes_them_in() -> None:
    """One that comes late but was brought first gets the later ones that may be linked with it."""
    late = case(0)
    assert pairs(late, case(1), case(2, withheld=True), case(3)) == [(case(1).id, late.id), (case(3).id, late.id)]


def test_one_that_has_ended_is_left_alone() -> None:
    """Nothing is asked of a new case that was declined, or linked, meanwhile."""
    assert pairs(case(9, stage=Stage.DECLINED), case(1)) == []
    assert pairs(case(9, stage=Stage.LINKED, primary=case(1).id), case(3)) == []


MANY = st.lists(
    st.builds(
        case, st.integers(0, 20), policy=st.sampled_from(list(RULES)), withheld=st.booleans(), urgent=st.booleans(),
        regions=st.sampled_from([(), ("north",), ("south",)]),
    ),
    min_size=1, max_size=8, unique_by=lambda one: one.id,
)  # fmt: skip


@given(MANY)
def test_only_what_the_heart_takes_is_asked(cases: list[Case]) -> None:
    """Whatever is asked is allowed, leads to an earlier case, and nothing allowed is left unasked."""
    new, *alike = cases
    found = links(new, [(one, 800) for one in alike], RULES)
    for one in found:
        assert (one.primary.received_at, one.primary.id) < (one.later.received_at, one.later.id)
        assert unlike(one.later, RULES[one.later.policy], other(one.primary, RULES[one.primary.policy])) is None
    if not found:
        for each in alike:
            primary, later = sorted((new, each), key=age)
            assert unlike(later, RULES[later.policy], other(primary, RULES[primary.policy])) is not None


def age(one: Case) -> tuple[datetime, str]:
    """By what cases are ordered."""
    return one.received_at, one.id


def newest_first(known: dict[str, Case]) -> list[Case]:
    """As the index offers equal texts."""
    return sorted(known.values(), key=age, reverse=True)


def test_ended_twins_do_not_hide_the_running_one() -> None:
    """Eight and more equal texts have had their answer; the one that runs is compared all the same."""
    new, runs = case(30), case(4)
    ended = [case(number, stage=Stage.CLOSED) for number in range(29) if number != 4]
    known = {one.id: one for one in (new, runs, *ended)}
    offered = [Candidate(new.id, one.id, 1.0) for one in newest_first(known) if one != new]
    assert running(known, offered) == [(Candidate(new.id, runs.id, 1.0), runs)]


def test_repeats_of_one_running_case_do_not_hide_another() -> None:
    """Many linked texts lead to one running case, of which a few are compared; the other one is compared too."""
    new, first, second = case(40), case(1), case(2, withheld=True)
    repeats = [case(number, stage=Stage.LINKED, primary=second.id) for number in range(3, 40)]
    known = {one.id: one for one in (new, first, second, *repeats)}
    offered = [Candidate(new.id, one.id, 1.0) for one in newest_first(known) if one != new]
    found = running(known, offered)
    assert {primary.id for _, primary in found} == {first.id, second.id}
    assert len(found) < 8
