"""Checking the anchors: their signatures, their keys' history, their own chain; and what they say of each shard. Pure.

What they say is kept in arrays, 64 bytes for each time that a shard's end has moved between two anchors: an anchor an
hour for ten years over 16 shards is 80 MB at most, however many records there are.
"""

from __future__ import annotations

from array import array
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from router.audit import anchor as anchors
from router.audit.troubles import Kind, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.audit.anchor import Anchor, Line

TOLERANCE: Final = timedelta(seconds=60)
"""How far a time may go back. A record's time is its batch's, taken before it waits for its shard; machines differ."""
_MOST: Final = 1000
"""Troubles told; what is beyond is only counted."""


class Said(NamedTuple):
    """What an anchor (0: the source itself) says: this record's hash, and the times between which it was the newest."""

    sequence: int
    hash: bytes
    anchor: int
    first: float
    last: float


class Ends:
    """What is said of one shard's ends, by sequence."""

    def __init__(self) -> None:
        self._sequences = array("q")
        self._numbers = array("q")
        self._first = array("d")
        self._last = array("d")
        self._hashes = bytearray()

    def __len__(self) -> int:
        return len(self._sequences)

    def __getitem__(self, at: int) -> Said:
        digest = bytes(self._hashes[32 * at : 32 * at + 32])
        return Said(self._sequences[at], digest, self._numbers[at], self._first[at], self._last[at])

    def say(self, sequence: int, digest: bytes, number: int, made_at: float) -> bool:
        """Add what an anchor says; return False where it goes back behind what the one before said."""
        if sequence == 0:
            return not self._sequences and not any(digest)
        if self._sequences and sequence <= self._sequences[-1]:
            self._last[-1] = max(self._last[-1], made_at)
            return sequence == self._sequences[-1] and digest == self._hashes[-32:]
        self._sequences.append(sequence)
        self._numbers.append(number)
        self._first.append(made_at)
        self._last.append(made_at)
        self._hashes += digest
        return True


class Key(NamedTuple):
    """A signing key as the anchors know it."""

    id: str
    introduced: int
    """Number of the anchor that introduces it."""
    retired: int | None
    trusted: bool
    """It was given by the person who verifies, not only by the log."""


