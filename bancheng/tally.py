"""Counting from the topics alone what became of every submission, to be held against the ledger's own count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from router.cases import events as ev
from router.ledger.record import TYPE, of
from router.wire.connection import check
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.compose import House
    from router.ledger.record import Record
    from router.wire.reader import Event

_POLL_SECONDS = 0.5


def from_topics(house: House) -> Counter[str]:
    """Return how many cases first went where, read from `ledger` and `quarantine` as the operator."""
    connection = house.connection("operator")
    check(connection, ("ledger", "quarantine"))
    counted: Counter[str] = Counter()
    for event in _all(TopicReader(connection, "ledger", group=None)):
        if event.type != TYPE:
            continue
        record = of(event.data)
        if record.events and isinstance(record.events[0], ev.Submitted):
            counted[disposition(record)] += 1
    quarantined = sum(1 for _ in _all(TopicReader(connection, "quarantine", group=None)))
    counted["quarantined"] = quarantined
    return counted


def disposition(record: Record) -> str:
    """Return where the submission in `record` went, told from its events alone."""
    tags = {type(event) for event in record.events}
    named = {
        ev.DuplicateLinked: "repeat",
        ev.Declined: "declined",
        ev.TriageRequested: "triage",
        ev.TaskForceProposed: "task_force",
    }
    for kind, name in named.items():
        if kind in tags:
            return name
    units = {event.unit for event in record.events if isinstance(event, ev.Assigned)}
    return "unit" if len(units) == 1 else "units"


def _all(reader: TopicReader) -> Iterator[Event]:
    """Yield everything that stands in a topic now."""
    try:
        while not reader.at_end():
            yield from reader.poll(_POLL_SECONDS)
    finally:
        reader.close()
