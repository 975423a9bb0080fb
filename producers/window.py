"""The client of a channel: submit cases, bring supplements, follow the results.

with WindowClient(connection, channel="window-system") as window:
    case_id = window.submit(Submission(narrative="……", title="……"))
    for result in window.follow(case_id, seconds=60):
        print(result.type, result.data)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import uuid_utils

from router.messages.details import CaseDetails, NoteDetails, Person
from router.messages.envelope import write
from router.messages.trace import Passing
from router.wire.client_keys import NO_KEYS
from router.wire.connection import check
from router.wire.reader import TopicReader
from router.wire.writer import TopicWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from router.messages.trace import Tracing
    from router.wire.client_keys import ClientKeys
    from router.wire.connection import Connection
    from router.wire.reader import Event

_LAST = frozenset({
    "cn.bancheng.result.resolved.v1", "cn.bancheng.result.declined.v1", "cn.bancheng.result.withdrawn.v1",
})  # fmt: skip
"""Results after which nothing more follows without somebody's asking."""


def new_id() -> str:
    """Return a new case or message id: a UUID of version 7 (RFC 9562), so that ids sort by time."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class Submission:
    """A case to be submitted. Sending the same one again doubles nothing: its ids stay."""

    narrative: str
    title: str = ""
    person: Person | None = None
    reference: str | None = None
    """The channel's own number for it; a code."""
    withheld: bool = False
    complained_of: tuple[str, ...] = ()
    """Units that the matter is a complaint about: none of them ever sees it (回避)."""
    guided: bool = False
    """Somebody of the window helps the person through it (帮办代办)."""
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the person brought it, aware."""
    case_id: str = field(default_factory=new_id)
    message_id: str = field(default_factory=new_id)
    trace: str | None = None
    """The channel's own trace (`traceparent`) that this is a step of."""


class WindowClient:
    """Speaks for one channel, with the channel's own user."""

    def __init__(
        self, connection: Connection, channel: str, *, bulk: bool = False, tracing: Tracing | None = None,
        keys: ClientKeys = NO_KEYS,
    ) -> None:  # fmt: skip
        """Connect as the channel's user; `bulk` suits imports; `tracing` begins a trace with what is sent.

        With `keys`, details are sealed to the router, and what is sealed to the channel is opened.

        Raises:
            WireError: with the true cause: broker away, wrong password, or a right that is missing.
        """
        check(connection, (f"cases.{channel}", f"results.{channel}"))
        self._connection = connection
        self._channel = channel
        self._tracing = tracing or Passing()
        self._keys = keys
        self._writer = TopicWriter(connection, f"cases.{channel}", bulk=bulk)

    def submit(self, submission: Submission) -> str:
        """Submit one case and wait until it is in the broker; return its id."""
        self.submit_many((submission,))
        return submission.case_id

    def submit_many(self, submissions: Iterable[Submission]) -> int:
        """Submit many cases, wait until all are in the broker, and return how many.

        Raises:
            NotDeliveredError: the broker did not confirm them all; submitting them again is safe.
            pydantic.ValidationError: a text is too long or holds a NUL character.
        """
        for one in submissions:
            details = CaseDetails(title=one.title, narrative=one.narrative, person=one.person)
            data: dict[str, Any] = {"details": details.model_dump(exclude_none=True)}
            if one.reference is not None:
                data["reference"] = one.reference
            data |= {name: True for name in ("withheld", "guided") if getattr(one, name)}
            if one.complained_of:
                data["complained_of"] = list(one.complained_of)
            self._send("submitted", one.case_id, one.message_id, one.time, data, trace=one.trace)
        return self._writer.wait()

    def supplement(self, case_id: str, text: str, *, trace: str | None = None) -> None:
        """Bring what was missing; `trace` is that of the event which asked for it."""
        details = NoteDetails(text=text).model_dump(exclude_none=True)
        self._send("supplemented", case_id, new_id(), datetime.now(UTC), {"details": details}, trace=trace)
        self._writer.wait()

    def withdraw(self, case_id: str, *, trace: str | None = None) -> None:
        """Take a case back for the person."""
        self._send("withdrawn", case_id, new_id(), datetime.now(UTC), {}, trace=trace)
        self._writer.wait()

    def results(self, *, group: str | None = None) -> TopicReader:
        """Return a reader of everything the channel is told; with a group, it goes on where it ended."""
        return TopicReader(self._connection, f"results.{self._channel}", group=group, keys=self._keys)

    def follow(self, case_id: str, *, seconds: float) -> Iterator[Event]:
        """Yield what the channel is told of one case, until its outcome or until `seconds` without news."""
        reader = self.results()
        try:
            while events := reader.poll(seconds):
                for event in events:
                    if event.case_id == case_id:
                        yield event
                        if event.type in _LAST:
                            return
        finally:
            reader.close()

    def _send(
        self, what: str, case_id: str, message_id: str, time: datetime, data: dict[str, Any], *, trace: str | None
    ) -> None:
        step = self._tracing.begin(what, trace, case=case_id, actor=self._channel)
        whose = {
            "id": message_id,
            "source": f"/channels/{self._channel}",
            "type": f"cn.bancheng.case.{what}.v1",
            "subject": case_id,
        }
        sent = self._keys.sealed(data, whose)
        event = write(**whose, time=time.isoformat(), data=sent, traceparent=step.trace)
        self._writer.send(case_id, event)
        step.end("sent")

    def close(self) -> None:
        """Let go of the broker."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
