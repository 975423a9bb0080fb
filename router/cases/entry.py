"""References to texts in the vault."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class EntryKind(StrEnum):
    """What a vault entry holds: who the person is, what the matter is, or what somebody wrote."""

    PERSON = "person"
    MATTER = "matter"
    NOTE = "note"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A reference to a text in the vault, by case and name; never the text."""

    case: str
    name: str
    kind: EntryKind
