"""Finding all words of a policy in a text in one pass (Aho–Corasick, 1975), and what they add up to."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import ahocorasick_rs

from router.classify.classification import Cue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REPEAT_SHARE = 4
"""A second occurrence adds this part of a word's weight; a third nothing (repeating isn't proving)."""


Spans = dict[str, list[tuple[int, int]]]
"""Where each word stands in a text."""


class Found(NamedTuple):
    """The words that occurred, and where in the title and in the body."""

    title: Spans
    body: Spans
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
        as_written = {normalise(word): word for word in words}
        self._words = list(as_written.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(as_written))

    def find(self, title: str, body: str) -> Found:
        """Return every word that occurs in normalised texts, overlapping ones too."""
        in_title, in_body = self._spans(title), self._spans(body)
        return Found(in_title, in_body, frozenset(in_title.keys() | in_body.keys()))

    def _spans(self, text: str) -> Spans:
        spans: Spans = {}
        if text:
            hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
            for index, start, end in hits:
                spans.setdefault(self._words[index], []).append((start, end))
        return spans


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
            longer = self._longer.get(word, ())
            in_title, in_body = _alone(word, longer, found.title), _alone(word, longer, found.body)
            if in_title > 0 or in_body > 0:
                weight = self.weights[word]
                value = round(weight * title_weight) if in_title > 0 else weight
                if in_title + in_body > 1:
                    value += weight // _REPEAT_SHARE
                cues.append(Cue(word, value, in_title > 0))
        cues.sort(key=lambda cue: (-cue.weight, cue.word))
        return Tally(sum(cue.weight for cue in cues), tuple(cues))


_NOTHING = Tally(0, ())


def _alone(word: str, longer: tuple[str, ...], spans: Spans) -> int:
    """Return how often a word stands on its own, not inside one of the longer words."""
    own = spans.get(word)
    if own is None:
        return 0
    around = [span for other in longer for span in spans.get(other, ())]
    if not around:
        return len(own)
    return sum(not any(a <= start and end <= b for a, b in around) for start, end in own)
