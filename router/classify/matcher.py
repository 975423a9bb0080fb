"""Finding all words of a policy in a text in one pass (Aho and Corasick, 1975)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import ahocorasick_rs

if TYPE_CHECKING:
    from collections.abc import Iterable

Hit = tuple[int, int, int]
"""A word's number, and where it begins and ends in the text."""


def normalise(text: str) -> str:
    """Return the text as words are compared: NFKC (full-width digits become plain), small, no blanks."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "".join(plain.lower().split())


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def goes_on(text: str, start: int, end: int) -> bool:
    """Whether the letters or digits with which a word begins or ends go on before or behind it."""
    before = start > 0 and _latin(text[start]) and _latin(text[start - 1])
    return before or (end < len(text) and _latin(text[end - 1]) and _latin(text[end]))


class Matcher:
    """Many words in one automaton; it holds no state between texts."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words as the policy writes them; two that normalise to the same are one."""
        self.words = tuple(dict.fromkeys(filter(None, map(normalise, words))))
        self._number = {word: number for number, word in enumerate(self.words)}
        self.latin = frozenset(number for word, number in self._number.items() if _latin(word[0]) or _latin(word[-1]))
        """Words of letters or digits (12345, p2p): they count only where they don't go on."""
        self._automaton = ahocorasick_rs.AhoCorasick(self.words) if self.words else None

    def numbered(self, word: str) -> int:
        """Return a word's number; raises KeyError if it isn't one of these."""
        return self._number[normalise(word)]

    def hits(self, text: str) -> list[Hit]:
        """Return every place of every word in a normalised text, overlapping ones too, by where they end."""
        if self._automaton is None or not text:
            return []
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half a character, which no standard allows and a message can't hold
            return self.hits(text.encode("utf-8", "replace").decode())
