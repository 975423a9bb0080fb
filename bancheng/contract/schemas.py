"""The contract for others, generated from the models: a JSON Schema and an example a message type, and AsyncAPI.

`scripts/schemas` writes them into `docs/`; a test keeps what is checked in equal to what is made here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from pydantic import Field, StringConstraints, create_model

from bancheng.contract.asyncapi import document
from bancheng.contract.examples import example
from router.audit import anchor
from router.ledger import record
from router.messages.base import Message
from router.messages.details import SealedDetails
from router.messages.envelope import Envelope
from router.messages.faults import codes
from router.messages.inbound import kinds
from router.messages.outbound import OUTBOUND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
QUARANTINED: Final = "cn.bancheng.quarantined.v1"
PREFIX: Final = "cn.bancheng."
_OWN: Final = r"[a-z0-9-]{1,60}"
_SOURCES: Final = {
    "cases": rf"^/channels/{_OWN}$",
    "feedback": rf"^/channels/{_OWN}$",
    "responses": rf"^/units/{_OWN}$",
}
"""What `source` must say on a topic family, as `router.door.received.sender` judges it."""


class Quarantined(Message):
    """A message was set aside: where it stands, why, and a keyed hash of it; nothing of its content."""

    topic: str
    partition: int
    offset: int
    code: Annotated[str, Field(json_schema_extra={"enum": sorted(codes())})]
    field: str
    """The dotted name of the field that is wrong, where one is."""
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every message type, by type."""
    return dict(_all())


def files() -> dict[str, str]:
    """Return every generated file of `docs/`: its path there, and its text."""
    made = schemas()
    texts = {f"schemas/{type_}.json": _pretty(schema) for type_, schema in made.items()}
    texts |= {f"examples/{type_}.json": _pretty(example(type_)) for type_ in made}
    return texts | {"asyncapi.yaml": document(made)}


def write(folder: Path) -> None:
    """Write the generated files into `folder`; schemas and examples of types that are no more go."""
    texts = files()
    for room in ("schemas", "examples"):
        (folder / room).mkdir(parents=True, exist_ok=True)
        for old in (folder / room).glob(f"{PREFIX}*.json"):
            if f"{room}/{old.name}" not in texts:
                old.unlink()
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8")


def _all() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in kinds().values():
        source = Annotated[str, StringConstraints(pattern=_SOURCES[kind.family])]
        yield kind.name, _event(kind.name, _either(kind.data), source=source)
    for model in OUTBOUND:
        yield model.type, _event(model.type, _either(model), source=Literal["/router"])
    yield QUARANTINED, _event(QUARANTINED, Quarantined, source=Literal["/router"], subject=str)
    yield record.TYPE, _ledgered(record.TYPE, record.Event, record.Record)
    yield anchor.TYPE, _anchor()


def _either(data: type[Message]) -> type[Message]:
    """Return the model as its schema has it: its details plain or sealed. Who reads it opens them before."""
    plain = data.model_fields["details"]
    fields: dict[str, Any] = {"details": (plain.annotation | SealedDetails, plain)}
    return create_model(data.__name__, __base__=data, __doc__=data.__doc__, **fields)


def _event(type_: str, data: type[Message], **attributes: Any) -> dict[str, Any]:  # noqa: ANN401 (types of fields)
    """Return the schema of a whole event: our attributes of the envelope, narrowed, around `data`."""
    fields: dict[str, Any] = {name: (annotation, ...) for name, annotation in attributes.items()}
    fields |= {"type": (Literal[type_], ...), "data": (data, ...)}
    model = create_model("CloudEvent", __base__=Envelope, __doc__=data.__doc__, **fields)
    return _headed(type_, model.model_json_schema())


def _ledgered(type_: str, event: type[msgspec.Struct], data: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of what stands on `ledger`, as msgspec sees it, with the attributes that never differ."""
    schema = msgspec.json.schema(event)
    envelope = schema["$defs"]["Event"]["properties"]
    for name, value in {
        "specversion": "1.0",
        "source": "/router",
        "type": type_,
        "datacontenttype": "application/json",
    }.items():
        envelope[name] = {"const": value}
    return _headed(type_, {"description": data.__doc__, **schema})


def _anchor() -> dict[str, Any]:
    """Return the schema of an anchor: only while it is made it has no signature."""
    schema = _ledgered(anchor.TYPE, anchor.Event, anchor.Anchor)
    content = schema["$defs"]["Anchor"]
    content["properties"]["signature"] = {"type": "string", "description": "Ed25519 (RFC 8032), Base64."}
    content["required"].append("signature")
    return schema


def _headed(type_: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Put dialect, name and title on top. The name is a URN: nothing has to be reachable to validate."""
    return {"$schema": DIALECT, "$id": f"urn:{type_.replace('.', ':')}", **schema, "title": type_}


def _pretty(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
