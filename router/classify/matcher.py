"""Finding all words of a policy in a text in one pass (Aho–Corasick, 1975), and what they add up to."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import ahocorasick_rs

from router.classify.classification import Cue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REPEAT_SHARE = 4
"""A second occurrence adds this part of a word's weight; a third nothing (repeating isn't proving)."""


class Found(NamedTuple):
    """The words that occurred, with how often, in the title and in the body."""

    title: Counter[str]
    body: Counter[str]
    words: frozenset[str]


class Tally(NamedTuple):
    """The summed weight, in thousandths, of a group's words in a text, and the cues, strongest first."""

    score: int
    cues: tuple[Cue, ...]


def normalise(text: str) -> str:
    """Return the text as words are compared: NFKC (full-width digits become plain), small, no blanks."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "".join(plain.lower().split())


class Matcher:
    """All words of a policy in one automaton; it holds no state between texts."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words as the policy writes them."""
        self._words = sorted({normalise(word): word for word in words}.items())
        self._automaton = ahocorasick_rs.AhoCorasick([plain for plain, _ in self._words])

    def find(self, title: str, body: str) -> Found:
        """Return every word that occurs, overlapping ones too."""
        in_title, in_body = self._count(title), self._count(body)
        return Found(in_title, in_body, frozenset(in_title.keys() | in_body.keys()))

    def _count(self, text: str) -> Counter[str]:
        if not text:
            return Counter()
        hits = self._automaton.find_matches_as_indexes(normalise(text), overlapping=True)
        return Counter(self._words[index][1] for index, _, _ in hits)


class Group:
    """Words with weights that speak for one thing. A word inside a longer one that matched is not counted."""

    def __init__(self, words: Mapping[str, float]) -> None:
        """Take the words and their weights on the policy's scale."""
        self.weights = {word: round(1000 * weight) for word, weight in words.items()}
        self._longer = {
            word: longer
            for word in words
            if (longer := tuple(other for other in words if other != word and word in other))
        }

    def tally(self, found: Found, title_weight: float = 1.0) -> Tally:
        """Add up the words found; one in the title counts `title_weight` times."""
        hits = self.weights.keys() & found.words
        if not hits:
            return _NOTHING
        cues = []
        for word in hits:
            in_title, in_body = found.title[word], found.body[word]
            for longer in self._longer.get(word, ()):
                in_title -= found.title[longer]
                in_body -= found.body[longer]
            if in_title > 0 or in_body > 0:
                weight = self.weights[word]
                value = round(weight * title_weight) if in_title > 0 else weight
                if in_title + in_body > 1:
                    value += weight // _REPEAT_SHARE
                cues.append(Cue(word, value, in_title > 0))
        cues.sort(key=lambda cue: (-cue.weight, cue.word))
        return Tally(sum(cue.weight for cue in cues), tuple(cues))


_NOTHING = Tally(0, ())
