"""How things of the heart are written in a story: moments in the centre's time, codes as they are."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from moments import FORMAT
from words import EVENTS, MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from script import Expected

    from router.cases.events import AnyEvent
    from router.messages.telling import Output

NOTHING = "无"
_QUIET = frozenset({"entries", "start", "model", "version", "reference", "details", "words", "message"})
"""Fields that a story says nothing of."""
_CHINESE = {code: name for names in (EVENTS, MESSAGES) for name, code in names.items()}


def written(value: Any, zone: ZoneInfo) -> Any:
    """Return a value as a story writes it: a string, or a list of strings."""
    match value:
        case None:
            shown = NOTHING
        case bool():
            shown = str(value).lower()
        case Enum():
            shown = str(value.value)
        case datetime():
            local = value.astimezone(zone)
            exact = local.second == local.microsecond == 0
            shown = local.strftime(FORMAT if exact else f"{FORMAT}:%S.%f")
        case tuple() | list():
            return [written(one, zone) for one in value]
        case _:
            shown = str(value)
    return shown


class Fact:
    """An event or a message as a story writes it."""

    def __init__(self, code: str, fields: Mapping[str, Any]) -> None:
        """`fields` are written already."""
        self.code = code
        self.fields = fields

    def fits(self, expected: Expected) -> bool:
        """Whether it is what was expected."""
        if self.code != expected.code:
            return False
        if expected.subject is not None and expected.subject not in self.fields.values():
            return False
        return all(self.fields.get(name) == value for name, value in expected.fields)

    def __str__(self) -> str:
        quiet = {name: value for name, value in self.fields.items() if value not in (NOTHING, "", "false", [])}
        told = ", ".join(f"{name}: {value}" for name, value in quiet.items())
        return f"{_CHINESE.get(self.code, self.code)}: {{{told}}}"


def of_event(event: AnyEvent, zone: ZoneInfo) -> Fact:
    """Return an event as a story writes it."""
    names = [name for name in event.__struct_fields__ if name not in _QUIET]
    return Fact(str(event.__struct_config__.tag), {name: written(getattr(event, name), zone) for name in names})


def of_message(output: Output, zone: ZoneInfo) -> Fact:
    """Return a message as a story writes it, with the policy's sentences that go with it."""
    data = output.data
    names = [name for name in type(data).model_fields if name not in _QUIET]
    code = data.type.removeprefix("cn.bancheng.").removesuffix(".v1")
    return Fact(code, {name: written(getattr(data, name), zone) for name in names} | (output.notice or {}))


def compared(what: str, expected: Iterable[Expected], facts: Iterable[Fact]) -> str:
    """Return what differs between what was expected and what came, or nothing."""
    awaited, came = list(expected), list(facts)
    if len(awaited) == len(came) and all(fact.fits(one) for one, fact in zip(awaited, came, strict=True)):
        return ""
    return f"{what}应当是\n    {_listed(map(_said, awaited))}\n  实际是\n    {_listed(map(str, came))}"


def _said(one: Expected) -> str:
    name = _CHINESE.get(one.code, one.code)
    if one.fields:
        return f"{name}: {dict(one.fields)}"
    return f"{name}: {one.subject}" if one.subject else name


def _listed(lines: Iterable[str]) -> str:
    return "\n    ".join(lines) or "（什么都没有）"
