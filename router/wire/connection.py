"""How a client reaches the broker, and one clear sentence when it can't."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kafka.errors import AuthorizationError, KafkaError

from router.health import Reason
from router.saying import SaidError
from router.wire.login import LoginRefusedError, open_admin, witness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kafka import KafkaAdminClient

_PROBE_SECONDS = 3.0


class WireError(SaidError):
    """The broker can't be used."""


class BrokerAwayError(WireError):
    """Nobody answers at the broker's address."""


class BadCredentialsError(WireError):
    """The broker answers but doesn't take this user and password."""


class NoRightError(WireError):
    """The user is known but may not use a topic."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the broker is and as whom to speak to it."""

    bootstrap: str
    """`host:port`, several separated by commas."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    mechanism: str = "SCRAM-SHA-256"
    tls: bool = False
    ca_file: str | None = None

    def options(self) -> dict[str, Any]:
        """Return the options that every kafka-python client of this connection takes."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap.split(","),
            "metrics_enabled": False,
            "kafka_client": witness,
            "security_protocol": ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT"),
        }
        if self.user:
            options |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        if self.tls:
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        return options


def admin(connection: Connection) -> KafkaAdminClient:
    """Return an admin client that is connected.

    Raises:
        BrokerAwayError: nobody answers at the address.
        BadCredentialsError: the broker answers but refuses the user.
    """
    _probe(connection)
    options = connection.options()
    for not_its_own in ("metrics_enabled", "kafka_client"):
        options.pop(not_its_own)
    try:
        return open_admin(options)
    except LoginRefusedError:
        raise BadCredentialsError(
            f"Kafka（{connection.bootstrap}）不接受用户 {connection.user}：请核对用户名和密码。",
            f"The broker at {connection.bootstrap} refuses user {connection.user!r}: check name and password.",
        ) from None
    except KafkaError as error:
        raise BrokerAwayError(
            f"{connection.bootstrap} 有应答，但按现有设置无法与 Kafka 通信：请检查是否需要 TLS 或用户。",
            f"The broker at {connection.bootstrap} answers but doesn't speak Kafka with these settings: "
            "check whether it wants TLS or a user.",
        ) from error


def check(connection: Connection, topics: Iterable[str]) -> dict[str, str]:
    """Make sure that the user may see these topics; return each topic's id.

    Raises:
        WireError: with the true cause: away, wrong password, or a right that is missing.
    """
    wanted = sorted(set(topics))
    found = there(connection, wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise _no_right(connection, missing)
    return found


def there(connection: Connection, topics: Iterable[str]) -> dict[str, str]:
    """Return the ids of those of the topics that are there and that the user may see.

    Raises:
        WireError: the broker is away, or refuses the user.
    """
    wanted = sorted(set(topics))
    client = admin(connection)
    try:
        described = client.describe_topics(wanted) if wanted else []
    except AuthorizationError:
        raise _no_right(connection, wanted) from None
    finally:
        client.close()
    return {topic["name"]: str(topic["topic_id"]) for topic in described if not topic["error_code"]}


def why_away(connection: Connection) -> Reason:
    """Return what is wrong with a broker that gives no answer: nobody there, or somebody who stays silent."""
    try:
        _probe(connection)
    except BrokerAwayError:
        return Reason.BROKER
    return Reason.BROKER_SILENT


def _probe(connection: Connection) -> None:
    for address in connection.bootstrap.split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=_PROBE_SECONDS).close()
        except (OSError, ValueError):
            continue
        return
    raise BrokerAwayError(
        f"{connection.bootstrap} 无人应答：Kafka 在运行吗？BANCHENG_KAFKA 写对了吗？",
        f"Nobody answers at {connection.bootstrap}: is the broker running, and is BANCHENG_KAFKA right?",
    )


def _no_right(connection: Connection, topics: list[str]) -> NoRightError:
    return NoRightError(
        f"用户 {connection.user} 无权使用 {'、'.join(topics)}，或主题不存在：请运维执行 bancheng topics create。",
        f"User {connection.user!r} may not use {', '.join(topics)}, or the topic doesn't exist: "
        "let an operator run `bancheng topics create`, which makes topics and rights.",
    )
