"""Every user tries to read and write every topic, to join groups and to change the cluster, on a real broker."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import AuthorizationError, KafkaError, TopicAuthorizationFailedError
from kafka.structs import OffsetAndMetadata
from place import PLAN

from bancheng.access import holdings
from router.wire.login import open_admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafka import KafkaAdminClient
    from place import Place

pytestmark = pytest.mark.slow

USERS = PLAN.users
# r: reads, w: writes, -: neither. Written out, not taken from the plan: a change of it is a decision.
EXPECTED = {
    "router": {
        "cases.hall": "r", "cases.hotline": "r", "feedback.hall": "r", "feedback.hotline": "r", "responses.tax": "r",
        "responses.tax-b": "r", "results.hall": "w", "results.hotline": "w", "assignments.tax": "w",
        "assignments.tax-b": "w", "ledger": "w", "quarantine": "w",
    },
    "auditor": {"ledger": "r"},
    "auditor-court": {"ledger": "r"},
    "operator": {"ledger": "r", "quarantine": "r"},
    "channel-hall": {"cases.hall": "w", "feedback.hall": "w", "results.hall": "r"},
    "channel-hotline": {"cases.hotline": "w", "feedback.hotline": "w", "results.hotline": "r"},
    "unit-tax": {"assignments.tax": "r", "responses.tax": "w"},
    "unit-tax-b": {"assignments.tax-b": "r", "responses.tax-b": "w"},
}  # fmt: skip
TOPICS = tuple(topic.name for topic in PLAN.topics)


def may_write(place: Place, user: str) -> set[str]:
    """Try to write one message to every topic; return where the broker took it."""
    producer = KafkaProducer(**place.options(user), acks="all", retries=0, enable_idempotence=False, max_block_ms=5000)
    taken = set()
    with closing(producer):
        for topic in TOPICS:
            with suppress(TopicAuthorizationFailedError):
                producer.send(topic, b"x", partition=0).get(timeout=10)
                taken.add(topic)
    return taken


def may_read(place: Place, user: str) -> set[str]:
    """Try to read every topic, each of which holds a message; return those from which one came."""
    found = set()
    consumer = KafkaConsumer(**place.options(user), group_id=None, auto_offset_reset="earliest")
    with closing(consumer):
        for topic in TOPICS:
            consumer.assign([TopicPartition(topic, 0)])
            with suppress(TopicAuthorizationFailedError):
                if any(consumer.poll(200) for _ in range(25 if "r" in EXPECTED[user].get(topic, "") else 1)):
                    found.add(topic)
    return found


@pytest.fixture(scope="module")
def filled(place: Place) -> Place:
    """The broker, with a message on every topic."""
    with closing(KafkaProducer(**place.options("admin"), acks="all")) as producer:
        for topic in TOPICS:
            producer.send(topic, b"x", partition=0).get(timeout=10)
    return place


@pytest.mark.parametrize("user", USERS)
def test_each_user_reads_and_writes_just_its_own(filled: Place, user: str) -> None:
    """What goes through of all topics, read and written for real, is the table above."""
    reads, writes = may_read(filled, user), may_write(filled, user)
    found = {topic: "r" * (topic in reads) + "w" * (topic in writes) for topic in TOPICS}
    assert {topic: verbs for topic, verbs in found.items() if verbs} == EXPECTED[user]


# a consumer closed while it is still connecting leaves its socket to the collector (kafka-python 3.0.12)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("user", USERS)
def test_each_user_joins_its_own_groups_only(filled: Place, user: str) -> None:
    """It joins groups of its own name and below; every other user's, and the router's, refuse it."""
    topic = next((name for name, verbs in EXPECTED[user].items() if "r" in verbs))
    own = ("bancheng-router", "bancheng-x") if user == "router" else (user, f"{user}.console")
    others = [f"{other}{end}" for other in USERS if other not in (user, "router") for end in ("", ".console")]
    assert {group: joins(filled, user, topic, group) for group in own} == dict.fromkeys(own, True)
    foreign = (*others, f"{user}-b", *(() if user == "router" else ("bancheng-router",)))
    assert [group for group in foreign if joins(filled, user, topic, group)] == []


class Joined(ConsumerRebalanceListener):
    """Notes that a group has taken its consumer in, whatever partitions it got."""

    yes = False

    def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing to do: this consumer keeps nothing."""

    def on_partitions_assigned(self, assigned: Any) -> None:  # noqa: ARG002 (the library's signature)
        """The group's answer."""
        self.yes = True


