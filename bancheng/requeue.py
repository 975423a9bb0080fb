"""Sending a message from quarantine again, to where it came from, as the one who may write there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from router.vault.store import open_message
from router.wire.connection import WireError, check

if TYPE_CHECKING:
    from sqlalchemy import Row

    from bancheng.compose import House

_SECONDS = 10.0
_USERS = {"cases": "channel", "feedback": "channel", "responses": "unit"}


def requeue(house: House, row: Row[Any]) -> None:
    """Send the message again byte for byte and wait until the broker has it; raises WireError, VaultError."""
    family, _, owner = str(row.topic).partition(".")
    connection = house.connection(f"{_USERS[family]}-{owner}")
    place = f"{row.topic}/{row.partition}/{row.offset}"
    whole = open_message(house.keyring, place, row.wrapped, row.sealed)
    check(connection, (row.topic,))
    producer = KafkaProducer(
        acks="all", allow_auto_create_topics=False, max_request_size=4 * 1024 * 1024, **connection.options()
    )
    try:
        producer.send(
            row.topic,
            key=whole.key,
            value=whole.value,
            partition=row.partition,
            headers=list(whole.headers),
        ).get(timeout=_SECONDS)
    except KafkaError as error:
        raise WireError(
            f"Kafka 未接收这条消息（{type(error).__name__}）：请重试。",
            f"The broker did not take the message ({type(error).__name__}): try again.",
        ) from error
    finally:
        producer.close(timeout=5)
