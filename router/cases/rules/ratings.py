"""Bad ratings (差评): checked in four ways, objected to once, and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Share
from router.cases.clocks import CASE
from router.cases.offices import office, second_person
from router.cases.refusals import RefusedError
from router.cases.routing import stand_in
from router.cases.rules.closing import close_if_done
from router.cases.rules.dispatching import assign
from router.cases.rules.forces import propose_after
from router.cases.state import Stage
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.commands import CheckRating, ConfirmSetAside, ObjectRating, OrderRedo, Rate
    from router.cases.draft import Draft
    from router.cases.matters import Rating

_LIMITS = {"fault": "redo", "remediable": "remedy", "reopened": "redo"}


def rate(draft: Draft, action: Rate) -> None:
    """The person's own rating; a good one closes a resolved case, a bad one is checked."""
    draft.expect(Stage.RESOLVED)
    if draft.case.rating is not None:
        raise RefusedError("already_done", "rate")
    draft.add(ev.FeedbackReceived(action.grade.value, draft.command.entries))
    close_if_done(draft, "rated")


def check_rating(draft: Draft, action: CheckRating) -> None:
    """The unit's fault is redone, what can be mended is, a lawful no is explained, malice waits for a second person."""
    rating = _rating(draft)
    if rating.result is not None:
        raise RefusedError("already_done", "check_rating")
    draft.expect_office(Role.SUPERVISOR if rating.objected else Role.WINDOW)
    result = action.result
    confirmed = result != "set_aside"
    draft.add(ev.RatingChecked(result, draft.actor, confirmed, draft.command.entries))
    if result in _LIMITS:
        _redo(draft, result)
    elif confirmed and rating.objected:
        draft.add(ev.Closed("explained"))


def confirm_set_aside(draft: Draft, action: ConfirmSetAside) -> None:
    """A second person, never the one who asked for it, sets the rating aside or has it checked again."""
    rating = _rating(draft)
    if rating.result != "set_aside" or rating.confirmed:
        raise RefusedError("nothing_to_confirm")
    if draft.actor == rating.by:
        raise RefusedError("second_person")
    second = second_person(draft.case, draft.policy, rating)
    if draft.actor != second:
        raise RefusedError("not_the_office", second)
    if not action.agree:
        draft.add(ev.SetAsideRefused(by=draft.actor, entries=draft.command.entries))
        return
    draft.add(ev.RatingChecked("set_aside", draft.actor, confirmed=True, entries=draft.command.entries))
    if rating.objected:
        draft.add(ev.Closed("set_aside"))


def object_rating(draft: Draft, _action: ObjectRating) -> None:
    """The person objects, once, to a rating that was explained or set aside: the supervisor checks it anew."""
    rating = _rating(draft)
    if rating.objected:
        raise RefusedError("objection_once")
    if rating.result is None or not rating.confirmed:
        raise RefusedError("nothing_to_object")
    draft.add(ev.ObjectionReceived(entries=draft.command.entries))


def order_redo(draft: Draft, _action: OrderRedo) -> None:
    """A closed case is taken up again, with the reason: all that may follow a close."""
    draft.expect(Stage.CLOSED)
    if draft.case.primary is not None:
        raise RefusedError("wrong_stage", Stage.LINKED.value)
    _redo(draft, "reopened")


def _redo(draft: Draft, why: str) -> None:
    """Take it up again: a round of its own with its own limit; the person's total time goes on."""
    unit = draft.case.lead or office(draft.case, draft.policy, Role.SUPERVISOR)
    draft.add(ev.RedoOrdered(why=why, by=draft.actor, entries=draft.command.entries))
    limit = _LIMITS[why]
    last = draft.due(draft.policy.limits.remedy if limit == "remedy" else draft.policy.limits.redo)
    draft.add(ev.DueDateRevised(CASE, last.at, limit, last.provisional, limit))
    heir = stand_in(draft.policy, draft.case, unit) or unit
    assign(draft, heir, Share.LEAD, why=limit, entries=draft.command.entries)
    propose_after(draft, "redos", draft.case.faults)


def _rating(draft: Draft) -> Rating:
    draft.expect(Stage.RESOLVED)
    if draft.case.rating is None:
        raise RefusedError("no_bad_rating")
    return draft.case.rating
