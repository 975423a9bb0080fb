"""The whole derivation of a case: how it stands, who holds what, why it is due then, what may follow. Pure.

`bancheng/journey/explanation.py` puts it into words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases.clocks import CASE, case_clock, case_stands, stands
from router.cases.commands import Actor, Command, Tick
from router.cases.decide import decide
from router.cases.duties import Duty, Rungs
from router.cases.explanation import (
    Ahead,
    Explanation,
    Force,
    Holding,
    OnList,
    Reasons,
    Rules,
    Running,
    Standing,
    Total,
)
from router.cases.possible import possible
from router.cases.reasons import reasons
from router.cases.state import OPEN, Stage
from router.cases.steps import What, steps
from router.cases.supervision import owed
from router.clocks.explain import derive
from router.policy.people import Role
from router.taskforces.state import SETTLED, PartStage

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from datetime import date, datetime

    from router.cases.reasons import Decided
    from router.cases.state import Case
    from router.policy.policy import Policy
    from router.taskforces.state import Part, TaskForce

_ROUTER = Actor("router", Role.ROUTER)
_MINUTE = 60
_ORDER = {what: index for index, what in enumerate(What)}


def explain(
    case: Case, policy: Policy, now: datetime, records: Iterable[Decided], policies: tuple[str, ...] = (),
) -> Explanation:  # fmt: skip
    """Explain a case at `now` (aware) under the policy that it is pinned to.

    `records` are all its decisions, oldest first; `policies` the hashes of this installation's policies.
    """
    why = reasons(policy, records)
    caught_up = decide(case, Command(case.id, _ROUTER, Tick()), policy, now).case or case
    return Explanation(
        id=case.id,
        now=now,
        reference=case.reference,
        standing=_standing(case, policy, now),
        rules=Rules(policy.id, policy.version, policy.name, policy.hash),
        force=_force(case.task_force, case.opinion_by) if case.task_force else None,
        holdings=tuple(_holdings(case, policy, why)),
        clocks=tuple(_clocks(case, policy)),
        ahead=tuple(_ahead(case, policy)),
        possible=possible(caught_up, policy, now, policies),
        reasons=why,
    )


def _standing(case: Case, policy: Policy, now: datetime) -> Standing:
    return Standing(
        stage=case.stage, since=case.since or case.received_at, due=case.due, limit=case.limit,
        provisional=case.provisional, standing=case_stands(case, policy), outcome=case.outcome,
        total=_total(case, policy, now), round=case.round, missed=case.missed, returns=case.returns,
        domain=case.domain, cause=case.cause, urgent=case.urgent, recused=case.recused,
    )  # fmt: skip


def _total(case: Case, policy: Policy, now: datetime) -> Total | None:
    """Return the person's total time; it goes on through pauses, redos and being on hold."""
    if case.accepted_at is None:
        return None
    running, calendar = case.stage in OPEN, policy.work_calendar
    since, until = case.accepted_at, now if running else case.resolved_at or case.since or case.changed_at
    return Total(
        since=since,
        until=until,
        working_days=calendar.between(calendar.date_of(since), calendar.date_of(until)),
        working_minutes=int(calendar.worked(since, until).total_seconds()) // _MINUTE,
        running=running,
    )


def _force(force: TaskForce, opinion: date | None) -> Force:
    settled = {part.id for part in force.parts if part.stage in SETTLED}
    return Force(
        why=force.why, leader=force.leader, lead=force.lead, office=force.office, approver=force.approver,
        delegation=force.delegation, template=force.template, proposed_at=force.proposed_at,
        opened_at=force.opened_at, dissolved_at=force.dissolved_at, met_at=force.met_at, meetings=force.meetings,
        opinion_asked=force.opinion.done_by if force.opinion else None, opinion=opinion,
        members=tuple((member.unit, member.post) for member in force.members),
        parts=tuple(_on_list(part, settled) for part in force.parts),
    )  # fmt: skip


def _on_list(part: Part, settled: Container[str]) -> OnList:
    named = dict.fromkeys((*part.after, *part.needs, *part.only_if_failed))
    waits = tuple(name for name in named if part.stage is PartStage.WAITING and name not in settled)
    return OnList(part.id, part.unit, part.stage, part.required, part.since, waits, part.returns)


def _holdings(case: Case, policy: Policy, why: Reasons) -> Iterator[Holding]:
    for held in case.assignments:
        rows = [row for row in why.routed if row.at == held.dispatched_at and held.why == "route"]
        yield Holding(
            number=held.number, unit=held.unit, role=held.role, form=held.form, held=held.held, due=held.due,
            why=held.why, live=held.live, because=rows[-1].because(held.unit) if rows else "", since=held.since,
            part=held.part, standing=held.live and stands(case, held, policy), designated=held.designated,
            provisional=held.provisional, round=held.round, extensions=held.extensions, extra_days=held.extra_days,
            signed_at=held.signed_at, contacted_at=held.contacted_at,
        )  # fmt: skip


def _clocks(case: Case, policy: Policy) -> Iterator[Running]:
    """Yield the case's own clock, which runs for the person whoever carries it, and that of everything owed."""
    clock = case_clock(case, policy)
    found = list(owed(case, policy))
    if clock is not None and case.stage in OPEN and case.stage is not Stage.ON_HOLD:
        carried = next((duty for duty in found if duty.key == CASE), None)
        due = None if case_stands(case, policy) else case.due
        yield _running(case, carried or Duty(CASE, case.lead or "", Rungs.FULL, clock, due), policy)
    for duty in found:
        if duty.key != CASE:
            yield _running(case, duty, policy)


def _running(case: Case, duty: Duty, policy: Policy) -> Running:
    notice, clock = case.notice(duty.key, duty.clock.start), duty.clock
    if duty.due is not None:  # a pause that goes on began when it was due already, and moves nothing
        clock = clock._replace(pauses=tuple(pause for pause in clock.pauses if pause.end is not None))
    return Running(
        key=duty.key,
        holder=duty.holder,
        derivation=derive(clock, policy.work_calendar),
        due=duty.due,
        warned=notice.warned if notice else 0,
        overdue=notice.overdue if notice else 0,
    )


def _ahead(case: Case, policy: Policy) -> Iterator[Ahead]:
    for step in sorted(steps(case, policy), key=lambda step: (step.at, _ORDER[step.what])):
        duty = step.duty
        yield Ahead(
            at=step.at,
            what=step.what,
            clock=duty.key if duty else None,
            holder=duty.holder if duty else None,
            assignment=step.number,
            round=step.round,
        )
