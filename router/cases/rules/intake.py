"""From submission to the first dispatch: repeats, refusals, triage, lead and cooperating units, task force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Share
from router.cases.offices import barred
from router.cases.refusals import RefusedError
from router.cases.routing import Needed, needed, template_for
from router.cases.rules.dispatching import accept, assign, keep_promise
from router.cases.rules.forces import propose
from router.cases.rules.handling import resolve
from router.cases.rules.linking import linked_at_once
from router.cases.state import OPEN, Stage

if TYPE_CHECKING:
    from router.cases.commands import AnswerDirectly, Decline, MovePolicy, Submit, Triage
    from router.cases.draft import Draft
    from router.classify.classification import Classification

_ONE = 1000


def submit(draft: Draft, action: Submit) -> None:
    """Take a case in and send it where it belongs, in one decision."""
    command = draft.command
    for unit in action.complained_of:
        if unit not in draft.policy.unit_by_id:
            raise RefusedError("unknown_unit", unit)
    draft.begin(
        ev.Submitted(
            channel=command.actor.id,
            policy=draft.policy.hash,
            occurred_at=action.occurred_at,
            reference=action.reference,
            withheld=action.withheld,
            complained_of=barred(draft.policy, action.complained_of),
            guided=action.guided,
            entries=command.entries,
        )
    )
    draft.add(ev.Acknowledged())
    judged = command.classification
    if judged is None:
        if not linked_at_once(draft):
            draft.add(ev.TriageRequested("no_classifier"))
        return
    draft.add(
        ev.Classified(
            model=judged.model,
            domain=judged.domain.choice,
            section=judged.section,
            cause=_sure_cause(draft, judged),
            kind=judged.kind.choice,
            urgent=judged.urgency.choice is not None,
            confidence=judged.domain.confidence,
            cause_confidence=judged.cause.confidence,
            words=judged.words,
            regions=judged.regions,
            enterprises=judged.enterprises,
            complained_of=barred(draft.policy, judged.complained_of),
        )
    )
    if not linked_at_once(draft):
        _after_classification(draft, judged)


def _after_classification(draft: Draft, judged: Classification) -> None:
    refusing = _refusing(draft, judged)
    offered = tuple(x for x in (judged.domain.choice, judged.domain.runner_up) if x)
    if refusing:
        draft.add(ev.Declined(refusing))
    elif judged.domain.choice is None:
        draft.add(ev.TriageRequested("no_cue"))
    elif judged.doubt is not None:
        draft.add(ev.TriageRequested(judged.doubt, offered))
    elif judged.domain.surely < draft.policy.confidence.domain * _ONE:
        draft.add(ev.TriageRequested("not_sure", offered))
    else:
        dispatch(draft)


def _refusing(draft: Draft, judged: Classification) -> str | None:
    """Return the first rule of refusal that its words speak for and that holds at this kind of channel."""
    if not judged.not_accepted:
        return None
    kind = draft.policy.channel_by_id[draft.case.channel].kind
    holding = {rule.id for rule in draft.policy.not_accepted_at(kind)}
    return next((rule for rule in judged.not_accepted if rule in holding), None)


def _sure_cause(draft: Draft, judged: Classification) -> str | None:
    sure = judged.cause.confidence >= draft.policy.confidence.cause * _ONE
    return judged.cause.choice if sure else None


def dispatch(draft: Draft) -> None:
    """Accept the case and hand it out as the policy routes it."""
    units = needed(draft.policy, draft.case)
    if units is None:
        draft.add(ev.TriageRequested("all_recused"))
        return
    cause = draft.policy.cause_by_id.get(draft.case.cause or "")
    if cause and cause.task_force:
        accept(draft, "opinion")
        propose(draft, template_for(draft.policy, draft.case), units)
        return
    hand_out(draft, units, "route")


def hand_out(draft: Draft, units: Needed, why: str) -> None:
    """Accept the case for one unit or several, and give it to them."""
    accept(draft, "complex" if units.cooperating else "ordinary")
    assign(draft, units.lead, Share.LEAD, why=why)
    for unit in units.cooperating:
        assign(draft, unit, Share.COOPERATING, why=why)


def triage(draft: Draft, action: Triage) -> None:
    """A person decides; from there it goes on as if the classifier had been sure."""
    draft.expect(Stage.TRIAGE)
    if action.domain not in draft.policy.domain_by_id:
        raise RefusedError("unknown_domain", action.domain)
    if action.cause is not None and action.cause not in draft.policy.cause_by_id:
        raise RefusedError("unknown_cause", action.cause)
    for unit in action.complained_of:
        if unit not in draft.policy.unit_by_id:
            raise RefusedError("unknown_unit", unit)
    draft.add(
        ev.Triaged(
            by=draft.actor,
            domain=action.domain,
            cause=action.cause,
            complained_of=barred(draft.policy, action.complained_of),
            guided=action.guided,
        )
    )
    draft.expect_unit(action.lead, *action.cooperating)
    if action.lead is None:
        dispatch(draft)
        return
    others = tuple(dict.fromkeys(unit for unit in action.cooperating if unit != action.lead))
    hand_out(draft, Needed(action.lead, others), "triage")


def decline(draft: Draft, action: Decline) -> None:
    """The dispatcher declines what isn't for this house."""
    draft.expect(Stage.TRIAGE)
    if action.rule not in {rule.id for rule in draft.policy.not_accepted}:
        raise RefusedError("unknown_rule", action.rule)
    draft.add(ev.Declined(action.rule))


def answer_directly(draft: Draft, _action: AnswerDirectly) -> None:
    """A simple question is accepted and answered on the spot."""
    draft.expect(Stage.TRIAGE)
    accept(draft, "simple")
    assign(draft, draft.actor, Share.LEAD, why="directly")
    draft.add(ev.Answered(draft.case.assignments[-1].number, draft.command.entries))
    resolve(draft, "resolved")


def move_policy(draft: Draft, action: MovePolicy) -> None:
    """An office moves the case to other rules; what was promised so far stays promised."""
    draft.expect(*OPEN)
    if action.policy == draft.case.policy:
        raise RefusedError("already_done", "move_policy")
    if not draft.command.knows_policy:
        raise RefusedError("unknown_policy", action.policy)
    keep_promise(draft)
    draft.add(ev.PolicyMoved(policy=action.policy, by=draft.actor, entries=draft.command.entries))
