"""What records and anchors are read from: the database, the topic `ledger`, or an export. Each streams.

A source says what stands there and judges nothing: `router.audit.checking` does. Kafka holds every record at least
once: a relay that was cut short sends its last round again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterator


class SourceError(SaidError):
    """Records can't be read there."""


class DamagedError(SourceError):
    """What stands there can't be read any further: a file cut off, or a byte of it changed."""


class Kept(NamedTuple):
    """What the database keeps in columns beside a record's bytes."""

    sequence: int
    case: str
    hash: bytes


class Place(NamedTuple):
    """One record's bytes where they stand."""

    shard: int | None
    """None where nothing but the record itself says it."""
    data: bytes
    kept: Kept | None = None


class Head(NamedTuple):
    """Where a shard's chain ends, as somebody says it: the newest record's sequence and hash; 0 where it is empty."""

    shard: int
    sequence: int
    hash: bytes


class Source(Protocol):
    """Something that holds a whole ledger, or says that it does."""

    repeats: bool
    """Whether the same record may stand there more than once and all be well."""

    @property
    def shards(self) -> int:
        """The number of shards."""
        ...

    def heads(self) -> list[Head]:
        """Return where the source itself says that its chains end now; empty where it says nothing."""
        ...

    def rules(self) -> Iterator[str]:
        """Yield the names of policies and models that stand there and are others than their hashes say."""
        ...

    def anchors(self) -> Iterator[bytes]:
        """Yield the anchors' bytes in the order in which they stand there."""
        ...

    def records(self, shard: int) -> Iterator[bytes]:
        """Yield the bytes of one shard's records in the order in which they stand there."""
        ...

    def places(self) -> Iterator[Place]:
        """Yield all that stands there in one reading: shards may alternate, each is in its own order.

        Raises:
            DamagedError: it can't be read any further.
        """
        ...
