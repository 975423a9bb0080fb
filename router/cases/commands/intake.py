"""What channels and the dispatcher ask at the beginning of a case."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from router.cases.commands.base import Action, CaseId, PolicyHash, Reference
from router.policy.base import Slug


class Submit(Action):
    """A channel submits a case (诉求)."""

    verb: ClassVar[str] = "submit"
    occurred_at: datetime
    """When the person brought it, as the channel says; never later than the router's own time."""
    reference: Reference | None = None
    withheld: bool = False
    """The person is withheld from every unit (保密工单)."""
    complained_of: tuple[Slug, ...] = ()
    """Units that the matter is a complaint about: none of them ever sees it (回避)."""
    guided: bool = False
    """The person is helped through it by somebody of the window (帮办代办)."""


class Supplement(Action):
    """The channel brings what was missing (补正)."""

    verb: ClassVar[str] = "supplement"
    needs = ("text",)


class Withdraw(Action):
    """The person withdraws the case."""

    verb: ClassVar[str] = "withdraw"


class RequestSupplement(Action):
    """What is missing is asked for, once and completely (一次性告知); the clocks wait for it."""

    verb: ClassVar[str] = "request_supplement"
    needs = ("text",)


class Triage(Action):
    """The dispatcher decides what the classifier could not (人工研判)."""

    verb: ClassVar[str] = "triage"
    domain: Slug
    cause: Slug | None = None
    lead: Slug | None = None
    """Without a lead, the policy's routes name it."""
    cooperating: tuple[Slug, ...] = ()
    complained_of: tuple[Slug, ...] = ()
    guided: bool = False


class Decline(Action):
    """The dispatcher declines a matter that is not for this house (不予受理), by a rule of the policy."""

    verb: ClassVar[str] = "decline"
    rule: Slug


class AnswerDirectly(Action):
    """A simple question is answered on the spot by the window or the dispatcher."""

    verb: ClassVar[str] = "answer_directly"
    needs = ("text",)


class MovePolicy(Action):
    """An office moves the case to another policy of this installation, by the policy's hash."""

    verb: ClassVar[str] = "move_policy"
    policy: PolicyHash
    needs = ("text",)


class Link(Action):
    """An office links a case with the running one that brings the same matter (并案)."""

    verb: ClassVar[str] = "link"
    primary: CaseId
    relation: Literal["same_person", "supporter"] = "supporter"
    needs = ("text",)


class LinkFound(Action):
    """A nearly equal text was found: the later case is linked with the running one (inbox only)."""

    verb: ClassVar[str] = "link_found"
    primary: CaseId
    similarity: int
    """In thousandths."""


class Separate(Action):
    """An office takes a linked case out again: it is a matter of its own (解除并案)."""

    verb: ClassVar[str] = "separate"
    needs = ("text",)


class LinkRepeat(Action):
    """Another case brings the same matter: the running case takes note (inbox only)."""

    verb: ClassVar[str] = "link_repeat"
    repeat: str
    relation: str = "same_words"
    similarity: int = 1000
    due: datetime | None = None
    """The date that the repeat's person was told."""


class UnlinkRepeat(Action):
    """A repeat stands on its own again: the running case takes note (inbox only)."""

    verb: ClassVar[str] = "unlink_repeat"
    repeat: str


class KeepUp(Action):
    """The running case's date has moved, or it is on hold: so is this repeat's (inbox only)."""

    verb: ClassVar[str] = "keep_up"
    primary: str
    why: str


class MergeAnswer(Action):
    """The running case has ended: its outcome holds for this repeat too (inbox only)."""

    verb: ClassVar[str] = "merge_answer"
    primary: str
    outcome: str
