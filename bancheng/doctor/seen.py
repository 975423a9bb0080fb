"""What was seen of an installation, as plain data; in place of what could not be seen stands the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from bancheng.access_plan import Right
    from bancheng.doctor.finding import Words


Place = tuple[str, int]
"""A topic and a partition of it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something could not be looked at, and why."""

    why: Words
    todo: Words | None = None


def first_missing(*seen: object) -> Missing:
    """Return the first that could not be looked at; one of them must be."""
    return next(one for one in seen if isinstance(one, Missing))


class Broker(NamedTuple):
    """The broker as it answers."""

    address: str
    user: str | None
    version: tuple[int, ...]
    """Of the protocol, as the client tells it by the broker's abilities; a lower bound."""
    nodes: int
    controller: int | None
    message_max_bytes: int | None
    """None where this user may not see the broker's settings; so is the next."""
    auto_create: bool | None


class Topic(NamedTuple):
    """A topic; `retention_ms` -1 is for ever, None not to be seen."""

    name: str
    id: str
    partitions: int
    retention_ms: int | None
    leaderless: int
    """Partitions that nobody leads: they can be neither read nor written."""


class Position(NamedTuple):
    """How far a partition is taken, of the topic with this id."""

    topic_id: str
    next_offset: int


class Offset(NamedTuple):
    """By how much another clock is ahead of this machine's, in seconds, and the half width of the doubt."""

    ahead: float
    doubt: float


class Database(NamedTuple):
    """The database as it answers; sizes in bytes."""

    version: str
    encoding: str
    settings: Mapping[str, str]
    connections: int
    most_connections: int
    size: int
    cases: int
    new_a_week: int


class Migrations(NamedTuple):
    """The tables' version in the database (None: no tables yet), and all that this code knows, oldest first."""

    installed: str | None
    known: tuple[str, ...]


class Installation(NamedTuple):
    """What was fixed when the tables were made."""

    shards: int
    demo: bool
    opened: bool | None
    """Whether the master key opens it; None without a key."""


class Beat(NamedTuple):
    """A service's newest sign of life; None if it never gave one."""

    service: str
    at: datetime | None


class Work(NamedTuple):
    """What waits inside the database."""

    beats: tuple[Beat, ...]
    held: int
    """Shards that a relay holds by lease."""
    unpublished: int
    """Records and outputs not published yet."""
    parked: int
    parked_since: datetime | None
    quarantined: int
    inbox: int
    inbox_since: datetime | None
    due: int
    due_since: datetime | None


class Disk(NamedTuple):
    """A disk by a folder that lies on it; bytes."""

    folder: Path
    free: int
    total: int


class Kept(NamedTuple):
    """A secret file: its length, and its rights as in `0o600`."""

    path: Path
    length: int
    mode: int


class Rules(NamedTuple):
    """The policy in use."""

    name: str
    hashes: frozenset[str]
    channels: tuple[str, ...]
    units: tuple[str, ...]
    known_until: date
    """The last day whose holidays are known, published or by the policy's own days."""
    today: date


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything seen at one moment (aware)."""

    at: datetime
    outside: bool
    """Broker and database are servers of their own, reached by settings."""
    broker: Broker | Missing
    router_login: str | Missing | None
    """The user as whom the router got in; None where the broker asks for none."""
    topics: tuple[Topic, ...] | Missing
    rights: frozenset[Right] | Missing
    ends: Mapping[Place, int] | Missing
    """The next offset that each partition of the input topics will give."""
    members: int | Missing
    """Routers in the consumer group."""
    broker_clock: Offset | Missing
    database: Database | Missing
    database_clock: Offset | Missing
    migrations: Migrations | Missing
    installation: Installation | Missing
    policies: frozenset[str] | Missing
    """Hashes of the policies kept in the database."""
    positions: Mapping[Place, Position] | Missing
    work: Work | Missing
    disks: tuple[Disk, ...]
    master_key: Kept | Missing
    credentials: tuple[Kept, ...]
    rules: Rules | Missing
