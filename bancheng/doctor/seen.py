"""What was seen of an installation, as plain data; in place of what could not be seen stands the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from bancheng.access_compare import Holdings
    from bancheng.doctor.finding import Words
    from bancheng.watch.neighbours import Neighbour
    from router.audit.anchoring import Every
    from router.audit.reach import Reach
    from router.ledger.access_changes import History
    from router.ledger.guard import Guard
    from router.ledger.standing import Standing
    from router.wire.ends import End


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
    mounted: bool = False
    """A secret of this container, mounted into it alone: its mode is the host's business."""


class Rules(NamedTuple):
    """The policy in use."""

    name: str
    hashes: frozenset[str]
    channels: tuple[str, ...]
    units: tuple[str, ...]
    known_until: date
    """The last day whose holidays are known, published or by the policy's own days."""
    today: date


class Signing(NamedTuple):
    """The signing key's file, and whether the log lets it sign: None if it never heard of it."""

    kept: Kept
    holds: bool | None


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
    holdings: Holdings | Missing
    """Who may log in to the broker, and do what."""
    ends: Mapping[tuple[str, int], End] | Missing
    """Where each partition of the input topics ends."""
    members: int | Missing
    """Routers in the consumer group."""
    broker_clock: Offset | Missing
    database: Database | Missing
    database_clock: Offset | Missing
    migrations: Migrations | Missing
    installation: Installation | Missing
    policies: frozenset[str] | Missing
    """Hashes of the policies kept in the database."""
    work: Standing | Missing
    """What waits inside the database, and how far everything is."""
    histories: Mapping[str, History] | Missing
    """What was done to each user of the broker."""
    reach: Reach | Missing
    """How far anchors reach."""
    every: Every
    """How often one is promised."""
    signing: Signing | Missing
    """The key that signs anchors, as far as it lies here."""
    guard: Guard | Missing
    """What keeps final rows final."""
    neighbours: tuple[Neighbour, ...]
    """The services of this home that show themselves."""
    disks: tuple[Disk, ...]
    master_key: Kept | Missing
    credentials: tuple[Kept, ...]
    rules: Rules | Missing
    keyless: tuple[str, ...] | Missing
    """Users of units and channels to whom the policy lets nothing go but sealed, and who have no key that holds."""
