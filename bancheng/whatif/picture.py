"""One picture of a what-if, as SVG by hand: where cases go, who gets them, how dates move; grey was, blue would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bancheng.drawing import BLUE, FAINT, GREY, RED, document, short, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bancheng.whatif.wording import Wording
    from router.audit.whatif.report import Days, Found, Moved

_WIDTH = 760
_LEFT = 190
_BAR = 13
_ROW = 36
_PANEL = 64
_TALL = 120
_UNITS = 20
"""So many units are drawn, those whose load changes most first."""
_MOST_DAYS = 30
"""Dates that move further than this stand together at the ends."""


class Paired(NamedTuple):
    """A row of two bars."""

    label: str
    was: int
    would: int


def svg(found: Found, heading: Sequence[str], wording: Wording) -> str:
    """Return the picture; its words are in the wording's language, its font the viewer's own."""
    body: list[str] = []
    at = 34.0
    for number, line in enumerate(heading):
        body.append(
            text(20, at, line, size=13 if number else 16, bold=not number, colour=GREY if number else "#1f2933")
        )
        at += 20
    panels = (
        (wording.say("首次去向（件）", "Where cases first go"), _went(found, wording)),
        (
            wording.say("各单位首次派单（主办＋协办，件）", "Load by unit (lead and cooperating, cases)"),
            _load(found, wording),
        ),
        (wording.say("按时办结率（%）", "Answered in time (%)"), _on_time(found, wording)),
    )
    for title, rows in panels:
        drawn = list(_paired(title, rows, at + 34, wording))
        body += drawn
        at += _PANEL + _ROW * len(rows)
    for title, moved in (
        (wording.say("告知群众的期限移动的天数（件）", "Days by which the person's due date moves (cases)"), found.due),
        (wording.say("单位期限移动的天数（项）", "Days by which units' due dates move (assignments)"), found.unit_due),
    ):
        body += _columns(title, moved, at + 34)
        at += _PANEL + _TALL + 30
    return document(_WIDTH, round(at + 20), body)


def _went(found: Found, wording: Wording) -> list[Paired]:
    return [Paired(wording.word(row.code), row.was, row.would) for row in found.went]


def _load(found: Found, wording: Wording) -> list[Paired]:
    rows = [
        Paired(wording.unit(row.unit), row.lead.was + row.cooperating.was, row.lead.would + row.cooperating.would)
        for row in found.load
    ]
    return sorted(rows, key=lambda row: (-abs(row.was - row.would), -row.was, row.label))[:_UNITS]


def _on_time(found: Found, wording: Wording) -> list[Paired]:
    was, would = found.on_time.was, found.on_time.would
    if not was.denominator or not would.denominator:
        return []
    shares = [100 * rate.numerator // rate.denominator for rate in (was, would)]
    return [Paired(wording.say("按时", "in time"), *shares)]


def _paired(title: str, rows: Sequence[Paired], top: float, wording: Wording) -> Iterator[str]:
    yield text(20, top, title, bold=True)
    most = max((max(row.was, row.would) for row in rows), default=0) or 1
    room = _WIDTH - _LEFT - 110
    for number, row in enumerate(rows):
        y = top + 14 + number * _ROW
        yield text(_LEFT - 10, y + _BAR + 4, short(row.label), anchor="end")
        for place, (count, colour) in enumerate(((row.was, GREY), (row.would, BLUE))):
            long = room * count / most
            name = wording.say(("现", "试")[place], ("was", "would be")[place])
            yield f"{_bar(_LEFT, y + place * (_BAR + 1), long, _BAR, colour)}<title>{name} {count}</title></rect>"
            yield text(_LEFT + long + 6, y + place * (_BAR + 1) + 11, str(count), size=11, colour=colour)


def _columns(title: str, moved: Moved, top: float) -> Iterator[str]:
    yield text(20, top, title, bold=True)
    days = _gathered(moved.by_days)
    bottom = top + 22 + _TALL
    yield f'<line x1="40" y1="{bottom:.1f}" x2="{_WIDTH - 40}" y2="{bottom:.1f}" stroke="{FAINT}"/>'
    most = max(days.values(), default=0) or 1
    step = (_WIDTH - 80) / max(len(days), 12)
    for number, (day, count) in enumerate(sorted(days.items())):
        tall = _TALL * count / most
        x = 40 + number * step
        colour = RED if day > 0 else BLUE if day < 0 else GREY
        yield f"{_bar(x + 2, bottom - tall, step - 4, tall, colour)}</rect>"
        yield text(x + step / 2, bottom - tall - 4, str(count), size=11, anchor="middle")
        more = "≤" if day == -_MOST_DAYS else "≥" if day == _MOST_DAYS else ""
        yield text(x + step / 2, bottom + 16, f"{more}{day:+d}", size=11, anchor="middle")


def _bar(x: float, y: float, wide: float, tall: float, colour: str) -> str:
    """Return the beginning of a rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{colour}">'


def _gathered(by_days: Sequence[Days]) -> dict[int, int]:
    """Return dates by days, those far out together."""
    found: dict[int, int] = {}
    for one in by_days:
        day = max(-_MOST_DAYS, min(_MOST_DAYS, one.days))
        found[day] = found.get(day, 0) + one.count
    return found
