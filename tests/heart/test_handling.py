"""Signing, contact, returns, conference, designation, answers, follow-up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tools import OTHER

from router.cases import commands as do
from router.cases.assignment import Held
from router.cases.state import Stage
from router.policy.people import Role

if TYPE_CHECKING:
    from tools import Play

    from router.cases.decide import Decision


def code(decision: Decision) -> str | None:
    """The refusal's code, if it was refused."""
    return decision.refusal.code if decision.refusal else None


def test_signing_once(play: Play) -> None:
    """A unit signs once; a second time is refused and changes nothing."""
    play.submit("one")
    play.act("housing", do.Sign())
    assert code(play.act("housing", do.Sign())) == "already_done"


def test_only_the_holder_acts(play: Play) -> None:
    """A unit that holds no assignment is refused."""
    play.submit("one")
    assert code(play.act("hrss", do.Sign())) == "not_assigned"


def test_only_roles_of_the_policy_act(play: Play) -> None:
    """A unit can't verify, a dispatcher can't answer, a channel can't sign."""
    play.submit("one")
    assert code(play.act("housing", do.ApproveNegative())) == "role_not_allowed"
    assert code(play.act("dispatcher", do.Answer())) == "role_not_allowed"
    assert code(play.act("channel", do.Sign())) == "role_not_allowed"


def test_a_return_needs_contact_reason_and_text(play: Play) -> None:
    """退单 without first contact, with an unknown reason or without its text is refused by name."""
    play.submit("one")
    assert code(play.act("housing", do.ApplyReturn(reason="not-ours"))) == "return_without_contact"
    play.act("housing", do.Contact())
    assert code(play.act("housing", do.ApplyReturn(reason="nothing"))) == "unknown_reason"
    assert code(play.act("housing", do.ApplyReturn(reason="not-ours"), note=False)) == "details_missing"
    assert code(play.act("housing", do.ApplyReturn(reason="not-ours"))) is None


def test_a_return_has_its_time(play: Play) -> None:
    """After two working days from dispatch a return is too late."""
    play.submit("one")
    play.act("housing", do.Contact())
    late = play.act("housing", do.ApplyReturn(reason="not-ours"), later=timedelta(days=3))
    assert code(late) == "return_too_late"


def test_a_granted_return_goes_to_the_next_unit(play: Play) -> None:
    """The dispatcher names who gets it next."""
    play.submit("one")
    play.act("housing", do.Contact())
    play.act("housing", do.ApplyReturn(reason="not-ours"))
    assert code(play.act("dispatcher", do.GrantReturn(assignment=1))) == "next_unit_missing"
    play.act("dispatcher", do.GrantReturn(assignment=1, to="urban"))
    assert play.case
    assert play.case.lead == "urban"


def test_a_refused_return_stays(play: Play) -> None:
    """A refused return leaves the assignment where it is, and counts."""
    play.submit("one")
    play.act("housing", do.Contact())
    play.act("housing", do.ApplyReturn(reason="not-ours"))
    play.act("dispatcher", do.RefuseReturn(assignment=1))
    assert play.case
    assert play.case.assignments[0].held is Held.DISPATCHED
    assert play.case.returns == 1


def test_the_second_return_calls_the_conference(play: Play) -> None:
    """Two units that each say it is the other's end in a designation that can't be returned."""
    play.submit("one")
    play.act("housing", do.Contact())
    play.act("housing", do.ApplyReturn(reason="not-ours"))
    play.act("dispatcher", do.GrantReturn(assignment=1, to="urban"))
    play.act("urban", do.Contact())
    play.act("urban", do.ApplyReturn(reason="not-ours"))
    assert play.names()[-5:-2] == ["return_granted", "conference_called", "task_force_proposed"]
    assert play.case
    assert play.case.stage is Stage.CONFERENCE
    play.act("leader", do.Designate(unit="housing"))
    play.act("housing", do.Contact())
    assert code(play.act("housing", do.ApplyReturn(reason="not-ours"))) == "return_of_designated"
    play.act("housing", do.Answer())
    assert play.case.outcome == "resolved"


def test_the_lead_waits_for_cooperating_units(play: Play) -> None:
    """The lead merges: it can't answer before the cooperating units have."""
    play.submit("two")
    waiting = play.act("housing", do.Answer())
    assert code(waiting) == "cooperating_open"
    assert waiting.refusal
    assert "urban" in waiting.refusal.about
    play.act("urban", do.Answer())
    play.act("housing", do.Answer())
    assert play.case
    assert play.case.stage is Stage.RESOLVED


def test_a_negative_answer_is_reviewed(play: Play) -> None:
    """否定答复 goes out only after the window's review, and may be sent back."""
    play.submit("one")
    assert code(play.act("housing", do.ProposeNegative(reason="nothing"))) == "unknown_reason"
    play.act("housing", do.ProposeNegative(reason="beyond-law"))
    play.act("window", do.RefuseNegative())
    assert play.case
    assert play.case.stage is Stage.HANDLING
    play.act("housing", do.ProposeNegative(reason="beyond-law"))
    play.act("window", do.ApproveNegative())
    assert play.case.outcome == "negative"


