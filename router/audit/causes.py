"""What came of what: the tree from messages and the clock over records to what these asked of other cases. Pure.

A record names its cause: a message at its position, the clock, or another record. Only cases that a record names can
have been asked for something by it, so that few histories hold the whole tree.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from router.ledger.record import name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from router.ledger.record import Record

_NAMING = ("primary", "repeat")
"""Fields of events and commands that name another case."""


class Node(NamedTuple):
    """A record, and the records that it caused, in the order of their time."""

    record: Record
    led_to: tuple[Node, ...]


def named(records: Iterable[Record]) -> set[str]:
    """Return the other cases that a case's records name."""
    found: set[str] = set()
    for record in records:
        told = [getattr(event, field, None) for event in record.events for field in _NAMING]
        told += [record.command.get(field) for field in _NAMING]
        told += [record.other.id] if record.other else []
        found.update(one for one in told if isinstance(one, str))
    return found


def tree(case: str, histories: Mapping[str, Sequence[Record]]) -> tuple[Node, ...]:
    """Return what led to a case's records and what they led to, the earliest first.

    `histories` are the records of the case and of those that it names, by case. What came from another case begins
    with that one's record, and of that only what leads here is shown.
    """
    known = {_name(record): record for records in histories.values() for record in records}
    caused: dict[str, list[Record]] = defaultdict(list)
    for record in known.values():
        if record.cause.record is not None:
            caused[record.cause.record].append(record)
    roots = {_name(_first(record, known)): None for record in histories.get(case, ())}
    made = (_node(known[root], caused, case, own=False) for root in roots)
    return tuple(sorted((node for node in made if node is not None), key=lambda node: node.record.now))


def flat(nodes: Iterable[Node]) -> Iterator[Record]:
    """Yield every record of a tree."""
    for node in nodes:
        yield node.record
        yield from flat(node.led_to)


def _first(record: Record, known: Mapping[str, Record]) -> Record:
    """Return what a record goes back to, as far as it is known: each cause was recorded before what it caused."""
    while (cause := known.get(record.cause.record or "")) is not None and cause.recorded_at <= record.recorded_at:
        if _name(cause) == _name(record):
            break
        record = cause
    return record


def _node(record: Record, caused: Mapping[str, list[Record]], case: str, *, own: bool) -> Node | None:
    """Return a record with what it led to; nothing where it neither came from the case nor leads to it."""
    inside = own or record.case == case
    below = (_node(one, caused, case, own=inside) for one in sorted(caused[_name(record)], key=lambda one: one.now))
    led_to = tuple(node for node in below if node is not None)
    return Node(record, led_to) if inside or led_to else None


def _name(record: Record) -> str:
    return name(record.shard, record.sequence)
