"""Clocks that stand still: for what is missing, for procedures, for others; always capped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Own
from router.cases.commands import UnlinkRepeat
from router.cases.follow import Follow
from router.cases.offices import office
from router.cases.refusals import RefusedError
from router.cases.rules.dispatching import revise
from router.cases.state import OPEN, Stage
from router.clocks import pauses
from router.clocks.limits import Clock, ends
from router.policy.limits import PauseKind
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from router.cases.commands import Pause, RequestSupplement, Resume, Supplement
    from router.cases.draft import Draft


def request_supplement(draft: Draft, _action: RequestSupplement) -> None:
    """Ask the person for all that is missing, once; the clocks wait, for a capped time."""
    draft.expect(Stage.TRIAGE, Stage.HANDLING)
    case = draft.case
    asking = {office(case, draft.policy, Role.DISPATCHER), office(case, draft.policy, Role.WINDOW), case.lead}
    if draft.actor not in asking:
        raise RefusedError("not_the_lead", case.lead or "")
    if case.supplement_asked:
        raise RefusedError("supplement_once")
    last = draft.due(draft.policy.limits.supplement)
    draft.add(ev.SupplementRequested(by=draft.actor, due=last.at, entries=draft.command.entries))
    if not case.standing:
        draft.add(ev.ClockPaused(PauseKind.CITIZEN, draft.actor, last.at))


def supplement(draft: Draft, _action: Supplement) -> None:
    """The channel brings what was missing: the clock runs on. New facts on a repeat make it stand on its own."""
    draft.expect(*OPEN, Stage.LINKED)
    draft.add(ev.Supplemented(entries=draft.command.entries))
    case = draft.case
    if case.stage is Stage.LINKED:
        draft.add(ev.DuplicateUnlinked(primary=case.primary))
        draft.follows.append(Follow(case.primary or "", UnlinkRepeat(repeat=case.id)))
        draft.add(ev.TriageRequested("new_facts"))
    elif any(pause.end is None and pause.kind is PauseKind.CITIZEN for pause in case.pauses):
        draft.add(ev.ClockResumed("supplemented"))
        revise(draft, "pause")


def pause(draft: Draft, action: Pause) -> None:
    """The lead (or the window) pauses the case, the owner of a part that part; nobody twice up to the cap."""
    draft.expect(Stage.HANDLING)
    number = _whose(draft, action.assignment)
    earlier = draft.case.pauses if number is None else draft.case.assignments[number - 1].pauses
    if any(one.end is None for one in earlier):
        raise RefusedError("already_done", "pause")
    if action.kind not in draft.policy.limits.pauses:
        raise RefusedError("unknown_reason", action.kind.value)
    until = _what_is_left(draft, earlier, action.kind)
    if until is None:
        raise RefusedError("pause_used_up", action.kind.value)
    draft.add(ev.ClockPaused(action.kind, draft.actor, until, number, draft.command.entries))


def _what_is_left(draft: Draft, earlier: Iterable[pauses.Pause], kind: PauseKind) -> datetime | None:
    """Return until when a pause may last: all of a kind together no longer than its cap; None if that is used up.

    The cap is a clock of its own that runs only while such a pause lasts, from the first one on.
    """
    past = sorted((p.start, p.end) for p in earlier if p.kind is kind and p.end is not None)
    if not past:
        return draft.due(draft.policy.limits.pauses[kind]).at
    ends_, starts = [end for _, end in past], [start for start, _ in past[1:]]
    between = tuple(pauses.Pause(kind, end, start) for end, start in zip(ends_, (*starts, draft.now), strict=True))
    cap = Clock(draft.policy.limits.pauses[kind], past[0][0], between)
    until = ends(cap, draft.policy.work_calendar).at
    return until if until > draft.now else None


def resume(draft: Draft, action: Resume) -> None:
    """Who may pause, and the dispatcher, lets the clock run on."""
    draft.expect(Stage.TRIAGE, Stage.HANDLING)
    number = _whose(draft, action.assignment)
    earlier = draft.case.pauses if number is None else draft.case.assignments[number - 1].pauses
    if not any(one.end is None for one in earlier):
        raise RefusedError("clock_runs")
    draft.add(ev.ClockResumed("asked", number))
    revise(draft, "pause")


def _whose(draft: Draft, number: int | None) -> int | None:
    """Return the assignment whose clock is meant, or None for the whole case's."""
    case, policy = draft.case, draft.policy
    offices = {office(case, policy, Role.WINDOW), office(case, policy, Role.DISPATCHER)}
    if number is None and (draft.actor in offices or draft.actor == case.lead):
        return None
    held = draft.own_assignment(number)
    lead = case.lead_assignment
    if lead is not None and held.number == lead.number:
        return None
    if held.limit is not Own.PART:
        raise RefusedError("not_the_lead", case.lead or "")
    return held.number
