"""Who may look at what, and what may be erased when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_handling import code

from router.cases import commands as do
from router.cases import events as ev
from router.cases.commands import Actor
from router.cases.sight import NOTHING, seen
from router.messages.masking import masked_entry
from router.policy.people import Role
from router.policy.privacy import PERSONAL, Detail, Privacy, Sight

if TYPE_CHECKING:
    from tools import Play

    from router.policy.policy import Policy

EVERYTHING = Sight(roles=tuple(Role), plain=tuple(Detail))
LOOSE = Privacy(sights=(EVERYTHING,))


def test_a_unit_sees_more_once_it_has_signed(play: Play) -> None:
    """Before signing the person is masked; after it name and phone may be opened, the id number never."""
    play.submit("one")
    unit = Actor("housing", Role.UNIT)
    assert play.case
    before = seen(play.case, play.policy, unit, "contact")
    assert before.masked == PERSONAL
    play.act("housing", do.Sign())
    after = seen(play.case, play.policy, unit, "contact")
    assert {Detail.NAME, Detail.PHONE} < after.plain
    assert after.masked == {Detail.ID_NUMBER}


def test_who_holds_nothing_sees_nothing(play: Play) -> None:
    """A unit without an assignment, or that gave it back, is told nothing; an unknown purpose and field neither."""
    play.submit("one")
    assert code(play.act("urban", do.ViewDetails(why="handling"))) == "not_assigned"
    assert code(play.act("window", do.ViewDetails(why="curious"))) == "unknown_reason"
    assert code(play.act("housing", do.ViewDetails(why="contact", reveal=(Detail.PHONE,)))) == "field_hidden"
    assert code(play.act("channel", do.ViewDetails(why="contact"))) == "role_not_allowed"


def test_a_look_changes_nothing_but_is_known(play: Play) -> None:
    """The event says who, why and which fields, and the case stands where it stood."""
    play.submit("one")
    before = play.case
    play.act("window", do.ViewDetails(why="checking", reveal=(Detail.NAME,), clerk="A17"))
    (event, _) = play.history[-1]
    assert isinstance(event, ev.DetailsViewed)
    assert (event.by, event.role, event.why, event.revealed, event.clerk) == (
        "window", "window", "checking", ("name",), "A17",
    )  # fmt: skip
    assert "name" not in event.masked
    assert before
    assert play.case
    assert (play.case.stage, play.case.due, play.case.assignments) == (before.stage, before.due, before.assignments)


@pytest.mark.parametrize("unit", ["housing", "urban", "hrss", "window"])
@given(why=st.sampled_from(["handling", "contact", "checking"]), signed=st.booleans())
def test_no_policy_shows_a_withheld_person_or_anything_to_who_is_complained_of(
    policy: Policy, unit: str, why: str, *, signed: bool
) -> None:
    """保密工单 and 回避 are invariants: under a policy that shows everybody everything they still hold."""
    from tools import Play  # noqa: PLC0415 (a play a run of hypothesis)

    played = Play(policy.model_copy(update={"privacy": LOOSE}))
    played.submit("two", withheld=True, complained_of=("window",))
    if signed:
        played.act("housing", do.Sign())
    assert played.case
    role = played.policy.unit_by_id[unit].role
    shown = seen(played.case, played.policy, Actor(unit, role), why)
    if unit in played.case.recused:
        assert shown == NOTHING
    if role is Role.UNIT:
        assert not (shown.plain | shown.masked) & PERSONAL


def test_what_is_open_is_erased_only_for_a_reason_that_asks_for_it(play: Play) -> None:
    """An open case is still needed; handled unlawfully it is erased all the same; only offices of the policy may."""
    play.submit("one")
    assert code(play.act("window", do.EraseSubject(why="purpose-met"))) == "wrong_stage"
    assert code(play.act("housing", do.EraseSubject(why="unlawful"))) == "role_not_allowed"
    assert code(play.act("window", do.EraseSubject(why="no-such"))) == "unknown_reason"
    assert code(play.act("window", do.EraseSubject(why="unlawful"))) is None
    assert play.case
    assert play.case.erased_at == play.now


def test_masks_by_field() -> None:
    """A person's fields are masked by their kind, a text where something personal stands in it."""
    person = {"name": "欧阳明月", "phone": "13800005678", "address": "内蒙古自治区鄂尔多斯市东胜区某街1号"}
    shown = masked_entry(person)
    assert shown["name"] == "欧阳**"
    assert shown["phone"] == "138****5678"
    assert "某街" not in shown["address"]
    assert "13800005678" not in masked_entry({"narrative": "请打13800005678找我"})["narrative"]
