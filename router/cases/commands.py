"""What may be asked of a case. Actions carry codes only; their free text waits in the vault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from router.policy.base import Slug

if TYPE_CHECKING:
    from router.cases.state import Entry
    from router.classify.classification import Classification
    from router.policy.people import Role

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9./_-]{1,60}$")]
"""A submitter's own number for the case; a code, never words."""

Number = Annotated[int, Field(ge=1)]
"""The number of an assignment within its case."""


class Grade(StrEnum):
    """The five grades of 好差评 (GB/T 39735 names them): 非常满意 满意 基本满意 不满意 非常不满意."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class Action(BaseModel):
    """One thing that may be asked of a case; `verb` is its name in roles and message types."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verb: ClassVar[str]


class Submit(Action):
    """A channel submits a case (诉求)."""

    verb: ClassVar[str] = "submit"
    occurred_at: datetime
    """When the person brought it, as the channel says; never later than the router's own time."""
    reference: Reference | None = None
    withheld: bool = False
    """The person is withheld from every unit (保密工单)."""


class Supplement(Action):
    """The channel brings what was missing (补正)."""

    verb: ClassVar[str] = "supplement"


class Withdraw(Action):
    """The person withdraws the case."""

    verb: ClassVar[str] = "withdraw"


class Rate(Action):
    """The person rates the handling (好差评)."""

    verb: ClassVar[str] = "rate"
    grade: Grade


class OfAssignment(Action):
    """Something a unit does on an assignment; without a number, on its only open one."""

    assignment: Number | None = None


class Sign(OfAssignment):
    """The unit signs (签收): receipt, not admission."""

    verb: ClassVar[str] = "sign"


class Contact(OfAssignment):
    """The unit has contacted the person (先行联系)."""

    verb: ClassVar[str] = "contact"


class ApplyReturn(OfAssignment):
    """The unit applies to return the assignment (退单): reason code, legal basis and signature in the details."""

    verb: ClassVar[str] = "apply_return"
    reason: Slug


class ReportProgress(OfAssignment):
    """The unit reports how far it is."""

    verb: ClassVar[str] = "report_progress"


class Answer(OfAssignment):
    """A cooperating unit gives its part of the answer, or the lead answers the case (答复)."""

    verb: ClassVar[str] = "answer"


class ProposeNegative(OfAssignment):
    """The lead proposes a negative answer (否定答复); reason, basis and remedy are in the details."""

    verb: ClassVar[str] = "propose_negative"
    reason: Slug


class GiveOpinion(OfAssignment):
    """The task force's lead gives its handling opinion (办理意见) with the date by which it will be done."""

    verb: ClassVar[str] = "give_opinion"
    done_by: date


class OfPart(Action):
    """Something done to an item of the duty list."""

    part: Slug


class SubmitPart(OfPart):
    """The owner applies for closing its part (申请销号), done or found impossible."""

    verb: ClassVar[str] = "submit_part"
    result: Literal["done", "impossible"] = "done"


class CheckPart(OfPart):
    """The lead has checked a part and passes it to the window."""

    verb: ClassVar[str] = "check_part"


class VerifyPart(OfPart):
    """The window closes a part that the lead has checked (核验销号)."""

    verb: ClassVar[str] = "verify_part"


class RejectPart(OfPart):
    """The lead or the window sends a part back to its owner."""

    verb: ClassVar[str] = "reject_part"


class Triage(Action):
    """The dispatcher decides what the classifier could not (人工研判)."""

    verb: ClassVar[str] = "triage"
    domain: Slug
    cause: Slug | None = None
    lead: Slug | None = None
    """Without a lead, the policy's routes name it."""
    cooperating: tuple[Slug, ...] = ()


class Decline(Action):
    """The dispatcher declines a matter that is not for this house (不予受理), by a rule of the policy."""

    verb: ClassVar[str] = "decline"
    rule: Slug


class GrantReturn(Action):
    """The dispatcher grants a return; the next unit is named, unless the return itself calls a conference."""

    verb: ClassVar[str] = "grant_return"
    assignment: Number
    to: Slug | None = None


class RefuseReturn(Action):
    """The dispatcher refuses a return; the assignment stays where it is."""

    verb: ClassVar[str] = "refuse_return"
    assignment: Number


class Designate(Action):
    """After the conference a unit is designated in writing (指定承办); it can't return that."""

    verb: ClassVar[str] = "designate"
    unit: Slug


class ApproveTaskForce(Action):
    """The leader, or who was delegated, opens the proposed task force."""

    verb: ClassVar[str] = "approve_task_force"


class RefuseTaskForce(Action):
    """The leader refuses the proposed task force; the reason is in the details."""

    verb: ClassVar[str] = "refuse_task_force"


class ApproveNegative(Action):
    """The window has reviewed the proposed negative answer and lets it go out."""

    verb: ClassVar[str] = "approve_negative"


class RefuseNegative(Action):
    """The window sends a proposed negative answer back to the lead."""

    verb: ClassVar[str] = "refuse_negative"


class FollowUp(Action):
    """The window or hotline has asked the person how it went (回访); never the unit."""

    verb: ClassVar[str] = "follow_up"
    grade: Grade | None = None


class LinkRepeat(Action):
    """Another case brings the same matter: the running case takes note (inbox only)."""

    verb: ClassVar[str] = "link_repeat"
    repeat: str


class MergeAnswer(Action):
    """The running case has ended: its outcome holds for this repeat too (inbox only)."""

    verb: ClassVar[str] = "merge_answer"
    primary: str
    outcome: str


_ALL: tuple[type[Action], ...] = (
    Submit, Supplement, Withdraw, Rate, Sign, Contact, ApplyReturn, ReportProgress, Answer, ProposeNegative,
    GiveOpinion, SubmitPart, CheckPart, VerifyPart, RejectPart, Triage, Decline, GrantReturn, RefuseReturn,
    Designate, ApproveTaskForce, RefuseTaskForce, ApproveNegative, RefuseNegative, FollowUp, LinkRepeat,
    MergeAnswer,
)  # fmt: skip
ACTIONS: dict[str, type[Action]] = {action.verb: action for action in _ALL}
"""Every action by its verb."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a unit or office, a channel, or the router itself; with the role it acts in."""

    id: str
    role: Role


@dataclass(frozen=True, slots=True)
class Command:
    """An action on a case, by an actor, with what the door found out about it."""

    case_id: str
    actor: Actor
    action: Action
    entries: tuple[Entry, ...] = ()
    """Vault entries that hold the texts which came with it."""
    classification: Classification | None = None
    repeat_of: str | None = None
    """The case that brought the very same words first."""
