"""What the words of a whole batch of texts add up to: one scan, then arrays. Pure.

Titles and bodies of a batch are laid one behind the other, between them a line's end, which no normalised text holds;
every word is found in one pass, and adding up is a matter of sorting and counting numbers.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.matcher import goes_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.classification import Text
    from router.classify.vocabulary import Vocabulary

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ONCE = 1000
_AGAIN = 250
"""A second occurrence adds a quarter of a cue's weight; a third nothing (repeating isn't proving)."""


class Places(NamedTuple):
    """Every place of every word, by where it ends; words inside longer ones too."""

    joined: str
    word: Ints
    text: Ints
    start: Ints
    """In `joined`."""
    end: Ints
    titled: Bools


class Tally(NamedTuple):
    """A batch added up. The entries, text by text, say what each cue adds to each slot, in thousandths."""

    scores: Ints
    """(texts, slots)."""
    text: Ints
    cue: Ints
    slot: Ints
    value: Ints
    titled: Bools
    """The cue stands in the title."""
    places: Places


def tallied(vocabulary: Vocabulary, texts: Sequence[Text]) -> Tally:
    """Add up a batch of normalised texts."""
    places = _places(vocabulary, texts)
    text, cue, titled, worth = _worth(vocabulary, places)
    lengths = vocabulary.effect_lengths[cue]
    entry = np.repeat(np.arange(len(cue)), lengths)
    before = np.cumsum(lengths) - lengths
    at = np.repeat(vocabulary.effect_starts[cue] - before, lengths) + np.arange(len(entry))
    slot, value = vocabulary.effect_slots[at], vocabulary.effect_weights[at] * worth[entry] // ONCE
    text = text[entry]
    size = len(texts) * vocabulary.slots
    scores = np.bincount(text * vocabulary.slots + slot, weights=value, minlength=size).astype(np.int64)
    shaped = scores.reshape(len(texts), vocabulary.slots)
    return Tally(shaped, text, cue[entry], slot, value, titled[entry], places)


def _places(vocabulary: Vocabulary, texts: Sequence[Text]) -> Places:
    parts = [part for text in texts for part in text]
    joined = "\n".join(parts)
    word, start, end = _hits(vocabulary, joined)
    begins = np.cumsum([0, *(len(part) + 1 for part in parts[:-1])]) if parts else np.zeros(0, np.int64)
    part = np.searchsorted(begins, start, side="right") - 1
    return Places(joined, word, part // 2, start, end, part % 2 == 0)


def _hits(vocabulary: Vocabulary, joined: str) -> tuple[Ints, Ints, Ints]:
    """Return every word with its place; one of letters or digits (12345, p2p) only where it doesn't go on."""
    hits = vocabulary.matcher.hits(joined)
    flat = np.fromiter(chain.from_iterable(hits), np.int64, 3 * len(hits)).reshape(len(hits), 3)
    latin = np.flatnonzero(vocabulary.latin[flat[:, 0]])
    inside = [at for at in latin.tolist() if goes_on(joined, *flat[at, 1:].tolist())]
    if inside:
        flat = np.delete(flat, inside, axis=0)
    return flat[:, 0], flat[:, 1], flat[:, 2]


def _worth(vocabulary: Vocabulary, places: Places) -> tuple[Ints, Ints, Bools, Ints]:
    """Return each cue of each text once: the text, the cue, whether it stands in the title, and what it counts."""
    size = len(vocabulary.cues)
    outer = _outermost(places)
    several_text, several_cue, several_titled = _several(vocabulary, places)
    key = np.concatenate((places.text[outer] * size + places.word[outer], several_text * size + several_cue))
    titled = np.concatenate((places.titled[outer], several_titled))
    keys, inverse = np.unique(key, return_inverse=True)
    in_title = np.bincount(inverse, weights=titled, minlength=len(keys))
    times = np.bincount(inverse, minlength=len(keys))
    again = np.where(times > 1, _AGAIN, 0)
    worth = np.where(in_title > 0, vocabulary.title_worth, ONCE) + again
    return keys // size, keys % size, in_title > 0, worth


def _outermost(places: Places) -> NDArray[np.intp]:
    """Return which places stand inside no longer word.

    Sorted by where they end, and the shorter first of those that end together, a place is inside a longer word if and
    only if one behind it begins before it, or where it does.
    """
    order = np.lexsort((-places.start, places.end))
    start = places.start[order]
    earliest = np.minimum.accumulate(start[::-1])[::-1]
    alone = np.ones(len(start), np.bool_)
    alone[:-1] = start[:-1] < earliest[1:]
    return order[alone]


def _several(vocabulary: Vocabulary, places: Places) -> tuple[Ints, Ints, Bools]:
    """Return the cues of several words that hold: searched only where their first two words occur in the same part."""
    several, size = vocabulary.several, len(vocabulary.cues)
    told = np.flatnonzero(several.concerned[places.word])
    keys, first = np.unique((places.text * 2 + ~places.titled)[told] * size + places.word[told], return_index=True)
    begun = np.flatnonzero(several.lengths[keys % size])
    lengths = several.lengths[keys[begun] % size]
    entry = np.repeat(np.arange(len(begun)), lengths)
    before = np.cumsum(lengths) - lengths
    asked = np.repeat(several.starts[keys[begun] % size] - before, lengths) + np.arange(len(entry))
    part = keys[begun][entry] // size
    wanted = part * size + several.second[asked]
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1) if len(keys) else entry
    both = np.flatnonzero((several.second[asked] < 0) | (keys[found] == wanted)) if len(keys) else entry
    starts = places.start[told[first[begun]]][entry]
    holds = [
        at
        for at, start, number in zip(both.tolist(), starts[both].tolist(), asked[both].tolist(), strict=True)
        if several.cues[number].stands_in(_line(places.joined, start))
    ]
    return part[holds] // 2, several.numbers[asked[holds]], part[holds] % 2 == 0


def _line(joined: str, place: int) -> str:
    """Return the part of a batch in which a place is."""
    end = joined.find("\n", place)
    return joined[joined.rfind("\n", 0, place) + 1 : None if end < 0 else end]
