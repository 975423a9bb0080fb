"""From the answer to the end."""

from __future__ import annotations

from datetime import datetime

from router.cases.events.base import Event
from router.cases.state import Entry


class Answered(Event, frozen=True, tag="answered"):
    """A unit answered; the lead's answer is the case's."""

    number: int
    entries: tuple[Entry, ...] = ()


class AnswerMerged(Event, frozen=True, tag="answer_merged"):
    """The running case's outcome holds for this repeat too."""

    primary: str
    entries: tuple[Entry, ...] = ()


class NegativeAnswerProposed(Event, frozen=True, tag="negative_answer_proposed"):
    """否定答复, to be reviewed by the window."""

    number: int
    reason: str
    entries: tuple[Entry, ...] = ()


class NegativeAnswerApproved(Event, frozen=True, tag="negative_answer_approved"):
    """Reviewed, may go out."""


class NegativeAnswerRefused(Event, frozen=True, tag="negative_answer_refused"):
    """Sent back to the lead, who still owes an answer."""

    entries: tuple[Entry, ...] = ()


class Resolved(Event, frozen=True, tag="resolved"):
    """办结: the channel is told the outcome (`resolved` or `negative`)."""

    outcome: str


class FollowUpDue(Event, frozen=True, tag="follow_up_due"):
    """The window or hotline owes a follow-up (回访)."""

    due: datetime


class FollowedUp(Event, frozen=True, tag="followed_up"):
    """The person was asked."""

    by: str
    entries: tuple[Entry, ...] = ()


class FeedbackReceived(Event, frozen=True, tag="feedback_received"):
    """好差评."""

    grade: str
    entries: tuple[Entry, ...] = ()


class Closed(Event, frozen=True, tag="closed"):
    """Nothing more is owed."""


class CaseWithdrawn(Event, frozen=True, tag="case_withdrawn"):
    """The person took it back."""
