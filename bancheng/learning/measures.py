"""How well texts were judged: F1, confusion, coverage at a precision, calibration error. Plain NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.learned.report import Coverage, LabelReport, Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WANTED = (0.90, 0.95, 0.98)
BINS = 10


class Bin(NamedTuple):
    """The texts judged about equally surely."""

    texts: int
    confidence: float
    right: float


class Judged(NamedTuple):
    """What was said of some texts, and what is true: one entry a text."""

    truth: NDArray[np.intp]
    """The true label, by its place."""
    chosen: NDArray[np.intp]
    """The chosen one; −1 for none."""
    confidence: NDArray[np.float64]
    """The claimed probability of being right."""
    lead: NDArray[np.float64]
    """What orders texts by sureness, finer than the confidence."""

    def only(self, rows: NDArray[np.bool_]) -> Judged:
        """Return some of the texts."""
        return Judged(self.truth[rows], self.chosen[rows], self.confidence[rows], self.lead[rows])


def scores(judged: Judged, labels: Sequence[str]) -> Scores:
    """Measure; labels that no text truly has are left out of the macro average, and choosing one is still wrong."""
    matrix = confusion(judged, len(labels))
    hits = np.diag(matrix).astype(float)
    support, offered = matrix.sum(axis=1), matrix[:, :-1].sum(axis=0)
    precision = np.divide(hits, offered, out=np.zeros_like(hits), where=offered > 0)
    recall = np.divide(hits, support, out=np.zeros_like(hits), where=support > 0)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(hits), where=both > 0)
    right = judged.chosen == judged.truth
    answered = int((judged.chosen >= 0).sum())
    return Scores(
        rows=len(right),
        macro_f1=_rounded(f1[support > 0].mean()),
        micro_f1=_rounded(2 * right.sum() / max(1, len(right) + answered)),
        coverage=tuple(Coverage(wanted, _rounded(covered(judged, wanted))) for wanted in WANTED),
        calibration_error=_rounded(calibration_error(judged)),
        labels=tuple(
            LabelReport(label, _rounded(precision[i]), _rounded(recall[i]), _rounded(f1[i]), int(support[i]))
            for i, label in enumerate(labels)
        ),
        confusion=tuple(tuple(row) for row in matrix.tolist()),
    )


def confusion(judged: Judged, labels: int) -> NDArray[np.int64]:
    """Count by true label and chosen one, (labels, labels + 1); the last column is "no choice"."""
    matrix = np.zeros((labels, labels + 1), np.int64)
    np.add.at(matrix, (judged.truth, judged.chosen), 1)  # −1 is the last column
    return matrix


def macro_f1(judged: Judged, labels: Sequence[str]) -> float:
    """Return the mean F1 of the labels that occur."""
    return scores(judged, labels).macro_f1


def covered(judged: Judged, wanted: float) -> float:
    """Return the greatest share of all texts that, taken from the surest down, is right at a wanted rate.

    Texts judged equally surely are taken together; those without a choice never.
    """
    answered = judged.chosen >= 0
    if not answered.any():
        return 0.0
    lead, right = judged.lead[answered], (judged.chosen == judged.truth)[answered]
    order = np.argsort(-lead, kind="stable")
    rate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    whole = np.append(np.diff(lead[order]) != 0, True)
    good = np.flatnonzero((rate >= wanted) & whole)
    return float(good[-1] + 1) / len(judged.truth) if len(good) else 0.0


def reliability(judged: Judged) -> list[Bin]:
    """Return ten bins of equal width by claimed confidence; texts without a choice are left out."""
    answered = judged.chosen >= 0
    confidence, right = judged.confidence[answered], (judged.chosen == judged.truth)[answered]
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = []
    for number in range(BINS):
        own = place == number
        count = int(own.sum())
        mean, share = (float(confidence[own].mean()), float(right[own].mean())) if count else (0.0, 0.0)
        bins.append(Bin(count, mean, share))
    return bins


def calibration_error(judged: Judged) -> float:
    """Return the expected calibration error: how far claim and truth are apart, bin by bin, weighted."""
    bins = reliability(judged)
    total = sum(one.texts for one in bins)
    return sum(one.texts * abs(one.confidence - one.right) for one in bins) / total if total else 0.0


def _rounded(value: float) -> float:
    return round(float(value), 4)