def test_follow_up_closes(play: Play) -> None:
    """The window asks the person how it went, and the case is closed."""
    play.submit("one")
    assert code(play.act("window", do.FollowUp())) == "wrong_stage"
    play.act("housing", do.Answer())
    play.act("window", do.FollowUp(grade=do.Grade.SATISFIED))
    assert play.case
    assert play.case.stage is Stage.CLOSED
    assert play.case.grade == "satisfied"


def test_withdrawn_at_any_time_while_open(play: Play) -> None:
    """The person may take the case back; the units are relieved."""
    play.submit("two")
    play.act("channel", do.Withdraw(), note=False)
    assert play.case
    assert play.case.stage is Stage.WITHDRAWN
    assert {a.held for a in play.case.assignments} == {Held.WITHDRAWN}
    assert code(play.act("channel", do.Withdraw(), note=False)) == "wrong_stage"


def test_several_assignments_need_a_number(play: Play) -> None:
    """A unit with two assignments of one case says which it means."""
    play.submit("force")
    play.close_part("accept")
    play.close_part("search-archive", result="impossible")
    play.close_part("search-industry", result="impossible")
    play.close_part("certify")
    assert code(play.act("hrss", do.Sign())) == "which_assignment"
    assert code(play.act("hrss", do.Sign(assignment=1))) is None


@pytest.mark.parametrize("verb", [do.Sign(), do.Withdraw(), do.Rate(grade=do.Grade.SATISFIED)])
def test_nothing_happens_to_a_case_that_is_not_there(play: Play, verb: do.Action) -> None:
    """Commands on an unknown case are refused by name."""
    who = {"sign": "housing", "withdraw": "channel", "rate": "rating"}[verb.verb]
    assert code(play.act(who, verb)) == "unknown_case"


def test_every_action_has_a_rule(play: Play) -> None:
    """No action of the border is without its rule in the heart, and none raises on an unknown case."""
    samples = {
        "submit": {"occurred_at": play.now}, "rate": {"grade": "satisfied"}, "apply_return": {"reason": "x"},
        "propose_negative": {"reason": "x"}, "give_opinion": {"done_by": "2026-03-09"}, "triage": {"domain": "x"},
        "decline": {"rule": "x"}, "grant_return": {"assignment": 1}, "refuse_return": {"assignment": 1},
        "designate": {"unit": "x"}, "link_repeat": {"repeat": "x"}, "link": {"primary": OTHER},
        "link_found": {"primary": OTHER, "similarity": 800}, "merge_answer": {"primary": "x", "outcome": "x"},
        "keep_up": {"primary": "x", "why": "x"},
        "submit_part": {"part": "x"}, "check_part": {"part": "x"}, "verify_part": {"part": "x"},
        "reject_part": {"part": "x"}, "move_policy": {"policy": "f" * 64}, "pause": {"kind": "citizen"},
        "apply_extension": {"days": 1}, "add_part": {"item": {"id": "x", "unit": "x", "working_days": 1}},
        "name_member": {"unit": "x", "post": "head"}, "hand_over": {"to": "x"}, "check_rating": {"result": "fault"},
        "unlink_repeat": {"repeat": "x"}, "confirm_set_aside": {"agree": True}, "sign_supervision": {"clock": "case"},
        "view_details": {"why": "handling"}, "erase_subject": {"why": "unlawful"},
        "reply_supervision": {"clock": "case"}, "issue_circular": {"clock": "case"}, "drop_circular": {"clock": "case"},
    }  # fmt: skip
    for verb, kind in do.ACTIONS.items():
        if verb == "submit":
            continue
        action = kind.model_validate(samples.get(verb, {}))
        for role in ("housing", "dispatcher", "window", "leader", "channel", "rating", "router"):
            assert code(play.act(role, action)) in {"unknown_case", "role_not_allowed"}


def test_nobody_confirms_own_doubts(play: Play) -> None:
    """After an objection the supervisor checks; whoever wants the rating set aside can't confirm that alone."""
    play.submit("one")
    play.act("housing", do.Answer())
    play.act("rating", do.Rate(grade=do.Grade.VERY_DISSATISFIED))
    play.act("window", do.CheckRating(result="lawful"))
    play.act("rating", do.ObjectRating())
    play.act("supervisor", do.CheckRating(result="set_aside"))
    assert code(play.act("supervisor", do.ConfirmSetAside(agree=True))) == "second_person"
    assert code(play.act("leader", do.ConfirmSetAside(agree=True))) is None
    assert play.case
    assert play.case.stage is Stage.CLOSED


def test_the_routers_own_commands_are_no_policys_business(play: Play) -> None:
    """The router may send its own commands under any policy, however old; nobody else ever may."""
    play.submit("one")
    assert Role.ROUTER not in play.policy.roles
    assert getattr(play.peek("router", do.Tick()).refusal, "code", None) == "nothing_due"
    assert getattr(play.peek("leader", do.Tick()).refusal, "code", None) == "role_not_allowed"
