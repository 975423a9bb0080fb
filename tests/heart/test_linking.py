"""The same matter again: when cases are linked, when never, each answered, and taken apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import CASE, OTHER, START, Play, running

from router.cases import commands as do
from router.cases import events as ev
from router.cases.assignment import Held
from router.cases.commands import Actor, Command
from router.cases.evolve import fold
from router.cases.other import Other, Relation, other
from router.cases.state import OPEN, Stage
from router.messages import outbound as out
from router.messages.telling import tell
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.decide import Decision
    from router.policy.policy import Policy


def found(play: Play, primary: Other, *, similarity: int = 820) -> Decision:
    """Let the router link the case with another one that it has found."""
    action = do.LinkFound(primary=OTHER, similarity=similarity)
    return play.take(Command(CASE, Actor("router", Role.ROUTER), action, other=primary))


def by_office(play: Play, primary: Other | None, who: str = "dispatcher") -> Decision:
    """Let an office link the case by hand."""
    action, actor = do.Link(primary=OTHER, relation="same_person"), play.actor(who)
    return play.take(Command(CASE, actor, action, given=frozenset({"text"}), other=primary))


def code(decision: Decision) -> str | None:
    """The refusal's code, if it was refused."""
    return decision.refusal.code if decision.refusal else None


def told(play: Play, decision: Decision) -> list[out.Outbound]:
    """What a decision tells, to whomever."""
    command = Command(CASE, Actor("router", Role.ROUTER), do.Tick())
    return [output.data for output in tell(play.policy, command, decision, "m")]


def test_found_later_it_is_linked_and_everybody_told(play: Play) -> None:
    """A case that was dispatched but not begun: its unit is relieved, its channel told, and the link explained."""
    play.submit("two")
    assert play.case
    due, accepted = play.case.due, play.case.accepted_at
    decision = found(play, running(play))
    assert play.names()[-3:] == ["assignment_withdrawn", "assignment_withdrawn", "duplicate_linked"]
    assert {a.held for a in play.case.assignments} == {Held.WITHDRAWN}
    assert (play.case.stage, play.case.primary) == (Stage.LINKED, OTHER)
    assert (play.case.due, play.case.accepted_at) == (due, accepted)
    kinds = [type(data) for data in told(play, decision)]
    assert kinds == [out.WithdrawnFromUnit, out.WithdrawnFromUnit, out.Linked]
    (follow,) = decision.follows
    assert follow.action == do.LinkRepeat(repeat=CASE, relation="supporter", similarity=820, due=due)


def test_the_receipt_says_that_it_is_a_repeat(play: Play) -> None:
    """Linked at submission, the receipt tells with which case and why; nothing else is sent."""
    decision = play.submit("one", other=running(play, relation=Relation.SAME_PERSON, similarity=900))
    (receipt,) = told(play, decision)
    assert isinstance(receipt, out.Receipt)
    assert (receipt.primary, receipt.relation, receipt.stage) == (OTHER, "same_person", Stage.LINKED)
    linked = play.history[-1][0]
    assert isinstance(linked, ev.DuplicateLinked)
    assert linked.similarity == 900


NEVER = {
    "other_region": {"policy": "elsewhere"},
    "withheld": {"hidden": True},
    "recused_differently": {"recused": ("housing",)},
}


@pytest.mark.parametrize(("why", "differs"), NEVER.items())
def test_what_is_never_linked(policy: Policy, why: str, differs: dict[str, Any]) -> None:
    """Another region's rules, a withheld person, other units complained of: each goes its own way, however it came."""
    at_once = Play(policy)
    at_once.submit("one", other=running(at_once, **differs))
    assert at_once.names()[-1] == "assigned"
    later = Play(policy)
    later.submit("one")
    before = later.case
    assert code(found(later, running(later, **differs))) == why
    assert code(by_office(later, running(later, **differs))) == why
    assert later.case == before


def test_a_withheld_case_is_linked_with_nothing(play: Play) -> None:
    """The person of this one is withheld: it isn't linked either."""
    play.submit("one", withheld=True, other=running(play))
    assert play.names()[-1] == "assigned"
    assert code(found(play, running(play))) == "withheld"


