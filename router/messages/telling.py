"""Who is told what after a decision: events become messages to the channel, to units and to offices. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.assignment import Held
from router.cases.clocks import CASE
from router.cases.entry import Entry, EntryKind
from router.cases.offices import office
from router.cases.state import DECLINED_BY, Stage
from router.messages import outbound as out
from router.messages.notices import noticed
from router.messages.outbound import Task
from router.messages.tasks import asked_for
from router.policy.naming import namer
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from router.cases.commands import Command
    from router.cases.decide import Decision
    from router.cases.state import Case
    from router.classify.classification import Classification
    from router.policy.policy import Policy


class Output(NamedTuple):
    """A message to be published: topic, data, and the vault entries and sentences its details are made of."""

    topic: str
    data: out.Outbound
    entries: tuple[Entry, ...] = ()
    notice: dict[str, str] | None = None
    marked: bool = False
    """What a clerk looks for is marked in its texts."""


UNTOLD = frozenset({
    ev.Submitted, ev.Acknowledged, ev.Accepted, ev.Classified, ev.Triaged, ev.PolicyMoved, ev.Signed, ev.FirstContacted,
    ev.ProgressReported, ev.ClockPaused, ev.ClockResumed, ev.Designated, ev.PartAdded, ev.PartIssued, ev.PartWithdrawn,
    ev.MemberNamed, ev.HandedOver, ev.TaskForceRefused, ev.TaskForceDissolved, ev.AnswerMerged,
    ev.NegativeAnswerApproved, ev.HoldReviewed, ev.RedoOrdered, ev.FollowedUp, ev.Closed, ev.CircularDropped,
    ev.DetailsViewed, ev.SubjectErased,
})  # fmt: skip
"""Events that tell nobody anything by themselves: most of all that happen, so nobody is asked about them."""


def results(channel: str) -> str:
    """Return the topic on which a channel is told."""
    return f"results.{channel}"


def assignments(unit: str) -> str:
    """Return the topic on which a unit or office is told."""
    return f"assignments.{unit}"


def tell(policy: Policy, command: Command, decision: Decision, message_id: str) -> Iterator[Output]:
    """Yield every message that follows from a decision, in the order in which it is to be read.

    Nothing about a case goes to who is complained of in it (回避), whatever the reason for telling.
    """
    case = decision.case
    if decision.refusal is not None:
        yield from _refused(policy, command, decision, message_id)
        return
    if case is None or not decision.events:
        return
    barred = {assignments(unit) for unit in case.recused}
    new = isinstance(decision.events[0], ev.Submitted)
    for event in decision.events:
        if type(event) in UNTOLD:
            continue
        if new and isinstance(event, ev.DuplicateLinked | ev.DueDateRevised) and case.primary:  # the receipt says so
            continue
        outputs = (output for output in _of(policy, case, event) if output.topic not in barred)
        yield from (_reasoned(output, command.classification) for output in outputs)
    if new:
        yield _receipt(case, decision.events)


def _reasoned(output: Output, judged: Classification | None) -> Output:
    """Return a task of triage with the words that spoke for each field that is offered."""
    data = output.data
    if judged is None or not isinstance(data, out.Requested) or data.task is not Task.TRIAGE or not data.offered:
        return output
    words = {judged.domain.runner_up: judged.domain.rival_cues, judged.domain.choice: judged.domain.cues}
    choices = tuple(
        out.Offered(domain=name, words=tuple(cue.word for cue in words.get(name, ()) if cue.weight > 0))
        for name in data.offered
    )
    return output._replace(data=data.model_copy(update={"choices": choices}))


def _of(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Output]:
    yield from _to_units(policy, case, event)
    yield from _to_channel(policy, case, event)
    for topic, data, entries in noticed(policy, case, event):
        yield Output(assignments(topic), data, entries)
    for asked, task, entries in asked_for(policy, case, event):
        yield Output(assignments(asked), task, entries, marked=task.task is Task.TRIAGE)


def _to_units(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Output]:
    match event:
        case ev.Assigned():
            yield _dispatched(policy, case, event)
        case ev.ReturnGranted() | ev.ReturnRefused():
            granted = isinstance(event, ev.ReturnGranted)
            data = out.Returned(**_head(case), assignment=event.number, granted=granted, alone=len(working(case)) == 1)
            entries = event.entries if isinstance(event, ev.ReturnRefused) else ()
            yield Output(assignments(_unit_of(case, event.number)), data, entries)
        case ev.AssignmentWithdrawn():
            data_w = out.WithdrawnFromUnit(**_head(case), assignment=event.number)
            yield Output(assignments(_unit_of(case, event.number)), data_w)
        case ev.PartRejected():
            owner = next(a.unit for a in reversed(case.assignments) if a.part == event.part)
            back = out.PartSentBack(**_head(case), part=event.part, by=event.by)
            yield Output(assignments(owner), back, event.entries)
        case ev.Supplemented():
            waits = case.stage is Stage.TRIAGE and case.since != case.changed_at
            desk = (office(case, policy, Role.DISPATCHER),) if waits else ()
            for unit in dict.fromkeys((*desk, *(a.unit for a in case.assignments if a.live))):
                yield Output(assignments(unit), out.Supplemented(**_head(case)), event.entries)
        case ev.DueDateRevised() if event.clock != CASE:
            number = int(event.clock.removeprefix("unit-"))
            moved = out.UnitDueChanged(
                **_head(case), assignment=number, due=event.due, why=event.why, provisional=event.provisional
            )  # fmt: skip
            yield Output(assignments(_unit_of(case, number)), moved)
        case ev.ExtensionGranted() | ev.ExtensionRefused():
            days = event.days if isinstance(event, ev.ExtensionGranted) else None
            told = out.Decided(
                **_head(case), what="extension", granted=days is not None, assignment=event.number, days=days
            )  # fmt: skip
            entries = event.entries if isinstance(event, ev.ExtensionRefused) else ()
            yield Output(assignments(_unit_of(case, event.number)), told, entries)
        case ev.OpinionApproved() | ev.OpinionRefused() | ev.PutOnHold() | ev.HoldRefused() if case.lead:
            what = "opinion" if isinstance(event, ev.OpinionApproved | ev.OpinionRefused) else "hold"
            granted = isinstance(event, ev.OpinionApproved | ev.PutOnHold)
            told = out.Decided(**_head(case), what=what, granted=granted)
            entries = event.entries if isinstance(event, ev.OpinionRefused | ev.HoldRefused) else ()
            yield Output(assignments(case.lead), told, entries)
        case _:
            pass


def _to_channel(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Output]:
    topic, head = results(case.channel), _head(case)
    match event:
        case ev.Declined():
            yield _declined(policy, case, event.rule)
        case ev.Resolved():
            done = out.Resolved(**head, outcome=event.outcome, lead=case.lead, primary=case.primary)
            yield Output(topic, done, case.answer)
        case ev.SupplementRequested():
            yield Output(topic, out.SupplementRequested(**head, due=event.due), event.entries)
        case ev.DueDateRevised() if event.clock == CASE and event.why != "policy":
            moved = out.DueChanged(**head, due=event.due, why=event.why, provisional=event.provisional)
            yield Output(topic, moved)
        case ev.PutOnHold():
            yield Output(topic, out.OnHold(**head), event.entries)
        case ev.RatingChecked(confirmed=True):
            yield Output(topic, out.RatingChecked(**head, result=event.result), event.entries)
        case ev.DuplicateLinked(primary=str(primary)):
            yield Output(topic, out.Linked(**head, primary=primary, relation=event.relation, due=case.due))
        case ev.DuplicateUnlinked(primary=str(primary)):
            yield Output(topic, out.Separated(**head, primary=primary, due=case.due))
        case ev.CaseWithdrawn():
            yield Output(topic, out.WithdrawnByPerson(**head))
        case _:
            pass


def _head(case: Case) -> dict[str, object]:
    return {"version": case.version, "reference": case.reference}


def working(case: Case) -> frozenset[str]:
    """Return the units that work on a case: not those that gave it back or were relieved."""
    gone = (Held.RETURNED, Held.WITHDRAWN)
    return frozenset(a.unit for a in case.assignments if a.held not in gone)


def _unit_of(case: Case, number: int) -> str:
    return case.assignments[number - 1].unit


def seen_by_unit(case: Case) -> tuple[Entry, ...]:
    """Return the texts that a unit may see: the matter, and the person unless withheld or reporting somebody."""
    return tuple(e for e in case.entries if not (case.hidden and e.kind is EntryKind.PERSON))


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
        guided=case.guided,
        why=event.why,
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
    return Output(assignments(event.unit), data, (*seen_by_unit(case), *event.entries), notice)


def _receipt(case: Case, events: Iterable[ev.AnyEvent]) -> Output:
    linked = next((event.relation for event in events if isinstance(event, ev.DuplicateLinked)), None)
    data = out.Receipt(
        **_head(case),
        stage=case.stage,
        due=case.due,
        lead=case.lead,
        units=len(working(case)),
        task_force=case.task_force is not None,
        primary=case.primary,
        relation=linked,
    )
    return Output(results(case.channel), data)


def _declined(policy: Policy, case: Case, rule_id: str) -> Output:
    rule = next((rule for rule in policy.not_accepted if rule.id == rule_id), None)
    notice = {"reason": rule.reason, "basis": rule.basis, "right_door": rule.right_door} if rule else None
    return Output(results(case.channel), out.Declined(**_head(case), rule=rule_id), (), notice)


def _refused(policy: Policy, command: Command, decision: Decision, message_id: str) -> Iterator[Output]:
    refusal, actor = decision.refusal, command.actor
    if refusal is None or actor.role is Role.ROUTER:
        return
    known = decision.case is not None and refusal.code != "unknown_case"
    data = out.Refused(
        version=decision.case.version if known and decision.case else 0,
        verb=command.action.verb,
        code=refusal.code,
        about=refusal.about,
        message=message_id,
    )
    by_channel = actor.role in (Role.CHANNEL, Role.RATING)
    topic = results(actor.id) if by_channel else assignments(actor.id)
    template = decision.case.task_force.template if decision.case and decision.case.task_force else None
    yield Output(
        topic, data, (), {lang: refusal.sentence(lang, namer(policy, template, lang)) for lang in ("zh", "en")}
    )


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
