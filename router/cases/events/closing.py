"""From the answer to the end."""

from __future__ import annotations

from datetime import datetime

from router.cases.entry import Entry
from router.cases.events.base import Event


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
    late: bool = False
    """Later than the policy lets a negative answer take."""
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


class RatingChecked(Event, frozen=True, tag="rating_checked"):
    """A bad rating was checked: fault, remediable, lawful or set_aside; the last once a second person `confirmed`."""

    result: str
    by: str
    confirmed: bool = True
    entries: tuple[Entry, ...] = ()


class SetAsideRefused(Event, frozen=True, tag="set_aside_refused"):
    """The second person does not agree: the rating is checked again."""

    by: str
    entries: tuple[Entry, ...] = ()


class ObjectionReceived(Event, frozen=True, tag="objection_received"):
    """The person objects to what became of the rating; once."""

    entries: tuple[Entry, ...] = ()


class RedoOrdered(Event, frozen=True, tag="redo_ordered"):
    """重办: the case is taken up again; its total time goes on."""

    why: str
    """fault, remediable or reopened."""
    by: str
    entries: tuple[Entry, ...] = ()


class HoldProposed(Event, frozen=True, tag="hold_proposed"):
    """The lead proposes to put it on hold (挂账)."""

    by: str
    entries: tuple[Entry, ...] = ()


class HoldRefused(Event, frozen=True, tag="hold_refused"):
    """It is to be handled now."""

    by: str
    entries: tuple[Entry, ...] = ()


class PutOnHold(Event, frozen=True, tag="put_on_hold"):
    """On hold for now, for the reasons that the lead gave; open, shown apart, never counted as solved."""

    by: str
    entries: tuple[Entry, ...] = ()


class HoldReviewed(Event, frozen=True, tag="hold_reviewed"):
    """Looked at again: it stays on hold, or is taken up."""

    by: str
    resume: bool = False
    entries: tuple[Entry, ...] = ()


class Closed(Event, frozen=True, tag="closed"):
    """Nothing more is owed."""

    why: str = ""
    """followed_up, rated, unrated, set_aside, explained, answered_elsewhere, dissolved."""


class CaseWithdrawn(Event, frozen=True, tag="case_withdrawn"):
    """The person took it back."""
