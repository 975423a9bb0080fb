"""The same matter again: linked with the running case, told so, and sharing its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Held
from router.cases.clocks import CASE
from router.cases.follow import ON_HOLD, merged, moved
from router.cases.other import Relation, another_matter, before, unlike
from router.cases.refusals import RefusedError
from router.cases.state import DECLINED_BY, OPEN, Stage

if TYPE_CHECKING:
    from router.cases.commands import KeepUp, Link, LinkFound, LinkRepeat, MergeAnswer, UnlinkRepeat
    from router.cases.draft import Draft
    from router.cases.other import Other
    from router.cases.state import Case

_ENDED = frozenset({Stage.RESOLVED, Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN})


def linked_at_once(draft: Draft) -> bool:
    """At submission: link with a running case that brings the same matter; return whether the case stays with that.

    An answer just given holds for another person's very same words too, and so does a refusal. Who comes again just
    after the answer isn't content with it, and who can't be told from the first may be the same: a person looks
    at both. A case closed longer ago says nothing about a new one.
    """
    other = draft.command.other
    if other is None or unlike(draft.case, draft.policy.id, other) or another_matter(draft.case, other):
        return False
    if other.stage is Stage.RESOLVED and other.relation is not Relation.SUPPORTER:
        why = "came_again" if other.relation is Relation.SAME_PERSON else "perhaps_again"
        draft.add(ev.TriageRequested(why, (draft.case.domain,) if draft.case.domain else (), other.id))
        return True
    refused = other.stage is Stage.DECLINED and other.relation is not Relation.SAME_PERSON
    if other.stage in OPEN or other.stage is Stage.RESOLVED or refused:
        _join(draft, other, ev.DuplicateLinked(primary=other.id, relation=other.relation, similarity=other.similarity))
        return True
    return False


def link(draft: Draft, action: Link) -> None:
    """An office has seen that it is one matter."""
    _link(draft, action.relation, 0)


def link_found(draft: Draft, action: LinkFound) -> None:
    """The texts are nearly the same; a pair that was taken apart stays apart."""
    other = draft.command.other
    if other is not None and other.id in draft.case.apart:
        raise RefusedError("taken_apart", other.id)
    _link(draft, Relation.SUPPORTER, action.similarity)


def _link(draft: Draft, relation: str, similarity: int) -> None:
    """Link a case with the running one, unless that has ended, they mustn't meet, or a unit is at work on it.

    Only ever with one that was brought before: so no ring of cases can come about that wait for each other, whatever
    is decided at the same moment. A link made at submission can't close one either: nothing leads to a new case yet,
    and as long as that link lasts nothing is linked with it, but with the case it leads to.
    """
    other = draft.command.other
    draft.expect(Stage.TRIAGE, Stage.HANDLING)
    if other is None:
        raise RefusedError("unknown_primary")
    if other.stage not in OPEN:
        raise RefusedError("primary_ended", other.stage.value)
    forbidden = unlike(draft.case, draft.policy.id, other)
    if forbidden is not None:
        raise RefusedError(forbidden)
    if not before(other, draft.case):
        raise RefusedError("primary_later")
    if _begun(draft.case):
        raise RefusedError("work_begun")
    for held in draft.case.assignments:
        if held.live:
            draft.add(ev.AssignmentWithdrawn(held.number))
    _join(
        draft,
        other,
        ev.DuplicateLinked(
            primary=other.id, relation=relation, similarity=similarity, by=draft.actor, entries=draft.command.entries
        ),
    )


def _join(draft: Draft, other: Other, linked: ev.DuplicateLinked) -> None:
    """Link, and let the running case's date be this one's: it is the running case's clock that somebody watches.

    A date that has passed, or stands still while on hold, is nothing to promise anybody anew.
    """
    draft.add(linked)
    if other.stage in OPEN and other.stage is not Stage.ON_HOLD and other.due is not None and other.due > draft.now:
        _share_date(draft, other, "linked")


def _share_date(draft: Draft, other: Other, why: str) -> None:
    if other.due not in (None, draft.case.due):
        draft.add(ev.DueDateRevised(CASE, other.due, why, other.provisional))


def _begun(case: Case) -> bool:
    """Whether somebody has done something about the case already: then it goes on by itself."""
    touched = any(
        a.held not in (Held.DISPATCHED, Held.WITHDRAWN) or a.signed_at is not None or a.contacted_at is not None
        for a in case.assignments
    )  # fmt: skip
    asked = case.standing or case.extension is not None or case.hold is not None
    return touched or asked or case.task_force is not None


def link_repeat(draft: Draft, action: LinkRepeat) -> None:
    """Take note of a repeat; a case that has ended hands on how it ended, and nothing more happens to it."""
    if action.repeat in draft.case.repeats:
        raise RefusedError("already_done", "link_repeat")
    if draft.case.stage in _ENDED:
        draft.follows.append(merged(draft.case, action.repeat))
        return
    draft.add(ev.DuplicateLinked(repeat=action.repeat, relation=action.relation, similarity=action.similarity))
    case = draft.case
    if case.stage is Stage.ON_HOLD and case.hold is not None:
        draft.follows.append(moved(case, action.repeat, ON_HOLD, case.hold.entries))
    elif case.due is not None and case.due != action.due and case.due > draft.now:
        draft.follows.append(moved(case, action.repeat, "linked"))  # it moved between the two decisions


def keep_up(draft: Draft, action: KeepUp) -> None:
    """The running case's date has moved, or it is on hold: so is this one's, and its channel is told.

    What holds is how that case stands now, so that it doesn't matter in which order two such moves arrive.
    """
    draft.expect(Stage.LINKED)
    other = draft.command.other
    if other is None or action.primary != draft.case.primary:
        raise RefusedError("already_done", "keep_up")
    if action.why == ON_HOLD and other.stage is Stage.ON_HOLD:
        draft.add(ev.PutOnHold(by=draft.actor, entries=draft.command.entries))
    elif action.why != ON_HOLD:
        _share_date(draft, other, action.why)
    if not draft.events:
        raise RefusedError("already_done", "keep_up")


def unlink_repeat(draft: Draft, action: UnlinkRepeat) -> None:
    """A repeat stands on its own again: it no longer shares this case's end."""
    if action.repeat not in draft.case.repeats:
        raise RefusedError("already_done", "unlink_repeat")
    draft.add(ev.DuplicateUnlinked(repeat=action.repeat))


def merge_answer(draft: Draft, action: MergeAnswer) -> None:
    """The running case ended: this repeat ends the same way, with the same answer.

    If the other person took the running case back, this one's matter still stands: a person looks at it.
    """
    draft.expect(Stage.LINKED)
    if action.primary != draft.case.primary:
        raise RefusedError("already_done", "merge_answer")
    if action.outcome == "withdrawn":
        draft.add(ev.DuplicateUnlinked(primary=action.primary))
        draft.add(ev.TriageRequested("primary_withdrawn"))
        return
    draft.add(ev.AnswerMerged(primary=action.primary, entries=draft.command.entries))
    rule = action.outcome.removeprefix(DECLINED_BY)
    if rule != action.outcome:
        draft.add(ev.Declined(rule))
        return
    draft.add(ev.Resolved(action.outcome))
    draft.add(ev.Closed("answered_elsewhere"))
