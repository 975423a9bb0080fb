"""Who and what a text names: units (and which of them it complains of), enterprises, places. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from router.classify.matcher import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from router.classify.matcher import Matcher
    from router.classify.tally import Places
    from router.policy.people import Unit
    from router.policy.policy import Policy

_SHORTEST = 3
"""A shorter name of a unit is too often a part of something else."""
_PREFIX = re.compile(r"^(?:.{0,6}旗|市|县|国家税务总局)+(?=.{3})")
_CLAUSE = re.compile(r"[，。！？；,.!?;\n]")
_BEFORE = 6
"""How far before a unit's name the word of complaint may stand, in characters of the same clause."""
_AFTER = 14
"""How far behind it the word of blame may stand."""
_NEXT = 6
"""How far behind it the people of a unit (its window, its staff) may be named."""
_FAR = 30
"""How far behind those, in the same sentence, the word of blame may stand."""
_AFAR = "…"
"""What marks a word of blame that may stand farther behind: `窗口…不耐烦`, `…投诉他们`."""


Named3 = tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, ...]]]
"""For each text the regions, the enterprises, and the units complained of, as the policy's identifiers."""


class Named:
    """The names of a policy's units, enterprises and places, as a text may use them."""

    def __init__(self, policy: Policy, matcher: Matcher) -> None:
        """`matcher` holds `words(policy)` among its words."""
        numbered = matcher.numbered
        self._units = _numbers(((u.id, n) for u in policy.units for n in _called(u)), numbered)
        self._regions = _numbers(((u.region, n) for u in policy.units if u.region for n in _called(u)), numbered)
        self._enterprises = _numbers(((e.id, n) for e in policy.enterprises for n in e.names()), numbered)
        self._names = np.isin(np.arange(len(matcher.words) + 1), [*self._units, *self._enterprises])
        recusal = policy.recusal
        self._before = _either(recusal.before, rf"[^，。！？；,.!?;\n]{{0,{_BEFORE}}}$")
        self._after = _either((word for word in recusal.after if _AFAR not in word), "")
        self._not_after = _either((word.removeprefix(_AFAR) for word in recusal.not_after), "$")
        self._afar = _behind(word for word in recusal.after if _AFAR in word)
        self._despite = _either(recusal.not_after_except, "$")
        self._not_afar = _either((word[1:] for word in recusal.not_after if word.startswith(_AFAR)), "$")

    @staticmethod
    def words(policy: Policy) -> set[str]:
        """Return every name that must be looked for."""
        units = {name for unit in policy.units for name in _called(unit)}
        return units | {name for enterprise in policy.enterprises for name in enterprise.names()}

    def found(self, places: Places, texts: int) -> Named3:
        """Return what each text of a batch names, and of which units it complains."""
        regions, enterprises, blamed = (defaultdict[int, set[str]](set) for _ in range(3))
        at = np.flatnonzero(self._names[places.word])
        columns = (places.text[at], places.word[at], places.start[at], places.end[at])
        for text, word, start, end in zip(*(column.tolist() for column in columns), strict=True):
            if word in self._regions:
                regions[text].add(self._regions[word])
            if word in self._enterprises:
                enterprises[text].add(self._enterprises[word])
            elif self._units[word] not in blamed[text] and self._blamed(places.joined, start, end):
                blamed[text].add(self._units[word])
        return _sorted(regions, texts), _sorted(enterprises, texts), _sorted(blamed, texts)

    def _blamed(self, text: str, start: int, end: int) -> bool:
        """Whether the words around a unit's name complain of it."""
        before = text[max(0, start - _BEFORE - 6) : start]
        if self._afar is not None and not _holds(self._not_afar, before) and self._afar.match(text, end):
            return True
        if _holds(self._not_after, before) and not _holds(self._despite, before):
            return False
        after = _CLAUSE.split(text[end : end + _AFTER], 1)[0]
        return _holds(self._before, before) or _holds(self._after, after)


def _holds(words: re.Pattern[str] | None, text: str) -> bool:
    return words is not None and words.search(text) is not None


def _sorted(found: dict[int, set[str]], texts: int) -> list[tuple[str, ...]]:
    listed: list[tuple[str, ...]] = [()] * texts
    for text, names in found.items():
        listed[text] = tuple(sorted(names))
    return listed


def _called(unit: Unit) -> Iterator[str]:
    """Yield the names by which people call a unit, with and without the place in front."""
    for name in unit.names():
        for short in {name, _PREFIX.sub("", name), name.removesuffix("人民政府")}:
            if len(short) >= _SHORTEST:
                yield short


def _numbers(names: Iterable[tuple[str, str]], numbered: Callable[[str], int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for owner, name in names:
        found.setdefault(numbered(name), owner)
    return found


def _either(words: Iterable[str], rest: str) -> re.Pattern[str] | None:
    plain = sorted((re.escape(normalise(word)) for word in words), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(plain)}){rest}") if plain else None


def _behind(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return what matches behind a unit's name for `甲/甲…乙/乙`: one of its people, then a word of blame."""
    ways = []
    for word in words:
        people, blame = (
            "|".join(re.escape(normalise(one)) for one in half.split("/") if one) for half in word.split(_AFAR, 1)
        )
        named = rf"[^。！？；!?;\n]{{0,{_NEXT}}}?(?:{people})" if people else ""
        ways.append(rf"{named}[^。！？!?\n]{{0,{_FAR}}}?(?:{blame})")
    return re.compile("|".join(ways)) if ways else None
