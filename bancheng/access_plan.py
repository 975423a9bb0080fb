"""Which topics exist and who may read and write them (DESIGN §5). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from router.messages.retention import TOPICS_KEEP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

RETENTION_MS: Final = TOPICS_KEEP // timedelta(milliseconds=1)
# Topics that carry free text admit three MiB of it and what surrounds it, so that an oversize
# narrative reaches us and is refused with a sentence.
MESSAGE_MAX_BYTES: Final = 4 * 1024 * 1024

SUPERUSERS: Final = ("admin", "broker")
"""Who may do everything: the administrator, and the broker itself. No plan names them, no command touches them."""
AUDITOR: Final = "auditor"
"""The one auditor that every installation has; more are named `auditor-<name>`."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic to exist. `retention_ms` is -1 for ever; `max_bytes` None leaves it to the broker."""

    name: str
    partitions: int
    retention_ms: int
    max_bytes: int | None = None

    def options(self) -> dict[str, Any]:
        """kafka-python's form; as many replicas as the broker's default says."""
        configs = {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}
        if self.max_bytes is not None:
            configs["max.message.bytes"] = str(self.max_bytes)
        return {"num_partitions": self.partitions, "replication_factor": -1, "configs": configs}


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing a user may do; reading and writing a thing includes describing it.

    The words are Kafka's own: TOPIC, GROUP, CLUSTER; READ, WRITE, IDEMPOTENT_WRITE; LITERAL, PREFIXED. A plan only
    ever allows, from any host; a broker may hold other things, and they are compared in this same form.
    """

    user: str
    resource: str
    name: str
    operation: str
    pattern: str = "LITERAL"
    permission: str = "ALLOW"
    host: str = "*"

    def __str__(self) -> str:
        """As a person reads it: `READ TOPIC assignments.tax`, a prefix with an asterisk."""
        odd = "" if self.permission == "ALLOW" else f"{self.permission} "
        place = "" if self.host == "*" else f" from {self.host}"
        return f"{odd}{self.operation} {self.resource} {self.name}{'*' * (self.pattern == 'PREFIXED')}{place}"


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """The topics, users and rights of an installation."""

    topics: tuple[TopicSpec, ...]
    users: tuple[str, ...]
    rights: tuple[Right, ...]

    def without(self, users: Collection[str]) -> AccessPlan:
        """The same for everybody but these users: those whose access was taken back."""
        return AccessPlan(
            self.topics,
            tuple(user for user in self.users if user not in users),
            tuple(right for right in self.rights if right.user not in users),
        )


def plan_access(
    *, channels: Sequence[str], units: Sequence[str], shards: int, auditors: Sequence[str] = ()
) -> AccessPlan:
    """The topics of DESIGN §5 and one credential a reader or writer.

    `channels` and `units` are ids (`[a-z0-9-]{1,60}`); offices are units. `shards` is S. `auditors` are the names of
    further users who may read the ledger and nothing else.

    A party's consumer groups bear its user name, or begin with it and a dot (`unit-tax.console`).
    The dot can't stand in an id, so no user's prefix reaches into another's groups, as `unit-a-`
    would into those of `unit-a-b`. The router's groups begin with `bancheng-`.
    """
    text = MESSAGE_MAX_BYTES
    topics = [
        *(TopicSpec(f"cases.{c}", shards, RETENTION_MS, text) for c in channels),
        *(TopicSpec(f"results.{c}", 1, RETENTION_MS, text) for c in channels),
        *(TopicSpec(f"feedback.{c}", 1, RETENTION_MS) for c in channels),
        *(TopicSpec(f"assignments.{u}", 1, RETENTION_MS, text) for u in units),
        *(TopicSpec(f"responses.{u}", 1, RETENTION_MS, text) for u in units),
        TopicSpec("ledger", shards, -1),
        TopicSpec("quarantine", 1, RETENTION_MS),
    ]
    parties = [
        _router(),
        *(_party(auditor, reads=("ledger",)) for auditor in (AUDITOR, *_named(AUDITOR, auditors))),
        _party("operator", reads=("quarantine", "ledger")),
        *(_party(f"channel-{c}", reads=(f"results.{c}",), writes=(f"cases.{c}", f"feedback.{c}")) for c in channels),
        *(_party(f"unit-{u}", reads=(f"assignments.{u}",), writes=(f"responses.{u}",)) for u in units),
    ]
    further = (*_named(AUDITOR, auditors), *_named("channel", channels), *_named("unit", units))
    users = ("router", AUDITOR, "operator", *further)
    return AccessPlan(tuple(topics), users, tuple(right for rights in parties for right in rights))


def _named(kind: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}-{name}" for name in ids)


def _party(user: str, *, reads: Iterable[str], writes: Iterable[str] = ()) -> tuple[Right, ...]:
    """Rights of one who reads and writes topics by their names, in groups of its own."""
    return (
        *(Right(user, "TOPIC", topic, "READ") for topic in reads),
        *(Right(user, "TOPIC", topic, "WRITE") for topic in writes),
        Right(user, "GROUP", user, "READ"),
        Right(user, "GROUP", f"{user}.", "READ", "PREFIXED"),
    )


def _router() -> tuple[Right, ...]:
    """The router's rights go by prefix, so that a new channel or unit needs none of its own."""
    user = "router"
    return (
        *(Right(user, "TOPIC", p, "READ", "PREFIXED") for p in ("cases.", "responses.", "feedback.")),
        *(Right(user, "TOPIC", p, "WRITE", "PREFIXED") for p in ("results.", "assignments.")),
        *(Right(user, "TOPIC", topic, "WRITE") for topic in ("ledger", "quarantine")),
        Right(user, "GROUP", "bancheng-", "READ", "PREFIXED"),
        Right(user, "CLUSTER", "kafka-cluster", "IDEMPOTENT_WRITE"),
    )
