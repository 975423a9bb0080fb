"""From the answer to the end: review, follow-up, ratings, redo, on hold."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from router.cases.commands.base import Action, OfAssignment


class Grade(StrEnum):
    """The five grades of 好差评 (GB/T 39735 names them): 非常满意 满意 基本满意 不满意 非常不满意."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


BAD = frozenset({Grade.DISSATISFIED, Grade.VERY_DISSATISFIED})
"""The grades that are checked (差评核实)."""


class Rate(Action):
    """The person rates the handling (好差评)."""

    verb: ClassVar[str] = "rate"
    grade: Grade


class ObjectRating(Action):
    """The person objects to what became of the bad rating; once."""

    verb: ClassVar[str] = "object"
    needs = ("text",)


class ApproveNegative(Action):
    """The window has reviewed the proposed negative answer and lets it go out."""

    verb: ClassVar[str] = "approve_negative"


class RefuseNegative(Action):
    """The window sends a proposed negative answer back to the lead."""

    verb: ClassVar[str] = "refuse_negative"
    needs = ("text",)


class FollowUp(Action):
    """The window or hotline has asked the person how it went (回访); never the unit."""

    verb: ClassVar[str] = "follow_up"
    grade: Grade | None = None


class CheckRating(Action):
    """A bad rating has been checked (差评核实): in one of four ways.

    `fault` orders a redo, `remediable` that it be put right, `lawful` explains a lawful negative answer, `set_aside`
    asks a second person to set a mistaken or malicious rating aside.
    """

    verb: ClassVar[str] = "check_rating"
    result: Literal["fault", "remediable", "lawful", "set_aside"]
    needs = ("text",)


class ConfirmSetAside(Action):
    """A second person sets a rating aside with the reason, or has it checked again."""

    verb: ClassVar[str] = "confirm_set_aside"
    agree: bool
    needs = ("text",)


class OrderRedo(Action):
    """A closed case is taken up again (重办), with the reason."""

    verb: ClassVar[str] = "order_redo"
    needs = ("text",)


class ProposeHold(OfAssignment):
    """The lead proposes to put the case on hold for now (挂账), with the reason."""

    verb: ClassVar[str] = "propose_hold"
    needs = ("text",)


class ApproveHold(Action):
    """The leader puts the case on hold; the person is told, and it is reviewed every so often."""

    verb: ClassVar[str] = "approve_hold"


class RefuseHold(Action):
    """The leader refuses, with the reason: it is to be handled now."""

    verb: ClassVar[str] = "refuse_hold"
    needs = ("text",)


class ReviewHold(Action):
    """A case on hold has been looked at again: it stays, or it is taken up."""

    verb: ClassVar[str] = "review_hold"
    resume: bool = False
    needs = ("text",)
