"""From submission to the first dispatch: repeats, refusals, triage, lead and cooperating units, task force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.forces import propose
from router.cases.refusals import RefusedError
from router.cases.routing import routed, template_for
from router.cases.state import DECLINED_BY, OPEN, Share, Stage

if TYPE_CHECKING:
    from router.cases.commands import Decline, LinkRepeat, MergeAnswer, Submit, Supplement, Triage
    from router.cases.draft import Draft
    from router.classify.classification import Classification

_ONE = 1000


def submit(draft: Draft, action: Submit) -> None:
    """Take a case in and send it where it belongs, in one decision."""
    command = draft.command
    draft.begin(
        ev.Submitted(
            channel=command.actor.id,
            policy=draft.policy.hash,
            occurred_at=action.occurred_at,
            reference=action.reference,
            withheld=action.withheld,
            entries=command.entries,
        )
    )
    draft.add(ev.Acknowledged())
    judged = command.classification
    if command.repeat_of is not None:
        draft.add(ev.DuplicateLinked(primary=command.repeat_of))
        return
    if judged is None:
        draft.add(ev.TriageRequested("no_classifier"))
        return
    draft.add(
        ev.Classified(
            model=judged.model,
            domain=judged.domain.choice,
            section=judged.section,
            cause=_sure_cause(draft, judged),
            kind=judged.kind,
            urgent=judged.urgent,
            confidence=judged.domain.confidence,
            cause_confidence=judged.cause.confidence,
            words=judged.words,
        )
    )
    _after_classification(draft, judged)


def _after_classification(draft: Draft, judged: Classification) -> None:
    kind = draft.policy.channel_by_id[draft.case.channel].kind
    holding = {rule.id for rule in draft.policy.not_accepted_at(kind)}
    refusing = next((rule for rule in judged.not_accepted if rule in holding), None)
    offered = tuple(x for x in (judged.domain.choice, judged.domain.runner_up) if x)
    if refusing:
        draft.add(ev.Declined(refusing))
    elif judged.domain.choice is None:
        draft.add(ev.TriageRequested("no_cue"))
    elif judged.domain.confidence < draft.policy.confidence.domain * _ONE:
        draft.add(ev.TriageRequested("not_sure", offered))
    else:
        dispatch(draft)


def _sure_cause(draft: Draft, judged: Classification) -> str | None:
    sure = judged.cause.confidence >= draft.policy.confidence.cause * _ONE
    return judged.cause.choice if sure else None


def dispatch(draft: Draft) -> None:
    """Accept the case and hand it out as the policy routes it."""
    route = routed(draft.policy, draft.case)
    cause = draft.policy.cause_by_id.get(draft.case.cause or "")
    limits = draft.policy.limits
    if cause and cause.task_force:
        last = draft.due(limits.opinion)
        draft.add(ev.Accepted(due=last.at, provisional=last.provisional))
        propose(draft, template_for(draft.policy, draft.case), route)
        return
    last = draft.due(limits.complex if route.cooperating else limits.ordinary)
    draft.add(ev.Accepted(due=last.at, provisional=last.provisional))
    draft.assign(route.lead, Share.LEAD)
    for unit in route.cooperating:
        draft.assign(unit, Share.COOPERATING)


def triage(draft: Draft, action: Triage) -> None:
    """A person decides; from there it goes on as if the classifier had been sure."""
    draft.expect(Stage.TRIAGE)
    if action.domain not in draft.policy.domain_by_id:
        raise RefusedError("unknown_domain", action.domain)
    if action.cause is not None and action.cause not in draft.policy.cause_by_id:
        raise RefusedError("unknown_cause", action.cause)
    for unit in (action.lead, *action.cooperating):
        if unit is not None and unit not in draft.policy.unit_by_id:
            raise RefusedError("unknown_unit", unit)
    draft.add(ev.Triaged(by=draft.command.actor.id, domain=action.domain, cause=action.cause))
    if action.lead is None:
        dispatch(draft)
        return
    last = draft.due(draft.policy.limits.ordinary)
    draft.add(ev.Accepted(due=last.at, provisional=last.provisional))
    draft.assign(action.lead, Share.LEAD)
    for unit in action.cooperating:
        if unit != action.lead:
            draft.assign(unit, Share.COOPERATING)


def decline(draft: Draft, action: Decline) -> None:
    """The dispatcher declines what isn't for this house."""
    draft.expect(Stage.TRIAGE)
    if action.rule not in {rule.id for rule in draft.policy.not_accepted}:
        raise RefusedError("unknown_rule", action.rule)
    draft.add(ev.Declined(action.rule))


def supplement(draft: Draft, _action: Supplement) -> None:
    """The channel brings what was missing."""
    draft.expect(*OPEN)
    draft.expect_text()
    draft.add(ev.Supplemented(entries=draft.command.entries))


def link_repeat(draft: Draft, action: LinkRepeat) -> None:
    """Take note of a repeat; twice the same is nothing new."""
    if action.repeat in draft.case.repeats:
        raise RefusedError("already_done", "link_repeat")
    draft.add(ev.DuplicateLinked(repeat=action.repeat))


def merge_answer(draft: Draft, action: MergeAnswer) -> None:
    """The running case ended: this repeat ends the same way, with the same answer.

    If the other person took the running case back, this one's matter still stands: a person looks at it.
    """
    draft.expect(Stage.LINKED)
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
    draft.add(ev.Closed())
