"""One picture of a what-if, as SVG by hand: where cases go, who gets them, in time or not, how dates move."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from bancheng.drawing import BLUE, FAINT, GREY, INK, PALE, RED, document, text, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bancheng.whatif.wording import Wording
    from router.audit.whatif.report import Days, Found, Moved

_WIDTH = 800
_EDGE = 20
_LEFT = 240
_BAR = 13
_ROW = 36
_PANEL = 64
_TALL = 120
_UNITS = 20
"""So many units are drawn, those whose load changes most first."""
_MOST_DAYS = 30
"""Dates that move further than this stand together at the ends."""
_FEWEST = 12
"""Columns are as wide as if there were so many, at least."""
_SMALL = 10
_ALL = 100


class Paired(NamedTuple):
    """A row of two bars, with what stands beside each."""

    label: str
    was: int
    would: int
    said: tuple[str, str]


def svg(found: Found, heading: Sequence[str], wording: Wording) -> str:
    """Return the picture; its words are in the wording's language, its font the viewer's own."""
    body, at = _head(heading, wording)
    load = "各单位首次派单（主办＋协办，件）", "Load by unit at the first dispatch (lead and cooperating, cases)"
    for title, rows, most in (
        (wording.say("首次去向（件）", "Where cases first go (cases)"), _went(found, wording), None),
        (wording.say(*load), _load(found, wording), None),
        (wording.say("按时办结率（%）", "Answered in time (%)"), _on_time(found, wording), _ALL),
    ):
        body += _paired(title, rows, at + 34, wording, most)
        at += _PANEL + _ROW * max(1, len(rows))
    for name, moved in (
        (("告知群众的期限移动几天（件）", "Days by which the person's due date moves (cases)"), found.due),
        (("单位办理期限移动几天（项）", "Days by which units' due dates move (assignments)"), found.unit_due),
    ):
        body += _columns(wording.say(*name), moved, at + 34, wording)
        at += _PANEL + (_TALL + 40 if moved.by_days else _ROW)
    return document(_WIDTH, round(at + 20), body)


def _head(heading: Sequence[str], wording: Wording) -> tuple[list[str], float]:
    """Return the heading and what the colours mean, and where they end."""
    body: list[str] = []
    at = 34.0
    for number, line in enumerate(heading):
        size, colour = (13, GREY) if number else (16, INK)
        for part in wrapped(line, _WIDTH - 2 * _EDGE, size):
            body.append(text(_EDGE, at, part, size=size, bold=not number, colour=colour))
            at += 20 if number else 22
    x = float(_EDGE)
    for colour, words in (
        (PALE, wording.say("现：记录如此", "was: as recorded")), (BLUE, wording.say("试：若换规则或分类", "would be")),
    ):  # fmt: skip
        body += [f"{_bar(x, at + 2, _BAR, _BAR, colour)}</rect>", text(x + _BAR + 6, at + 13, words)]
        x += _BAR + 30 + width_of(words)
    return body, at + 22


def _went(found: Found, wording: Wording) -> list[Paired]:
    return [_counted(wording.word(row.code), row.was, row.would) for row in found.went]


def _load(found: Found, wording: Wording) -> list[Paired]:
    rows = [
        _counted(wording.unit(row.unit), row.lead.was + row.cooperating.was, row.lead.would + row.cooperating.would)
        for row in found.load
    ]
    return sorted(rows, key=lambda row: (-abs(row.was - row.would), -row.was, row.label))[:_UNITS]


def _counted(label: str, was: int, would: int) -> Paired:
    return Paired(label, was, would, (str(was), str(would)))


def _on_time(found: Found, wording: Wording) -> list[Paired]:
    was, would = found.on_time.was, found.on_time.would
    if not was.denominator or not would.denominator:
        return []
    before, after = (_ALL * rate.numerator // rate.denominator for rate in (was, would))
    return [Paired(wording.say("按时", "in time"), before, after, (wording.rate(was), wording.rate(would)))]


def _paired(title: str, rows: Sequence[Paired], top: float, wording: Wording, most: int | None) -> Iterator[str]:
    """Draw rows of bars; `most` is what the whole width stands for, by default the longest bar."""
    yield text(_EDGE, top, title, bold=True)
    if not rows:
        yield _nothing(top, wording)
    longest = most or max((max(row.was, row.would) for row in rows), default=0) or 1
    room = _WIDTH - _LEFT - _EDGE - max((width_of(said, 11) for row in rows for said in row.said), default=0) - 6
    for number, row in enumerate(rows):
        y = top + 14 + number * _ROW
        yield from _label(row.label, y)
        pairs = zip((row.was, row.would), row.said, (PALE, BLUE), (GREY, BLUE), strict=True)
        for place, (count, said, colour, ink) in enumerate(pairs):
            long = room * count / longest
            name = wording.say(("现", "试")[place], ("was", "would be")[place])
            yield f"{_bar(_LEFT, y + place * (_BAR + 1), long, _BAR, colour)}<title>{name} {said}</title></rect>"
            yield text(_LEFT + long + 6, y + place * (_BAR + 1) + 11, said, size=11, colour=ink)


def _label(words: str, y: float) -> Iterator[str]:
    """Write a row's name beside its bars, in two lines where it is long."""
    first, *more = wrapped(words, _LEFT - 10 - _EDGE)
    if not more:
        yield text(_LEFT - 10, y + _BAR + 4, first, anchor="end")
        return
    for place, line in enumerate((first, more[0] if len(more) == 1 else f"{more[0]}…")):
        yield text(_LEFT - 10, y + _BAR - 2 + 15 * place, line, anchor="end")


def _columns(title: str, moved: Moved, top: float, wording: Wording) -> Iterator[str]:
    yield text(_EDGE, top, title, bold=True)
    days = _gathered(moved.by_days)
    if not days:
        yield _nothing(top, wording)
        return
    colours = wording.say("蓝：提前　红：推后", "blue: earlier, red: later")
    yield text(_WIDTH - _EDGE, top, colours, size=12, anchor="end", colour=GREY)
    bottom = top + 30 + _TALL
    yield f'<line x1="{_EDGE}" y1="{bottom:.1f}" x2="{_WIDTH - _EDGE}" y2="{bottom:.1f}" stroke="{FAINT}"/>'
    most = max(days.values())
    step = (_WIDTH - 2 * _EDGE) / max(len(days), _FEWEST)
    each = ceil(width_of("≤−30", _SMALL) / step)  # days are named as far as their names have room
    for number, (day, count) in enumerate(sorted(days.items())):
        tall = _TALL * count / most
        x = _EDGE + number * step
        name = _day(day)
        yield f"{_bar(x + step / 20, bottom - tall, step * 0.9, tall, _side(day))}<title>{name}: {count}</title></rect>"
        if width_of(str(count), _SMALL) < step:
            yield text(x + step / 2, bottom - tall - 4, str(count), size=_SMALL, anchor="middle")
        if number % each == 0:
            yield text(x + step / 2, bottom + 16, name, size=_SMALL, anchor="middle")


def _side(day: int) -> str:
    return RED if day > 0 else BLUE if day < 0 else PALE


def _day(day: int) -> str:
    """Return a number of days with its sign; those that stand at the ends are so many or more."""
    more = "≤" if day == -_MOST_DAYS else "≥" if day == _MOST_DAYS else ""
    return f"{more}{day:+d}".replace("-", "−") if day else "0"


def _nothing(top: float, wording: Wording) -> str:
    return text(_EDGE, top + 24, wording.say("（没有）", "(none)"), colour=GREY)


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
