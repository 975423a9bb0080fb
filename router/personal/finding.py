"""What is found in a text: its kind, its place, and by what it is known. Pure."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a place in a text holds."""

    NAME = "name"
    ID_NUMBER = "id_number"
    MOBILE = "mobile"
    LANDLINE = "landline"
    ADDRESS = "address"
    CARD = "card"
    PLATE = "plate"
    EMAIL = "email"
    PASSPORT = "passport"


class Sure(IntEnum):
    """By what a finding is known, the surest highest."""

    SHAPED = 1
    """It has the shape, and nothing speaks against it."""
    CUED = 2
    """A word beside it says what it is: 身份证号, 联系人, 女士."""
    VERIFIED = 3
    """Its check digit is right, or its shape allows nothing else."""


class Finding(NamedTuple):
    """One place in a text, in characters from `start` up to `end`."""

    kind: Kind
    start: int
    end: int
    sure: Sure


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_MARKS = {
    **dict.fromkeys((0x3000, 0x00A0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x2002, 0x2003, 0x2009), " "),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x2500), "-"),
    **dict.fromkeys((0x2022, 0x30FB, 0x2027, 0x00B7, 0xFF65), "·"),
}
_PLAIN = _WIDE | _MARKS


def plain(text: str) -> str:
    """Return a text with full-width letters, digits, dashes and blanks as usual ones, each at its own place."""
    return text.translate(_PLAIN)
