"""Drawing SVG by hand: the sheet, its words and its colours. No library, no font of its own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INK, FAINT, GREY, BLUE, RED = "#1f2933", "#d5dbe1", "#62707d", "#2f6db5", "#c0392b"
_SHOWN = 16
"""Characters of a label."""


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


def short(name: str) -> str:
    """Return a label of at most sixteen characters."""
    return name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"


def width_of(name: str) -> int:
    """Return about how wide a label is drawn: a Chinese character is twice as wide as a Latin one."""
    return sum(13 if ord(sign) > 0xFF else 7 for sign in short(name))  # noqa: PLR2004 (beyond Latin-1)
