"""Stories as records: what a ledger would hold of each of a story's cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner import Play
from writing import written

from router.audit.whatif.inputs import History, recorded
from router.cases.commands import Tick
from router.ledger.record import Record, decode, encode

if TYPE_CHECKING:
    from datetime import datetime

    from runner import Happened
    from script import Story

    from router.cases.commands import Command
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
