"""How alike texts are: cosines of their weighed pairs, by inverted lists, a block of texts at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.topics.terms import ranges

if TYPE_CHECKING:
    from router.topics.terms import Floats, Ints, Terms

_CELLS = 4_000_000
"""Cells of the block of cosines, and products summed in it, that are held at a time (8 bytes each)."""
_NEIGHBOURS = 200
"""The most alike texts of a text that are linked with it, so that memory doesn't grow with the square of the texts."""


class Links(NamedTuple):
    """Pairs of texts that are alike: `first[k]` < `second[k]`, each pair once."""

    first: Ints
    second: Ints
    likeness: Floats


def link(terms: Terms, floor: float) -> Links:
    """Return the pairs of texts whose cosine reaches the floor, those of a text's 200 most alike at least."""
    known, pairs = np.unique(terms.pair, return_inverse=True)
    order = np.argsort(pairs, kind="stable")
    holder, held = terms.text[order], terms.weight[order]
    start = np.searchsorted(pairs[order], np.arange(len(known) + 1))
    many = start[pairs + 1] - start[pairs]
    found = [(np.empty(0, np.int64), np.empty(0))]
    for top, end in pairwise(_blocks(terms, many)):
        low, high = np.searchsorted(terms.text, [top, end])
        text, weight, times = terms.text[low:high], terms.weight[low:high], many[low:high]
        which = ranges(start[pairs[low:high]], times)
        cell = np.repeat((text - top) * terms.texts, times) + holder[which]
        block = np.bincount(cell, np.repeat(weight, times) * held[which], minlength=(end - top) * terms.texts)
        cells = _nearest(block.reshape(end - top, terms.texts).astype(np.float64, copy=False), floor)
        first, second = cells // terms.texts + top, cells % terms.texts
        key = np.minimum(first, second) * terms.texts + np.maximum(first, second)
        found.append((key[first != second], block[cells[first != second]]))
    key, at = np.unique(np.concatenate([keys for keys, _ in found]), return_index=True)
    return Links(key // terms.texts, key % terms.texts, np.concatenate([cosines for _, cosines in found])[at])


def _blocks(terms: Terms, many: Ints) -> list[int]:
    """Return where blocks of texts begin, and the end: none sums more products or holds more cells than fit."""
    products = np.bincount(terms.text, many, minlength=terms.texts)
    cost = np.cumsum(np.maximum(products, terms.texts))
    begins = [0]
    while begins[-1] < terms.texts:
        done = cost[begins[-1] - 1] if begins[-1] else 0
        begins.append(max(begins[-1] + 1, int(np.searchsorted(cost, done + _CELLS, side="right"))))
    return begins


def _nearest(block: Floats, floor: float) -> Ints:
    """Return the cells that reach the floor; of a row that has too many, the highest, of equals the first."""
    wanted = block >= floor
    for row in np.flatnonzero(np.count_nonzero(wanted, axis=1) > _NEIGHBOURS + 1):
        nearest = np.argsort(-block[row], kind="stable")[: _NEIGHBOURS + 1]
        wanted[row] = False
        wanted[row, nearest] = True
    return np.flatnonzero(wanted)
