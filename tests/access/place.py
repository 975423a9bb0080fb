"""A running broker with a small plan in force, and what its users try there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaConsumer, KafkaProducer

from bancheng.access import plan_access
from router.wire.login import login_options

if TYPE_CHECKING:
    from bancheng.credentials import Credentials
    from bancheng.embedded.broker import Broker

PLAN = plan_access(channels=("hall", "hotline"), units=("tax", "tax-b"), shards=4, auditors=("court",))


class Place:
    """A running broker with the plan in force, and its credentials."""

    def __init__(self, broker: Broker, credentials: Credentials) -> None:
        self.broker = broker
        self.credentials = credentials

    def options(self, user: str) -> dict[str, object]:
        """How to log in as `user`."""
        return login_options(self.broker.bootstrap, user, *self.credentials.login(user))

    def write(self, user: str, topic: str) -> None:
        """Send one message as `user` and wait until it is acknowledged."""
        producer = KafkaProducer(**self.options(user), acks="all")
        try:
            producer.send(topic, b"x", partition=0).get(timeout=10)
        finally:
            producer.close(timeout=5)

    def read(self, user: str, topic: str, group: str, *, polls: int = 50) -> int:
        """Read a topic from its beginning as `user`: how many messages came, 0 after `polls` polls of 0.2 s."""
        consumer = KafkaConsumer(
            topic,
            **self.options(user),
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        try:
            for _ in range(polls):
                if found := consumer.poll(200):
                    return sum(map(len, found.values()))
            return 0
        finally:
            consumer.close()
