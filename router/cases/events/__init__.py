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
    NegativeAnswerApproved,
    NegativeAnswerProposed,
    NegativeAnswerRefused,
    Resolved,
)
from router.cases.events.forces import (
    OpinionGiven,
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
    Submitted,
    Supplemented,
    Triaged,
    TriageRequested,
)
from router.cases.events.work import (
    Assigned,
    AssignmentWithdrawn,
    ConferenceCalled,
    Designated,
    FirstContacted,
    ProgressReported,
    ReturnApplied,
    ReturnGranted,
    ReturnRefused,
    Signed,
)

AnyEvent = (
    Submitted | Acknowledged | Supplemented | Classified | TriageRequested | Triaged | Accepted | Declined
    | DuplicateLinked | DuplicateUnlinked | Assigned | Signed | FirstContacted | ReturnApplied | ReturnGranted
    | ReturnRefused | AssignmentWithdrawn | ConferenceCalled | Designated | TaskForceProposed
    | TaskForceOpened | TaskForceRefused | PartAdded | PartIssued | PartSubmitted | PartVerified
    | PartRejected | PartWithdrawn | TaskForceDissolved | ProgressReported | OpinionGiven | Answered
    | AnswerMerged | NegativeAnswerProposed | NegativeAnswerApproved | NegativeAnswerRefused | Resolved
    | FollowUpDue | FollowedUp | FeedbackReceived | Closed | CaseWithdrawn
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
    "Classified",
    "Closed",
    "ConferenceCalled",
    "Declined",
    "Designated",
    "DuplicateLinked",
    "DuplicateUnlinked",
    "FeedbackReceived",
    "FirstContacted",
    "FollowUpDue",
    "FollowedUp",
    "NegativeAnswerApproved",
    "NegativeAnswerProposed",
    "NegativeAnswerRefused",
    "OpinionGiven",
    "PartAdded",
    "PartIssued",
    "PartRejected",
    "PartSubmitted",
    "PartVerified",
    "PartWithdrawn",
    "ProgressReported",
    "Resolved",
    "ReturnApplied",
    "ReturnGranted",
    "ReturnRefused",
    "Signed",
    "Submitted",
    "Supplemented",
    "TaskForceDissolved",
    "TaskForceOpened",
    "TaskForceProposed",
    "TaskForceRefused",
    "TriageRequested",
    "Triaged",
]