class Anchors:
    """Takes anchors one by one, in the order in which they stand, and remembers what they say."""

    def __init__(self, shards: int, *, repeats: bool, trusted: Iterable[bytes] = ()) -> None:
        """`trusted` are public keys (32 bytes) that were come by otherwise; `repeats`: one may stand there again."""
        self.ends = [Ends() for _ in range(shards)]
        self.troubles: list[Trouble] = []
        self.newest: Anchor | None = None
        self.keys: dict[str, Key] = {}
        self._repeats = repeats
        self._public: dict[str, bytes] = {}
        self._trusted = {anchors.key_id(public): public for public in trusted}
        self._signed_by_trusted = False
        self._digests: dict[int, bytes] = {}
        self._missing: set[int] = set()

    @property
    def count(self) -> int:
        """How many different anchors were taken."""
        return len(self._digests)

    @property
    def trusted(self) -> bool:
        """Whether an anchor is signed with a key that the person who verifies gave."""
        return self._signed_by_trusted

    def take(self, data: bytes) -> None:
        """Check the next anchor, and remember what it says if it was signed by a key that holds."""
        try:
            found = anchors.decode(data)
        except anchors.NotAnAnchorError:
            self._complain(Kind.NOT_AN_ANCHOR, (self.newest.number if self.newest else 0) + 1)
            return
        number, digest = found.number, anchors.digest(data)
        if number in self._digests:
            if digest != self._digests[number]:
                self._complain(Kind.ANCHOR_FORK, number)
            elif not self._repeats:
                self._complain(Kind.ANCHOR_ORDER, number)
            return
        if number in self._missing:
            self._missing.discard(number)
            self.troubles.remove(Trouble(Kind.ANCHOR_GAP, anchor=number))
            self._complain(Kind.ANCHOR_ORDER, number)
            self._digests[number] = digest
            return
        if self.newest is not None and number < self.newest.number:
            self._complain(Kind.ANCHOR_ORDER, number)
            return
        self._digests[number] = digest
        if self._holds(data, found):
            self._follow(found)
            self._say(found)
            self.newest = found

    def keep(self, data: bytes) -> None:
        """Hold an anchor that was kept elsewhere against those that stand here: it must be among them.

        One that is newer than all of them is taken as well, so that what was cut off is known exactly.
        """
        try:
            found = anchors.decode(data)
        except anchors.NotAnAnchorError:
            self.troubles.append(Trouble(Kind.NOT_AN_ANCHOR))
            return
        here = self._digests.get(found.number)
        if here is None:
            self._complain(Kind.ANCHOR_MISSING, found.number)
            self.take(data)
        elif here != anchors.digest(data):
            self._complain(Kind.ANCHOR_FORK, found.number)

    def posted(self, line: Line, stands: bytes | None) -> None:
        """Hold a posted line against the anchor of its number, whose bytes are `stands`."""
        if stands is None or anchors.line(stands) != line:
            self._complain(Kind.LINE, line.number)

    def finish(self) -> None:
        """Say what is only known at the end."""
        if self._trusted and not self._signed_by_trusted:
            self.troubles.append(Trouble(Kind.UNTRUSTED))

    def _holds(self, data: bytes, found: Anchor) -> bool:
        """Whether a key that holds signed it; a first anchor brings its own."""
        public = self._public.get(found.key) or self._trusted.get(found.key)
        if public is None and not self._public and found.introduces and found.introduces.key == found.key:
            public = anchors.public_of(found.introduces, found.previous)
        known = self.keys.get(found.key)
        if public is None or (known is not None and known.retired is not None):
            self._complain(Kind.ANCHOR_KEY, found.number)
            return False
        if not anchors.sound(data, public):
            self._complain(Kind.ANCHOR_FORGED, found.number)
            return False
        return self._keep_keys(found, public)

    def _keep_keys(self, found: Anchor, public: bytes) -> bool:
        """Note which keys an anchor introduces and retires; False where the new one never confirmed it."""
        if found.introduces is not None:
            fresh = anchors.public_of(found.introduces, found.previous)
            if fresh is None:
                self._complain(Kind.ANCHOR_KEY, found.number)
                return False
            self._introduce(found.introduces.key, fresh, found.number)
        elif found.key not in self.keys:
            self._introduce(found.key, public, found.number)
        if found.retires in self.keys:
            self.keys[found.retires] = self.keys[found.retires]._replace(retired=found.number)
        self._signed_by_trusted = self._signed_by_trusted or found.key in self._trusted
        return True

    def _introduce(self, key: str, public: bytes, number: int) -> None:
        self._public[key] = public
        self.keys.setdefault(key, Key(key, number, None, key in self._trusted))

    def _follow(self, found: Anchor) -> None:
        """See whether an anchor follows the one before it."""
        before, number = self.newest, found.number
        after = before.number if before else 0
        for missing in range(after + 1, min(number, after + _MOST)):
            if missing not in self._digests:
                self._missing.add(missing)
                self._complain(Kind.ANCHOR_GAP, missing)
        one_before = self._digests.get(number - 1, None if number > 1 else bytes(anchors.DIGEST))
        if one_before is not None and found.previous != one_before.hex():
            self._complain(Kind.ANCHOR_CHAIN, number)
        if before is not None and before.made_at - found.made_at > TOLERANCE:
            self._complain(Kind.ANCHOR_CLOCK, number)

    def _say(self, found: Anchor) -> None:
        """Remember what an anchor says of the shards."""
        if [end.shard for end in found.heads] != list(range(len(self.ends))):
            self._complain(Kind.SHARDS, found.number)
            return
        made_at = found.made_at.timestamp()
        forwards = [self._end(end, found.number, made_at) for end in found.heads]
        if not all(forwards) or found.records != sum(end.sequence for end in found.heads):
            self._complain(Kind.ANCHOR_BACK, found.number)

    def _end(self, end: anchors.End, number: int, made_at: float) -> bool:
        try:
            digest = bytes.fromhex(end.hash)
        except ValueError:
            return False
        return len(digest) == anchors.DIGEST and self.ends[end.shard].say(end.sequence, digest, number, made_at)

    def _complain(self, kind: Kind, number: int) -> None:
        if len(self.troubles) < _MOST:
            self.troubles.append(Trouble(kind, anchor=number))
