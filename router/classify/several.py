"""Cues of several words (`甲…乙`): one word and then another in the same sentence. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.matcher import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from router.classify.matcher import Matcher

BETWEEN = "…"
_GAP = 20
"""So many characters may stand between two of its words."""
_SENTENCE = re.compile("[。！？；!?;]")
"""They must belong to one sentence."""
_SEARCHED = 2
"""A word of one character is looked for only where the others are: it stands in every text."""


class Cue(NamedTuple):
    """The words of one such cue."""

    words: tuple[str, ...]

    def stands_in(self, text: str) -> bool:
        """Whether the words follow each other in one sentence of a text, none too far behind the last."""
        start = text.find(self.words[0])
        while start >= 0:
            end = start + len(self.words[0])
            for word in self.words[1:]:
                found = text.find(word, end, end + _GAP + len(word))
                if found < 0 or _SENTENCE.search(text, end, found):
                    break
                end = found + len(word)
            else:
                return True
            start = text.find(self.words[0], start + 1)
        return False


class SeveralWords(NamedTuple):
    """All such cues, those whose longest word is the same together."""

    cues: tuple[Cue, ...]
    numbers: NDArray[np.int64]
    """Each one's number among all cues of the vocabulary."""
    second: NDArray[np.int64]
    """The matcher's number of its second longest word; −1 where that isn't searched."""
    starts: NDArray[np.int64]
    """For every cue of the vocabulary, where those whose longest word it is stand."""
    lengths: NDArray[np.int64]
    """How many there are."""
    concerned: NDArray[np.bool_]
    """Whether a word is a longest or second longest one."""

    @classmethod
    def of(cls, written: Sequence[str], matcher: Matcher) -> SeveralWords:
        """Compile such cues, whose numbers follow those of the matcher's words."""
        size = len(matcher.words)
        words = [tuple(normalise(word) for word in cue.split(BETWEEN)) for cue in written]
        longest = [_longest(each) for each in words]
        firsts = np.array([matcher.numbered(first) for first, _ in longest], np.int64)
        order = np.argsort(firsts, kind="stable")
        second = np.array([matcher.numbered(second) if second else -1 for _, second in longest], np.int64)
        lengths = np.bincount(firsts, minlength=size + len(words))
        return cls(
            cues=tuple(Cue(words[at]) for at in order.tolist()),
            numbers=size + order,
            second=second[order],
            starts=np.cumsum(lengths) - lengths,
            lengths=lengths,
            concerned=np.isin(np.arange(size + len(words)), np.concatenate((firsts, second))),
        )


def searched(written: Iterable[str]) -> set[str]:
    """Return the words that must be looked for in every text: of each cue the longest two."""
    return {word for cue in written for word in _longest([normalise(part) for part in cue.split(BETWEEN)]) if word}


def _longest(words: Sequence[str]) -> tuple[str, str]:
    """Return a cue's longest word, and the second longest, or nothing where that is of one character."""
    first, second = sorted(words, key=len, reverse=True)[:2]
    return first, second if len(second) >= _SEARCHED else ""
