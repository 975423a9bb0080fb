"""The AsyncAPI 3.0 document: topics, who sends and who receives, from the router's point of view. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from bancheng.access_plan import plan_access
from consumers.router import GROUP
from router.audit import anchor
from router.ledger import record
from router.ledger.install import SHARDS
from router.messages.envelope import CONTENT_TYPE, STRUCTURED
from router.messages.inbound import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bancheng.access_plan import TopicSpec

VERSION: Final = "1.2.0"
"""The contract's version: rises with a new type or version of one, not with every release."""
_BINDING: Final = "0.5.0"
_DIALECT: Final = "application/schema+json;version=2020-12"
_HEAD: Final = "# Written by scripts/schemas from the models. Don't edit: change the models and run it again.\n"
_ABOUT: Final = (
    "CloudEvents 1.0 over Kafka. Structured mode is written; structured and binary mode are read. The key is the "
    "case id. Free text and personal fields stand in `data.details`, never beside it. `messages.md` has the rest."
)
_CHANNELS: Final = {
    "cases": ("cases.{channel}", "Cases, supplements and withdrawals of a channel (渠道)."),
    "feedback": ("feedback.{channel}", "Ratings (好差评) that a channel passes on, and objections to their check."),
    "responses": ("responses.{unit}", "What a unit or office (单位) does: signs, returns, answers, decides."),
    "results": ("results.{channel}", "What a channel is told of its cases."),
    "assignments": ("assignments.{unit}", "What a unit or office is asked to do, and what came of its requests."),
    "ledger": (
        "ledger",
        "Every decision, one record each, in hash chains a partition, signed anchors; no personal data.",
    ),
    "quarantine": ("quarantine", "Messages set aside: position, code and keyed hash."),
}
_PARAMETERS: Final = {
    "channel": ("The channel's id in the policy; a system with a credential of its own.", "window-system"),
    "unit": ("The unit's or office's id in the policy.", "hrss"),
}
_TOLD: Final = {
    "cn.bancheng.result.": ("results",),
    "cn.bancheng.assignment.": ("assignments",),
    "cn.bancheng.task.": ("assignments",),
    "cn.bancheng.command.refused.": ("results", "assignments"),
    "cn.bancheng.quarantined.": ("quarantine",),
    record.TYPE: ("ledger",),
    anchor.TYPE: ("ledger",),
}


def document(schemas: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the document as YAML; `schemas` are all message types, with a description each."""
    carried: dict[str, list[str]] = {family: [] for family in _CHANNELS}
    for type_ in schemas:
        for family in families(type_):
            carried[family].append(type_)
    received = {kind.family for kind in kinds().values()}
    content = {
        "asyncapi": "3.0.0",
        "id": "urn:cn:bancheng:router",
        "info": {
            "title": "bancheng 办成",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "servers": {"kafka": _server()},
        "channels": {family: _channel(family, types) for family, types in carried.items()},
        "operations": {
            f"{'receive' if family in received else 'send'}_{family}": _operation(family, receive=family in received)
            for family in carried
        },
        "components": {
            "messages": {type_: _message(type_, schema) for type_, schema in schemas.items()},
            "securitySchemes": {
                "scram": {"type": "scramSha256", "description": "One user a channel, unit or reader; rights by ACL."}
            },
        },
    }
    return _HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def families(type_: str) -> tuple[str, ...]:
    """Return the topic families that carry a type; raises LookupError for one that nobody placed."""
    kind = kinds().get(type_)
    if kind is not None:
        return (kind.family,)
    for prefix, told in _TOLD.items():
        if type_.startswith(prefix):
            return told
    raise LookupError(f"no topic carries {type_}: place it in bancheng.contract.asyncapi")


def _server() -> dict[str, Any]:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "SASL with SCRAM-SHA-256. Within one machine without TLS; anywhere else with it.",
        "variables": {"bootstrap": {"default": "localhost:9094", "description": "host:port of the broker."}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _channel(family: str, types: list[str]) -> dict[str, Any]:
    address, about = _CHANNELS[family]
    channel: dict[str, Any] = {"address": address, "description": about}
    named = [name for name in _PARAMETERS if f"{{{name}}}" in address]
    if named:
        channel["parameters"] = {
            name: {"description": _PARAMETERS[name][0], "examples": [_PARAMETERS[name][1]]} for name in named
        }
    channel["messages"] = {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types}
    channel["bindings"] = {"kafka": _topic(family)}
    return channel


def _topic(family: str) -> dict[str, Any]:
    """Return partitions and retention as `bancheng topics create` makes them, with S at its default."""
    spec = _specs()[family]
    configuration: dict[str, Any] = {"cleanup.policy": ["delete"], "retention.ms": spec.retention_ms}
    if spec.max_bytes is not None:
        configuration["max.message.bytes"] = spec.max_bytes
    return {"partitions": spec.partitions, "topicConfiguration": configuration, "bindingVersion": _BINDING}


def _specs() -> dict[str, TopicSpec]:
    plan = plan_access(channels=("c",), units=("u",), shards=SHARDS)
    return {topic.name.partition(".")[0]: topic for topic in plan.topics}


def _operation(family: str, *, receive: bool) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": "receive" if receive else "send",
        "channel": {"$ref": f"#/channels/{family}"},
        "summary": _CHANNELS[family][1],
    }
    if receive:
        group = {"type": "string", "enum": [GROUP]}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _BINDING}}
    return operation


def _message(type_: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    name, value = CONTENT_TYPE
    sent = type_ not in kinds()
    written = {"const": value.decode()}
    read = {"type": "string", "examples": [STRUCTURED, "application/json"], "description": "Binary mode: the latter."}
    return {
        "name": type_,
        "title": type_,
        "summary": schema["description"],
        "contentType": STRUCTURED,
        "headers": {"type": "object", "properties": {name: written if sent else read}},
        "payload": {"schemaFormat": _DIALECT, "schema": {"$ref": f"schemas/{type_}.json"}},
        "externalDocs": {"description": "An example.", "url": f"examples/{type_}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "description": _key(type_)}, "bindingVersion": _BINDING}},
    }


def _key(type_: str) -> str:
    """Return in words what the Kafka key of a message is."""
    if type_ == anchor.TYPE:
        return "anchor-NUMBER; the partition is 0"
    return "topic/partition/offset of the message set aside" if "quarantine" in families(type_) else "the case id"
