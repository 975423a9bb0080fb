"""Judging texts by a trained model: a batch at once, one look-up a character."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.classification import Verdict
from router.classify.learned.grams import BUCKETS, grams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.classification import Text
    from router.classify.learned.model import Model

_AT_ONCE = 64
"""Texts worked on together: what a processor's cache holds."""
_FEWEST = 4
"""Chinese characters that a text needs to be judged at all; digits, other scripts and markup say nothing."""
_SHARE = 5
"""One character in so many must be Chinese."""


class Ranked(NamedTuple):
    """A batch judged, as numbers: one entry a text."""

    first: NDArray[np.intp]
    """The label chosen, by its place; −1 where a text is no Chinese."""
    second: NDArray[np.intp]
    lead: NDArray[np.float32]
    """How far the first is ahead of the second."""


class LearnedDomain:
    """Answers one question, usually the field, from hashed characters. It keeps nothing between calls."""

    def __init__(self, model: Model) -> None:
        """Lay a model's weights out for looking up: 4 bytes × 65 537 × (labels + 1)."""
        self.id = model.id
        """The model's hash, recorded with every prediction."""
        self.labels = model.labels
        self.columns = model.columns
        """What the words of the policy must be added up for, in this order (`lexical.columns`); empty: not needed."""
        self.report = model.report
        self.table = np.zeros((BUCKETS + 1, len(model.labels) + 1), np.float32)
        """By bucket: the weight for each label, and the rarity; the last row is nothing's."""
        self.table[:BUCKETS, :-1] = model.weights
        self.table[:BUCKETS, -1] = model.rarity
        self.least = model.least
        self._model = model

    def judge(self, texts: Sequence[Text], lexical: NDArray[np.float32] | None = None) -> list[Verdict]:
        """Judge a batch of normalised texts; one verdict a text, without cues: those are for the eye (`explain`).

        Args:
            texts: as `matcher.normalise` leaves them.
            lexical: `lexical.features` of the same texts, (texts, columns), where the model has `columns`.

        Raises:
            ValueError: the model needs `lexical`, and it wasn't given in this shape.
        """
        return self.verdicts(self.ranked(texts, lexical))

    def verdicts(self, ranked: Ranked) -> list[Verdict]:
        """Return numbers as verdicts: names, and what such a lead has meant."""
        names = self.labels
        confidence = self._thousandths(ranked.lead, self._model.right)
        precision = self._thousandths(ranked.lead, self._model.precision)
        return [
            Verdict(choice=names[one], confidence=sure, runner_up=names[two], precision=held) if one >= 0 else Verdict()
            for one, two, sure, held in zip(
                ranked.first.tolist(), ranked.second.tolist(), confidence, precision, strict=True
            )
        ]

    def ranked(self, texts: Sequence[Text], lexical: NDArray[np.float32] | None = None) -> Ranked:
        """Return the best two labels of each text and the lead between them; see `judge`."""
        margins, known = self.margins(texts, lexical)
        rows = np.arange(len(margins))
        first = margins.argmax(axis=1)
        best = margins[rows, first]
        margins[rows, first] = -np.inf
        second = margins.argmax(axis=1)
        lead = best - margins[rows, second]
        return Ranked(np.where(known, first, -1), second, lead)

    def margins(
        self, texts: Sequence[Text], lexical: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return how strongly each label is spoken for, (texts, labels), and whether it is Chinese at all."""
        shape = (len(texts), len(self.columns))
        if self.columns and (lexical is None or lexical.shape != shape):
            raise ValueError(f"the model needs the words added up for {len(self.columns)} columns, shape {shape}")
        margins = np.empty((len(texts), len(self.labels)), np.float32)
        known = np.zeros(len(texts), np.bool_)
        for start in range(0, len(texts), _AT_ONCE):
            batch = slice(start, start + _AT_ONCE)
            found = grams(texts[batch])
            sums = found.sums(self.table)
            margins[batch] = sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1], self._model.least))[:, None]
            whole = found.lengths[0::2] + found.lengths[1::2]
            known[batch] = (found.chinese >= _FEWEST) & (found.chinese * _SHARE >= whole)
        if lexical is not None and self.columns:
            margins += lexical @ self._model.lexical
        margins += self._model.bias
        return margins, known

    def _thousandths(self, lead: NDArray[np.float32], shares: NDArray[np.float32]) -> list[int]:
        return [int(share) for share in np.rint(1000 * np.interp(lead, self._model.margin, shares)).tolist()]
