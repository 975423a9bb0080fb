"""Who owes what on a case, since when and until when: every promise with a clock on somebody. Pure.

An open case always has a duty, or a clock that stands still for a capped time: nothing waits unnoticed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from router.cases.assignment import Form, Held, Own, Share
from router.cases.clocks import CASE, case_clock, case_stands, own_clock, stands
from router.cases.offices import approver, office, second_person
from router.cases.state import OPEN, Stage
from router.clocks.limits import Clock, ends, stopped
from router.policy.limits import PauseKind
from router.policy.people import Role
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.assignment import Assignment
    from router.cases.state import Case
    from router.policy.limits import Limit
    from router.policy.policy import Policy
    from router.taskforces.state import TaskForce


class Rungs(StrEnum):
    """How far the ladder goes for a duty."""

    FULL = "full"
    """Early warnings, notice, supervision, circular."""
    PLAIN = "plain"
    """The same without early warnings: for a step of a day."""
    DESK = "desk"
    """Notices with a copy to the superior, again and again: an office's own step."""
    LETTER = "letter"
    """Only asked again, by the window: 商请函 binds nobody."""


class Duty(NamedTuple):
    """One thing that somebody owes: its clock's name, who, on which limit, and until when."""

    key: str
    holder: str
    rungs: Rungs
    clock: Clock
    due: datetime | None
    """None while the clock stands still."""
    counts: bool = False
    """Missing it is a missed limit of the case."""
    revised: datetime | None = None
    """When its due date moved last: early warnings before that are past."""


def duties(case: Case, policy: Policy) -> Iterator[Duty]:
    """Yield everything that is owed on a case as it stands."""
    if case.stage in OPEN and case.stage is not Stage.ON_HOLD:
        yield from _of_extension(case, policy)
        yield from _of_hold_proposed(case, policy)
    if case.task_force is not None:
        yield from _of_force(case, policy)
    if case.stage is Stage.HANDLING:
        for held in case.assignments:
            if held.live:
                yield from _of_assignment(case, held, policy)
        yield from _of_case(case, policy)
    elif case.stage is Stage.RESOLVED:
        yield from _of_resolved(case, policy)
    else:
        yield from _of_desk(case, policy)


def _of_desk(case: Case, policy: Policy) -> Iterator[Duty]:
    """The one office that a case waits for, at some stages."""
    since, desks = case.since or case.received_at, policy.limits.desks
    match case.stage:
        case Stage.TRIAGE:
            soon = policy.limits.first_contact_urgent if case.urgent else desks.triage
            yield _desk(case, policy, "triage", Role.DISPATCHER, soon, since)
        case Stage.CONFERENCE:
            yield _desk(case, policy, "designate", Role.LEADER, desks.designate, since)
        case Stage.REVIEW:
            yield _desk(case, policy, "review_negative", Role.WINDOW, desks.review_negative, since)
        case Stage.ON_HOLD if case.hold:
            yield _desk(case, policy, "hold_review", Role.WINDOW, policy.limits.hold_review, case.hold.since)
        case _:
            pass


def _desk(case: Case, policy: Policy, key: str, who: Role | str, limit: Limit, since: datetime) -> Duty:  # noqa: PLR0917
    """Return a step of an office, by role, or of a unit; triage waits for the person, and all while on hold."""
    holder = office(case, policy, who) if isinstance(who, Role) else who
    pauses = tuple(p for p in case.pauses if key == "triage" or p.kind is PauseKind.HOLD) if case.pauses else ()
    if case.hold is not None and since == case.hold.since:
        pauses = ()
    clock = Clock(limit, since, pauses)
    still = stopped(clock, policy.work_calendar)
    return Duty(key, holder, Rungs.DESK, clock, None if still else ends(clock, policy.work_calendar).at)


def _of_assignment(case: Case, held: Assignment, policy: Policy) -> Iterator[Duty]:
    if held.form is Form.LETTER:
        if not _with_others(case, held):
            yield _of_letter(case, held, policy)
        return
    limits, calendar, number = policy.limits, policy.work_calendar, held.number
    if held.signed_at is None:
        clock = Clock(limits.sign_urgent if case.urgent else limits.sign, held.dispatched_at)
        yield Duty(f"sign-{number}", held.unit, Rungs.PLAIN, clock, ends(clock, calendar).at)
    if held.contacted_at is None and held.part is None and not case.hidden:
        clock = Clock(limits.first_contact_urgent if case.urgent else limits.first_contact, held.dispatched_at)
        yield Duty(f"contact-{number}", held.unit, Rungs.PLAIN, clock, ends(clock, calendar).at)
    if held.held is Held.RETURNING:
        since = held.since or case.changed_at
        yield _desk(case, policy, f"return-{number}", Role.DISPATCHER, limits.desks.review_return, since)
    elif not _with_others(case, held):
        yield _unit(case, held, policy)


