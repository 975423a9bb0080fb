"""What the broker is told: one node, everything on 127.0.0.1, SCRAM and ACLs from the start.

Pure. Two listeners: `CLIENT` asks clients for SCRAM; `CONTROLLER`, the node talking to
itself, asks for PLAIN with a secret of this home, for whoever reaches it could change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ADMIN: Final = "admin"  # the administrator our program logs in as
SELF: Final = "broker"  # the node itself, on both listeners
# Three MiB of text and what surrounds it must come through: a narrative over the policy's limit is
# refused by us, with a sentence, and not by the broker, with an error code.
MESSAGE_MAX_BYTES: Final = 4 * 1024 * 1024
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """What differs between homes: two ports on 127.0.0.1 and the node's own secret."""

    port: int
    controller_port: int
    secret: str
    folder: str = "data"  # beside the file, so that no character of the home's path matters


def properties(settings: BrokerSettings) -> dict[str, str]:
    """The broker's properties, by name."""
    client = f"CLIENT://127.0.0.1:{settings.port}"
    controller = f"127.0.0.1:{settings.controller_port}"
    own = f'username="{SELF}" password="{settings.secret}"'
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "log.dirs": settings.folder,
        # where it listens, and who may speak there
        "listeners": f"{client},CONTROLLER://{controller}",
        "advertised.listeners": client,
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": controller,
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        # two mechanisms are two passwords a user: a new one is handed over while the old one is good
        "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.client.scram-sha-256.sasl.jaas.config": f"{_SCRAM} {own};",
        "listener.name.client.scram-sha-512.sasl.jaas.config": f"{_SCRAM};",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-256",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": (f'{_PLAIN} {own} user_{SELF}="{settings.secret}";'),
        "sasl.mechanism.controller.protocol": "PLAIN",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{ADMIN};User:{SELF}",
        # one replica of everything
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "4",
        # a misspelt topic is an error, not a topic; a group forms at once
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        # one node has nobody to fail over to; a short session only spares a start after a kill the
        # wait for the dead run's to end
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        # sizes
        "message.max.bytes": str(MESSAGE_MAX_BYTES),
        "replica.fetch.max.bytes": str(MESSAGE_MAX_BYTES),
        "socket.request.max.bytes": str(4 * MESSAGE_MAX_BYTES),
        "log.segment.bytes": str(128 * 1024 * 1024),
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
    }


def render(values: Mapping[str, str]) -> str:
    """The text of a properties file. Values are plain ASCII: no path and no free text is in it."""
    lines = (f"{name}={value}" for name, value in values.items())
    return "\n".join(("# written anew at every start", *lines, ""))
