"""CloudEvents 1.0 over Kafka: structured mode is written, structured and binary are read.

Source: CloudEvents 1.0.2 and its Kafka protocol binding 1.0.2 (https://cloudevents.io).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, WithJsonSchema

from router.messages import trace
from router.messages.base import CaseId, MessageId

if TYPE_CHECKING:
    from collections.abc import Sequence

STRUCTURED = "application/cloudevents+json"
CONTENT_TYPE = ("content-type", f"{STRUCTURED}; charset=UTF-8".encode())
"""The one header of a structured message."""
_JSON = "application/json"
_NAME = re.compile(r"[A-Za-z_]{1,40}")
"""What a field's name may be to be told: a sender's own may hold a phone number, a NUL character, or a megabyte."""


class BadMessageError(Exception):
    """A message that can't be taken, whatever the state: `code` names why, `field` where."""

    def __init__(self, code: str, field: str = "") -> None:
        self.code = code
        self.field = field
        super().__init__(f"{code} {field}".strip())


class Envelope(BaseModel):
    """The attributes of a CloudEvent that the router reads; extension attributes pass unread."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"]
    id: MessageId
    source: str
    type: str
    subject: CaseId
    time: AwareDatetime
    data: dict[str, Any]
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: Annotated[Any, WithJsonSchema({"type": ["string", "null"], "pattern": f"^{trace.FORM}$"})] = None
    """The sender's trace (W3C Trace Context); of any other form it is passed over."""


def read(value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> Envelope:
    """Return the event in a Kafka message, structured or binary; Kafka's headers may lack a value.

    Raises:
        BadMessageError: `null_value`, `not_json`, `not_an_event`, or `bad_field` with the field's name.
    """
    if value is None:
        raise BadMessageError("null_value")
    try:
        content = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise BadMessageError("not_json") from None
    return _validated(_binary(content, dict(headers)) if _is_binary(headers) else content)


def opened(value: bytes, headers: Sequence[tuple[str, bytes | None]], details: dict[str, Any]) -> bytes:
    """Return what a sender would have sent with plain `details` and without a trace: the same content, the same bytes.

    What is sealed twice is never the same twice, so a message that is sent again is known by what it says.
    """
    content = orjson.loads(value)
    if _is_binary(headers):
        content["details"] = details
    else:
        content = {name: part for name, part in content.items() if name not in trace.ATTRIBUTES}
        content["data"]["details"] = details
    try:
        return orjson.dumps(content)
    except TypeError:  # an extension attribute nested deeper than can be written: told apart by its bytes
        return value


def _is_binary(headers: Sequence[tuple[str, bytes | None]]) -> bool:
    return any(name == "ce_specversion" for name, _ in headers)


def _binary(data: object, headers: dict[str, bytes | None]) -> dict[str, Any]:
    kind = headers.get("content-type", _JSON.encode())
    if kind is None or kind.split(b";")[0].strip() != _JSON.encode():
        raise BadMessageError("bad_field", "datacontenttype")
    attributes: dict[str, Any] = {"data": data}
    for name, raw in headers.items():
        if name.startswith("ce_"):
            try:
                attributes[name.removeprefix("ce_")] = (raw or b"").decode()
            except UnicodeDecodeError:
                if name.removeprefix("ce_") not in trace.ATTRIBUTES:
                    raise BadMessageError("bad_field", _told(name)) from None
    return attributes


def _validated(content: object) -> Envelope:
    if not isinstance(content, dict):
        raise BadMessageError("not_an_event")
    if "specversion" not in content:
        raise BadMessageError("not_an_event", "specversion")
    try:
        return Envelope.model_validate(content)
    except ValidationError as error:
        raise BadMessageError("bad_field", field_of(error)) from None


def field_of(error: ValidationError, prefix: str = "") -> str:
    """Return the dotted name of the first field that is wrong; never its value, nor a name that could be one."""
    path = ".".join(_told(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
    return f"{prefix}.{path}".strip(".")


def _told(part: str | int) -> str:
    return str(part) if isinstance(part, int) or _NAME.fullmatch(part) else "?"


def write(
    *,
    id: str,
    source: str,
    type: str,
    subject: str,
    time: str,
    data: object,
    traceparent: str | None = None,
) -> bytes:
    """Return a structured event as bytes, `data` last; `data` is anything orjson can write."""
    event = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": type,
        "subject": subject,
        "time": time,
        "datacontenttype": _JSON,
    }
    if traceparent is not None:
        event["traceparent"] = traceparent
    return orjson.dumps(event | {"data": data})


def with_details(event: bytes, details: bytes) -> bytes:
    """Return an event made by `write`, whose `data` is an object with fields, with `details` added to it."""
    return b"".join((event[:-2], b',"details":', details, b"}}"))