def _with_others(case: Case, held: Assignment) -> bool:
    """Whether others have to act first: on a part applied for, or on the opinion that the lead gave."""
    force = case.task_force
    if force is None or not force.at_work:
        return False
    if held.part is None:
        return held.role is Share.LEAD and force.opinion is not None
    part = force.part(held.part)
    return part is not None and part.stage in (PartStage.SUBMITTED, PartStage.CHECKED)


def _unit(case: Case, held: Assignment, policy: Policy) -> Duty:
    clock = own_clock(case, held, policy)
    due = None if stands(case, held, policy) else held.due
    return Duty(f"unit-{held.number}", held.unit, Rungs.FULL, clock, due, counts=True, revised=held.revised_at)


def _of_letter(case: Case, held: Assignment, policy: Policy) -> Duty:
    due = None if stands(case, held, policy) else held.due
    return Duty(
        f"letter-{held.number}", office(case, policy, Role.WINDOW), Rungs.LETTER, own_clock(case, held, policy), due
    )


def _of_case(case: Case, policy: Policy) -> Iterator[Duty]:
    """The case's own promise, where no assignment of a local lead carries it."""
    lead = case.lead_assignment
    if lead is not None and lead.live and lead.form is Form.ORDER and lead.limit is Own.CASE:
        return
    clock = case_clock(case, policy)
    if clock is not None:
        due = None if case_stands(case, policy) else case.due
        window = office(case, policy, Role.WINDOW)
        yield Duty(CASE, window, Rungs.FULL, clock, due, counts=True, revised=case.revised_at)


def _of_extension(case: Case, policy: Policy) -> Iterator[Duty]:
    asked = case.extension
    if asked is not None:
        yield _desk(
            case, policy, "decide_extension", approver(asked.approver), policy.limits.extensions.decide, asked.since
        )


def _of_hold_proposed(case: Case, policy: Policy) -> Iterator[Duty]:
    if case.hold is not None and not case.hold.approved:
        yield _desk(case, policy, "approve_hold", Role.LEADER, policy.limits.desks.approve_hold, case.hold.since)


def _of_force(case: Case, policy: Policy) -> Iterator[Duty]:
    force, desks = case.task_force, policy.limits.desks
    if force is None or case.stage is Stage.ON_HOLD:
        return
    approves, since = approver(force.approver), force.proposed_at or case.changed_at
    if force.opened_at is None and case.stage in OPEN:
        yield _desk(case, policy, "approve_task_force", approves, desks.approve_task_force, since)
    elif force.at_work and case.stage is Stage.RESOLVED:
        yield _desk(case, policy, "dissolve", approves, desks.dissolve, case.since or case.changed_at)
    elif force.at_work and case.stage in OPEN:
        yield from _of_force_at_work(case, force, policy)


def _of_force_at_work(case: Case, force: TaskForce, policy: Policy) -> Iterator[Duty]:
    desks = policy.limits.desks
    met = force.met_at or force.opened_at or case.changed_at
    yield _desk(case, policy, "meeting", force.office, desks.meeting, met)
    if force.opinion is not None:
        yield _desk(case, policy, "approve_opinion", Role.LEADER, desks.approve_opinion, force.opinion.since)
    for part in force.parts:
        since = part.since or case.changed_at
        if part.stage is PartStage.SUBMITTED:
            yield _desk(case, policy, f"check-{part.id}", force.lead, desks.check_part, since)
        elif part.stage is PartStage.CHECKED:
            yield _desk(case, policy, f"verify-{part.id}", force.office, desks.verify_part, since)
        elif part.stage is PartStage.CONFERENCE:
            yield _desk(case, policy, f"designate-{part.id}", Role.LEADER, desks.designate, since)


def _of_resolved(case: Case, policy: Policy) -> Iterator[Duty]:
    limits, since, rating = policy.limits, case.since or case.changed_at, case.rating
    if rating is not None and rating.result is None:
        checks = Role.SUPERVISOR if rating.objected else Role.WINDOW
        yield _desk(case, policy, "rating_check", checks, limits.rating_check, rating.since)
    elif rating is not None and rating.result == "set_aside" and not rating.confirmed:
        second = second_person(case, policy, rating)
        yield _desk(case, policy, "confirm_set_aside", second, limits.desks.confirm_set_aside, rating.since)
    elif rating is None and not case.followed_up and case.grade is None:
        yield _desk(case, policy, "follow_up", Role.WINDOW, limits.follow_up, since)
