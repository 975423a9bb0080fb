"""Every message type that may come in, and what it becomes: an action of the heart, and its texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError, create_model

from router.cases.commands import (
    ACTIONS,
    AT_THE_VAULT,
    ROUTER_ONLY,
    Action,
    ObjectRating,
    Rate,
    Submit,
    Supplement,
    Withdraw,
)
from router.messages.base import Message
from router.messages.details import CaseDetails, NoteDetails
from router.messages.envelope import BadMessageError, Envelope, field_of

if TYPE_CHECKING:
    from collections.abc import Mapping

CASE = "cn.bancheng.case."
RESPONSE = "cn.bancheng.response."
FEEDBACK = "cn.bancheng.feedback."
VERSION = ".v1"

_BY_CHANNEL: dict[str, type[Action]] = {
    f"{CASE}submitted{VERSION}": Submit,
    f"{CASE}supplemented{VERSION}": Supplement,
    f"{CASE}withdrawn{VERSION}": Withdraw,
}
_BY_RATING: dict[str, type[Action]] = {
    f"{FEEDBACK}rated{VERSION}": Rate,
    f"{FEEDBACK}objected{VERSION}": ObjectRating,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One inbound type: the topic family it belongs to, its action, and the model of its data."""

    name: str
    family: str
    action: type[Action]
    data: type[Message]
    carried: tuple[str, ...]
    """The fields that the data hand on to the action."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message asks, and the texts that came with it."""

    action: Action
    case_details: CaseDetails | None = None
    note: NoteDetails | None = None


def _kind(family: str, type_: str, action: type[Action]) -> Kind:
    """Derive the data model: the action's own fields (without what the envelope says) and `details`."""
    fields: dict[str, Any] = {
        name: (info.annotation, info)
        for name, info in action.model_fields.items()
        if name != "occurred_at" and not (action is Submit and name == "version")
    }
    fields["details"] = (CaseDetails, ...) if action is Submit else (NoteDetails | None, None)
    name = "".join(part.title() for part in action.verb.split("_")) + "Data"
    model = create_model(name, __base__=Message, __doc__=action.__doc__, **fields)
    return Kind(type_, family, action, model, tuple(name for name in fields if name in action.model_fields))


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every inbound message type by its name; made once, for making models is slow."""
    found = [_kind("cases", type_, action) for type_, action in _BY_CHANNEL.items()]
    found += [_kind("feedback", type_, action) for type_, action in _BY_RATING.items()]
    apart = {*_BY_CHANNEL.values(), *_BY_RATING.values()}
    found += [
        _kind("responses", response_type(verb), action)
        for verb, action in ACTIONS.items()
        if action not in apart and verb not in ROUTER_ONLY | AT_THE_VAULT
    ]
    return MappingProxyType({kind.name: kind for kind in found})


def response_type(verb: str) -> str:
    """Return the message type by which a unit or office sends an action."""
    return f"{RESPONSE}{verb}{VERSION}"


def content(kind: Kind, envelope: Envelope) -> Content:
    """Return what an event of that kind asks.

    Raises:
        BadMessageError: `bad_field` with the field's dotted name.
    """
    try:
        data = kind.data.model_validate(envelope.data)
    except ValidationError as error:
        raise BadMessageError("bad_field", field_of(error, "data")) from None
    values = {name: getattr(data, name) for name in kind.carried}
    details = getattr(data, "details", None)
    if kind.action is Submit:
        return Content(Submit(occurred_at=envelope.time, **values), case_details=details)
    return Content(kind.action(**values), note=details)
