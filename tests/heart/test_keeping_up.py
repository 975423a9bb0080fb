"""Linked with another case: two matters stay two, the date is the running case's, and apart it is judged anew."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tools import CASE, OTHER, START, Play, running

from router.cases import commands as do
from router.cases import events as ev
from router.cases.commands import Actor, Command
from router.cases.other import Relation, other
from router.cases.state import Stage
from router.messages import outbound as out
from router.messages.telling import tell
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.decide import Decision
    from router.cases.other import Other

ROUTER = Actor("router", Role.ROUTER)
LATER = START + timedelta(days=14)


def routed(play: Play, action: do.Action, known: Other | None = None, **more: Any) -> Decision:
    """Let the router ask something of the case, knowing another one."""
    return play.take(Command(CASE, ROUTER, action, other=known, **more))


def linked(play: Play, text: str = "one", **changes: Any) -> Play:
    """Submit a case and link it later with another one."""
    play.submit(text)
    assert routed(play, do.LinkFound(primary=OTHER, similarity=820), running(play, **changes)).refusal is None
    return play


def told(play: Play, decision: Decision) -> list[out.Outbound]:
    """What a decision tells the channel."""
    outputs = tell(play.policy, Command(CASE, ROUTER, do.Tick()), decision, "m")
    return [output.data for output in outputs if output.topic == "results.window-system"]


@pytest.mark.parametrize(
    ("domain", "similarity", "ends"),
    [
        ("heating", 800, "assigned"), ("housing", 800, "duplicate_linked"), (None, 800, "duplicate_linked"),
        ("heating", 1000, "duplicate_linked"),
    ],
)  # fmt: skip
def test_one_person_with_two_matters(play: Play, domain: str | None, similarity: int, ends: str) -> None:
    """Similar words about another field are another matter, unless a field isn't known or the words are the same."""
    again = {"relation": Relation.SAME_PERSON, "similarity": similarity}
    play.submit("one", other=running(play, domain=domain, **again))
    assert play.names()[-1] == ends


def test_another_person_in_another_field(play: Play) -> None:
    """What a person decided about the first of two people's very same words doesn't keep the second apart."""
    play.submit("one", other=running(play, domain="heating"))
    assert play.case
    assert play.case.stage is Stage.LINKED


def test_who_perhaps_comes_again_after_the_answer(play: Play) -> None:
    """Nothing tells the two persons apart: the answer isn't given a second time, a person looks at both."""
    play.submit("one", other=running(play, stage=Stage.RESOLVED, relation=Relation.SAME_WORDS))
    assert play.history[-1][0] == ev.TriageRequested("perhaps_again", ("housing",), OTHER)


def test_only_what_was_brought_before_takes_another_in(play: Play) -> None:
    """Neither router nor office links a case with a later one: who waits longer isn't made to wait for the other."""
    play.submit("one")
    for known in (running(play, received_at=LATER), running(play, received_at=START), running(play, received_at=None)):
        assert routed(play, do.LinkFound(primary=OTHER, similarity=820), known).refusal
        by_hand = do.Link(primary=OTHER)
        decision = play.take(Command(CASE, play.actor("dispatcher"), by_hand, given=frozenset({"text"}), other=known))
        assert decision.refusal
        assert decision.refusal.code == "primary_later"


def test_linked_later_the_date_is_the_running_cases(play: Play) -> None:
    """Its own date has no clock any more: it moves to the running case's, and the channel is told why."""
    play.submit("one")
    decision = routed(play, do.LinkFound(primary=OTHER, similarity=820), running(play, due=LATER))
    assert play.names()[-2:] == ["duplicate_linked", "due_date_revised"]
    assert play.case
    assert play.case.due == LATER
    moved = [data for data in told(play, decision) if isinstance(data, out.DueChanged)]
    assert [(data.due, data.why) for data in moved] == [(LATER, "linked")]
    (follow,) = decision.follows
    assert follow.action == do.LinkRepeat(repeat=CASE, relation="supporter", similarity=820, due=LATER)


