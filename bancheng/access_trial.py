"""Asking the broker itself, as every user in turn, what that user may do: nothing is written, nothing read.

A plan compared with a list of rights proves the list. This proves what they come to, superusers, prefixes and refusals
included: the broker's authorizer answers for whoever is logged in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bancheng.access_compare import planned
from bancheng.access_keeper import histories
from router.wire.connection import BadCredentialsError, admin

if TYPE_CHECKING:
    from collections.abc import Collection

    from kafka import KafkaAdminClient

    from bancheng.access_keeper import Keeper
    from bancheng.access_plan import Right

_HARMLESS: Final = frozenset({"DESCRIBE", "IDEMPOTENT_WRITE"})
"""What a reader or writer may ask of the cluster as such."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one user may read and write, and what of that is not as planned, in words; answers are counted."""

    user: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    answers: int
    wrong: tuple[str, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """Return it as data."""
        return {"user": self.user, "reads": self.reads, "writes": self.writes, "wrong": self.wrong}


def asked(keeper: Keeper) -> list[Trial]:
    """Log in as every planned user whose password is known here, and ask about every topic and the cluster."""
    house = keeper.house
    plan = planned(house.book, keeper.shards, histories(house))
    topics = sorted(topic["name"] for topic in keeper.client.describe_topics() if not topic["is_internal"])
    known = set(house.credentials.known())
    found = []
    for user in plan.users:
        if user not in known:
            found.append(Trial(user, (), (), 0, (f"its password is not in {house.credentials.path}",)))
            continue
        try:
            client = admin(house.connection(user))
        except BadCredentialsError as error:
            found.append(Trial(user, (), (), 1, (str(error),)))
            continue
        try:
            found.append(_trial(user, client, topics, [right for right in plan.rights if right.user == user]))
        finally:
            client.close()
    return found


def _trial(user: str, client: KafkaAdminClient, topics: Collection[str], rights: Collection[Right]) -> Trial:
    seen = {topic["name"]: topic["authorized_operations"] or () for topic in client.describe_topics()}
    may = {verb: tuple(name for name in topics if verb in seen.get(name, ())) for verb in ("READ", "WRITE")}
    wrong = []
    for verb, names in may.items():
        wanted = {name for name in topics if any(_covers(right, verb, name) for right in rights)}
        wrong += [f"may not {verb} {name}" for name in sorted(wanted - set(names))]
        wrong += [f"may {verb} {name}" for name in sorted(set(names) - wanted)]
    beyond = {name for operations in seen.values() for name in operations} - {"READ", "WRITE", "DESCRIBE"}
    cluster = set(client.describe_cluster().get("authorized_operations") or ()) - _HARMLESS
    wrong += [f"may {name} topics" for name in sorted(beyond)] + [f"may {name} the cluster" for name in sorted(cluster)]
    return Trial(user, may["READ"], may["WRITE"], 2 * len(topics) + 1, tuple(wrong))


def _covers(right: Right, verb: str, topic: str) -> bool:
    if (right.resource, right.operation) != ("TOPIC", verb):
        return False
    return topic.startswith(right.name) if right.pattern == "PREFIXED" else topic == right.name
