"""What must hold whatever is asked of a case, in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from tools import OTHER, START, TEXTS, Play

from router.cases import commands as do
from router.cases.evolve import fold
from router.cases.state import OPEN, Held, Share, Stage
from router.taskforces.progress import next_steps
from router.taskforces.state import SETTLED, Part, PartStage

if TYPE_CHECKING:
    from router.policy.policy import Policy

PARTS = st.sampled_from(["accept", "search-archive", "search-industry", "certify", "decide", "collect", "no-such"])
UNITS = st.sampled_from(["hrss", "archives", "industry", "housing", "urban", "tax", "window", "nobody"])
NUMBERS = st.none() | st.integers(1, 5)
ACTIONS = st.one_of(
    st.builds(do.Sign, assignment=NUMBERS),
    st.builds(do.Contact, assignment=NUMBERS),
    st.builds(do.ApplyReturn, assignment=NUMBERS, reason=st.sampled_from(["not-ours", "no-such"])),
    st.builds(do.GrantReturn, assignment=st.integers(1, 5), to=st.none() | UNITS),
    st.builds(do.RefuseReturn, assignment=st.integers(1, 5)),
    st.builds(do.Designate, unit=UNITS),
    st.builds(do.ReportProgress, assignment=NUMBERS),
    st.builds(do.Answer, assignment=NUMBERS),
    st.builds(do.ProposeNegative, assignment=NUMBERS, reason=st.just("beyond-law")),
    st.builds(do.SubmitPart, part=PARTS, result=st.sampled_from(["done", "impossible"])),
    st.builds(do.CheckPart, part=PARTS),
    st.builds(do.VerifyPart, part=PARTS),
    st.builds(do.RejectPart, part=PARTS),
    st.builds(do.Triage, domain=st.sampled_from(["heating", "social-insurance"]), lead=st.none() | UNITS),
    st.sampled_from([do.ApproveTaskForce(), do.RefuseTaskForce(), do.ApproveNegative(), do.RefuseNegative()]),
    st.sampled_from([do.FollowUp(), do.Withdraw(), do.Supplement(), do.Rate(grade=do.Grade.SATISFIED)]),
    st.sampled_from([do.LinkRepeat(repeat=OTHER), do.MergeAnswer(primary=OTHER, outcome="resolved")]),
)
ACTORS = st.sampled_from(
    ["hrss", "archives", "industry", "housing", "urban", "tax", "dispatcher", "window", "leader", "channel",
     "rating", "router"]
)  # fmt: skip
STEPS = st.lists(st.tuples(ACTORS, ACTIONS, st.booleans(), st.integers(0, 30)), max_size=60)


@settings(max_examples=300, deadline=None)
@given(text=st.sampled_from(sorted(TEXTS)), steps=STEPS)
def test_whatever_is_asked(policy: Policy, text: str, steps: list[tuple[str, do.Action, bool, int]]) -> None:
    """Replay equals state, refusals change nothing, and no answer passes over an open required part."""
    play = Play(policy)
    play.submit(text)
    for who, action, note, hours in steps:
        before = play.case
        decision = play.act(who, action, note=note, later=timedelta(hours=hours))
        if decision.refusal is not None:
            assert decision.case == before
            assert decision.events == ()
        _sound(play)
    assert fold(play.case.id, play.history) == play.case if play.case else False


def _sound(play: Play) -> None:
    case = play.case
    assert case is not None
    assert case.version == len(play.history)
    assert [a.number for a in case.assignments] == list(range(1, len(case.assignments) + 1))
    if case.task_force is not None and case.stage in (Stage.RESOLVED, Stage.CLOSED):
        assert not case.task_force.open_required
        assert case.task_force.dissolved_at is not None
    if case.stage not in OPEN:
        assert not any(a.held in (Held.DISPATCHED, Held.SIGNED, Held.RETURNING) for a in case.assignments)
    if case.stage in (Stage.RESOLVED, Stage.CLOSED) and case.primary is None:
        assert case.outcome in ("resolved", "negative")
        assert case.answer
    for held in case.assignments:
        assert not (held.designated and held.held is Held.RETURNED)
        assert held.due >= held.dispatched_at
    leads = [a for a in case.assignments if a.role is Share.LEAD and a.part is None]
    assert len([a for a in leads if a.held not in (Held.RETURNED, Held.WITHDRAWN)]) <= 1


OUTCOMES = st.sampled_from([PartStage.DONE, PartStage.FAILED])


@st.composite
def duty_lists(draw: st.DrawFn) -> list[Part]:
    """A duty list whose parts wait for earlier ones only."""
    parts: list[Part] = []
    for index in range(draw(st.integers(1, 9))):
        earlier = [part.id for part in parts]
        some = st.lists(st.sampled_from(earlier), max_size=2, unique=True) if earlier else st.just([])
        kinds = [tuple(draw(some)) for _ in range(3)]
        parts.append(Part(f"p{index}", "u", 1, True, *kinds))
    return parts


@settings(max_examples=300, deadline=None)
@given(parts=duty_lists(), data=st.data())
def test_every_duty_list_comes_to_an_end(parts: list[Part], data: st.DataObject) -> None:
    """Whatever each part comes to, in dependency order all parts are settled in the end, each issued once."""
    issued: list[str] = []
    while True:
        steps = next_steps(parts)
        if not steps.issue and not steps.withdraw:
            break
        stages = dict.fromkeys(steps.withdraw, PartStage.WITHDRAWN)
        stages |= {name: data.draw(OUTCOMES) for name in steps.issue}
        issued += steps.issue
        parts = [
            Part(p.id, p.unit, 1, True, p.after, p.needs, p.only_if_failed, stages.get(p.id, p.stage)) for p in parts
        ]
    assert all(part.stage in SETTLED for part in parts)
    assert len(issued) == len(set(issued))


def test_start_is_a_monday_morning() -> None:
    """The tests' first moment is what their sentences say it is."""
    assert START.isoformat() == "2026-03-02T02:00:00+00:00"
    assert START.weekday() == 0
