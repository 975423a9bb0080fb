"""What has happened to a case, in the past tense. Events carry codes, numbers and times; never text.

A version once written is read for ever: `router.ledger.upcast` turns old shapes into these.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from router.cases.state import Entry, Form, Share


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="event"):
    """Something that happened. Its tag is its name in records."""


class Submitted(Event, tag="submitted"):
    """A channel brought the case."""

    channel: str
    policy: str
    occurred_at: datetime
    reference: str | None = None
    withheld: bool = False
    entries: tuple[Entry, ...] = ()


class Acknowledged(Event, tag="acknowledged"):
    """The receipt is durable."""


class Supplemented(Event, tag="supplemented"):
    """What was missing came."""

    entries: tuple[Entry, ...] = ()


class Classified(Event, tag="classified"):
    """The classifier judged; confidences in thousandths."""

    model: str
    domain: str | None = None
    section: str | None = None
    cause: str | None = None
    kind: str | None = None
    urgent: bool = False
    confidence: int = 0
    cause_confidence: int = 0


class TriageRequested(Event, tag="triage_requested"):
    """A person has to decide (人工研判)."""

    reason: str
    offered: tuple[str, ...] = ()
    """The best domains, at most two."""


class Triaged(Event, tag="triaged"):
    """A person decided what it is about."""

    by: str
    domain: str
    cause: str | None = None


class Accepted(Event, tag="accepted"):
    """受理; the person's total time runs from the first of these."""

    due: datetime
    provisional: bool = False
    """The due date reaches beyond the years whose working days are known."""


class Declined(Event, tag="declined"):
    """不予受理, by a rule of the policy that names reason, basis and the right door."""

    rule: str


class DuplicateLinked(Event, tag="duplicate_linked"):
    """The same matter as another case: `primary` on the repeat, `repeat` on the running case."""

    primary: str | None = None
    repeat: str | None = None


class DuplicateUnlinked(Event, tag="duplicate_unlinked"):
    """It stands on its own again."""

    primary: str


class Assigned(Event, tag="assigned"):
    """A unit got it (派单 or 商请函)."""

    number: int
    unit: str
    role: Share
    form: Form
    sign_due: datetime
    due: datetime
    part: str | None = None
    designated: bool = False
    provisional: bool = False


class Signed(Event, tag="signed"):
    """签收: receipt, not admission."""

    number: int


class FirstContacted(Event, tag="first_contacted"):
    """The unit spoke to the person."""

    number: int


class ReturnApplied(Event, tag="return_applied"):
    """The unit wants to give it back (退单)."""

    number: int
    reason: str
    entries: tuple[Entry, ...] = ()


class ReturnGranted(Event, tag="return_granted"):
    """The dispatcher took it back."""

    number: int


class ReturnRefused(Event, tag="return_refused"):
    """The dispatcher left it where it is, or the second return called the conference."""

    number: int


class AssignmentWithdrawn(Event, tag="assignment_withdrawn"):
    """The unit need not do it any more."""

    number: int


class ConferenceCalled(Event, tag="conference_called"):
    """Units disagree: 会商 within one working day."""

    units: tuple[str, ...]
    due: datetime
    part: str | None = None


class Designated(Event, tag="designated"):
    """指定承办, in writing and binding."""

    unit: str
    by: str
    part: str | None = None
    entries: tuple[Entry, ...] = ()


class TaskForceProposed(Event, tag="task_force_proposed"):
    """The router proposes a task force; `approver` may open it, by which delegation."""

    cause: str
    leader: str
    lead: str
    office: str
    approver: str
    delegation: str
    template: str | None = None


class TaskForceOpened(Event, tag="task_force_opened"):
    """The task force stands."""

    by: str


class TaskForceRefused(Event, tag="task_force_refused"):
    """It is to be handled without one."""

    by: str
    entries: tuple[Entry, ...] = ()


class PartAdded(Event, tag="part_added"):
    """An item came onto the duty list."""

    part: str
    unit: str
    working_days: int
    required: bool = True
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only_if_failed: tuple[str, ...] = ()


class PartIssued(Event, tag="part_issued"):
    """All it waited for is settled: its unit may start."""

    part: str
    due: datetime


class PartSubmitted(Event, tag="part_submitted"):
    """Its owner applied for closing (申请销号)."""

    part: str
    result: str
    entries: tuple[Entry, ...] = ()


class PartVerified(Event, tag="part_verified"):
    """Checked by the lead (`by_lead`), or closed by the window (核验销号)."""

    part: str
    by_lead: bool = False


class PartRejected(Event, tag="part_rejected"):
    """Sent back to its owner."""

    part: str
    by: str
    entries: tuple[Entry, ...] = ()


class PartWithdrawn(Event, tag="part_withdrawn"):
    """Not needed: an alternative was done, or what it needed can't be had."""

    part: str


class TaskForceDissolved(Event, tag="task_force_dissolved"):
    """It has done its work."""


class ProgressReported(Event, tag="progress_reported"):
    """A unit said how far it is."""

    number: int
    entries: tuple[Entry, ...] = ()


class OpinionGiven(Event, tag="opinion_given"):
    """办理意见 of a task force, with the date by which it will be done."""

    done_by: date
    entries: tuple[Entry, ...] = ()


class Answered(Event, tag="answered"):
    """A unit answered; the lead's answer is the case's."""

    number: int
    entries: tuple[Entry, ...] = ()


class AnswerMerged(Event, tag="answer_merged"):
    """The running case's outcome holds for this repeat too."""

    primary: str
    entries: tuple[Entry, ...] = ()


class NegativeAnswerProposed(Event, tag="negative_answer_proposed"):
    """否定答复, to be reviewed by the window."""

    number: int
    reason: str
    entries: tuple[Entry, ...] = ()


class NegativeAnswerApproved(Event, tag="negative_answer_approved"):
    """Reviewed, may go out."""


class NegativeAnswerRefused(Event, tag="negative_answer_refused"):
    """Sent back to the lead, who still owes an answer."""

    entries: tuple[Entry, ...] = ()


class Resolved(Event, tag="resolved"):
    """办结: the channel is told the outcome (`resolved` or `negative`)."""

    outcome: str


class FollowUpDue(Event, tag="follow_up_due"):
    """The window or hotline owes a follow-up (回访)."""

    due: datetime


class FollowedUp(Event, tag="followed_up"):
    """The person was asked."""

    by: str
    entries: tuple[Entry, ...] = ()


class FeedbackReceived(Event, tag="feedback_received"):
    """好差评."""

    grade: str
    entries: tuple[Entry, ...] = ()


class Closed(Event, tag="closed"):
    """Nothing more is owed."""


class CaseWithdrawn(Event, tag="case_withdrawn"):
    """The person took it back."""


AnyEvent = (
    Submitted | Acknowledged | Supplemented | Classified | TriageRequested | Triaged | Accepted | Declined
    | DuplicateLinked | DuplicateUnlinked | Assigned | Signed | FirstContacted | ReturnApplied | ReturnGranted | ReturnRefused
    | AssignmentWithdrawn | ConferenceCalled | Designated | TaskForceProposed | TaskForceOpened
    | TaskForceRefused | PartAdded | PartIssued | PartSubmitted | PartVerified | PartRejected | PartWithdrawn
    | TaskForceDissolved | ProgressReported | OpinionGiven | Answered | AnswerMerged | NegativeAnswerProposed
    | NegativeAnswerApproved | NegativeAnswerRefused | Resolved | FollowUpDue | FollowedUp | FeedbackReceived
    | Closed | CaseWithdrawn
)  # fmt: skip
"""Every event, as the reader of records knows them."""
