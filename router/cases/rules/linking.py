"""The same matter again: linked with the running case, told so, and sharing its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Held
from router.cases.follow import merged
from router.cases.other import Relation
from router.cases.refusals import RefusedError
from router.cases.state import DECLINED_BY, OPEN, Stage

if TYPE_CHECKING:
    from router.cases.commands import Link, LinkFound, LinkRepeat, MergeAnswer, UnlinkRepeat
    from router.cases.draft import Draft
    from router.cases.other import Other
    from router.cases.state import Case

_ENDED = frozenset({Stage.RESOLVED, Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN})


def linked_at_once(draft: Draft) -> bool:
    """At submission: link with a running case that brings the same matter; return whether the case stays with that.

    An answer just given, or a refusal, holds for another person's very same words too. Who comes again just after
    the answer isn't content with it: a person looks at both. A case closed longer ago says nothing about a new one.
    """
    other = draft.command.other
    if other is None or _unlike(draft, other) is not None:
        return False
    again = other.relation is Relation.SAME_PERSON
    running = other.stage in OPEN or (not again and other.stage in (Stage.RESOLVED, Stage.DECLINED))
    if again and other.stage is Stage.RESOLVED:
        offered = (draft.case.domain,) if draft.case.domain else ()
        draft.add(ev.TriageRequested("came_again", offered, other.id))
    elif running:
        draft.add(ev.DuplicateLinked(primary=other.id, relation=other.relation, similarity=other.similarity))
    return running or draft.case.stage is Stage.TRIAGE


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
    """Link a case with the running one, unless that has ended, they mustn't meet, or a unit is at work on it."""
    other = draft.command.other
    draft.expect(Stage.TRIAGE, Stage.HANDLING)
    if other is None:
        raise RefusedError("unknown_primary")
    if other.stage not in OPEN:
        raise RefusedError("primary_ended", other.stage.value)
    unlike = _unlike(draft, other)
    if unlike is not None:
        raise RefusedError(unlike)
    if _begun(draft.case):
        raise RefusedError("work_begun")
    for held in draft.case.assignments:
        if held.live:
            draft.add(ev.AssignmentWithdrawn(held.number))
    draft.add(
        ev.DuplicateLinked(
            primary=other.id, relation=relation, similarity=similarity, by=draft.actor, entries=draft.command.entries
        )
    )


def _unlike(draft: Draft, other: Other) -> str | None:
    """Return why two cases mustn't be linked, whatever their words: a refusal's code; None if they may."""
    case = draft.case
    if other.id == case.id:
        return "same_case"
    if other.policy != draft.policy.id or (case.regions and other.regions and not {*case.regions} & {*other.regions}):
        return "other_region"
    if case.hidden or other.hidden:
        return "withheld"
    if {*case.recused} != {*other.recused}:
        return "recused_differently"
    if case.urgent and not other.urgent:
        return "more_urgent"
    return None


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
    if draft.case.primary == action.repeat:
        _untangle(draft, action.repeat)
    if draft.case.stage in _ENDED:
        draft.follows.append(merged(draft.case, action.repeat))
        return
    draft.add(ev.DuplicateLinked(repeat=action.repeat, relation=action.relation, similarity=action.similarity))


def _untangle(draft: Draft, other: str) -> None:
    """Two cases were linked with each other at the same moment: the one whose id is the earlier runs on."""
    if draft.case.id > other:
        raise RefusedError("already_done", "link_repeat")
    draft.add(ev.DuplicateUnlinked(primary=other))
    draft.add(ev.TriageRequested("separated"))


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
