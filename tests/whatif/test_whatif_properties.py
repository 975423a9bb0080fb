"""Whatever was recorded: the same rules change nothing, and no other rules break anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from acting import ACTORS, ANY, sensible
from hypothesis import given
from hypothesis import strategies as st
from keeping import Kept, changed, led_by, limits, small
from tools import TEXTS

from router.audit.whatif.sums import Sums
from router.audit.whatif.trial import Trial
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases import commands as do
    from router.policy.policy import Policy

_OWN = changed()
_FORCES = small()["task_forces"]
OTHERS = (
    changed(limits=limits(ordinary={"working_days": 2}, complex={"working_days": 3}, sign={"hours": 3})),
    changed(
        limits=limits(ordinary={"working_days": 20}, closing={"working_days": 1}, unit_minimum={"working_days": 4})
    ),
    changed(routes=[*led_by("housing", "urban")[:2], {"domain": "heating", "lead": "tax", "why": "t"}]),
    changed(confidence={"domain": 1.0}),
    changed(causes=[{**cause, "task_force": False} for cause in small()["causes"]]),
    changed(task_forces={**_FORCES, "propose_after": {"returns": 2, "missed": 1, "redos": 1, "source": "t"}}),
    changed(calendar={"holidays": [f"2026-03-{day:02}" for day in range(3, 9)]}),
    changed(roles={**small()["roles"], "unit": ["sign", "answer"]}),
)  # fmt: skip
"""Policies that differ from the small one in what differs in life."""


@st.composite
def lives(draw: st.DrawFn) -> Kept:
    """A case to which all sorts of things happened."""
    kept = Kept(_OWN, punctual=draw(st.booleans()))
    kept.submit(draw(st.sampled_from(sorted(TEXTS))), complained_of=draw(st.sampled_from([(), (), ("housing",)])))
    for _ in range(draw(st.integers(0, 14))):
        kept.now += timedelta(hours=draw(st.sampled_from([0, 1, 5, 24, 100])))
        assert kept.case
        if draw(st.booleans()):
            acts = [act for act in sensible(kept.case, _OWN, kept.now) if _may(kept, act.who, act.action)]
            act = draw(st.sampled_from(acts)) if acts else None
            if act is not None:
                kept.act(act.who, act.action, note=True)
        else:
            kept.act(draw(ACTORS), draw(ANY), note=draw(st.booleans()))
    return kept


def _may(kept: Kept, who: str, action: do.Action) -> bool:
    return kept.actor(who).role is not Role.ROUTER and kept.peek(who, action).refusal is None


def trial(kept: Kept, policy: Policy) -> Trial:
    """Try a policy on what was recorded, some weeks on."""
    until = kept.now + timedelta(days=20)
    return Trial({_OWN.hash: _OWN}.__getitem__, policy, until, _OWN.work_calendar)


@given(kept=lives())
def test_the_same_rules_change_nothing_whatever_happened(kept: Kept) -> None:
    """Tried against its own policy, no history parts anywhere."""
    found = trial(kept, _OWN).case(kept.recorded()).difference
    assert found
    assert (found.kinds, found.parting, found.misfit) == (frozenset(), None, None)


@given(kept=lives(), policy=st.sampled_from(OTHERS))
def test_other_rules_break_nothing(kept: Kept, policy: Policy) -> None:
    """Under any other policy a history is compared or named as undecidable; figures add up, and come out the same."""
    history = kept.recorded()
    tried = trial(kept, policy).case(history)
    assert tried.undecidable is None
    found = tried.difference
    assert found
    if found.misfit is not None:
        assert found.parting is not None
        assert found.kinds
        assert 1 <= found.misfit.left <= len(history)
    again = trial(kept, policy).case(history)
    sums = [Sums(), Sums()]
    for one, told in zip(sums, (tried, again), strict=True):
        one.take(history[0].case, len(history), told)
    figures = [one.found(frozenset(), other_words=False) for one in sums]
    assert figures[0] == figures[1]
    assert figures[0].same + figures[0].differ == figures[0].cases == 1
    assert sum(row.was for row in figures[0].went) == sum(row.would for row in figures[0].went) == 1
