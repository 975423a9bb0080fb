"""Rebuilding cases: `evolve` folded over records, shard by shard or mixed, nothing else of the house involved.

Only what a record says happened is read; its command, cause and classification are passed over, which makes reading
several times quicker. A record whose events can't follow is named, and its case is left as it stood before.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from router.audit.shelf import Rebuilt, Shelf
from router.cases import events as ev
from router.cases.events import AnyEvent
from router.cases.evolve import EventOutOfPlaceError, begin, evolve
from router.ledger.record import UNREADABLE, decode, name
from router.messages.telling import disposition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.state import Case


class _Data(msgspec.Struct, frozen=True):
    """Of a record's data what changes a case."""

    shard: int
    sequence: int
    case: str
    version: int
    now: datetime
    events: tuple[AnyEvent, ...] = ()


class _Record(msgspec.Struct, frozen=True):
    data: _Data


_decode = msgspec.json.Decoder(_Record).decode
_NAMED: Final = 100
"""Misfits that are kept in words."""
_ANCHOR: Final = b'"type":"cn.bancheng.anchor.'
_ENVELOPE: Final = 256
"""Within so many bytes of an event that we wrote stands its type."""


class Misfit(NamedTuple):
    """A record that doesn't follow from those before it: its name, its case, and why."""

    record: str
    case: str
    why: str


class Replay:
    """All cases as records make them. Each shard's records come in their order; one that comes again is passed over."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Begin with nothing."""
        self._shelf = shelf or Shelf()
        self._last: dict[int, int] = {}
        self.records = 0
        self.events = 0
        self.missed = 0
        """Records that don't follow."""
        self.misfits: list[Misfit] = []
        """The first of these."""

    def take(self, data: bytes) -> None:
        """Take a shard's next record."""
        try:
            found = _read(data)
        except (*UNREADABLE, KeyError, TypeError) as error:
            if _ANCHOR in data[:_ENVELOPE]:  # stands among records in the topic, and changes nothing
                return
            self._miss("", "", f"a line is no record: {error}")
            return
        if found.sequence <= self._last.get(found.shard, 0):
            return
        self._last[found.shard] = found.sequence
        self.records += 1
        if not found.events:  # refused, or of no case
            return
        self.events += len(found.events)
        before = None if type(found.events[0]) is ev.Submitted else self._shelf.take(found.case)
        try:
            case = _after(before.case if before else None, found)
        except EventOutOfPlaceError as error:
            self._miss(name(found.shard, found.sequence), found.case, str(error))
            if before is not None:
                self._shelf.put(before)
            return
        if case.version != found.version:
            said = f"version {found.version} is said, {case.version} follows"
            self._miss(name(found.shard, found.sequence), found.case, said)
        self._shelf.put(Rebuilt(case, before.disposition if before else disposition(case)))

    def cases(self) -> Iterator[Rebuilt]:
        """Yield every case as the records so far leave it, in no order."""
        return self._shelf.all()

    def heads(self) -> dict[int, int]:
        """Return the sequence of the newest record that was taken, by shard."""
        return dict(self._last)

    def close(self) -> None:
        """Let go of the cases."""
        self._shelf.close()

    def _miss(self, record: str, case: str, why: str) -> None:
        self.missed += 1
        if self.missed <= _NAMED:
            self.misfits.append(Misfit(record, case, why))


def _read(data: bytes) -> _Data:
    """Return what a record says, of whatever age; raises msgspec.ValidationError if it isn't one."""
    try:
        return _decode(data).data
    except msgspec.ValidationError:
        old = decode(data)
        return _Data(old.shard, old.sequence, old.case, old.version, old.now, old.events)


def _after(case: Case | None, found: _Data) -> Case:
    for event in found.events:
        if case is not None:
            case = evolve(case, event, found.now)
        elif isinstance(event, ev.Submitted):
            case = begin(found.case, event, found.now)
        else:
            raise EventOutOfPlaceError(f"case {found.case} begins with {type(event).__name__}, not Submitted")
    if case is None:
        raise EventOutOfPlaceError(f"case {found.case} has no events")
    return case
