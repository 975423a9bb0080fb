"""Why a trained model chose as it did: the pieces of this very text that spoke for it.

The model knows no words, only buckets, so its reasons are found by weighing the text's own characters. They hold what a
citizen wrote: they are for the eye of who may read the text, and never go into a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from router.classify.classification import Cue
from router.classify.learned.grams import HEAD_WORTH, grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from router.classify.classification import Text
    from router.classify.learned.judging import LearnedDomain

_PIECES = 8
"""How many pieces for a choice, and half as many against it."""
_LOOKED_AT = 4 * _PIECES
"""The strongest runs, of which single characters and repeats are yet to go."""
_LONGEST = 12
"""Characters in a piece."""
_MARKS = " ,.;:!?、，。；：！？“”‘’\"'()（）《》<>【】[]…-—~"
_SHARE = 0.15
"""What a character must speak, as a share of the strongest, to belong to a piece."""


def explain(learned: LearnedDomain, text: Text, choice: str, against: str) -> tuple[Cue, ...]:
    """Return the pieces of a text that spoke for one label rather than another, strongest first, then those against.

    A piece is a run of characters that spoke the same way, with their pairs' weights halved between them; its weight is
    in thousandths of the margin. The same piece at several places is one, its weights added.
    """
    found = grams([text])
    size = len(found.single) - 1
    if size == 0:
        return ()
    column, other = learned.labels.index(choice), learned.labels.index(against)
    single, double = learned.table[found.single[:size]], learned.table[found.double[:size]]
    worth = np.ones(size, np.float32)
    head = int(found.lengths[0])
    worth[:head] = HEAD_WORTH
    norm = max(learned.least, float(((single[:, -1] + double[:, -1]) * worth).sum())) ** 0.5
    pairs = (double[:, column] - double[:, other]) * worth / 2
    spoke = (single[:, column] - single[:, other]) * worth + pairs
    spoke[1:] += pairs[:-1]
    spoke *= 1000 / norm
    words = text.title + text.body
    return (*_pieces(words, spoke, head, 1)[:_PIECES], *_pieces(words, spoke, head, -1)[: _PIECES // 2])


def _pieces(words: str, spoke: NDArray[Any], head: int, sign: int) -> list[Cue]:
    """Return the runs that spoke for (1) or against (-1), strongest first."""
    loud = sign * spoke
    speaking = np.concatenate(([False], loud > _SHARE * max(1e-6, float(loud.max())), [False]))
    edges = np.flatnonzero(speaking[1:] != speaking[:-1])
    starts, ends = edges[0::2], np.minimum(edges[1::2], edges[0::2] + _LONGEST)
    added = np.concatenate(([0.0], np.cumsum(spoke)))
    sums = added[ends] - added[starts]
    strongest = np.argsort(-sign * sums, kind="stable")[:_LOOKED_AT]
    total: dict[str, float] = {}
    titled: set[str] = set()
    for start, end, value in zip(*(part[strongest].tolist() for part in (starts, ends, sums)), strict=True):
        piece = words[start:end].strip(_MARKS)
        if len(piece) > 1:
            total[piece] = total.get(piece, 0.0) + value
            if start < head:
                titled.add(piece)
    ranked = sorted(total.items(), key=lambda item: (-sign * item[1], item[0]))
    return [Cue(piece, round(value), piece in titled) for piece, value in ranked if round(value)]
