"""Drawing SVG by hand: the sheet, its words and its colours. No library, no font of its own."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INK, FAINT, PALE, GREY, BLUE, RED = "#1f2933", "#d5dbe1", "#b3bdc7", "#62707d", "#2f6db5", "#c0392b"
"""Told apart without colours too, by how dark they are: PALE is for areas, GREY for words."""
_LATIN = 0xFF
_NARROW = 0.62
"""A Latin character's share of its size, on average, in a wide sans-serif."""
_PIECES = re.compile(r"[（(]?[^ ；，、·（(]+[ ；，、·]*|[ ；，、·（(]+")
"""What stays in one line, if it can: up to a blank or stop, or to where a bracket opens."""


def document(width: float, height: float, body: Iterable[str]) -> str:
    """Return a sheet of so many pixels with these elements on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f"font-family=\"system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif\" font-size=\"13\" "
        f'fill="{INK}"><rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def text(
    x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", colour: str = INK, bold: bool = False
) -> str:
    """Return words at a place, their baseline at `y`."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(words)}</text>"
    )


def width_of(words: str, size: int = 13) -> float:
    """Return about how wide words are drawn: a Chinese character is a square, a Latin one narrower."""
    return sum(size if ord(sign) > _LATIN else _NARROW * size for sign in words)


def short(name: str, room: float = 208) -> str:
    """Return a label that fits into so many pixels; by default sixteen Chinese characters, or twice as much English."""
    if width_of(name) <= room:
        return name
    while name and width_of(f"{name}…") > room:
        name = name[:-1]
    return f"{name.rstrip()}…"


def wrapped(words: str, room: float, size: int = 13) -> list[str]:
    """Return words in lines that fit into so many pixels: broken behind a blank or a stop, else anywhere."""
    lines = [""]
    for piece in _PIECES.findall(words):
        if lines[-1] and width_of(lines[-1] + piece.rstrip(), size) > room:
            lines.append("")
        for sign in piece:
            if width_of(lines[-1] + sign, size) > room:
                lines.append("")
            lines[-1] += sign
    return [line.strip() for line in lines]
