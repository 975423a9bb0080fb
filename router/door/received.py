"""A message as it came, and who may have sent it by its topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from router.cases.commands import Actor
from router.policy.people import Role

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from router.policy.book import Book


class Received(NamedTuple):
    """A message of Kafka in plain values."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    fault: str = ""
    """The code of quarantine where the consumer itself found that it can't be taken, e.g. `corrupt`."""
    span: str = ""
    """The offsets that such a fault covers."""

    @property
    def place(self) -> dict[str, str | int]:
        """Where it stands, by name."""
        return {"topic": self.topic, "partition": self.partition, "offset": self.offset}


class Taken(NamedTuple):
    """What became of a batch."""

    outcomes: Counter[str]
    """How many were `decided`, `refused`, `repeated` and `quarantined`."""
    bad: Counter[str]
    """How many were quarantined, by topic."""
    follows: bool = False
    """Whether commands for other cases were left in the inbox."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who alone may write a topic: the family of messages it carries, and what `source` must say."""

    family: str
    actor: Actor
    source: str


def sender(topic: str, book: Book) -> Sender | None:
    """Return who may write to `topic`; none if no policy knows anybody of that name."""
    family, _, owner = topic.partition(".")
    if family in ("cases", "feedback") and book.channel(owner) is not None:
        role = Role.CHANNEL if family == "cases" else Role.RATING
        return Sender(family, Actor(owner, role), f"/channels/{owner}")
    unit = book.unit(owner) if family == "responses" else None
    if unit is not None:
        return Sender(family, Actor(owner, unit.role), f"/units/{owner}")
    return None