def joins(place: Place, user: str, topic: str, group: str) -> bool:
    """Whether the user becomes a member of a group."""
    consumer, joined = KafkaConsumer(**place.options(user), group_id=group, enable_auto_commit=False), Joined()
    consumer.subscribe([topic], listener=joined)
    with closing(consumer):
        try:
            for _ in range(300):
                consumer.poll(100)
                if joined.yes:
                    return True
        except AuthorizationError:
            return False
    raise AssertionError(f"{user} was neither taken nor refused by {group}")


def theirs() -> ACL:
    """A right to write the ledger, for the one who asks."""
    pattern = ResourcePattern(ResourceType.TOPIC, "ledger", ACLResourcePatternType.LITERAL)
    return ACL("User:unit-tax", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, pattern)


def told(outcome: Any) -> None:
    """Raise the refusal that an answer holds, wherever the library put it."""
    match outcome:
        case {"failed": [error, *_]}:
            raise error
        case [(_, _, error)] if issubclass(error, AuthorizationError):
            raise error
        case {"unit-tax": str(complaint)} | {"topic": {"ledger": str(complaint)}} if (
            "uthorization" in complaint or "permission" in complaint
        ):
            raise AuthorizationError(complaint)


CHANGES: dict[str, Callable[[KafkaAdminClient], Any]] = {
    "make a topic": lambda admin: admin.create_topics(["mine"]),
    "remove the ledger": lambda admin: admin.delete_topics(["ledger"]),
    "remove its own topic": lambda admin: admin.delete_topics(["responses.tax"]),
    "remove messages": lambda admin: admin.delete_records({TopicPartition("ledger", 0): 1}),
    "add partitions": lambda admin: admin.create_partitions({"responses.tax": 5}),
    "change a topic's settings": lambda admin: admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, "ledger", {"retention.ms": "1"})], raise_on_unknown=False
    ),
    "give itself a right": lambda admin: admin.create_acls([theirs()]),
    "take rights": lambda admin: admin.delete_acls([theirs()]),
    "see rights": lambda admin: admin.describe_acls(
        ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, theirs().resource_pattern)
    ),
    "change a password": lambda admin: admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion("unit-tax", "SCRAM-SHA-256", "x")]
    ),
    "remove a group": lambda admin: admin.delete_groups(["unit-tax-b"]),
    "move a group": lambda admin: admin.alter_group_offsets(
        "unit-tax-b", {TopicPartition("assignments.tax-b", 0): OffsetAndMetadata(0, "", None)}
    ),
}


@pytest.mark.parametrize("user", ["unit-tax", "channel-hall", "auditor", "operator", "router"])
def test_no_user_changes_the_cluster(place: Place, admin: KafkaAdminClient, user: str) -> None:
    """No topic, partition, setting, message, right, password or group is made, changed or removed by any of them."""
    before = holdings(admin), topics(admin)
    gone_through = []
    with open_admin(place.options(user)) as own:
        for name, change in CHANGES.items():
            try:
                told(change(own))
            except KafkaError:
                continue
            gone_through.append(name)
    assert (holdings(admin), topics(admin)) == before
    assert gone_through == []


def topics(admin: KafkaAdminClient) -> list[tuple[str, str, int]]:
    """Every topic with its id and partitions."""
    return sorted((t["name"], str(t["topic_id"]), len(t["partitions"])) for t in admin.describe_topics())
