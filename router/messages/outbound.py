"""Every message type that goes out: to channels (`results.*`) and to units and offices (`assignments.*`)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from router.cases.assignment import Form, Share
from router.cases.state import Stage
from router.messages.base import Message
from router.messages.details import OutDetails


class Outbound(Message):
    """The data of an outgoing event. `version` is the case's, to drop repeats and order by."""

    type: ClassVar[str]
    version: int
    reference: str | None = None
    details: OutDetails | None = None


class Receipt(Outbound):
    """The case is durably received; where it stands and by when it will be done (UTC)."""

    type: ClassVar[str] = "cn.bancheng.result.receipt.v1"
    stage: Stage
    due: datetime | None = None
    lead: str | None = None
    units: int = 0
    """How many units work on it."""
    task_force: bool = False
    primary: str | None = None
    """The running case that brings the same matter."""
    relation: str | None = None
    """Why it is the same matter: same_words, same_person or supporter."""


class Declined(Outbound):
    """不予受理: the rule; reason, basis and right door stand in `details.notice`."""

    type: ClassVar[str] = "cn.bancheng.result.declined.v1"
    rule: str


class Resolved(Outbound):
    """办结 with its outcome; the answer stands in `details.notes`."""

    type: ClassVar[str] = "cn.bancheng.result.resolved.v1"
    outcome: str
    lead: str | None = None
    primary: str | None = None


class SupplementRequested(Outbound):
    """补正: what is missing, once and completely, stands in `details.notes`; until `due` the clocks wait."""

    type: ClassVar[str] = "cn.bancheng.result.supplement_requested.v1"
    due: datetime


class DueChanged(Outbound):
    """The date by which it will be done has moved, and why."""

    type: ClassVar[str] = "cn.bancheng.result.due_changed.v1"
    due: datetime
    why: str
    provisional: bool = False


class OnHold(Outbound):
    """挂账: nothing can be done for now; the reason stands in `details.notes`."""

    type: ClassVar[str] = "cn.bancheng.result.on_hold.v1"


class RatingChecked(Outbound):
    """What became of a bad rating: fault, remediable, lawful or set_aside; the explanation in `details.notes`."""

    type: ClassVar[str] = "cn.bancheng.result.rating_checked.v1"
    result: str


class Linked(Outbound):
    """并案: a running case brings the same matter; its answer will be this one's too, at once when it comes."""

    type: ClassVar[str] = "cn.bancheng.result.linked.v1"
    primary: str
    relation: str
    due: datetime | None = None


class Separated(Outbound):
    """解除并案: it is handled by itself again."""

    type: ClassVar[str] = "cn.bancheng.result.separated.v1"
    primary: str
    due: datetime | None = None


class WithdrawnByPerson(Outbound):
    """The withdrawal is recorded."""

    type: ClassVar[str] = "cn.bancheng.result.withdrawn.v1"


class Refused(Outbound):
    """A command was refused and nothing changed; the sentence stands in `details.notice`."""

    type: ClassVar[str] = "cn.bancheng.command.refused.v1"
    verb: str
    code: str
    about: str = ""
    message: str
    """The id of the refused message."""


class Dispatched(Outbound):
    """A unit gets an assignment; part words stand in `details.notice`, the matter in `details`."""

    type: ClassVar[str] = "cn.bancheng.assignment.dispatched.v1"
    assignment: int
    role: Share
    form: Form
    sign_due: datetime
    due: datetime
    urgent: bool = False
    domain: str | None = None
    cause: str | None = None
    part: str | None = None
    lead: str | None = None
    alone: bool = True
    """No other unit works on the case: nothing is to be merged."""
    task_force: bool = False
    designated: bool = False
    provisional: bool = False
    guided: bool = False
    """The person is helped through it by somebody of the window (帮办代办)."""
    why: str = ""
    """Why it came to this unit: route, triage, return, designation, first_received, part, redo, …"""


class Returned(Outbound):
    """What became of a unit's application to return an assignment."""

    type: ClassVar[str] = "cn.bancheng.assignment.return_decided.v1"
    assignment: int
    granted: bool
    alone: bool = True
    """No other unit works on the case."""