def test_linked_at_once_the_receipt_tells_the_date(play: Play) -> None:
    """A repeat without a date of its own gets the running case's, in its receipt; apart again it has none."""
    decision = play.submit("one", other=running(play, due=LATER))
    (receipt,) = told(play, decision)
    assert isinstance(receipt, out.Receipt)
    assert (receipt.stage, receipt.due) == (Stage.LINKED, LATER)
    play.act("dispatcher", do.Separate())
    assert play.case
    assert (play.case.stage, play.case.due, play.case.accepted_at) == (Stage.TRIAGE, None, None)


@pytest.mark.parametrize("changes", [{"due": START}, {"due": LATER, "stage": Stage.ON_HOLD}, {"due": None}])
def test_no_date_that_means_nothing(play: Play, changes: dict[str, Any]) -> None:
    """A date that has passed, one of a case on hold, or none at all moves nobody's date."""
    play.submit("one")
    assert play.case
    own = play.case.due
    routed(play, do.LinkFound(primary=OTHER, similarity=820), running(play, **changes))
    assert play.names()[-1] == "duplicate_linked"
    assert play.case.due == own


def ahead(play: Play) -> Decision:
    """The running case's first decision that moves its date."""
    play.act("housing", do.ApplyExtension(days=3))
    return play.act("window", do.GrantExtension())


def test_every_move_of_the_running_cases_date_is_told(play: Play) -> None:
    """An extension of the running case reaches each of its repeats, whose channels are told the new date and why."""
    play.submit("one")
    routed(play, do.LinkRepeat(repeat=OTHER, relation="supporter", similarity=800, due=play.case and play.case.due))
    decision = ahead(play)
    (follow,) = decision.follows
    assert (follow.case_id, follow.action) == (OTHER, do.KeepUp(primary=CASE, why="extension"))
    assert play.case
    repeat = linked(Play(play.policy), due=START + timedelta(days=7))
    action = do.KeepUp(primary=OTHER, why="extension")
    moved = routed(repeat, action, running(repeat, due=play.case.due))
    (data,) = told(repeat, moved)
    assert isinstance(data, out.DueChanged)
    assert (data.due, data.why) == (play.case.due, "extension")
    again = routed(repeat, action, running(repeat, due=play.case.due))
    assert again.refusal, "told once, however often it is asked"
    assert again.refusal.code == "already_done"


def test_a_date_that_comes_with_acceptance_is_told(play: Play) -> None:
    """Repeats of a case that waits for triage get its date when it is accepted."""
    play.submit("unclear")
    routed(play, do.LinkRepeat(repeat=OTHER))
    decision = play.act("dispatcher", do.Triage(domain="housing"))
    assert [follow.action for follow in decision.follows] == [do.KeepUp(primary=CASE, why="accepted")]


def test_a_task_force_moves_the_repeats_date(play: Play) -> None:
    """Where a task force is opened on the case in hand, and where its opinion sets a date, repeats are told."""
    play.submit("force")
    routed(play, do.LinkRepeat(repeat=OTHER, due=play.case and play.case.due))
    assert play.case
    day = (play.now + timedelta(days=30)).date()
    play.act("hrss", do.GiveOpinion(done_by=day))
    decision = play.act("leader", do.ApproveOpinion())
    assert [follow.action for follow in decision.follows] == [do.KeepUp(primary=CASE, why="opinion")]


