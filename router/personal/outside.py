"""Whether something personal stands where only references and codes may: in a field outside `details`. Pure.

A reference may be digits and nothing else, and one that begins with a division code (150102…) looks like a mobile
number. So a number counts only where its own check digit or layout vouches for it, where the same number stands in the
message's details, or, for a mobile number, in a field that never is a serial number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from router.personal.finding import Kind, plain
from router.personal.numbers import DATED, is_id_number, luhn
from router.personal.recognise import personal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SERIAL = ("id", "data.reference")
"""Fields that hold the sender's own serial numbers."""
_LONG = re.compile(r"(?<!\d)\d(?:[-_./:]?\d){10,}[xX]?")
"""Eleven digits and more, as they may be joined in a code."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_CARD = re.compile(r"(?<!\d)62(?:\d{14}|\d{17})(?!\d)")
"""A UnionPay card of 16 or 19 digits: counters and times written in digits begin with a 1 or a 2."""
_WRITTEN = re.compile(r"(?<!\d)(?<!\d-)1[3-9]\d-\d{4}-\d{4}(?!\d)(?!-\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_TOLD_BY = 11
"""A number of so many digits, twice in one message, is there twice on purpose."""


def outside(fields: Iterable[tuple[str, str]], details: Callable[[], Iterable[str]]) -> str | None:
    """Return the name of the first field that holds something personal; None where none does.

    `fields` are names and values outside of `details`; `details` gives the words of the details, where they are needed.
    """
    for name, value in fields:
        if len(value) < _TOLD_BY or _UUID.fullmatch(value) or _LONG.search(value) is None:
            continue
        if _vouched(value) or (name not in SERIAL and _MOBILE.search(value)) or _repeated(value, details()):
            return name
    return None


def strings(data: object, name: str = "data") -> Iterator[tuple[str, str]]:
    """Yield the dotted names and values of all texts in a message's data, without those in `details`."""
    if isinstance(data, str):
        yield name, data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key != "details":
                yield from strings(value, f"{name}.{key}")
    elif isinstance(data, list):
        for value in data:
            yield from strings(value, name)


def _vouched(value: str) -> bool:
    if _WRITTEN.search(value) or any(_identity(hit.group()) for hit in _IDENTITY.finditer(value)):
        return True
    return any(luhn(hit.group()) for hit in _CARD.finditer(value))


def _identity(number: str) -> bool:
    return number[6:10] < DATED and is_id_number(number)


def _repeated(value: str, details: Iterable[str]) -> bool:
    """Whether a code holds a number that stands in the details too."""
    signs = _signs(value)
    told = (text[one.start : one.end] for text in details for one in personal(text) if one.kind in _NUMBERS)
    return any(len(number) >= _TOLD_BY and number in signs for number in map(_national, told))


_NUMBERS = frozenset({Kind.ID_NUMBER, Kind.MOBILE, Kind.LANDLINE, Kind.CARD})


def _national(number: str) -> str:
    """Return a number's digits without its country code."""
    return re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$|0\d{9})", "", _signs(number))


def _signs(written: str) -> str:
    return "".join(sign for sign in plain(written).upper() if sign.isdigit() or sign == "X")