class WithdrawnFromUnit(Outbound):
    """The unit need not do that assignment any more."""

    type: ClassVar[str] = "cn.bancheng.assignment.withdrawn.v1"
    assignment: int


class PartSentBack(Outbound):
    """A part was not accepted as done; the reason stands in `details.notes`."""

    type: ClassVar[str] = "cn.bancheng.assignment.part_sent_back.v1"
    part: str
    by: str


class Supplemented(Outbound):
    """What was missing has come; it stands in `details.notes`."""

    type: ClassVar[str] = "cn.bancheng.assignment.supplemented.v1"


class UnitDueChanged(Outbound):
    """The due date of an assignment has moved, and why."""

    type: ClassVar[str] = "cn.bancheng.assignment.due_changed.v1"
    assignment: int
    due: datetime
    why: str
    provisional: bool = False


class Decided(Outbound):
    """What became of what a unit or lead applied for: `extension`, `hold` or `opinion`."""

    type: ClassVar[str] = "cn.bancheng.assignment.decided.v1"
    what: str
    granted: bool
    assignment: int | None = None
    days: int | None = None


class Rung(StrEnum):
    """A step of the ladder: 预警 催办 督办 通报."""

    WARNED = "warned"
    OVERDUE = "overdue"
    SUPERVISED = "supervised"
    CIRCULAR = "circular"


class Noticed(Outbound):
    """A step of the ladder about one clock; a superior gets a copy."""

    type: ClassVar[str] = "cn.bancheng.assignment.noticed.v1"
    rung: Rung
    clock: str
    holder: str
    was_due: datetime
    """When this step was due."""
    round: int = 1
    reply_due: datetime | None = None
    copied: bool = False
    """The reader is told as the superior, not as the one who owes it."""


class Task(StrEnum):
    """What an office or a lead is asked to do."""

    TRIAGE = "triage"
    APPROVE_TASK_FORCE = "approve_task_force"
    REVIEW_RETURN = "review_return"
    DESIGNATE = "designate"
    CHECK_PART = "check_part"
    VERIFY_PART = "verify_part"
    MERGE_ANSWER = "merge_answer"
    REVIEW_NEGATIVE = "review_negative"
    REWORK_ANSWER = "rework_answer"
    FOLLOW_UP = "follow_up"
    APPROVE_OPINION = "approve_opinion"
    DECIDE_EXTENSION = "decide_extension"
    APPROVE_HOLD = "approve_hold"
    CHECK_RATING = "check_rating"
    CONFIRM_SET_ASIDE = "confirm_set_aside"
    DISSOLVE_TASK_FORCE = "dissolve_task_force"
    SIGN_SUPERVISION = "sign_supervision"
    ISSUE_CIRCULAR = "issue_circular"
    HOLD_MEETING = "hold_meeting"
    CONFER = "confer"


class Offered(Message):
    """A field that a person may choose (人工研判), and the policy's words that spoke for it, the strongest first."""

    domain: str
    words: tuple[str, ...] = ()


class Requested(Outbound):
    """An office or a lead is asked for a step."""

    type: ClassVar[str] = "cn.bancheng.task.requested.v1"
    task: Task
    part: str | None = None
    result: str | None = None
    assignment: int | None = None
    days: int | None = None
    clock: str | None = None
    reason: str | None = None
    offered: tuple[str, ...] = ()
    choices: tuple[Offered, ...] = ()
    """The same with their reasons, where the classifier offers them."""
    other: str | None = None
    """The earlier case of the same person and matter."""
    units: tuple[str, ...] = ()
    due: datetime | None = None
    done_by: date | None = None


OUTBOUND: tuple[type[Outbound], ...] = (
    Receipt, Declined, Resolved, SupplementRequested, DueChanged, OnHold, RatingChecked, Linked, Separated,
    WithdrawnByPerson, Refused, Dispatched, Returned, WithdrawnFromUnit, PartSentBack, Supplemented, UnitDueChanged,
    Decided, Noticed, Requested,
)  # fmt: skip
"""Every outgoing model."""
