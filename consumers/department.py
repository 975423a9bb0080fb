"""The client of a unit or office: take assignments and tasks, sign, return, report, answer.

with DepartmentClient(connection, unit="hrss") as department:
    for incoming in department.incoming(seconds=60):
        if isinstance(incoming.data, Dispatched):
            department.act(incoming.case_id, Sign(assignment=incoming.data.assignment))
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import structlog
import uuid_utils

from router.messages.envelope import write
from router.messages.inbound import response_type
from router.messages.outbound import OUTBOUND, Outbound
from router.messages.trace import Passing
from router.wire.client_keys import NO_KEYS
from router.wire.connection import check
from router.wire.reader import TopicReader
from router.wire.writer import TopicWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.commands import Action
    from router.messages.details import NoteDetails
    from router.messages.trace import Tracing
    from router.wire.client_keys import ClientKeys
    from router.wire.connection import Connection
    from router.wire.reader import Event

_REMEMBERED = 10_000
"""Cases whose trace is remembered."""

log = structlog.get_logger("bancheng.department")


class Incoming(NamedTuple):
    """Something the unit is told: of which case, and what, as a model of `router.messages.outbound`."""

    case_id: str
    id: str
    data: Outbound
    unopened: str | None = None
    """The id of the key that its details are sealed to, where this client doesn't have it: `data` is without them."""


class DepartmentClient:
    """Speaks for one unit or office, with the unit's own user."""

    def __init__(
        self, connection: Connection, unit: str, *, from_start: bool = False, tracing: Tracing | None = None,
        keys: ClientKeys = NO_KEYS,
    ) -> None:  # fmt: skip
        """Connect as the unit's user; `from_start` reads everything again and remembers nothing.

        What the unit does on a case goes on in the trace of the last message that told of it. With `keys`, details are
        sealed to the router, and what is sealed to the unit is opened.

        Raises:
            WireError: with the true cause: broker away, wrong password, or a right that is missing.
        """
        check(connection, (f"assignments.{unit}", f"responses.{unit}"))
        self._connection = connection
        self._unit = unit
        self._group = None if from_start else f"unit-{unit}"
        self._models = {model.type: model for model in OUTBOUND}
        self._tracing = tracing or Passing()
        self._keys = keys
        self._traces: dict[str, str] = {}
        """The last trace in which the unit was told of a case."""
        self._writer = TopicWriter(connection, f"responses.{unit}")
        self._reader: TopicReader | None = None

    def poll(self, seconds: float) -> list[Incoming]:
        """Return the next things the unit is told, waiting up to `seconds` for the first.

        Types of a newer version than this client knows are passed over.
        """
        events = self._read().poll(seconds)
        for event in events:
            if event.trace is not None:
                self._traces.pop(event.case_id, None)
                self._traces[event.case_id] = event.trace
        for forgotten in list(self._traces)[:-_REMEMBERED]:
            del self._traces[forgotten]
        return [self._incoming(event) for event in events if event.type in self._models]

    def _incoming(self, event: Event) -> Incoming:
        data = event.data
        if event.unopened is not None:
            log.warning("details not opened", case=event.case_id, event_id=event.id, key=event.unopened)
            data = {name: part for name, part in data.items() if name != "details"}
        return Incoming(event.case_id, event.id, self._models[event.type].model_validate(data), event.unopened)

    def incoming(self, *, seconds: float) -> Iterator[Incoming]:
        """Yield what the unit is told, until `seconds` pass without news; each is done when the next is asked for."""
        while news := self.poll(seconds):
            yield from news
            self.done()

    def done(self) -> None:
        """Remember with the broker that everything polled so far is dealt with."""
        if self._reader is not None:
            self._reader.done()

    def act(
        self,
        case_id: str,
        action: Action,
        note: NoteDetails | None = None,
        *,
        at: datetime | None = None,
        message_id: str | None = None,
    ) -> str:
        """Send an action on a case and wait until it is in the broker; return the message's id.

        `note` holds the words that go with it. `at` (aware) is when it was done, by default now. A
        `message_id` of one's own makes sending again safe. Whether the router accepts is told on the
        assignments topic (`cn.bancheng.command.refused.v1` if not).
        """
        sent = message_id or str(uuid_utils.uuid7())
        data: dict[str, Any] = action.model_dump(mode="json", exclude_defaults=True)
        if note is not None:
            data["details"] = note.model_dump(exclude_none=True)
        step = self._tracing.begin(action.verb, self._traces.get(case_id), case=case_id, actor=self._unit)
        whose = {
            "id": sent, "source": f"/units/{self._unit}", "type": response_type(action.verb), "subject": case_id,
        }  # fmt: skip
        time = (at or datetime.now(UTC)).isoformat()
        event = write(**whose, time=time, data=self._keys.sealed(data, whose), traceparent=step.trace)
        self._writer.send(case_id, event)
        self._writer.wait()
        step.end("sent")
        return sent

    def close(self) -> None:
        """Let go of the broker."""
        self._writer.close()
        if self._reader is not None:
            self._reader.close()

    def _read(self) -> TopicReader:
        if self._reader is None:
            topic = f"assignments.{self._unit}"
            self._reader = TopicReader(self._connection, topic, group=self._group, keys=self._keys)
        return self._reader

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
