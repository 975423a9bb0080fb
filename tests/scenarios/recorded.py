"""Stories as records: what a ledger would hold of each of a story's cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner import Play

from router.audit.whatif.inputs import History, recorded
from router.cases.commands import Tick
from router.ledger.record import Cause, Record, Refusing, Who, decode, encode

if TYPE_CHECKING:
    from datetime import datetime

    from runner import Happened
    from script import Story

    from router.cases.commands import Command
    from router.cases.decide import Decision
    from router.policy.policy import Policy


class Told(NamedTuple):
    """A story's cases as they were recorded, its policies by their hashes, and the newest record's moment."""

    histories: dict[str, History]
    policies: dict[str, Policy]
    until: datetime


class Recorder(Play):
    """Plays a story and writes down every decision as the ledger does, byte for byte and back."""

    def __init__(self, story: Story) -> None:
        """Nothing is recorded yet."""
        super().__init__(story)
        self.records: dict[str, list[Record]] = {}

    def _take(self, name: str, command: Command, at: datetime | None = None) -> list[Happened]:
        now, rules, due = at or self._now, self._rules(name), None
        if isinstance(command.action, Tick):
            due = self._due(name)
        mine = self.records.setdefault(name, [])
        place = len(mine)
        came = super()._take(
            name, command, at
        )  # what follows from it on other cases, and back on this one, comes after
        mine.insert(place, written(command, came[0].decision, rules.hash, now, due=due, number=place))
        return came

    def told(self) -> Told:
        """Play the story, and return what was recorded."""
        self.play()
        histories = {
            kept[0].case: tuple(recorded(decode(encode(record)), f"{name}-{record.sequence}") for record in kept)
            for name, kept in self.records.items()
        }
        newest = max(record.now for kept in self.records.values() for record in kept)
        return Told(histories, dict(self._by_hash), newest)


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