def test_on_hold_together(play: Play) -> None:
    """When the running case is put on hold, each repeat's channel is told with the reasons; it stays linked."""
    play.submit("one")
    routed(play, do.LinkRepeat(repeat=OTHER, due=play.case and play.case.due))
    play.act("housing", do.ProposeHold())
    decision = play.act("leader", do.ApproveHold())
    (follow,) = decision.follows
    assert follow.action == do.KeepUp(primary=CASE, why="on_hold")
    assert follow.entries
    repeat = linked(Play(play.policy))
    due = repeat.case.due if repeat.case else None
    known = running(repeat, stage=Stage.ON_HOLD)
    held = routed(repeat, do.KeepUp(primary=OTHER, why="on_hold"), known, entries=follow.entries)
    assert list(map(type, told(repeat, held))) == [out.OnHold]
    assert repeat.case
    assert (repeat.case.stage, repeat.case.due) == (Stage.LINKED, due)
    over = routed(repeat, do.KeepUp(primary=OTHER, why="on_hold"), running(repeat))
    assert over.refusal, "it was taken up again meanwhile"
    late = play.act("router", do.LinkRepeat(repeat="01980000-0000-7000-8000-000000000009"))
    assert [(one.action, one.entries) for one in late.follows] == [
        (do.KeepUp(primary=CASE, why="on_hold"), follow.entries)
    ]  # fmt: skip


def test_a_date_that_moved_meanwhile_is_told(play: Play) -> None:
    """Between the repeat's decision and the running case's note of it the date moved: the repeat is told."""
    play.submit("one")
    assert play.case
    same = routed(play, do.LinkRepeat(repeat=OTHER, due=play.case.due))
    assert same.follows == ()
    late = routed(play, do.LinkRepeat(repeat="01980000-0000-7000-8000-000000000009", due=LATER))
    assert [follow.action for follow in late.follows] == [do.KeepUp(primary=CASE, why="linked")]


def test_dates_go_down_the_line(play: Play) -> None:
    """A repeat with repeats of its own hands on that the date has moved."""
    linked(play)
    routed(play, do.LinkRepeat(repeat="01980000-0000-7000-8000-000000000009"))
    decision = routed(play, do.KeepUp(primary=OTHER, why="extension"), running(play, due=LATER))
    assert [follow.action for follow in decision.follows] == [do.KeepUp(primary=CASE, why="extension")]


def test_who_left_does_not_keep_up(play: Play) -> None:
    """A move that was under way when the case was linked elsewhere, or taken apart, changes nothing."""
    linked(play)
    late = routed(play, do.KeepUp(primary=CASE, why="extension"), running(play, id=CASE, due=LATER))
    assert late.refusal
    play.act("dispatcher", do.Separate())
    gone = routed(play, do.KeepUp(primary=OTHER, why="extension"), running(play, due=LATER))
    assert gone.refusal
    assert gone.refusal.code == "wrong_stage"


@pytest.mark.parametrize("text", ["one", "court", "unclear", "force"])
def test_linked_at_once_and_apart_again_a_person_looks(play: Play, text: str) -> None:
    """It was never judged by itself: no doubt, no refusal and no wanted precision is passed over."""
    play.submit(text, other=running(play))
    play.act("dispatcher", do.Separate())
    domain = play.case.domain if play.case else None
    assert play.history[-1][0] == ev.TriageRequested("separated", (domain,) if domain else ())


def test_from_triage_it_goes_back_to_triage(play: Play) -> None:
    """A case that waited for a person when it was linked waits for one again, whoever had it long before."""
    play.submit("unclear")
    action = do.Link(primary=OTHER)
    by_hand = Command(CASE, play.actor("window"), action, given=frozenset({"text"}), other=running(play))
    assert play.take(by_hand).refusal is None
    play.act("dispatcher", do.Separate())
    assert play.names()[-1] == "triage_requested"


def test_what_units_held_is_dispatched_again(play: Play) -> None:
    """Dispatched before it was linked, it goes the same way again."""
    linked(play, "two", due=LATER)
    play.act("dispatcher", do.Separate())
    assert play.names()[-4:] == ["duplicate_unlinked", "accepted", "assigned", "assigned"]
    assert play.case
    assert play.case.due == LATER


def test_what_is_known_of_a_case(play: Play) -> None:
    """Field, date and time of coming are known of it too."""
    play.submit("one")
    assert play.case
    known = other(play.case, play.policy.id)
    assert (known.domain, known.due, known.received_at) == ("housing", play.case.due, START)
