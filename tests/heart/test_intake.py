"""From submission to the first dispatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools import OTHER, running

from router.cases import commands as do
from router.cases import events as ev
from router.cases.assignment import Form, Share
from router.cases.refusals import Refusal
from router.cases.sentences import STAGE_NAMES
from router.cases.state import Stage
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from tools import Play


def test_one_unit_suffices(play: Play) -> None:
    """A sure classification with one competent unit is accepted and dispatched in one decision."""
    decision = play.submit("one")
    assert play.names() == ["submitted", "acknowledged", "classified", "accepted", "assigned"]
    assert decision.case
    assert decision.case.stage is Stage.HANDLING
    assert decision.case.lead == "housing"


def test_lead_and_cooperating_units(play: Play) -> None:
    """Two units needed is ordinary lead-and-cooperating work, not a task force."""
    play.submit("two")
    assert play.case
    assert [(a.unit, a.role) for a in play.case.assignments] == [
        ("housing", Share.LEAD),
        ("urban", Share.COOPERATING),
    ]
    assert play.case.task_force is None


def test_unclear_words_go_to_a_person(play: Play) -> None:
    """Without a word to go by nobody guesses: a person decides."""
    play.submit("unclear")
    assert play.names()[-1] == "triage_requested"
    assert play.case
    assert play.case.assignments == ()


def test_a_person_decides_and_the_case_goes_on(play: Play) -> None:
    """After triage the case is routed as if the classifier had been sure."""
    play.submit("unclear")
    play.act("dispatcher", do.Triage(domain="heating"))
    assert play.case
    assert [a.unit for a in play.case.assignments] == ["housing", "urban"]


def test_a_named_lead_wins_over_the_table(play: Play) -> None:
    """The dispatcher may name lead and cooperating units."""
    play.submit("unclear")
    play.act("dispatcher", do.Triage(domain="heating", lead="urban", cooperating=("housing",)))
    assert play.case
    assert play.case.lead == "urban"


def test_what_is_not_for_this_house_is_declined(play: Play) -> None:
    """A matter before the court is declined on the spot, by a named rule."""
    play.submit("court")
    assert play.names()[-1] == "declined"
    assert play.case
    assert play.case.outcome == "declined:litigation"


def test_the_same_words_again_are_linked(play: Play) -> None:
    """An exact repeat is linked with the running case, which is asked to take note."""
    decision = play.submit("one", other=running(play))
    assert play.names() == ["submitted", "acknowledged", "classified", "duplicate_linked"]
    (follow,) = decision.follows
    assert follow.case_id == "01980000-0000-7000-8000-000000000002"
    assert isinstance(follow.action, do.LinkRepeat)


def test_repeats_share_the_end(play: Play) -> None:
    """When the running case is resolved, each repeat is told to share its answer."""
    play.submit("one")
    play.act("router", do.LinkRepeat(repeat="01980000-0000-7000-8000-000000000002"))
    decision = play.act("housing", do.Answer())
    (follow,) = decision.follows
    assert isinstance(follow.action, do.MergeAnswer)
    assert follow.action.outcome == "resolved"
    assert follow.entries == decision.case.answer if decision.case else False


def test_a_late_repeat_is_answered_at_once(play: Play) -> None:
    """A repeat of a case that has ended shares its end without waiting."""
    play.submit("one")
    play.act("housing", do.Answer())
    decision = play.act("router", do.LinkRepeat(repeat="01980000-0000-7000-8000-000000000002"))
    assert [type(f.action) for f in decision.follows] == [do.MergeAnswer]


def test_a_repeat_stands_alone_when_the_other_is_withdrawn(play: Play) -> None:
    """If the other person takes the running case back, a person looks at this one."""
    play.submit("one", other=running(play))
    play.act("router", do.MergeAnswer(primary=OTHER, outcome="withdrawn"), note=False)
    assert play.names()[-2:] == ["duplicate_unlinked", "triage_requested"]


def test_a_second_submission_is_refused(play: Play) -> None:
    """The same case id again is a conflict and changes nothing."""
    play.submit("one")
    before = play.case
    decision = play.submit("two")
    assert decision.refusal
    assert decision.refusal.code == "known_case"
    assert decision.case == before


def test_vertical_units_are_asked_by_letter(play: Play) -> None:
    """A unit that is not the banner's own is asked by letter (商请函)."""
    play.submit("unclear")
    play.act("dispatcher", do.Triage(domain="social-insurance", lead="tax"))
    assert play.case
    assert play.case.assignments[0].form is Form.LETTER


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (do.Triage(domain="nothing"), "unknown_domain"),
        (do.Triage(domain="heating", cause="nothing"), "unknown_cause"),
        (do.Triage(domain="heating", lead="nobody"), "unknown_unit"),
        (do.Triage(domain="heating", lead="urban", cooperating=("nobody",)), "unknown_unit"),
        (do.Decline(rule="nothing"), "unknown_rule"),
    ],
)
def test_triage_with_unknown_names(play: Play, action: do.Action, code: str) -> None:
    """A name that the policy doesn't have is refused by name, and the case stays in triage."""
    play.submit("unclear")
    decision = play.act("dispatcher", action)
    assert decision.refusal
    assert decision.refusal.code == code
    assert play.case
    assert play.case.stage is Stage.TRIAGE


def test_the_case_is_pinned_to_its_policy(play: Play) -> None:
    """The policy's hash stands on the case from its first event."""
    play.submit("one")
    assert play.case
    assert play.case.policy == play.policy.hash
    first = play.history[0][0]
    assert isinstance(first, ev.Submitted)
    assert first.policy == play.policy.hash


def test_a_refusal_names_the_stage_in_words() -> None:
    """Every stage of a case or a part has a name, and a refusal tells it by that."""
    for stage in (*Stage, *PartStage):
        code = "wrong_stage" if isinstance(stage, Stage) else "part_wrong_stage"
        told = Refusal(code, stage.value)
        assert STAGE_NAMES[stage.value][0] in told.sentence("zh")
        assert STAGE_NAMES[stage.value][1] in told.sentence("en")
