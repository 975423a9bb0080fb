"""Bringing a broker to an access plan: its topics, users and rights.

Doing it twice does nothing the second time. It only adds: what a plan no longer names is left
alone, for a topic holds messages, and taking a right from a running unit is a decision of its own.
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
    UserScramCredentialUpsertion,
)

from bancheng.access_plan import AccessPlan, Right, TopicSpec, plan_access
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kafka import KafkaAdminClient

__all__ = [
    "AccessChanges",
    "AccessError",
    "AccessPlan",
    "Right",
    "TopicSpec",
    "apply_access",
    "held_rights",
    "plan_access",
    "set_passwords",
]

IN_FORCE_LIMIT_S: Final = 15.0


class AccessError(SaidError):
    """The broker refused a topic, user or right; says which and why."""


@dataclass(frozen=True, slots=True)
class AccessChanges:
    """What `apply_access` created, and topics found otherwise: (name, partitions, wanted)."""

    topics: tuple[str, ...]
    users: tuple[str, ...]
    rights: tuple[Right, ...]
    differing: tuple[tuple[str, int, int], ...]


def apply_access(admin: KafkaAdminClient, plan: AccessPlan, passwords: Mapping[str, str]) -> AccessChanges:
    """Create what `plan` names and the broker lacks: SCRAM users, rights, topics, in this order.

    `passwords` holds one for each user of the plan that may be missing. A user the broker already
    knows keeps its password; `set_passwords` changes it. Returns once all of it is in force: every
    new right is enforced and every new topic has a leader. (The broker acknowledges a change before
    it acts on it, and making many topics holds up the rights behind them; hence the order.)

    Raises AccessError, naming the first thing refused or still awaited, and KafkaError when the
    broker is away.
    """
    known = admin.describe_user_scram_credentials()
    users = tuple(user for user in plan.users if user not in known)
    set_passwords(admin, {user: passwords[user] for user in users})
    held = held_rights(admin)
    rights = tuple(right for right in plan.rights if right not in held)
    if rights:
        _grant(admin, rights)
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


def set_passwords(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    """Give these users these passwords, new or not; connections that stand stay open."""
    if not passwords:
        return
    mechanism = ScramMechanism.SCRAM_SHA_256
    wanted = [UserScramCredentialUpsertion(u, mechanism, word) for u, word in passwords.items()]
    for user, complaint in admin.alter_user_scram_credentials(wanted).items():
        if complaint is not None:
            raise AccessError(
                f"Kafka 拒绝建立用户 {user}：{complaint}",
                f"The broker refused the user {user}: {complaint}",
            )


def _grant(admin: KafkaAdminClient, rights: Sequence[Right]) -> None:
    outcome = admin.create_acls([_acl(right) for right in rights])
    if outcome["failed"]:
        name = outcome["failed"][0].__name__
        raise AccessError(f"Kafka 拒绝授予权限：{name}", f"The broker refused a right: {name}")
    deadline = time.monotonic() + IN_FORCE_LIMIT_S
    while missing := set(rights) - held_rights(admin):
        if time.monotonic() > deadline:
            first = min(missing)
            raise AccessError(
                f"{IN_FORCE_LIMIT_S:.0f} 秒后 Kafka 仍未落实 {first.user} 对 {first.name} 的"
                f" {first.operation} 权限：是否过载？",
                f"The broker took the right of {first.user} to {first.operation} {first.name}"
                f" but does not grant it after {IN_FORCE_LIMIT_S:.0f} s: is it overloaded?",
            )
        time.sleep(0.01)


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
        principal=f"User:{right.user}",
        host="*",
        operation=ACLOperation[right.operation],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(
            ResourceType[right.resource], right.name, ACLResourcePatternType[right.pattern]
        ),
    )


def held_rights(admin: KafkaAdminClient) -> frozenset[Right]:
    """Every right that the broker grants already, in our form."""
    everything = ACLFilter(
        principal=None,
        host=None,
        operation=ACLOperation.ANY,
        permission_type=ACLPermissionType.ALLOW,
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
        )
        for acl in acls
        if acl.host == "*"
    )
