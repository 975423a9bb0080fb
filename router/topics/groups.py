"""Which matters several people bring at once: texts in, groups with their words out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.matcher import Matcher
from router.topics.likeness import link
from router.topics.linkage import join
from router.topics.naming import Everybody, Label, Written, label, pairs
from router.topics.terms import weigh

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from router.classify.classification import Text
    from router.topics.terms import Ints, Terms

_ALIKE = 0.1
"""Average cosine at which texts stand together at first."""
_STILL_ALIKE = 0.08
"""Average likeness that must be left without the word that a group shares most."""
_NOTHING = 0.3
"""Likeness below this share of what is asked on average counts as none."""


class Group(NamedTuple):
    """Texts about one matter."""

    texts: tuple[int, ...]
    """Their numbers, ascending."""
    people: int
    """How many persons wrote them."""
    words: tuple[str, ...]
    """Words that most of them share, the most telling first."""


def group(texts: Sequence[Text], people: Sequence[int], *, least: int, names: Collection[str] = ()) -> list[Group]:
    """Return the matters that at least `least` persons bring, those of most persons first.

    `people[k]` is the person who wrote `texts[k]` (normalised). The order of the texts makes no difference, and equal
    texts always stand together. `names` are persons' names that no word may contain. What has no word of
    its own is a sort of matter that comes up everywhere, and no group.
    """
    return _Grouping(texts, people, least, Matcher(names)).groups()


class _Grouping:
    """Distinct texts in the order of their characters, and who wrote them."""

    def __init__(self, texts: Sequence[Text], people: Sequence[int], least: int, names: Matcher) -> None:
        self._distinct = sorted(set(texts))
        self._copies: list[list[int]] = [[] for _ in self._distinct]
        number = {text: at for at, text in enumerate(self._distinct)}
        for at, text in enumerate(texts):
            self._copies[number[text]].append(at)
        self._people = people
        self._writers = [frozenset(people[at] for at in copies) for copies in self._copies]
        self._times = np.array([len(copies) for copies in self._copies], np.int64)
        self._terms = weigh(self._distinct, self._writers)
        self._number = {name: at for at, name in enumerate(self._terms.names)}
        everybody = frozenset[int]().union(*self._writers)
        self._everybody = Everybody(len(everybody), dict(zip(self._number, self._terms.writers.tolist(), strict=True)))
        self._least = least
        self._names = names

    def groups(self) -> list[Group]:
        """Return those of enough people, those of most people first."""
        everything = np.arange(len(self._distinct))
        found = [made for members in self._joined(everything, self._terms, _ALIKE) for made in self._matters(members)]
        return sorted(found, key=lambda made: (-made.people, -len(made.texts), made.words, made.texts))

    def _matters(self, members: Ints) -> Iterator[Group]:
        """Yield the matters in texts that are alike.

        Without the word that they share most they must still be alike, else they share a place and no matter. And each
        must say one of the group's own words, else it is about the like of it elsewhere.
        """
        shared = self._label(members)
        if not shared.own:
            return
        common = [self._number[pair] for pair in pairs(shared.words[0]) if pair in self._number]
        rest = self._terms.of(members).without(np.array(common, np.int64))
        for part in self._joined(members, rest, _STILL_ALIKE):
            kept = self._saying(part, self._label(part).own)
            made = self._label(kept)
            people = len(self._persons(kept))
            if made.own and people >= self._least:
                texts = sorted(at for text in kept.tolist() for at in self._copies[text])
                yield Group(tuple(texts), people, made.words)

    def _joined(self, members: Ints, terms: Terms, average: float) -> Iterator[Ints]:
        """Yield what stands together among the members, where enough people wrote it."""
        joined = join(self._times[members], link(terms, average * _NOTHING), average)
        order = np.argsort(joined, kind="stable")
        for part in np.split(members[order], np.flatnonzero(np.diff(joined[order])) + 1):
            if len(self._persons(part)) >= self._least:
                yield part

    def _saying(self, members: Ints, words: Collection[str]) -> Ints:
        said = [any(word in part for part in self._distinct[text] for word in words) for text in members.tolist()]
        return members[np.array(said, np.bool_)]

    def _persons(self, members: Ints) -> frozenset[int]:
        return frozenset[int]().union(*(self._writers[text] for text in members.tolist()))

    def _label(self, members: Ints) -> Label:
        written = [
            Written(self._distinct[text].title, self._distinct[text].body, len(self._copies[text]), self._writers[text])
            for text in members.tolist()
        ]
        return label(written, self._everybody, self._names)
