"""Checking one shard's records as they stream by: flat memory, one hash a record. Pure.

Each record is `SHA-256("bancheng.record.v1" ‖ hash before ‖ bytes)` and names the hash before in its bytes. So where a
record names another one than what stands before it, the record before is the first that nothing confirms any more. What
is wrong is told once; after it the chain is followed on from what the later record names itself.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec

from router.audit.anchored import TOLERANCE
from router.audit.troubles import Kind, Trouble
from router.ledger.record import GENESIS, TYPE, UNREADABLE

if TYPE_CHECKING:
    from router.audit.anchored import Ends, Said
    from router.audit.source import Kept

_PREFIX = b"bancheng.record.v1"
_TYPES = TYPE[:-1]
_REMEMBERED: Final = 4096
"""Hashes kept of a shard's newest records: more than a relay's round, which comes again when it was cut short."""
_MOST: Final = 1000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = -1


class Told(msgspec.Struct):
    """What a record says of its place, for the chain. The rest of its bytes is only hashed."""

    shard: int
    sequence: int
    previous: str
    recorded_at: Annotated[datetime, msgspec.Meta(tz=True)]
    case: str


class Stated(msgspec.Struct):
    """As much of a record as checking needs."""

    type: str
    data: Told


class _Type(msgspec.Struct):
    type: str


_stated = msgspec.json.Decoder(Stated).decode
_type = msgspec.json.Decoder(_Type).decode
_sha256 = hashlib.sha256


def stated(data: bytes) -> Stated | Kind:
    """Return what a record says of its place, or what is wrong with these bytes: `newer`, `not_a_record`."""
    try:
        found = _stated(data)
    except UNREADABLE:
        return _unknown(data)
    return found if found.type == TYPE else _unknown(data)


def _unknown(data: bytes) -> Kind:
    try:
        kind = _type(data).type
    except UNREADABLE:
        return Kind.NOT_A_RECORD
    return Kind.NEWER if kind.startswith(_TYPES) and kind != TYPE else Kind.NOT_A_RECORD


class Holds(NamedTuple):
    """What can be said of a shard."""

    shard: int
    first: int
    """The sequence with which it begins: 1 but in a part."""
    newest: int
    """The last sequence that stands there."""
    whole: int
    """Up to here nothing is wrong."""
    confirmed: int
    """Up to here an anchor confirms it."""
    anchor: int
    """The newest anchor that does; 0 if none."""
    hash: str
    """Of the newest record, hex."""
    repeats: int


class Shard:
    """One shard's chain, followed record by record."""

    def __init__(self, shard: int, ends: Ends, *, repeats: bool, after: tuple[int, bytes] = (0, GENESIS)) -> None:
        """`ends` are what anchors say of it; with `repeats` the same record may stand there again.

        `after` is the sequence and hash of the record behind which a part begins.
        """
        self.shard = shard
        self.troubles: list[Trouble] = []
        self.more = 0
        """Troubles beyond those that are told."""
        self.repeats = 0
        self._may_repeat = repeats
        self._ends = ends
        self._at = 0
        self._next = ends[0] if len(ends) else None
        self._expected = self._next.sequence if self._next else _NEVER
        self._sequence, self._hash = after
        self._hex = self._hash.hex()
        self._latest = _LONG_AGO
        self._confirmed = (0, 0)
        self._ring: list[bytes | None] = [None] * _REMEMBERED
        self._vouched = self._begun = self._sequence
        self._gap = (1, 0)
        self._junk = False
        self._column = False
        self._unlike: Said | None = None
        self._again: tuple[int, str] | None = None
        if self._sequence:
            self._hold_against(self._sequence, self._hash, None)
            self._settle(followed=True)

    @property
    def newest(self) -> int:
        """The sequence of the newest record so far."""
        return self._sequence

    def take(self, data: bytes, told: Told, kept: Kept | None = None) -> None:
        """Follow the chain over one record; `kept` is what stands in columns beside it."""
        sequence = self._sequence + 1
        if told.sequence != sequence and not self._out_of_turn(data, told):
            return
        sequence = told.sequence
        if told.previous != self._hex:
            before = self._broken(told, sequence)
        else:
            before = self._hash
            if self._column or self._unlike is not None:
                self._settle(followed=True)
        found = _sha256(_PREFIX + before + data).digest()
        self._sequence, self._hash, self._hex = sequence, found, found.hex()
        self._ring[sequence % _REMEMBERED] = found
        recorded = told.recorded_at
        if recorded > self._latest:
            self._latest = recorded
        elif self._latest - recorded > TOLERANCE:
            self._complain(Kind.CLOCK, sequence)
        if kept is not None and (kept.hash != found or kept.sequence != sequence or kept.case != told.case):
            self._column = True
        if sequence >= self._expected and self._next is not None:
            self._hold_against(sequence, found, recorded)

    def stranger(self, kind: Kind) -> None:
        """Note that something stands here that is no record of this shard; the next one may follow it or be it."""
        self._complain(kind, self._sequence + 1)
        self._junk = True

    def finish(self) -> Holds:
        """Say what is only known at the end, and what holds."""
        self._settle(followed=False)
        if self._again is not None:
            self._complain(Kind.OTHER_CONTENT, self._again[0])
        beyond = [self._ends[at] for at in range(max(self._at, len(self._ends) - 1), len(self._ends))]
        if beyond and beyond[-1].sequence > self._sequence:
            self._complain(Kind.TRUNCATED, self._sequence + 1, until=beyond[-1].sequence, anchor=beyond[-1].anchor)
        whole = min((trouble.sequence or 0 for trouble in self.troubles), default=self._sequence + 1) - 1
        confirmed, anchor = self._confirmed
        return Holds(
            self.shard, self._begun + 1, self._sequence, whole, min(confirmed, whole), anchor, self._hex, self.repeats
        )

    def _broken(self, told: Told, sequence: int) -> bytes:
        """Say what is wrong where a record names another one before it; return the hash to go on from."""
        if not self._junk and sequence == self._sequence + 1:
            vouched = self._vouched == self._sequence  # also before the first record
            self._complain(Kind.ALTERED, sequence if vouched else self._sequence)
            self._column, self._unlike = False, None
        else:
            self._settle(followed=False)
        self._junk = False
        try:
            named = bytes.fromhex(told.previous)
        except ValueError:
            return self._hash
        return named

    def _out_of_turn(self, data: bytes, told: Told) -> bool:
        """Say what a record means that isn't the next one; return whether the chain goes on with it."""
        sequence = told.sequence
        if sequence < 1:
            self.stranger(Kind.NOT_A_RECORD)
            return False
        if sequence > self._sequence:
            if not (self._junk and sequence == self._sequence + 2):
                self._gap = (self._sequence + 1, sequence - 1)
                self._complain(Kind.GAP, self._sequence + 1, until=sequence - 1)
            return True
        first, last = self._gap
        if first <= sequence <= last:
            self._reorder(first, last)
            return False
        self._repeated(data, told)
        return False

    def _reorder(self, first: int, last: int) -> None:
        """What seemed to be missing stands later: it is out of order."""
        for at, trouble in enumerate(self.troubles):
            if trouble.kind is Kind.GAP and (trouble.sequence, trouble.until) == (first, last):
                self.troubles[at] = trouble._replace(kind=Kind.ORDER)

    def _repeated(self, data: bytes, told: Told) -> None:
        """Say whether a record that comes again is the same; one long gone is known by the chain that leads to a newer.

        A hash over bytes that name the hash before stands for all records up to it.
        """
        sequence = told.sequence
        try:
            digest = _sha256(_PREFIX + bytes.fromhex(told.previous) + data).digest()
        except ValueError:
            digest = b""
        led_here = self._again == (sequence - 1, told.previous)
        if self._again is not None and not led_here:
            self._complain(Kind.OTHER_CONTENT, self._again[0])
        self._again = None
        if self._sequence - sequence >= _REMEMBERED and self._may_repeat:
            self.repeats += not led_here
            self._again = (sequence, digest.hex())
            return
        if digest == self._ring[sequence % _REMEMBERED]:
            self.repeats += 1
            if not self._may_repeat:
                self._complain(Kind.REPEATED, sequence)
            return
        before = self._ring[(sequence - 1) % _REMEMBERED] if sequence > 1 else GENESIS
        known = before is not None and told.previous == before.hex()
        self._complain(Kind.FORK if known else Kind.OTHER_CONTENT, sequence)

    def _hold_against(self, sequence: int, found: bytes, recorded: datetime | None) -> None:
        """Hold the record against what an anchor says of it, and move on to what is said next."""
        said = self._next
        while said is not None and said.sequence <= sequence:
            if said.sequence == sequence:
                if said.hash != found:
                    self._unlike = said
                else:
                    self._confirm(said, recorded)
            self._at += 1
            said = self._ends[self._at] if self._at < len(self._ends) else None
        self._next = said
        self._expected = said.sequence if said else _NEVER

    def _confirm(self, said: Said, recorded: datetime | None) -> None:
        self._vouched = said.sequence
        if not said.anchor:
            return
        self._confirmed = (said.sequence, said.anchor)
        if recorded is not None and recorded.timestamp() > said.first + TOLERANCE.total_seconds():
            self._complain(Kind.CLOCK, said.sequence, anchor=said.anchor)
        self._latest = max(self._latest, datetime.fromtimestamp(said.last, UTC))

    def _settle(self, *, followed: bool) -> None:
        """Name what is wrong with the newest record, now that it is known whether the next one follows it."""
        unlike, column = self._unlike, self._column
        self._unlike, self._column = None, False
        if unlike is not None:
            since = unlike.sequence if column else self._vouched + 1
            alone = since == unlike.sequence and not followed
            if not any((trouble.sequence or 0) >= since for trouble in self.troubles):  # else that explains it
                kind = Kind.ALTERED if alone else Kind.REWRITTEN
                self._complain(kind, since, until=unlike.sequence, anchor=unlike.anchor)
            self._vouched = unlike.sequence
        elif column:
            confirmed = followed or self._vouched == self._sequence
            self._complain(Kind.COLUMN if confirmed else Kind.ALTERED, self._sequence)

    def _complain(self, kind: Kind, sequence: int, *, until: int | None = None, anchor: int | None = None) -> None:
        trouble = Trouble(kind, self.shard, sequence, until, anchor or None)
        if self.troubles and trouble == self.troubles[-1]:
            return
        if len(self.troubles) < _MOST:
            self.troubles.append(trouble)
        else:
            self.more += 1
