"""Average linkage: what is alike on average stands together; a chain of neighbours alone joins nothing.

Average linkage is reducible (what is joined is never more alike to a third than the more alike of the two was). So all
pairs of groups that are each other's best may be joined in one round and the outcome is that of one at a time, and a
group whose best isn't good enough is done for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from router.topics.likeness import Links
    from router.topics.terms import Floats, Ints


def join(weight: Ints, links: Links, stop: float) -> Ints:
    """Return each text's group: the number of its first text.

    Texts weigh as often as they were written; two groups are joined while their average likeness is at least `stop`.
    A pair without a link counts as nothing alike.
    """
    group = np.arange(len(weight))
    size = weight.astype(np.float64)
    first, second = links.first, links.second
    total = links.likeness * weight[first] * weight[second]
    while len(first):
        average = total / (size[first] * size[second])
        best = _best(first, second, average, len(weight))
        mutual = (best[first] == second) & (best[second] == first) & (average >= stop)
        if not mutual.any():
            break
        into = np.arange(len(weight))
        into[second[mutual]] = first[mutual]
        np.add.at(size, first[mutual], size[second[mutual]])
        group = into[group]
        able = np.zeros(len(weight), np.bool_)
        for end in (first, second):
            able[end[average >= stop]] = True
        lasting = able[first] & able[second]
        first, second, total = _merged(into[first[lasting]], into[second[lasting]], total[lasting], len(weight))
    return group


def _best(first: Ints, second: Ints, average: Floats, count: int) -> Ints:
    """Return each group's most alike other one, of equals the lowest."""
    one, other = np.concatenate((first, second)), np.concatenate((second, first))
    order = np.lexsort((other, -np.concatenate((average, average)), one))
    one, other = one[order], other[order]
    best = np.full(count, -1)
    begins = np.ones(len(one), np.bool_)
    begins[1:] = one[1:] != one[:-1]
    best[one[begins]] = other[begins]
    return best


def _merged(first: Ints, second: Ints, total: Floats, count: int) -> tuple[Ints, Ints, Floats]:
    """Return the links between groups as they now are, each once."""
    apart = first != second
    low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
    key, where = np.unique(low * count + high, return_inverse=True)
    sums = np.bincount(where, total[apart], minlength=len(key)).astype(np.float64, copy=False)
    return key // count, key % count, sums
