"""What may be asked of a case. Actions carry codes only; their free text waits in the vault."""

from __future__ import annotations

import msgspec

from router.cases.commands.base import Action, OfAssignment, OfClock, OfPart
from router.cases.commands.closing import (
    BAD,
    ApproveHold,
    ApproveNegative,
    CheckRating,
    ConfirmSetAside,
    FollowUp,
    Grade,
    ObjectRating,
    OrderRedo,
    ProposeHold,
    Rate,
    RefuseHold,
    RefuseNegative,
    ReviewHold,
)
from router.cases.commands.forces import (
    AddPart,
    ApproveOpinion,
    ApproveTaskForce,
    CheckPart,
    DissolveTaskForce,
    GiveOpinion,
    HandOver,
    HoldMeeting,
    Item,
    NameMember,
    RefuseOpinion,
    RefuseTaskForce,
    RejectPart,
    SubmitPart,
    VerifyPart,
)
from router.cases.commands.intake import (
    AnswerDirectly,
    Decline,
    KeepUp,
    Link,
    LinkFound,
    LinkRepeat,
    MergeAnswer,
    MovePolicy,
    RequestSupplement,
    Separate,
    Submit,
    Supplement,
    Triage,
    UnlinkRepeat,
    Withdraw,
)
from router.cases.commands.oversight import DropCircular, IssueCircular, ReplySupervision, SignSupervision, Tick
from router.cases.commands.privacy import EraseSubject, ViewDetails
from router.cases.commands.work import (
    Answer,
    ApplyExtension,
    ApplyReturn,
    Contact,
    Designate,
    GrantExtension,
    GrantReturn,
    Pause,
    ProposeNegative,
    RefuseExtension,
    RefuseReturn,
    ReportProgress,
    Resume,
    Sign,
)
from router.cases.entry import Entry
from router.cases.other import Other
from router.classify.classification import Classification
from router.policy.people import Role

_ALL: tuple[type[Action], ...] = (
    Submit, Supplement, Withdraw, RequestSupplement, Triage, Decline, AnswerDirectly, MovePolicy, Link, Separate,
    LinkFound, LinkRepeat, UnlinkRepeat, KeepUp, MergeAnswer, Sign, Contact, ReportProgress, Answer, ProposeNegative,
    ApplyReturn, GrantReturn, RefuseReturn, Designate, Pause, Resume, ApplyExtension, GrantExtension, RefuseExtension,
    ApproveTaskForce, RefuseTaskForce, GiveOpinion, ApproveOpinion, RefuseOpinion, SubmitPart, CheckPart, VerifyPart,
    RejectPart, AddPart, HoldMeeting, NameMember, HandOver, DissolveTaskForce, Rate, ObjectRating, ApproveNegative,
    RefuseNegative, FollowUp, CheckRating, ConfirmSetAside, OrderRedo, ProposeHold, ApproveHold, RefuseHold,
    ReviewHold, SignSupervision, ReplySupervision, IssueCircular, DropCircular, ViewDetails, EraseSubject, Tick,
)  # fmt: skip
ACTIONS: dict[str, type[Action]] = {action.verb: action for action in _ALL}
"""Every action by its verb."""

ROUTER_ONLY = frozenset({LinkFound.verb, LinkRepeat.verb, UnlinkRepeat.verb, KeepUp.verb, MergeAnswer.verb, Tick.verb})
"""What only the router asks of itself; no message asks it."""

AT_THE_VAULT = frozenset({ViewDetails.verb, EraseSubject.verb})
"""What is asked where the vault can be opened, and done with it in one go; no message asks it either."""


class Actor(msgspec.Struct, frozen=True):
    """Who asks: a unit or office, a channel, or the router itself; with the role it acts in."""

    id: str
    role: Role


class Command(msgspec.Struct, frozen=True):
    """An action on a case, by an actor, with what the door found out about it."""

    case_id: str
    actor: Actor
    action: Action
    entries: tuple[Entry, ...] = ()
    """Vault entries that hold the texts which came with it."""
    given: frozenset[str] = frozenset()
    """Which words came with it: text, basis, remedy, signed_by."""
    classification: Classification | None = None
    other: Other | None = None
    """The running case that brings the same matter, where one is known or named."""
    knows_policy: bool = False
    """The policy that a `move_policy` names is one of this installation's."""


__all__ = [
    "ACTIONS",
    "AT_THE_VAULT",
    "BAD",
    "ROUTER_ONLY",
    "Action",
    "Actor",
    "AddPart",
    "Answer",
    "AnswerDirectly",
    "ApplyExtension",
    "ApplyReturn",
    "ApproveHold",
    "ApproveNegative",
    "ApproveOpinion",
    "ApproveTaskForce",
    "CheckPart",
    "CheckRating",
    "Command",
    "ConfirmSetAside",
    "Contact",
    "Decline",
    "Designate",
    "DissolveTaskForce",
    "DropCircular",
    "EraseSubject",
    "FollowUp",
    "GiveOpinion",
    "Grade",
    "GrantExtension",
    "GrantReturn",
    "HandOver",
    "HoldMeeting",
    "IssueCircular",
    "Item",
    "KeepUp",
    "Link",
    "LinkFound",
    "LinkRepeat",
    "MergeAnswer",
    "MovePolicy",
    "NameMember",
    "ObjectRating",
    "OfAssignment",
    "OfClock",
    "OfPart",
    "OrderRedo",
    "Pause",
    "ProposeHold",
    "ProposeNegative",
    "Rate",
    "RefuseExtension",
    "RefuseHold",
    "RefuseNegative",
    "RefuseOpinion",
    "RefuseReturn",
    "RefuseTaskForce",
    "RejectPart",
    "ReplySupervision",
    "ReportProgress",
    "RequestSupplement",
    "Resume",
    "ReviewHold",
    "Separate",
    "Sign",
    "SignSupervision",
    "Submit",
    "SubmitPart",
    "Supplement",
    "Tick",
    "Triage",
    "UnlinkRepeat",
    "VerifyPart",
    "ViewDetails",
    "Withdraw",
]
