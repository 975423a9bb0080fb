"""Names of persons in a text: by a word before, a title behind, or their own shape between two breaks. Pure.

Rules and lists, no model: a dictionary of names that a reader of this repository can correct.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from router.personal.finding import Finding, Kind, Sure
from router.personal.surnames import (
    COMMON,
    COMPOUND,
    GIVEN,
    MONGOLIAN,
    MONGOLIAN_ENDS,
    OTHER,
    SINGLE_GIVEN,
    SYLLABLES,
)
from router.personal.words import BEFORE, BEHIND, ENDS, LEFT, NO_NAMES, NO_PERSON, RELATION, TITLES, WEAK_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

_HAN = "\u4e00-\u9fff"
_LONGEST = 9
"""Characters of a Mongolian name, at most."""
_TWO, _THREE = 2, 3


class _Patterns(NamedTuple):
    """What is compiled once."""

    before: re.Pattern[str]
    title: re.Pattern[str]
    weak: re.Pattern[str]
    alone: re.Pattern[str]
    mongolian: re.Pattern[str]
    ends: re.Pattern[str]
    dotted: re.Pattern[str]
    transcribed: re.Pattern[str]
    behind: re.Pattern[str]
    place: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    parts = "|".join(sorted(MONGOLIAN.split(), key=len, reverse=True))
    surname = rf"(?:{'|'.join(COMPOUND)}|[{COMMON}])"
    given = f"[{''.join(sorted(GIVEN))}]"
    left = rf"(?:^|[^{_HAN}A-Za-z0-9·]|{'|'.join(sorted(LEFT.split(), key=len, reverse=True))})"
    gap = r"[)）\]】”\"]?(?:的名字|名字|姓名)?(?:是|叫|为|系|名叫)?[:： \s“\"「『(（【\[《]{0,3}"
    ends = rf"(?:$|[^{_HAN}A-Za-z0-9·]|[0-9]|{'|'.join(sorted(ENDS.split(), key=len, reverse=True))})"
    return _Patterns(
        before=re.compile(rf"(?:{'|'.join(sorted(BEFORE.split(), key=len, reverse=True))}){gap}"),
        title=re.compile("|".join(sorted(TITLES.split(), key=len, reverse=True))),
        weak=re.compile("|".join(sorted(WEAK_TITLES.split(), key=len, reverse=True))),
        alone=re.compile(rf"{left}[:： “\"]{{0,2}}(?P<name>{surname}{given}{{1,2}})(?={ends})"),
        mongolian=re.compile(rf"(?:{parts})+[{MONGOLIAN_ENDS}]?"),
        ends=re.compile(ends),
        dotted=re.compile(rf"[{_HAN}]{{2,7}}·[{_HAN}]{{2,8}}"),
        transcribed=re.compile(rf"[{SYLLABLES}]{{2,{_LONGEST}}}"),
        behind=re.compile("|".join(sorted(BEHIND.split(), key=len, reverse=True))),
        place=re.compile(NO_PERSON),
    )


def names(text: str) -> Iterator[Finding]:
    """Yield the names in a plain text; places may overlap.

    `text` has been through `router.personal.finding.plain`.
    """
    known = _patterns()
    for hit in known.before.finditer(text):
        yield from _listed(text, hit.end(), Sure.CUED)
    for pattern, whose in ((known.title, True), (known.weak, False)):
        for hit in pattern.finditer(text):
            if (start := _ending(text, hit.start(), strong=whose)) is not None:
                yield Finding(Kind.NAME, start, hit.start(), Sure.CUED)
    for hit in known.alone.finditer(text):
        start, end = hit.span("name")
        if _plausible(text[start:end]):
            yield from _listed(text, start, Sure.SHAPED)
    for hit in known.dotted.finditer(text):
        if (found := _dotted(text, hit.start())) is not None:
            yield Finding(Kind.NAME, hit.start(), found, Sure.CUED)
    yield from _mongolians(text)


def _listed(text: str, start: int, sure: Sure) -> Iterator[Finding]:
    """Yield the name that begins here, and those that follow it: 甲、乙和丙."""
    while (end := name_at(text, start)) is not None:
        yield Finding(Kind.NAME, start, end, sure)
        joint = _JOINT.match(text, end)
        if joint is None:
            return
        start, sure = joint.end(), Sure.SHAPED


_JOINT = re.compile(r"(?:、|和|与|及|以及|,|/|\s)(?:其|他|她)?(?:" + RELATION + r")?")


def name_at(text: str, start: int) -> int | None:
    """Return where the name ends that begins here, by a word that says so; None where none does."""
    known = _patterns()
    if (end := _dotted(text, start)) is not None:
        return end
    mongolian = known.mongolian.match(text, start)
    if mongolian and not known.place.match(text, mongolian.end()):
        end = mongolian.end()
        if known.ends.match(text, end) or end - start > _TWO:
            return _stretched(text, start, end)
    if (end := _chinese(text, start)) is not None:
        return end
    other = known.transcribed.match(text, start)
    if other and known.ends.match(text, other.end()) and not known.place.match(text, other.end()):
        return other.end()
    return mongolian.end() if mongolian and not known.place.match(text, mongolian.end()) else None


def _dotted(text: str, start: int) -> int | None:
    hit = _patterns().dotted.match(text, start)
    if hit is None:
        return None
    end = hit.end()
    for at in range(text.index("·", start) + _THREE, end):
        if _patterns().ends.match(text, at):
            return at
    return end


def _stretched(text: str, start: int, end: int) -> int:
    """Return where a Mongolian name ends of which the list knows only the beginning."""
    known = _patterns()
    if known.ends.match(text, end):
        return end
    other = known.transcribed.match(text, start)
    longer = other is not None and other.end() > end and known.ends.match(text, other.end())
    return other.end() if other and longer else end


def _chinese(text: str, start: int) -> int | None:
    """Return where a Chinese name ends that a word before has announced."""
    known = _patterns()
    compound = next((one for one in COMPOUND if text.startswith(one, start)), None)
    first = start + (len(compound) if compound else 1)
    if compound is None and text[start : start + 1] not in (*COMMON, *OTHER):
        return None
    if not _han(text[first : first + 1]) or known.ends.match(text, first) or text[start : first + 1] in _no_names():
        return None
    two = first + 1
    if known.behind.match(text, two) or not _han(text[two : two + 1]):
        return two if known.ends.match(text, two) or known.behind.match(text, two) else None
    three = two + 1
    if text[start:three] in _no_names():
        return None
    ended = known.ends.match(text, two)
    if known.ends.match(text, three) or known.behind.match(text, three):
        return two if ended and text[two] not in GIVEN else three
    if ended:
        return two
    if text[first] in GIVEN and text[two] in GIVEN:
        return three
    return two if text[first] in SINGLE_GIVEN else None


def _ending(text: str, end: int, *, strong: bool) -> int | None:
    """Return where the name begins that a title ends; `strong` titles stand behind names alone."""
    known = _patterns()
    for length in range(_LONGEST, 1, -1):
        if end >= length and known.mongolian.fullmatch(text, end - length, end):
            return end - length
    surnames = (*COMMON, *OTHER) if strong else (*COMMON,)
    for length in (4, 3, 2):
        start = end - length
        if start < 0:
            continue
        word = text[start:end]
        compound = next((one for one in COMPOUND if word.startswith(one)), None)
        given = word[len(compound) if compound else 1 :]
        if not (compound or word[0] in surnames) or not 1 <= len(given) <= _TWO or word in _no_names():
            continue
        if all(sign in GIVEN for sign in given) and (strong or length > _TWO or given in SINGLE_GIVEN):
            return start
    return None


def _plausible(name: str) -> bool:
    """Whether a name that no word announces is one: no word of every day, and a given name as such are."""
    if name in _no_names() or name[:_TWO] in _no_names():
        return False
    compound = any(name.startswith(one) for one in COMPOUND)
    return compound or len(name) > _TWO or name[1] in SINGLE_GIVEN


def _mongolians(text: str) -> Iterator[Finding]:
    """Yield Mongolian names that stand by themselves: long ones anywhere, short ones between two breaks."""
    known = _patterns()
    for hit in known.mongolian.finditer(text):
        start, end = hit.span()
        if known.place.match(text, end) or text[max(0, start - 1) : start] in (*SYLLABLES,):
            continue
        end = _stretched(text, start, end)
        if known.place.match(text, end):
            continue
        closed = known.ends.match(text, end) is not None
        if (end - start > _TWO and closed) or (closed and _opened(text, start)):
            yield Finding(Kind.NAME, start, end, Sure.SHAPED)


def _opened(text: str, start: int) -> bool:
    before = text[max(0, start - 1) : start]
    return not _han(before) or any(text.endswith(word, 0, start) for word in LEFT.split())


def _han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


@cache
def _no_names() -> frozenset[str]:
    return frozenset(NO_NAMES.split())
