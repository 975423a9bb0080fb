"""Who is told what after a decision: events become messages to the channel, to units and to offices. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.state import DECLINED_BY, Entry, EntryKind, Held, Stage
from router.messages import outbound as out
from router.messages.tasks import asked_for
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.commands import Command
    from router.cases.decide import Decision
    from router.cases.state import Case
    from router.policy.policy import Policy


class Output(NamedTuple):
    """A message to be published: topic, data, and the vault entries and sentences its details are made of."""

    topic: str
    data: out.Outbound
    entries: tuple[Entry, ...] = ()
    notice: dict[str, str] | None = None


def results(channel: str) -> str:
    """Return the topic on which a channel is told."""
    return f"results.{channel}"


def assignments(unit: str) -> str:
    """Return the topic on which a unit or office is told."""
    return f"assignments.{unit}"


def tell(policy: Policy, command: Command, decision: Decision, message_id: str) -> Iterator[Output]:
    """Yield every message that follows from a decision, in the order in which it is to be read."""
    case = decision.case
    if decision.refusal is not None:
        yield from _refused(command, decision, message_id)
        return
    if case is None:
        return
    for event in decision.events:
        yield from _of(policy, case, event)
    if isinstance(decision.events[0], ev.Submitted):
        yield _receipt(case)


def _of(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Output]:
    match event:
        case ev.Assigned():
            yield _dispatched(policy, case, event)
        case ev.ReturnGranted() | ev.ReturnRefused():
            granted = isinstance(event, ev.ReturnGranted)
            data = out.Returned(**_head(case), assignment=event.number, granted=granted, alone=len(working(case)) == 1)
            yield Output(assignments(_unit_of(case, event.number)), data)
        case ev.AssignmentWithdrawn():
            data_w = out.WithdrawnFromUnit(**_head(case), assignment=event.number)
            yield Output(assignments(_unit_of(case, event.number)), data_w)
        case ev.PartRejected():
            owner = next(a.unit for a in reversed(case.assignments) if a.part == event.part)
            back = out.PartSentBack(**_head(case), part=event.part, by=event.by)
            yield Output(assignments(owner), back, event.entries)
        case ev.Declined():
            yield _declined(policy, case, event.rule)
        case ev.Resolved():
            done = out.Resolved(**_head(case), outcome=event.outcome, lead=case.lead, primary=case.primary)
            yield Output(results(case.channel), done, case.answer)
        case ev.CaseWithdrawn():
            yield Output(results(case.channel), out.WithdrawnByPerson(**_head(case)))
        case _:
            pass
    for office, task, entries in asked_for(policy, case, event):
        yield Output(assignments(office), task, entries)


def _head(case: Case) -> dict[str, object]:
    return {"version": case.version, "reference": case.reference}


def working(case: Case) -> frozenset[str]:
    """Return the units that work on a case: not those that gave it back or were relieved."""
    gone = (Held.RETURNED, Held.WITHDRAWN)
    return frozenset(a.unit for a in case.assignments if a.held not in gone)


def _unit_of(case: Case, number: int) -> str:
    return case.assignments[number - 1].unit


def seen_by_unit(case: Case) -> tuple[Entry, ...]:
    """Return the texts that a unit may see: the matter, and the person unless withheld."""
    return tuple(e for e in case.entries if not (case.withheld and e.kind is EntryKind.PERSON))


def _dispatched(policy: Policy, case: Case, event: ev.Assigned) -> Output:
    data = out.Dispatched(
        **_head(case),
        assignment=event.number,
        role=event.role,
        form=event.form,
        sign_due=event.sign_due,
        due=event.due,
        urgent=case.urgent,
        domain=case.domain,
        cause=case.cause,
        part=event.part,
        lead=case.lead,
        alone=len(working(case)) == 1,
        task_force=case.task_force is not None,
        designated=event.designated,
        provisional=event.provisional,
    )
    template = case.task_force.template if case.task_force else None
    rule = policy.part_rule(template, event.part) if template and event.part else None
    notice = (
        {
            "problem": rule.problem,
            "task": rule.task,
            "measure": rule.measure,
            "standard": rule.standard,
        }
        if rule
        else None
    )
    return Output(assignments(event.unit), data, seen_by_unit(case), notice)


def _receipt(case: Case) -> Output:
    data = out.Receipt(
        **_head(case),
        stage=case.stage,
        due=case.due,
        lead=case.lead,
        units=len(working(case)),
        task_force=case.task_force is not None,
        primary=case.primary,
    )
    return Output(results(case.channel), data)


def _declined(policy: Policy, case: Case, rule_id: str) -> Output:
    rule = next((rule for rule in policy.not_accepted if rule.id == rule_id), None)
    notice = {"reason": rule.reason, "basis": rule.basis, "right_door": rule.right_door} if rule else None
    return Output(results(case.channel), out.Declined(**_head(case), rule=rule_id), (), notice)


def _refused(command: Command, decision: Decision, message_id: str) -> Iterator[Output]:
    refusal, actor = decision.refusal, command.actor
    if refusal is None or actor.role is Role.ROUTER:
        return
    data = out.Refused(
        version=decision.case.version if decision.case else 0,
        verb=command.action.verb,
        code=refusal.code,
        about=refusal.about,
        message=message_id,
    )
    by_channel = actor.role in (Role.CHANNEL, Role.RATING)
    topic = results(actor.id) if by_channel else assignments(actor.id)
    yield Output(topic, data, (), {"zh": refusal.sentence("zh"), "en": refusal.sentence("en")})


def disposition(case: Case) -> str:
    """Return where a case first went, one word: the eight ways in which a submission can end up."""
    if case.primary is not None:
        return "repeat"
    if case.stage is Stage.DECLINED or (case.outcome or "").startswith(DECLINED_BY):
        return "declined"
    if case.stage is Stage.TRIAGE:
        return "triage"
    if case.task_force is not None:
        return "task_force"
    return "unit" if len(working(case)) == 1 else "units"
