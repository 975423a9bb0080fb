"""Trying the examples that a policy gives: what its words and routes make of each, and where that isn't what it says.

Every example is put through `decide` itself, as a submission of the policy's first channel. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.assignment import Form
from router.cases.commands import Actor, Command, Submit
from router.cases.decide import decide
from router.cases.routing import facts_of, units_of
from router.cases.state import Stage
from router.classify.classification import Text
from router.classify.matcher import normalise
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.state import Case
    from router.classify.classification import Classification, Classifier
    from router.policy.examples import Example
    from router.policy.policy import Policy

_ID = "00000000-0000-7000-8000-000000000000"


class Outcome(NamedTuple):
    """What became of a text: what was judged, and where it went."""

    judged: Classification
    case: Case
    declined: str | None
    triage: str | None
    """Why a person is asked, where one is."""
    lead: str | None
    cooperating: tuple[str, ...]
    letters: tuple[str, ...]
    """Those of the cooperating units that are asked by letter."""


class Differs(NamedTuple):
    """One thing that is not as an example says."""

    example: int
    field: str
    said: str
    found: str


def outcome(policy: Policy, classifier: Classifier, text: Text, now: datetime) -> Outcome:
    """Return what becomes of a normalised text that is brought under a policy now."""
    judged = classifier.classify([text])[0]
    actor = Actor(policy.channels[0].id, Role.CHANNEL)
    command = Command(_ID, actor, Submit(occurred_at=now), classification=judged)
    decision = decide(None, command, policy, now)
    case = decision.case
    if case is None:
        raise ValueError(f"an example was refused: {decision.refusal}")
    rule = next((event.rule for event in decision.events if isinstance(event, ev.Declined)), None)
    asked = next((event.reason for event in decision.events if isinstance(event, ev.TriageRequested)), None)
    lead, others = _units(policy, case)
    letters = tuple(u for u in others if Form.to(policy.unit_by_id[u].authority) is Form.LETTER)
    return Outcome(judged, case, rule, asked, lead, others, letters)


def _units(policy: Policy, case: Case) -> tuple[str | None, tuple[str, ...]]:
    """Return who got it; for a task force and for a person's decision, whom the routing table names."""
    given = {held.unit for held in case.assignments}
    if case.stage in (Stage.PROPOSED, Stage.TRIAGE) or case.task_force is not None:
        if case.domain is None:
            return None, ()
        needed = units_of(policy, facts_of(case))
        return needed.lead, needed.cooperating
    return case.lead, tuple(sorted(given - {case.lead}))


def disagreements(policy: Policy, classifier: Classifier, now: datetime) -> Iterator[Differs]:
    """Yield everything in which the policy's examples come out otherwise than they say."""
    for number, example in enumerate(policy.examples):
        text = Text(normalise(example.title), normalise(example.text))
        yield from _compared(number, example, outcome(policy, classifier, text, now))


def _compared(number: int, example: Example, got: Outcome) -> Iterator[Differs]:
    found: dict[str, object] = {
        "domain": got.judged.domain.choice,
        "cause": got.case.cause,
        "urgent": got.case.urgent,
        "lead": got.lead,
        "cooperating": tuple(sorted(got.cooperating)),
        "declined": got.declined,
        "triage": got.triage is not None,
        "complained_of": tuple(sorted(got.judged.complained_of)),
    }
    for field, value in found.items():
        if field not in example.model_fields_set:
            continue
        said = getattr(example, field)
        wanted = tuple(sorted(said)) if isinstance(said, tuple) else said
        if wanted != value:
            yield Differs(number, field, _plain(wanted), _plain(value))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)
