"""A group's own words: what most of its texts share and others hardly write; nobody's name or number among them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from router.classify.matcher import Matcher

SHARE = 0.6
"""A word of a label stands in at least this share of the group's texts,"""
LEAST = 3
"""in at least so many, and from as many persons."""
_LONGEST = 12
_MOST = 4
_READ = 1000
"""Characters of a text in which words are looked for."""
_ALMOST = 0.85
"""A word inside a longer one stands for itself only where the longer one has fewer than this share of its texts."""
_ELSEWHERE = 0.08
"""At most this share of the persons outside the group writes it."""
_OWN = 0.3
"""At least this share of all persons who write a group's own word are in the group."""
_HEADED = 0.33
"""And it stands in the headings of at least this share of the texts: what is quoted from a law doesn't."""
_HEADING = 30
"""A text without a title begins with its heading: so many characters."""
_HEAVY = 5
"""A word weighs by its rarity, and by its length up to so many pairs: what is quoted from a law is long."""
_TITLES = 2
"""How much more a word tells that stands in the titles."""
_GLUE = "的了吗呢啊吧么是在有和与及或就都也还又很被把给对从到请我你您他她它们这那哪个"
"""Characters that join words and name nothing: a word ends there."""
_CALLED = "先生|女士|师傅|主任|局长|科长|书记|镇长|所长|队长|经理|老师|医生|大夫|某+"
_CALLING = "实控人|法人代表|法人|负责人|老板|股东|会计|嘎查达|苏木达|名叫|我叫"
_BREAKS = re.compile(
    rf"[\u4e00-\u9fff]{{0,3}}(?:{_CALLED})|(?:{_CALLING})[\u4e00-\u9fff]{{0,3}}|\d{{4,}}|[{_GLUE}]|[\W_]"
)
"""Where words end: so does who is named by title or office, whoever that is, and a number of four digits or more."""
_SIGNS = re.compile(r"[a-z0-9]+|.")
"""A word is made of these: characters, and whole words in Latin letters and digits."""


class Written(NamedTuple):
    """One text of a group: how often it was written, and by whom."""

    title: str
    body: str
    times: int
    people: frozenset[int]


class Everybody(NamedTuple):
    """Who writes what, in the group or not."""

    people: int
    writing: Mapping[str, int]
    """How many persons write a pair of characters."""


@dataclass(slots=True)
class _Found:
    """Where a word was found."""

    times: int = 0
    titles: int = 0
    people: set[int] = field(default_factory=set)
    longer: int = 0
    """In how many texts at most it stands within a word that is one sign longer."""


class Label(NamedTuple):
    """What names a group."""

    words: tuple[str, ...]
    """The most telling first, at most four; none where it shares none."""
    own: tuple[str, ...]
    """Those that are its own: few persons outside the group write them."""


def label(group: Sequence[Written], everybody: Everybody, names: Matcher) -> Label:
    """Return the words that name a group.

    `names` are persons that must not be named (normalised, like the texts).
    """
    found = _shared(group, names)
    inside = frozenset[int]().union(*(one.people for one in group))
    told = {
        word: _telling(word, one, everybody)
        for word, one in found.items()
        if one.longer < _ALMOST * one.times and _elsewhere(one, word, everybody, len(inside)) <= _ELSEWHERE
    }
    chosen: list[str] = []
    for word in sorted(told, key=lambda word: (-told[word], word)):
        if len(chosen) < _MOST and not any(set(pairs(word)) & set(pairs(other)) for other in chosen):
            chosen.append(word)
    return Label(tuple(chosen), tuple(word for word in chosen if _own(word, found[word], everybody)))


def pairs(word: str) -> Iterator[str]:
    """Yield the pairs of neighbouring characters in a word."""
    return (word[at : at + 2] for at in range(len(word) - 1))


def _shared(group: Sequence[Written], names: Matcher) -> dict[str, _Found]:
    """Return every word of two characters or more that enough texts and persons share.

    A word can be as frequent only where both words that are one shorter were (Agrawal and Srikant, 1994).
    """
    needed = max(LEAST, ceil(SHARE * sum(one.times for one in group)))
    runs = [(one, _runs(one.title or one.body[:_HEADING], names), _runs(one.body[:_READ], names)) for one in group]
    shared: dict[str, _Found] = {}
    for length in range(1, _LONGEST + 1):
        words = [(_words(title, length, shared), _words(body, length, shared)) for _, title, body in runs]
        counts: Counter[str] = Counter()
        for (one, *_), (heading, rest) in zip(runs, words, strict=True):
            for _ in range(one.times):
                counts.update(heading | rest)
        kept = {word: _Found() for word, times in counts.items() if times >= needed}
        for (one, *_), (heading, rest) in zip(runs, words, strict=True):
            for word in (heading | rest) & kept.keys():
                seen = kept[word]
                seen.times += one.times
                seen.titles += one.times * (word in heading)
                seen.people |= one.people
        kept = {word: seen for word, seen in kept.items() if len(seen.people) >= LEAST}
        if not kept:
            break
        for word, seen in kept.items():
            signs = _SIGNS.findall(word)
            for part in {"".join(signs[1:]), "".join(signs[:-1])} & shared.keys():
                shared[part].longer = max(shared[part].longer, seen.times)
        shared |= kept
    return {word: seen for word, seen in shared.items() if len(word) > 1}


def _words(runs: Sequence[Sequence[str]], length: int, shared: Mapping[str, _Found]) -> set[str]:
    """Return the words of so many signs whose parts, one sign shorter, are shared."""
    return {
        "".join(run[at : at + length])
        for run in runs
        for at in range(len(run) - length + 1)
        if length == 1
        or ("".join(run[at + 1 : at + length]) in shared and "".join(run[at : at + length - 1]) in shared)
    }


def _runs(text: str, names: Matcher) -> list[list[str]]:
    """Return what stands between breaks, sign by sign: a character, or a whole word in Latin letters and digits."""
    for _, begin, end in names.hits(text):
        text = f"{text[:begin]}{'_' * (end - begin)}{text[end:]}"
    return [_SIGNS.findall(run) for run in _BREAKS.split(text)]


def _elsewhere(found: _Found, word: str, everybody: Everybody, inside: int) -> float:
    """Return at most which share of the persons outside the group writes a word, by its rarest pair."""
    outside = everybody.people - inside
    writing = min(everybody.writing.get(pair, 0) for pair in pairs(word)) - len(found.people)
    return max(writing, 0) / outside if outside else 0.0


def _own(word: str, found: _Found, everybody: Everybody) -> bool:
    """Whether it stands in headings, and has a core of three characters that few persons outside the group write."""
    most = len(found.people) / _OWN
    rare = [everybody.writing.get(pair, 0) <= most for pair in pairs(word)]
    core = any(one and other for one, other in pairwise(rare)) if len(rare) > 1 else rare[0]
    return core and found.titles >= _HEADED * found.times


def _telling(word: str, found: _Found, everybody: Everybody) -> float:
    rare = [log((everybody.people + 1) / max(everybody.writing.get(pair, 1), 1)) for pair in pairs(word)]
    return sum(rare) / len(rare) * min(len(rare), _HEAVY) * (found.times + _TITLES * found.titles)
