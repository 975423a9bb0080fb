"""Tables in Markdown, and figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence

GB, TB = 1e9, 1e12
_THOUSAND = 1000
Table = list[Sequence[str]]
"""The first row is the head."""


def number(value: float) -> str:
    """Return three figures, thousands apart."""
    if value >= _THOUSAND:
        digits = max(0, len(str(int(value))) - 3)
        return f"{round(value, -digits):,.0f}".replace(",", " ")
    return f"{value:.3g}"


def sized(count: float) -> str:
    """Return bytes for people."""
    for unit, name in ((TB, "TB"), (GB, "GB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count / 1e6:.3g} MB"


def lasting(seconds: float) -> str:
    """Return a time for people."""
    for unit, name in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.2g} s"


def marked(table: Table) -> str:
    """Return a table in Markdown."""
    head, *rows = table
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)
