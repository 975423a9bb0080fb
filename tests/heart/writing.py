"""The record that the door writes of a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.ledger.record import Cause, Record, Refusing, Who

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.commands import Command
    from router.cases.decide import Decision


def written(
    command: Command, decision: Decision, policy: str, now: datetime, *, due: datetime | None, number: int
) -> Record:
    """Return the record that the door writes of a decision; `due` is when the clock had to look."""
    refusal = decision.refusal
    return Record(
        shard=0,
        sequence=number,
        previous="",
        recorded_at=now,
        now=now,
        case=command.case_id,
        version=decision.case.version if decision.case else 0,
        policy=policy,
        cause=Cause(clock=due) if due is not None else Cause(message=str(number)),
        actor=Who(command.actor.id, command.actor.role.value),
        command={
            "verb": command.action.verb,
            **command.action.model_dump(mode="json", exclude_defaults=True),
        },
        entries=command.entries,
        given=tuple(sorted(command.given)),
        classification=command.classification,
        other=command.other,
        events=decision.events,
        refusal=Refusing(refusal.code, refusal.about) if refusal else None,
    )
