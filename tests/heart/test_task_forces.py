"""Task forces: proposed, approved, worked through, dissolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from router.cases import commands as do
from router.cases.state import Stage
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from tools import Play

SEARCHES = ("search-archive", "search-industry")


def stages(play: Play) -> dict[str, PartStage]:
    """Where each part stands."""
    assert play.case
    assert play.case.task_force
    return {part.id: part.stage for part in play.case.task_force.parts}


def test_the_rule_may_open_it_at_once(play: Play) -> None:
    """A cause delegated to the rule opens the task force in the same decision, and says by which delegation."""
    play.submit("force")
    assert "task_force_opened" in play.names()
    opened = next(event for event, _ in play.history if type(event).__name__ == "TaskForceOpened")
    assert getattr(opened, "by", "") == "rule:by-rule"
    assert stages(play)["accept"] is PartStage.ISSUED


def test_the_leader_approves(play: Play) -> None:
    """A cause that nobody else may approve waits for the leader, and for nobody else."""
    play.submit("leader")
    assert play.case
    assert play.case.stage is Stage.PROPOSED
    refused = play.act("window", do.ApproveTaskForce())
    assert refused.refusal
    assert refused.refusal.code == "not_the_office"
    play.act("leader", do.ApproveTaskForce())
    assert play.case.stage is Stage.HANDLING


def test_the_window_approves_where_delegated(play: Play) -> None:
    """A cause delegated to the window's head is the window's to approve."""
    play.submit("window")
    play.act("window", do.ApproveTaskForce())
    assert "task_force_opened" in play.names()


def test_refused_means_ordinary_work(play: Play) -> None:
    """Without a task force the case is handled by lead and cooperating units; a reason is needed."""
    play.submit("leader")
    bare = play.act("leader", do.RefuseTaskForce(), note=False)
    assert bare.refusal
    assert bare.refusal.code == "details_missing"
    play.act("leader", do.RefuseTaskForce())
    assert play.case
    assert play.case.task_force is None
    assert play.case.lead == "hrss"


def test_parts_wait_for_what_they_need(play: Play) -> None:
    """Parts are issued in dependency order: the searches only after acceptance."""
    play.submit("force")
    assert {name for name, stage in stages(play).items() if stage is PartStage.ISSUED} == {"accept"}
    play.close_part("accept")
    assert {name for name, stage in stages(play).items() if stage is PartStage.ISSUED} == set(SEARCHES)


def test_an_alternative_only_if_all_failed(play: Play) -> None:
    """The certificate comes into play only when every search failed."""
    play.submit("force")
    play.close_part("accept")
    play.close_part("search-archive", result="impossible")
    assert stages(play)["certify"] is PartStage.WAITING
    play.close_part("search-industry", result="impossible")
    assert stages(play)["certify"] is PartStage.ISSUED


def test_an_alternative_falls_away_when_one_was_found(play: Play) -> None:
    """A found file makes the certificate needless."""
    play.submit("force")
    play.close_part("accept")
    play.close_part("search-archive")
    assert stages(play)["certify"] is PartStage.WITHDRAWN


def test_what_needs_a_failed_part_falls_away(play: Play) -> None:
    """If the decision says no, the tax office is never asked."""
    play.submit("force")
    play.close_part("accept")
    for search in SEARCHES:
        play.close_part(search)
    play.close_part("decide", result="impossible")
    assert stages(play)["collect"] is PartStage.WITHDRAWN


def test_no_answer_while_a_required_part_is_open(play: Play) -> None:
    """The lead can't answer before the required parts are closed; the refusal names them."""
    play.submit("force")
    decision = play.act("hrss", do.Answer())
    assert decision.refusal
    assert decision.refusal.code == "parts_open"
    assert "accept" in decision.refusal.about


def test_owner_applies_lead_checks_window_closes(play: Play) -> None:
    """A part is closed by three: its owner applies, the lead checks, the window verifies; each in turn."""
    play.submit("force")
    assert play.case
    early = play.act("window", do.VerifyPart(part="accept"))
    assert early.refusal
    assert early.refusal.code == "part_wrong_stage"
    foreign = play.act("archives", do.SubmitPart(part="accept"))
    assert foreign.refusal
    assert foreign.refusal.code == "not_the_owner"
    play.act("window", do.SubmitPart(part="accept"))
    other = play.act("archives", do.CheckPart(part="accept"))
    assert other.refusal
    assert other.refusal.code == "not_the_lead"
    play.act("hrss", do.CheckPart(part="accept"))
    play.act("window", do.VerifyPart(part="accept"))
    assert stages(play)["accept"] is PartStage.DONE


def test_a_part_is_sent_back(play: Play) -> None:
    """The lead or the window may send a part back, with the reason."""
    play.submit("force")
    play.act("window", do.SubmitPart(part="accept"))
    play.act("hrss", do.RejectPart(part="accept"))
    assert stages(play)["accept"] is PartStage.ISSUED


def test_done_means_resolved_and_dissolved(play: Play) -> None:
    """With all parts closed the lead answers and nobody holds anything; who opened it dissolves the task force."""
    play.submit("force")
    for part in ("accept", *SEARCHES, "decide", "collect"):
        play.close_part(part)
    play.act("hrss", do.Answer())
    assert play.case
    assert play.case.stage is Stage.RESOLVED
    assert play.case.task_force
    assert play.case.task_force.at_work
    play.act("window", do.DissolveTaskForce(cause="predecessor-dissolved"))
    assert play.case.task_force.dissolved_at == play.now
    assert play.case.cause == "predecessor-dissolved"
    assert not any(a.held in ("dispatched", "signed", "returning") for a in play.case.assignments)


@pytest.mark.parametrize("part", ["accept", "nothing"])
def test_parts_by_name(play: Play, part: str) -> None:
    """A part is called by its name; one that isn't on the list is refused."""
    play.submit("force")
    decision = play.act("window", do.SubmitPart(part=part))
    assert (decision.refusal.code if decision.refusal else None) == (None if part == "accept" else "unknown_part")


def test_the_lead_of_a_task_force_does_not_return_it(play: Play) -> None:
    """Who leads a task force can't give it back."""
    play.submit("force")
    play.act("hrss", do.Contact(assignment=1))
    decision = play.act("hrss", do.ApplyReturn(assignment=1, reason="not-ours"))
    assert decision.refusal
    assert decision.refusal.code == "return_by_lead_of_task_force"
