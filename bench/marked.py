"""Texts with their personal places marked: `{name 张三}`, and `{mobile}` for a number that is made when it is read.

No number stands in the files: each is made by a seed, in one of the ways in which people write it.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

from router.personal.finding import Kind
from router.personal.numbers import PROVINCES, check_digit, luhn

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "personal"
HALVES = ("tuned", "kept")
"""The half that the rules were worked on with, and the one that was only ever measured."""
_MARK = re.compile(r"\{(?P<kind>[a-z_]+)(?: (?P<said>[^}]*))?\}")
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Marked:
    """A text, and what is personal in it: kind, start, end."""

    text: str
    places: tuple[tuple[Kind, int, int], ...]


def read(half: str, seed: int) -> list[Marked]:
    """Return the texts of a half, with numbers made by a seed."""
    lines = (FOLDER / f"{half}.txt").read_text(encoding="utf-8").splitlines()
    return [_marked(line, random.Random(f"{seed} {number}")) for number, line in enumerate(lines)]


def _marked(line: str, dice: random.Random) -> Marked:
    text, places, at = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[at : mark.start()]
        kind, said = Kind(mark["kind"]), mark["said"] or ""
        put = said if kind in (Kind.NAME, Kind.ADDRESS) else _MAKERS[kind](dice, said)
        places.append((kind, len(text), len(text) + len(put)))
        text += put
        at = mark.end()
    return Marked(text + line[at:], tuple(places))


def id_number(dice: random.Random, said: str = "") -> str:
    """Return an invented identity number; `said` names how it is written."""
    way = said or dice.choice(("", "", "", "x", "spaced", "wide", "old"))
    province = dice.choice([code for code in sorted(PROVINCES) if code < "70"])
    born = f"{dice.randint(1940, 1998)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    for serial in dice.sample(range(1000), 1000):
        first = f"{province}{dice.randint(1, 12):02}{dice.randint(1, 28):02}{born}{serial:03}"
        number = first + check_digit(first)
        if (number[-1] == "X") == (way == "x"):
            break
    if way == "x":
        number = number.replace("X", dice.choice("Xx"))
    if way == "old":
        number = first[:6] + first[8:]
    if way == "spaced":
        number = f"{number[:6]} {number[6:14]} {number[14:]}"
    return number.translate(_WIDE) if way == "wide" else number


def mobile(dice: random.Random, said: str = "") -> str:
    """Return an invented mobile number."""
    way = said or dice.choice(("", "", "", "", "3 4 4", "3-4-4", "86", "+86", "wide"))
    number = f"1{dice.choice('3456789')}{dice.randint(0, 999_999_999):09}"
    if way in ("3 4 4", "3-4-4"):
        return way[1].join((number[:3], number[3:7], number[7:]))
    if way in ("86", "+86"):
        return f"{way}{dice.choice(('', '-', ' '))}{number}"
    return number.translate(_WIDE) if way == "wide" else number


def landline(dice: random.Random, said: str = "") -> str:
    """Return an invented landline number."""
    way = said or dice.choice(("dash", "dash", "dash", "none", "paren", "blank", "ext", "wide"))
    area = dice.choice(("0477", "0471", "010", "0951", "0312", "021"))
    number = f"{dice.randint(2, 8)}{dice.randint(0, 999_999):06}{dice.randint(0, 9) if len(area) < 4 else ''}"
    written = {"none": f"{area}{number}", "paren": f"({area}){number}", "blank": f"{area} {number}", "local": number}
    whole = written.get(way, f"{area}-{number}") + (f"转{dice.randint(1, 899)}" if way == "ext" else "")
    return whole.translate(_WIDE) if way == "wide" else whole


def card(dice: random.Random, said: str = "") -> str:
    """Return an invented bank card's number with its right last digit."""
    way = said or dice.choice(("", "", "spaced"))
    length = dice.choice((16, 19, 19))
    first = f"62{dice.randint(0, 10 ** (length - 3) - 1):0{length - 3}}"
    number = next(first + digit for digit in "0123456789" if luhn(first + digit))
    return " ".join(number[at : at + 4] for at in range(0, length, 4)) if way == "spaced" else number


def plate(dice: random.Random, said: str = "") -> str:
    """Return an invented number plate."""
    way = said or dice.choice(("", "", "", "dot", "green", "lower"))
    place = f"{dice.choice('蒙陕宁晋京')}{dice.choice(_LETTERS[:12])}"
    if way == "green":
        return f"{place}{dice.choice('DF')}{dice.randint(0, 99_999):05}"
    number = f"{dice.choice(_LETTERS + '23456789')}{dice.randint(0, 9999):04}"
    written = f"{place}{'·' if way == 'dot' else ''}{number}"
    return written.lower() if way == "lower" else written


def email(dice: random.Random, said: str = "") -> str:  # noqa: ARG001 (one shape for all)
    """Return an invented e-mail address of a domain that is kept for examples (RFC 2606)."""
    name = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz0123456789._") for _ in range(dice.randint(4, 10))).strip(
        "._"
    )
    return f"a{name.replace('..', '.')}@{dice.choice(('example.com', 'mail.example.cn', 'example.org'))}"


def passport(dice: random.Random, said: str = "") -> str:  # noqa: ARG001 (one shape for all)
    """Return an invented passport number."""
    return f"E{dice.choice((str(dice.randint(0, 9)), dice.choice(_LETTERS)))}{dice.randint(0, 9_999_999):07}"


_MAKERS = {
    Kind.ID_NUMBER: id_number,
    Kind.MOBILE: mobile,
    Kind.LANDLINE: landline,
    Kind.CARD: card,
    Kind.PLATE: plate,
    Kind.EMAIL: email,
    Kind.PASSPORT: passport,
}
