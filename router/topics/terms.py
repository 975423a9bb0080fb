"""From texts to weighed character pairs: rare ones weigh most, and those that one person alone writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from router.classify.classification import Text

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_TITLE_COUNTS = 3
"""A pair in the title counts as if the text had it so often: a title says what it is about."""
_RARITY = 1.5
"""The power that a pair's rarity (idf) is raised to: names of places and things over everyday words."""
_RAREST = 10
"""A pair that fewer persons write is no rarer than that: chance mustn't outweigh what half the town writes about."""
_PAIRS_A_TEXT = 100
"""The weightiest pairs of a text that are kept, so that long texts don't resemble each other by their length."""
_LONGEST = 2000
"""Characters of a text that are read."""
_SEVERAL = 2


class Terms(NamedTuple):
    """Weighed pairs, sorted by text: text `text[k]` holds pair `pair[k]` with `weight[k]`.

    The weights of a text have the length 1, so that the sum of products of two texts is their cosine. A text may have
    no pair at all.
    """

    texts: int
    text: Ints
    pair: Ints
    weight: Floats
    names: tuple[str, ...]
    """What each pair is, in characters."""
    writers: Ints
    """How many persons write each pair."""

    def of(self, wanted: Ints) -> Terms:
        """Return only the wanted texts (ascending), numbered anew."""
        number = np.full(self.texts, -1)
        number[wanted] = np.arange(len(wanted))
        kept = self._kept(number[self.text] >= 0)
        return kept._replace(texts=len(wanted), text=number[kept.text])

    def without(self, pairs: Ints) -> Terms:
        """Return them without some pairs, their weights as they were."""
        return self._kept(~np.isin(self.pair, pairs))

    def _kept(self, which: NDArray[np.bool_]) -> Terms:
        return self._replace(text=self.text[which], pair=self.pair[which], weight=self.weight[which])


def weigh(texts: Sequence[Text], writers: Sequence[Collection[int]]) -> Terms:
    """Return the weighed pairs of texts, each text once; `writers[k]` are the persons who wrote `texts[k]`.

    How rare a pair is counts by persons: somebody who writes every day makes nothing common, and what nobody else
    writes joins nothing.
    """
    text, pair, names = _pairs(texts)
    kinds = max(len(names), 1)
    entry, often = np.unique(text * kinds + pair, return_counts=True)
    text, pair = entry // kinds, entry % kinds
    persons = _persons(text, pair, writers, kinds)
    everybody = len(set().union(*writers))
    rarity = np.where(persons >= _SEVERAL, np.log1p(everybody / np.maximum(persons, _RAREST)), 0.0)
    weight = (1 + np.log(often)) * rarity[pair] ** _RARITY
    kept = _weightiest(text, pair, weight, len(texts))
    text, pair, weight = text[kept], pair[kept], weight[kept]
    length = np.sqrt(np.bincount(text, weight**2, minlength=len(texts)))
    return Terms(len(texts), text, pair, weight / length[text], names, persons[: len(names)])


def ranges(begin: Ints, many: Ints) -> Ints:
    """Return `begin[k]`, `begin[k] + 1`, … `many[k]` numbers each, one range after the other."""
    return np.repeat(begin - np.cumsum(many) + many, many) + np.arange(int(many.sum()))


def _pairs(texts: Sequence[Text]) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Return every pair of neighbouring letters or digits, with its text: none across a mark."""
    whole = ["\n".join((*[text.title] * _TITLE_COUNTS, text.body[:_LONGEST], "")) for text in texts]
    points = np.frombuffer("".join(whole).encode("utf-32-le", "replace"), np.uint32)
    alphabet, letter = np.unique(points, return_inverse=True)
    spoken = np.fromiter((chr(point).isalnum() for point in alphabet), np.bool_, len(alphabet))
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in whole])
    both = spoken[letter[:-1]] & spoken[letter[1:]] if len(letter) else np.zeros(0, np.bool_)
    made = letter[:-1][both].astype(np.int64) * len(alphabet) + letter[1:][both]
    known, pair = np.unique(made, return_inverse=True)
    first, second = np.divmod(known, max(len(alphabet), 1))
    names = tuple(f"{chr(alphabet[a])}{chr(alphabet[b])}" for a, b in zip(first, second, strict=True))
    return owner[:-1][both] if len(letter) else owner, pair.astype(np.int64), names


def _persons(text: Ints, pair: Ints, writers: Sequence[Collection[int]], kinds: int) -> Ints:
    """Return by how many persons each pair is written."""
    number = {person: at for at, person in enumerate(dict.fromkeys(person for who in writers for person in who))}
    writer = np.array([number[person] for who in writers for person in who], np.int64)
    many = np.array([len(who) for who in writers], np.int64)
    begin = np.cumsum(many) - many
    which = ranges(begin[text], many[text])
    both = np.unique(np.repeat(pair, many[text]) * max(len(number), 1) + writer[which])
    return np.bincount(both // max(len(number), 1), minlength=kinds)


def _weightiest(text: Ints, pair: Ints, weight: Floats, texts: int) -> Ints:
    """Return where the weightiest pairs of each text stand, sorted by text and pair."""
    order = np.lexsort((pair, -weight, text))
    rank = np.arange(len(order)) - np.searchsorted(text[order], np.arange(texts))[text[order]]
    return np.sort(order[(rank < _PAIRS_A_TEXT) & (weight[order] > 0)])
