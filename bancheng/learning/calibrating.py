"""What a lead over the runner-up has meant on held-out texts: at about this lead, and at this lead or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS = 64
"""So many points a calibration keeps at most."""
_ENOUGH = 100
"""A precision is claimed from so many texts on (a third of them, if there are fewer); what is surer claims no more."""


class Line(NamedTuple):
    """Points by rising score; `right` and `precision` never fall."""

    score: NDArray[np.float64]
    right: NDArray[np.float64]
    precision: NDArray[np.float64]


def line(score: NDArray[np.float64], right: NDArray[np.bool_]) -> Line:
    """Fit a line to the scores of held-out texts (one or more) and whether each was right.

    `right` by isotonic regression on equal groups of neighbouring texts, two texts (one right, one wrong) added to
    each, so that nothing is ever certain; `precision` is the least share that was right at this score or at any
    higher one, so that a lucky stretch promises nothing.
    """
    order = np.argsort(score, kind="stable")
    ranked, hits = score[order], right[order].astype(float)
    size = len(order)
    parts = np.array_split(np.arange(size), min(POINTS, max(1, size // 10)))
    middle = np.array([ranked[part].mean() for part in parts])
    weights = np.array([float(len(part)) for part in parts])
    means = _rising(np.array([(hits[part].sum() + 1) / (len(part) + 2) for part in parts]), weights)
    enough = min(_ENOUGH, max(1, size // 3))
    share = np.cumsum(hits[::-1])[::-1] / np.arange(size, 0, -1)
    share[size - enough :] = share[size - enough]
    least = np.minimum.accumulate(share[::-1])[::-1]
    precision = np.interp(middle, ranked, least)
    return Line(middle, means, precision)


def _rising(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the closest values that never fall (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            mean, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    return np.concatenate([np.full(count, mean) for mean, _, count in pools])
