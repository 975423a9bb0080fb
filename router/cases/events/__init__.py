"""What has happened to a case, in the past tense. Events carry codes, numbers and times; never text.

A version once written is read for ever: `tests/data/events.jsonl` keeps an example of each.
"""

from __future__ import annotations

from router.cases.events.closing import (
    Answered,
    AnswerMerged,
    CaseWithdrawn,
    Closed,
    FeedbackReceived,
    FollowedUp,
    FollowUpDue,
    HoldProposed,
    HoldRefused,
    HoldReviewed,
    NegativeAnswerApproved,
    NegativeAnswerProposed,
    NegativeAnswerRefused,
    ObjectionReceived,
    PutOnHold,
    RatingChecked,
    RedoOrdered,
    Resolved,
    SetAsideRefused,
)
from router.cases.events.forces import (
    HandedOver,
    MeetingHeld,
    MemberNamed,
    OpinionApproved,
    OpinionGiven,
    OpinionRefused,
    PartAdded,
    PartIssued,
    PartRejected,
    PartSubmitted,
    PartVerified,
    PartWithdrawn,
    TaskForceDissolved,
    TaskForceOpened,
    TaskForceProposed,
    TaskForceRefused,
)
from router.cases.events.intake import (
    Accepted,
    Acknowledged,
    Classified,
    Declined,
    DuplicateLinked,
    DuplicateUnlinked,
    PolicyMoved,
    Submitted,
    Supplemented,
    SupplementRequested,
    Triaged,
    TriageRequested,
)
from router.cases.events.oversight import (
    CircularDrafted,
    CircularDropped,
    CircularIssued,
    OverdueNoticed,
    Supervised,
    SupervisionDrafted,
    SupervisionReplied,
    Warned,
)
from router.cases.events.privacy import DetailsViewed, SubjectErased
from router.cases.events.work import (
    Assigned,
    AssignmentWithdrawn,
    ClockPaused,
    ClockResumed,
    ConferenceCalled,
    Designated,
    DueDateRevised,
    ExtensionApplied,
    ExtensionGranted,
    ExtensionRefused,
    FirstContacted,
    ProgressReported,
    ReturnApplied,
    ReturnGranted,
    ReturnRefused,
    Signed,
)

AnyEvent = (
    Submitted | Acknowledged | Supplemented | SupplementRequested | Classified | TriageRequested | Triaged
    | Accepted | Declined | DuplicateLinked | PolicyMoved | DuplicateUnlinked | Assigned | Signed | FirstContacted
    | ReturnApplied | ReturnGranted | ReturnRefused | AssignmentWithdrawn | ConferenceCalled | Designated
    | ProgressReported | ClockPaused | ClockResumed | ExtensionApplied | ExtensionGranted | ExtensionRefused
    | DueDateRevised | TaskForceProposed | TaskForceOpened | TaskForceRefused | PartAdded | MemberNamed | HandedOver
    | MeetingHeld | PartIssued | PartSubmitted | PartVerified | PartRejected | PartWithdrawn | OpinionGiven
    | OpinionApproved | OpinionRefused | TaskForceDissolved | Answered | AnswerMerged | NegativeAnswerProposed
    | NegativeAnswerApproved | NegativeAnswerRefused | Resolved | FollowUpDue | FollowedUp | FeedbackReceived
    | RatingChecked | SetAsideRefused | ObjectionReceived | RedoOrdered | HoldProposed | HoldRefused | PutOnHold
    | HoldReviewed | Closed | CaseWithdrawn | Warned | OverdueNoticed | SupervisionDrafted | Supervised
    | SupervisionReplied | CircularDrafted | CircularIssued | CircularDropped | DetailsViewed | SubjectErased
)  # fmt: skip
"""Every event, as the reader of records knows them."""

__all__ = [
    "Accepted",
    "Acknowledged",
    "AnswerMerged",
    "Answered",
    "AnyEvent",
    "Assigned",
    "AssignmentWithdrawn",
    "CaseWithdrawn",
    "CircularDrafted",
    "CircularDropped",
    "CircularIssued",
    "Classified",
    "ClockPaused",
    "ClockResumed",
    "Closed",
    "ConferenceCalled",
    "Declined",
    "Designated",
    "DetailsViewed",
    "DueDateRevised",
    "DuplicateLinked",
    "DuplicateUnlinked",
    "ExtensionApplied",
    "ExtensionGranted",
    "ExtensionRefused",
    "FeedbackReceived",
    "FirstContacted",
    "FollowUpDue",
    "FollowedUp",
    "HandedOver",
    "HoldProposed",
    "HoldRefused",
    "HoldReviewed",
    "MeetingHeld",
    "MemberNamed",
    "NegativeAnswerApproved",
    "NegativeAnswerProposed",
    "NegativeAnswerRefused",
    "ObjectionReceived",
    "OpinionApproved",
    "OpinionGiven",
    "OpinionRefused",
    "OverdueNoticed",
    "PartAdded",
    "PartIssued",
    "PartRejected",
    "PartSubmitted",
    "PartVerified",
    "PartWithdrawn",
    "PolicyMoved",
    "ProgressReported",
    "PutOnHold",
    "RatingChecked",
    "RedoOrdered",
    "Resolved",
    "ReturnApplied",
    "ReturnGranted",
    "ReturnRefused",
    "SetAsideRefused",
    "Signed",
    "SubjectErased",
    "Submitted",
    "Supervised",
    "SupervisionDrafted",
    "SupervisionReplied",
    "SupplementRequested",
    "Supplemented",
    "TaskForceDissolved",
    "TaskForceOpened",
    "TaskForceProposed",
    "TaskForceRefused",
    "TriageRequested",
    "Triaged",
    "Warned",
]
