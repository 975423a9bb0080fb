"""Finding all words of a policy in a text in one pass (Aho and Corasick, 1975)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import ahocorasick_rs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


Spans = dict[str, list[tuple[int, int]]]
"""Where each word stands in a text."""


class Found(NamedTuple):
    """The words that occurred, and where in the title and in the body."""

    title: Spans
    body: Spans
    words: frozenset[str]


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


def alone(own: Sequence[tuple[int, int]], longer: frozenset[str], spans: Spans) -> int:
    """Return how often a word that stands at `own` is not inside one of the longer words."""
    around = [span for other in longer for span in spans.get(other, ())]
    if not around:
        return len(own)
    return sum(not any(a <= start and end <= b for a, b in around) for start, end in own)
