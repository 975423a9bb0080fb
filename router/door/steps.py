"""The traced steps of one batch: begun when a command is decided, closed once the transaction is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from router.door.inbox import Waiting
    from router.door.reading import Read
    from router.messages.trace import Step, Tracing


class Steps:
    """Steps of one transaction. One that is rolled back leaves none: they are closed by `end` alone."""

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing
        self._begun: list[tuple[Step, str]] = []

    def begin(self, item: Read | Waiting, name: str, **place: str | int) -> str | None:
        """Begin the step of a traced command; return the trace that what follows belongs to."""
        command = item.command
        about = {"case": command.case_id, "actor": command.actor.id, "verb": command.action.verb, **place}
        step = self._tracing.begin(name, item.trace, **about)
        self._begun.append((step, "decided"))
        return step.trace

    def refused(self, code: str) -> None:
        """Note that the last step's command was refused, and why."""
        self._begun[-1] = (self._begun[-1][0], code)

    def end(self) -> None:
        """Close all of them."""
        for step, outcome in self._begun:
            step.end(outcome)
