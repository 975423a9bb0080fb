"""What a record holds of a decision's inputs, ready to be decided again; and what was decided then. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from router.cases import events as ev
from router.cases.commands import ACTIONS, Action, Actor, Command, EraseSubject, MovePolicy, Submit, ViewDetails
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from router.cases.events import AnyEvent
    from router.ledger.record import Record

_UNKNOWN_POLICY = "unknown_policy"
_ASIDE = (ViewDetails, EraseSubject)
"""Looks and erasures happened, whoever would have had the case: they are no part of what is tried."""


class Input(NamedTuple):
    """One recorded decision on a case: what was asked, when, under which policy, and what came of it."""

    case: str
    record: str
    """The record's name."""
    verb: str
    command: Command | None
    """None for what isn't decided again (looks, erasures, verbs of another time): its events are taken over."""
    now: datetime
    policy: str
    clock: datetime | None
    """When it was due, where the clock asked for it."""
    events: tuple[AnyEvent, ...]
    refused: str | None

    @property
    def submits(self) -> bool:
        """Whether it brings the case."""
        return self.command is not None and isinstance(self.command.action, Submit)


History = tuple[Input, ...]
"""Everything recorded about one case, in the order in which it was decided."""


def recorded(record: Record, name: str) -> Input:
    """Return the inputs and the outcome of a decision; `name` is the record's."""
    return Input(
        case=record.case,
        record=name,
        verb=str(record.command.get("verb", "")),
        command=_command(record),
        now=record.now,
        policy=record.policy,
        clock=record.cause.clock,
        events=record.events,
        refused=record.refusal.code if record.refusal else None,
    )


def received(history: History) -> datetime:
    """Return when a case was brought, as its channel says; of one that was always refused, at its first attempt."""
    for step in history:
        for event in step.events:
            if isinstance(event, ev.Submitted):
                return event.occurred_at
    first = history[0]
    action = first.command.action if first.command is not None else None
    return action.occurred_at if isinstance(action, Submit) else first.now


def _command(record: Record) -> Command | None:
    action = _action(record.command)
    if action is None or isinstance(action, _ASIDE):
        return None
    refused = record.refusal.code if record.refusal else None
    return Command(
        case_id=record.case,
        actor=Actor(record.actor.id, Role(record.actor.role)),
        action=action,
        entries=record.entries,
        given=frozenset(record.given),
        classification=record.classification,
        other=record.other,
        knows_policy=isinstance(action, MovePolicy) and refused != _UNKNOWN_POLICY,
    )


def _action(told: Mapping[str, Any]) -> Action | None:
    """Return the action that a record names; none for one that is no longer, or not yet, the heart's."""
    kind = ACTIONS.get(str(told.get("verb")))
    if kind is None:
        return None
    try:
        return kind.model_validate({name: value for name, value in told.items() if name != "verb"})
    except ValidationError:
        return None
