"""Bringing a broker to an access plan: its topics, users and rights.

Doing it twice does nothing the second time. `apply_access` only adds: what a plan no longer names is
left alone, for a topic holds messages, and taking a right from a running unit is a decision of its own
(`bancheng access revoke`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import NoError

from bancheng.access_compare import Holdings
from bancheng.access_plan import AccessPlan, Right, TopicSpec, plan_access
from router.saying import SaidError
from router.wire.login import SHA_256, SHA_512

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kafka import KafkaAdminClient

    from bancheng.credentials import Login

__all__ = [
    "AccessChanges",
    "AccessError",
    "AccessPlan",
    "Right",
    "TopicSpec",
    "apply_access",
    "end_logins",
    "give",
    "holdings",
    "plan_access",
    "set_logins",
    "take",
]

IN_FORCE_LIMIT_S: Final = 15.0
_NAMES: Final = {ScramMechanism.SCRAM_SHA_256: SHA_256, ScramMechanism.SCRAM_SHA_512: SHA_512}


class AccessError(SaidError):
    """The broker refused a topic, user or right; says which and why."""


@dataclass(frozen=True, slots=True)
class AccessChanges:
    """What `apply_access` created, and topics found otherwise: (name, partitions, wanted)."""

    topics: tuple[str, ...]
    users: tuple[str, ...]
    rights: tuple[Right, ...]
    differing: tuple[tuple[str, int, int], ...]


def apply_access(admin: KafkaAdminClient, plan: AccessPlan, logins: Mapping[str, Login]) -> AccessChanges:
    """Create what `plan` names and the broker lacks: SCRAM users, rights, topics, in this order.

    `logins` holds one for each user of the plan that may be missing. A user the broker already
    knows keeps its password; `set_logins` changes it. Returns once all of it is in force: every
    new right is enforced and every new topic has a leader. (The broker acknowledges a change before
    it acts on it, and making many topics holds up the rights behind them; hence the order.)

    Raises AccessError, naming the first thing refused or still awaited, and KafkaError when the
    broker is away.
    """
    held = holdings(admin)
    users = tuple(user for user in plan.users if user not in held.logins)
    set_logins(admin, {user: logins[user] for user in users})
    rights = tuple(right for right in plan.rights if right not in held.rights)
    give(admin, rights)
    found = {t["name"]: len(t["partitions"]) for t in admin.describe_topics()}
    fresh = {topic.name: topic.options() for topic in plan.topics if topic.name not in found}
    if fresh:
        _create_topics(admin, fresh)
    differing = tuple(
        (topic.name, found[topic.name], topic.partitions)
        for topic in plan.topics
        if found.get(topic.name, topic.partitions) != topic.partitions
    )
    return AccessChanges(tuple(fresh), users, rights, differing)


def holdings(admin: KafkaAdminClient) -> Holdings:
    """Read what the broker holds: every user's login mechanisms, and every right, whoever gave it."""
    told = admin.describe_user_scram_credentials()
    logins = {
        user: tuple(sorted(_NAMES[info["mechanism"]] for info in one["credential_infos"]))
        for user, one in told.items()
        if one["credential_infos"]
    }
    return Holdings(logins, _held(admin))


def set_logins(admin: KafkaAdminClient, logins: Mapping[str, Login]) -> None:
    """Let these users log in by these passwords, new or not; connections that stand stay open.

    A password that a user has under the other mechanism stays good: `end_logins` takes it back.
    """
    _alter(
        admin, [UserScramCredentialUpsertion(user, one.mechanism, one.password) for user, one in logins.items()]
    )  # fmt: skip


def end_logins(admin: KafkaAdminClient, user: str, mechanisms: Sequence[str]) -> None:
    """Take a user's passwords under these mechanisms back; connections that stand stay open."""
    for mechanism in mechanisms:  # one by one: a broker changes a user only once in a request
        _alter(admin, [UserScramCredentialDeletion(user, mechanism)])


def give(admin: KafkaAdminClient, rights: Collection[Right]) -> None:
    """Grant these rights; returns once the broker enforces them. Raises AccessError."""
    if not rights:
        return
    outcome = admin.create_acls([_acl(right) for right in rights])
    if outcome["failed"]:
        name = outcome["failed"][0].__name__
        raise AccessError(f"Kafka 拒绝授予权限：{name}", f"The broker refused a right: {name}")
    _await(admin, rights, held=True)


def take(admin: KafkaAdminClient, rights: Collection[Right]) -> None:
    """Take these rights back; returns once the broker refuses what they allowed. Raises AccessError."""
    if not rights:
        return
    for _, _, error in admin.delete_acls([_acl(right) for right in rights]):
        if error is not NoError:
            name = error.__name__
            raise AccessError(f"Kafka 拒绝收回权限：{name}", f"The broker refused to take a right back: {name}")
    _await(admin, rights, held=False)


def _alter(admin: KafkaAdminClient, wanted: Sequence[object]) -> None:
    if not wanted:
        return
    for user, complaint in admin.alter_user_scram_credentials(wanted).items():
        if complaint is not None:
            raise AccessError(
                f"Kafka 拒绝更改用户 {user}：{complaint}",
                f"The broker refused to change the user {user}: {complaint}",
            )


def _await(admin: KafkaAdminClient, rights: Collection[Right], *, held: bool) -> None:
    """Wait until the broker acts on a change that it has acknowledged."""
    deadline = time.monotonic() + IN_FORCE_LIMIT_S
    found = _held(admin)
    while late := set(rights) - found if held else set(rights) & found:
        if time.monotonic() > deadline:
            first = min(late)
            raise AccessError(
                f"{IN_FORCE_LIMIT_S:.0f} 秒后 Kafka 仍未落实 {first.user} 的权限变更（{first}）：是否过载？",
                f"The broker took a change of {first.user}'s rights ({first}) but does not act on it"
                f" after {IN_FORCE_LIMIT_S:.0f} s: is it overloaded?",
            )
        time.sleep(0.01)
        found = _held(admin)


def _create_topics(admin: KafkaAdminClient, fresh: Mapping[str, dict[str, Any]]) -> None:
    outcome = admin.create_topics(dict(fresh), raise_errors=False)
    exists = 36  # TOPIC_ALREADY_EXISTS: another command was quicker, which is as good
    for topic in outcome["topics"]:
        if topic["error_code"] not in {0, exists}:
            raise AccessError(
                f"Kafka 拒绝建立主题 {topic['name']}：{topic['error_message']}",
                f"The broker refused the topic {topic['name']}: {topic['error_message']}",
            )
    admin.wait_for_topics(list(fresh))


def _acl(right: Right) -> ACL:
    return ACL(
        principal=right.user if ":" in right.user else f"User:{right.user}",
        host=right.host,
        operation=ACLOperation[right.operation],
        permission_type=ACLPermissionType[right.permission],
        resource_pattern=ResourcePattern(
            ResourceType[right.resource], right.name, ACLResourcePatternType[right.pattern]
        ),
    )


def _held(admin: KafkaAdminClient) -> frozenset[Right]:
    """Every right the broker holds, in our form."""
    everything = ACLFilter(
        principal=None,
        host=None,
        operation=ACLOperation.ANY,
        permission_type=ACLPermissionType.ANY,
        resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    acls, _ = admin.describe_acls(everything)
    return frozenset(
        Right(
            acl.principal.removeprefix("User:"),
            acl.resource_pattern.resource_type.name,
            acl.resource_pattern.resource_name,
            acl.operation.name,
            acl.resource_pattern.pattern_type.name,
            acl.permission_type.name,
            acl.host,
        )
        for acl in acls
    )
