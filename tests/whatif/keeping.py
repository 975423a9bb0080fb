"""Cases played against the heart with everything recorded, and tried under other rules."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from tools import Play
from writing import written

from router.audit.whatif.inputs import History, recorded
from router.audit.whatif.trial import Trial, Tried
from router.cases.commands import Tick
from router.cases.steps import next_due
from router.ledger.record import Record, decode, encode
from router.policy.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

    from router.audit.whatif.difference import Difference
    from router.cases.commands import Command
    from router.cases.decide import Decision

SMALL = Path(__file__).parent.parent / "data" / "small.yaml"


@cache
def small() -> dict[str, Any]:
    """The small policy's content."""
    return yaml.safe_load(SMALL.read_text(encoding="utf-8"))


def changed(**changes: Any) -> Policy:
    """The small policy with other fields."""
    return Policy.model_validate({**small(), **changes})


def limits(**changes: dict[str, Any]) -> dict[str, Any]:
    """The small policy's limits with others."""
    return {**small()["limits"], **{name: {**limit, "source": "a test's"} for name, limit in changes.items()}}


def led_by(domain: str, lead: str) -> list[dict[str, Any]]:
    """The small policy's routes with another lead for a domain."""
    return [{**route, "lead": lead} if route["domain"] == domain else route for route in small()["routes"]]


class Kept(Play):
    """A case being played by the small policy or another one, the clock looking whenever something is due."""

    def __init__(self, policy: Policy, *, punctual: bool = True) -> None:
        """Nothing has been submitted yet; a clock that isn't punctual looks before a command only."""
        super().__init__(policy)
        self.punctual = punctual
        self.records: list[Record] = []

    def take(self, command: Command) -> Decision:
        """Let pass what is due, decide, and write down both as the door does."""
        wanted = self.now
        while self.case is not None and (due := next_due(self.case, self.policy)) is not None and due <= wanted:
            self.now = max(due, self.case.changed_at) if self.punctual else wanted
            self._write(type(command)(command.case_id, self.actor("router"), Tick()), due)
        self.now = wanted
        if isinstance(command.action, Tick):
            return self.peek("router", command.action)
        return self._write(command, None)

    def _write(self, command: Command, due: datetime | None) -> Decision:
        decision = super().take(command)
        number = len(self.records)
        policy = self.policy.hash
        self.records.append(written(command, decision, policy, self.now, due=due, number=number))
        return decision

    def recorded(self) -> History:
        """What a ledger would hold of it, read back from bytes."""
        return tuple(recorded(decode(encode(record)), f"0-{record.sequence}") for record in self.records)

    def tried(self, policy: Policy, *, until: datetime | None = None) -> Tried:
        """Try another policy on it."""
        calendar = self.policy.work_calendar
        trial = Trial({self.policy.hash: self.policy}.__getitem__, policy, until or self.now, calendar)
        return trial.case(self.recorded())

    def differs(self, policy: Policy) -> Difference:
        """What differs under another policy."""
        found = self.tried(policy)
        assert found.difference is not None, found.undecidable
        return found.difference
