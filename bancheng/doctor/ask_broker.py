"""Looking at the broker, as its administrator where the password is at hand, else as the router."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from bancheng import running
from bancheng.compose import CREDENTIALS
from bancheng.credentials import Credentials
from bancheng.doctor.seen import Broker, Offset, Topic
from bancheng.embedded.brokerconfig import ADMIN
from router.wire.connection import BadCredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kafka import KafkaAdminClient

    from bancheng.compose import House
    from router.wire.connection import Connection

ROUTER = "router"
_PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.1

T = TypeVar("T")


def login(house: House, user: str = ADMIN) -> Connection:
    """Return how to reach the broker as `user`; where its password isn't at hand, as the router.

    Other than `House.connection` it never makes a password.

    Raises:
        NotRunningError: nothing runs in this home, and no outside broker is set.
        BadCredentialsError: the home has no password for either.
    """
    settings = house.settings
    if settings.kafka_password is not None:
        return house.connection(user)
    if settings.kafka is None:
        running.find(settings.home)
    kept = settings.home / CREDENTIALS
    known = Credentials(kept).known()
    found = next((name for name in (user, ROUTER) if name in known), None)
    if found is None and settings.kafka is None:
        raise BadCredentialsError(
            f"{kept} 中没有用户 {user} 的密码：请恢复该文件，或停止后重新执行 bancheng up。",
            f"{kept} has no password of {user}: restore it, or stop and run `bancheng up` again.",
        )
    return house.connection(found or user)


def patiently(ask: Callable[[KafkaAdminClient], T], client: KafkaAdminClient) -> T:
    """Ask, and again for some seconds while the broker says that it may answer later (as after a topic's deletion)."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return ask(client)
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_SECONDS)


def broker(client: KafkaAdminClient, connection: Connection) -> Broker:
    """Return what the broker says of itself."""
    cluster = client.describe_cluster()
    nodes = [int(node["broker_id"]) for node in cluster["brokers"]]
    told = _configs(
        client, ConfigResourceType.BROKER, [str(nodes[0])], ("message.max.bytes", "auto.create.topics.enable")
    )
    own = told.get(str(nodes[0]), {})
    largest, creating = own.get("message.max.bytes"), own.get("auto.create.topics.enable")
    controller = int(cluster["controller_id"])
    return Broker(
        connection.bootstrap,
        connection.user,
        tuple(client.get_broker_version_data(nodes[0]).broker_version),
        len(nodes),
        controller if controller >= 0 else None,
        int(largest) if largest else None,
        creating == "true" if creating else None,
    )


def clock(client: KafkaAdminClient) -> Offset:
    """Return how far the broker's clock is ahead: the quorum's leader tells its own time with its state."""
    begun, clock_begun = time.time(), time.perf_counter()
    quorum = client.describe_metadata_quorum()["topics"][0]["partitions"][0]
    took = time.perf_counter() - clock_begun
    leader = next(voter for voter in quorum["current_voters"] if voter["replica_id"] == quorum["leader_id"])
    return Offset(leader["last_caught_up_timestamp"] / 1000 - (begun + took / 2), took / 2)


def topics(client: KafkaAdminClient) -> tuple[Topic, ...]:
    """Return every topic that this user may see, but the broker's own."""
    found = [topic for topic in client.describe_topics() if not topic["is_internal"] and not topic["error_code"]]
    names = [topic["name"] for topic in found]
    told = _configs(client, ConfigResourceType.TOPIC, names, ("retention.ms",))
    return tuple(
        Topic(
            topic["name"],
            str(topic["topic_id"]),
            len(topic["partitions"]),
            int(kept) if (kept := told.get(topic["name"], {}).get("retention.ms")) else None,
            sum(1 for partition in topic["partitions"] if partition["leader_id"] < 0),
        )
        for topic in found
    )


def _configs(
    client: KafkaAdminClient, kind: ConfigResourceType, names: Sequence[str], wanted: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return settings by resource and name; one that this user may not see is left out."""
    asked = [ConfigResource(kind, name, dict.fromkeys(wanted)) for name in names]
    told: dict[str, dict[str, Any]] = client.describe_configs(asked, config_filter="all").get(kind.name.lower(), {})
    return {name: {key: value["value"] for key, value in own.items()} for name, own in told.items()}
