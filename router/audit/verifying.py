"""Verifying a whole log, whatever it is read from: what is wrong with it first, and what still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.audit.anchor import looks_like_anchor
from router.audit.anchored import Anchors, Key
from router.audit.checking import Holds, Shard, stated
from router.audit.exported import ExportSource
from router.audit.source import DamagedError
from router.audit.troubles import Kind, Trouble, in_order
from router.ledger.record import GENESIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from router.audit.anchor import Anchor, Line
    from router.audit.source import Head, Place, Source

_TELL = 20_000
"""Records between two words about progress."""


class Given(NamedTuple):
    """What the person who verifies has from elsewhere."""

    keys: tuple[bytes, ...] = ()
    """Public signing keys (32 bytes each)."""
    line: Line | None = None
    """A line that was posted."""
    kept: Iterable[bytes] = ()
    """Anchors that were kept, oldest first."""


class Verdict(NamedTuple):
    """What verifying has found."""

    records: int
    anchors: int
    newest: Anchor | None
    """The newest anchor that holds."""
    keys: tuple[Key, ...]
    trusted: bool
    """An anchor is signed with a key that the person gave; else signatures prove only that the log is of one hand."""
    shards: tuple[Holds, ...]
    troubles: tuple[Trouble, ...]
    """In the order of their places: records, then anchors, then the rest."""
    more: int
    """Troubles that are not told one by one."""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles

    @property
    def part(self) -> bool:
        """Whether earlier records are left out, as the source itself says: of them nothing is known."""
        return any(one.first > 1 for one in self.shards)

    @property
    def unanchored(self) -> int:
        """How many records no anchor confirms yet: their chain holds, but they could be cut off unseen."""
        return sum(one.newest - max(one.confirmed, one.first - 1) for one in self.shards)


def verify(source: Source, given: Given | None = None, tell: Callable[[int], None] | None = None) -> Verdict:
    """Read everything that `source` holds, anchors first, and say what is wrong and what holds.

    `tell` is called now and then with the number of records read since it was last. Memory doesn't grow with them.

    Raises:
        SourceError: it can't be read at all, or the broker falls silent.
        NotNowError: the database is away.
    """
    wanted = given or Given()
    anchors = Anchors(source.shards, repeats=source.repeats, trusted=wanted.keys)
    troubles = [Trouble(Kind.FILE, file=name) for name in source.damaged()] if isinstance(source, ExportSource) else []
    troubles += [Trouble(Kind.RULES, file=name) for name in source.rules()]
    troubles += _anchors(source, anchors, wanted)
    heads = {head.shard: head for head in source.heads()}
    for head in heads.values():
        _say(anchors, head)
    after = {head.shard: head[1:] for head in source.after()} if isinstance(source, ExportSource) else {}
    shards = [
        Shard(number, ends, repeats=source.repeats, after=after.get(number, (0, GENESIS)))
        for number, ends in enumerate(anchors.ends)
    ]
    read = _Reading(shards, among=source.repeats)
    try:
        read.all(source.places(), tell)
    except DamagedError:
        troubles.append(Trouble(Kind.UNREADABLE, read.shard, shards[read.shard].newest + 1, file="records"))
    holds = tuple(shard.finish() for shard in shards)
    told = [trouble for shard in shards for trouble in shard.troubles]
    told += _beyond(heads, holds, anchors, exact=isinstance(source, ExportSource))
    return Verdict(
        read.records, anchors.count, anchors.newest, tuple(anchors.keys.values()), anchors.trusted, holds,
        tuple(sorted([*troubles, *told, *anchors.troubles, *read.troubles], key=in_order)),
        sum(shard.more for shard in shards),
    )  # fmt: skip


def _anchors(source: Source, anchors: Anchors, wanted: Given) -> Iterator[Trouble]:
    """Read the anchors that stand there, those that were kept, and the posted line."""
    line, posted = wanted.line, None
    try:
        for data in source.anchors():
            anchors.take(data)
            if line is not None and anchors.newest is not None and anchors.newest.number == line.number:
                posted = posted or data
    except DamagedError:
        yield Trouble(Kind.UNREADABLE, file="anchors")
    for data in wanted.kept:
        anchors.keep(data)
    if line is not None:
        anchors.posted(line, posted)
    anchors.finish()


def _say(anchors: Anchors, head: Head) -> None:
    """Let a shard's own head be held against its newest record, where no anchor says more."""
    if 0 <= head.shard < len(anchors.ends):
        ends = anchors.ends[head.shard]
        if not len(ends) or ends[-1].sequence < head.sequence:
            ends.say(head.sequence, head.hash, 0, 0.0)


def _beyond(heads: dict[int, Head], holds: Iterable[Holds], anchors: Anchors, *, exact: bool) -> Iterator[Trouble]:
    """Yield shards that hold more than their own heads say: of an export, or although an anchor has seen it."""
    for one in holds:
        head, ends = heads.get(one.shard), anchors.ends[one.shard]
        if head is None or head.sequence >= one.newest:
            continue
        if exact or (len(ends) and ends[-1].sequence > head.sequence):
            yield Trouble(Kind.SURPLUS, one.shard, head.sequence + 1, one.newest)


class _Reading:
    """Hands each record to its shard."""

    def __init__(self, shards: list[Shard], *, among: bool) -> None:
        """`among`: anchors stand among the records of shard 0."""
        self._shards = shards
        self._among = among
        self.shard = 0
        self.records = 0
        self.troubles: list[Trouble] = []

    def all(self, places: Iterable[Place], tell: Callable[[int], None] | None) -> None:
        shards = self._shards
        for count, (shard, data, kept) in enumerate(places, 1):
            found = stated(data)
            if isinstance(found, Kind):
                self._stranger(shard, data, found)
                continue
            told = found.data
            if shard is None:
                shard = told.shard  # noqa: PLW2901 (an export says it nowhere else)
            if told.shard != shard or not 0 <= shard < len(shards):
                self._misplaced(shard, told.sequence)
                continue
            self.shard = shard
            self.records += 1
            shards[shard].take(data, told, kept)
            if tell is not None and count % _TELL == 0:
                tell(_TELL)

    def _stranger(self, shard: int | None, data: bytes, kind: Kind) -> None:
        """An anchor among records is what Kafka holds in partition 0; anything else is no record."""
        here = self.shard if shard is None else shard
        if not (self._among and here == 0 and looks_like_anchor(data)):
            self._shards[min(max(here, 0), len(self._shards) - 1)].stranger(kind)

    def _misplaced(self, shard: int, sequence: int) -> None:
        if 0 <= shard < len(self._shards):
            self._shards[shard].stranger(Kind.MOVED)
        else:
            self.troubles.append(Trouble(Kind.MOVED, shard, sequence))