def test_a_report_is_linked_with_nothing(play: Play) -> None:
    """Who reports somebody stays alone, as if withheld."""
    play.submit("one")
    assert play.case
    play.case = msgspec.structs.replace(play.case, kind="report")
    assert code(found(play, running(play))) == "withheld"


def test_places_keep_apart(play: Play) -> None:
    """Two cases that each name places, and none in common, are two matters; one that names none may be either."""
    play.submit("one")
    assert play.case
    play.case = msgspec.structs.replace(play.case, regions=("north",))
    assert code(found(play, running(play, regions=("south",)))) == "other_region"
    assert code(found(play, running(play, regions=("south", "north")))) is None


def test_complaints_about_the_same_unit_are_linked(play: Play) -> None:
    """Two people complain of the same unit: one matter."""
    play.submit("two", complained_of=("urban",))
    assert play.case
    assert code(found(play, running(play, recused=play.case.recused))) is None


def test_an_urgent_case_waits_for_no_other(play: Play) -> None:
    """Urgent goes ahead: it is linked only with what is urgent itself."""
    play.submit("one")
    assert play.case
    play.case = msgspec.structs.replace(play.case, urgent=True)
    assert code(found(play, running(play))) == "more_urgent"
    assert code(found(play, running(play, urgent=True))) is None


@pytest.mark.parametrize("begun", [do.Sign(), do.Contact(), do.Pause(kind="inquiry"), do.ApplyExtension(days=1)])
def test_work_that_has_begun_goes_on(play: Play, begun: do.Action) -> None:
    """Once a unit has done anything both cases go on, by a named refusal."""
    play.submit("one")
    assert code(play.act("housing", begun)) is None
    assert code(found(play, running(play))) == "work_begun"


def test_a_task_force_goes_on(play: Play) -> None:
    """A case for which a task force is proposed or at work isn't linked."""
    play.submit("force")
    assert code(found(play, running(play))) == "work_begun"
    waiting = Play(play.policy)
    waiting.submit("leader")
    assert code(found(waiting, running(waiting))) == "wrong_stage"


def test_only_running_cases_are_linked_to(play: Play) -> None:
    """What has ended takes nobody in; nor does a case that isn't there, nor the case itself."""
    play.submit("unclear")
    assert code(found(play, running(play, stage=Stage.CLOSED))) == "primary_ended"
    assert code(by_office(play, None)) == "unknown_primary"
    assert code(by_office(play, running(play, id=CASE))) == "same_case"
    assert code(by_office(play, running(play), "window")) is None


@pytest.mark.parametrize(
    ("stage", "relation", "ends"),
    [
        (Stage.HANDLING, "same_person", "duplicate_linked"),
        (Stage.RESOLVED, "supporter", "duplicate_linked"),
        (Stage.DECLINED, "same_words", "duplicate_linked"),
        (Stage.RESOLVED, "same_words", "triage_requested"),
        (Stage.RESOLVED, "same_person", "triage_requested"),
        (Stage.CLOSED, "same_person", "assigned"),
        (Stage.CLOSED, "supporter", "assigned"),
        (Stage.WITHDRAWN, "same_words", "assigned"),
        (Stage.DECLINED, "same_person", "assigned"),
    ],
)
def test_after_the_end(play: Play, stage: Stage, relation: str, ends: str) -> None:
    """An answer just given holds for others; the same person who comes again after it is seen by a person."""
    play.submit("one", other=running(play, stage=stage, relation=Relation(relation)))
    assert play.names()[-1] == ends
    if ends == "triage_requested" and relation == "same_person":
        assert play.history[-1][0] == ev.TriageRequested("came_again", ("housing",), OTHER)


def test_each_supporter_is_answered(play: Play) -> None:
    """The running case's answer goes to every supporter, and each one's own channel is told it."""
    play.submit("one")
    others = [f"01980000-0000-7000-8000-00000000001{n}" for n in range(3)]
    for name in others:
        play.act("router", do.LinkRepeat(repeat=name, relation="supporter", similarity=800), note=False)
    decision = play.act("housing", do.Answer())
    assert [follow.case_id for follow in decision.follows] == others
    supporter = Play(play.policy)
    supporter.submit("one", other=running(supporter))
    (follow, *_) = decision.follows
    action = follow.action.model_copy(update={"primary": OTHER})
    merged = supporter.take(Command(CASE, Actor("router", Role.ROUTER), action, follow.entries))
    (resolved,) = [data for data in told(supporter, merged) if isinstance(data, out.Resolved)]
    assert (resolved.outcome, resolved.primary) == ("resolved", OTHER)
    assert supporter.case
    assert supporter.case.answer == follow.entries != ()


def test_taken_apart_it_is_dispatched_again(play: Play) -> None:
    """What was dispatched before goes the same way, with the date that was promised; both sides are unlinked."""
    play.submit("one")
    assert play.case
    due = play.case.due
    found(play, running(play))
    decision = play.act("dispatcher", do.Separate())
    assert play.names()[-3:] == ["duplicate_unlinked", "accepted", "assigned"]
    assert (play.case.stage, play.case.lead, play.case.due) == (Stage.HANDLING, "housing", due)
    assert (play.case.primary, play.case.apart) == (None, (OTHER,))
    (follow,) = decision.follows
    assert (follow.case_id, follow.action) == (OTHER, do.UnlinkRepeat(repeat=CASE))
    assert out.Separated in map(type, told(play, decision))


def test_taken_apart_without_a_sure_way_a_person_looks(play: Play) -> None:
    """A case that no classification carries is triaged."""
    play.submit("unclear")
    by_office(play, running(play))
    play.act("window", do.Separate())
    assert play.history[-1][0] == ev.TriageRequested("separated")


def test_the_router_leaves_apart_what_was_taken_apart(play: Play) -> None:
    """The same pair isn't linked again by the router; a person may."""
    play.submit("one")
    found(play, running(play))
    assert code(play.act("dispatcher", do.Separate(), note=False)) == "details_missing"
    play.act("dispatcher", do.Separate())
    assert code(found(play, running(play))) == "taken_apart"
    assert code(by_office(play, running(play))) is None


def test_the_running_case_knows_that_it_was_taken_apart(play: Play) -> None:
    """Its repeats no longer hold the one that left, and it won't be linked with that one either."""
    play.submit("one")
    play.act("router", do.LinkRepeat(repeat=OTHER), note=False)
    play.act("router", do.UnlinkRepeat(repeat=OTHER), note=False)
    assert play.case
    assert (play.case.repeats, play.case.apart) == ((), (OTHER,))
    assert code(found(play, running(play))) == "taken_apart"


def test_an_answer_of_a_case_left_behind_is_not_taken(play: Play) -> None:
    """An answer that was on its way when the case was linked elsewhere doesn't end it."""
    play.submit("one", other=running(play))
    late = play.act("router", do.MergeAnswer(primary=CASE, outcome="resolved"), note=False)
    assert code(late) == "already_done"


STEPS = st.lists(st.sampled_from(["found", "office", "separate", "sign", "merge", "note", "drop"]), max_size=12)


@given(STEPS)
def test_along_any_way_nobody_is_forgotten(policy: Policy, steps: list[str]) -> None:
    """However linked and taken apart: open, linked or ended; and the state is the fold of its events."""
    play = Play(policy, START)
    play.submit("one")
    acts = {
        "found": lambda: found(play, running(play)),
        "office": lambda: by_office(play, running(play)),
        "separate": lambda: play.act("dispatcher", do.Separate()),
        "sign": lambda: play.act("housing", do.Sign()),
        "merge": lambda: play.act("router", do.MergeAnswer(primary=OTHER, outcome="resolved")),
        "note": lambda: play.act("router", do.LinkRepeat(repeat=OTHER), note=False),
        "drop": lambda: play.act("router", do.UnlinkRepeat(repeat=OTHER), note=False),
    }
    for step in steps:
        acts[step]()
        assert play.case
        assert play.case.stage in OPEN | {Stage.LINKED, Stage.CLOSED}
        assert (play.case.primary is not None) >= (play.case.stage is Stage.LINKED)
        assert fold(CASE, play.history) == play.case


def test_what_is_known_of_another_case(play: Play) -> None:
    """Facts about a case are taken from its state alone."""
    play.submit("two", complained_of=("tax",))
    assert play.case
    known = other(play.case, play.policy.id)
    assert (known.id, known.stage, known.recused, known.hidden) == (CASE, Stage.HANDLING, ("tax",), False)
