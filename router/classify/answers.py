"""From what words add up to, to answers: the heaviest of each question, how sure, by which words. Pure, in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.classification import Cue, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.tally import Tally
    from router.classify.vocabulary import Question, Vocabulary

    Ints = NDArray[np.int64]

DOUBT = 2000
"""The weight, in thousandths, of "none of these" in every comparison: one weak word must not convince."""
_ONE = 1000
_CUES = 6
"""How many words for a choice a judgement keeps."""


class Ranked(NamedTuple):
    """One question answered for a batch: places among its answers, −1 for none."""

    best: Ints
    rival: Ints
    score: Ints
    """What the best adds up to; 0 where nothing spoke for any."""
    confidence: Ints
    """Its share of itself, its rival and doubt, in thousandths."""

    def least(self, score: int) -> Ranked:
        """Return it with no answer where the best adds up to less."""
        return self._replace(best=np.where(self.score >= score, self.best, -1))


def ranked(scores: Ints) -> Ranked:
    """Rank the answers of one question, (texts, answers); the first of equals is chosen."""
    if scores.shape[1] == 0:
        none = np.full(len(scores), -1, np.int64)
        return Ranked(none, none, none * 0, none * 0)
    rows = np.arange(len(scores))
    best = scores.argmax(axis=1)
    score = np.maximum(scores[rows, best], 0)
    others = scores.copy()
    others[rows, best] = 0
    rival = others.argmax(axis=1)
    second = np.maximum(others[rows, rival], 0)
    return Ranked(
        np.where(score > 0, best, -1),
        np.where((score > 0) & (second > 0), rival, -1),
        score,
        _ONE * score // (score + second + DOUBT),
    )


def spoken(
    vocabulary: Vocabulary, tally: Tally, chosen: Sequence[tuple[Question, Ints]], rivals: Ints
) -> list[dict[int, list[Cue]]]:
    """Return for each of some questions, by text, the strongest cues for and against what was chosen.

    Last come those for the rivals of the first question's choices.
    """
    wanted = np.full((len(tally.scores), len(chosen) + 1), -1, np.int64)
    which = np.full(vocabulary.slots, len(chosen), np.int64)
    for number, (question, best) in enumerate(chosen):
        which[question.first : question.end] = number
        wanted[:, number] = np.where(best >= 0, question.first + best, -1)
    asked = which[tally.slot]
    beaten = np.where(rivals >= 0, chosen[0][0].first + rivals, -1)[tally.text] == tally.slot
    asked = np.where(beaten, len(chosen), asked)
    at = np.flatnonzero(beaten | (wanted[tally.text, asked] == tally.slot))
    group = tally.text[at] * (len(chosen) + 1) + asked[at]
    order = np.lexsort((tally.cue[at], -tally.value[at], group))
    at, group = at[order], group[order]
    first = np.searchsorted(group, group)
    at = at[np.arange(len(at)) - first < _CUES]
    found: list[dict[int, list[Cue]]] = [{} for _ in range(len(chosen) + 1)]
    columns = (asked[at], tally.text[at], tally.cue[at], tally.value[at], tally.titled[at])
    for number, text, cue, value, titled in zip(*(column.tolist() for column in columns), strict=True):
        found[number].setdefault(text, []).append(Cue(vocabulary.cues[cue], value, titled))
    return found


def verdicts(question: Question, told: Ranked, cues: dict[int, list[Cue]]) -> list[Verdict]:
    """Return one verdict a text; an empty one where nothing spoke for any answer."""
    nothing, answers = Verdict(), question.answers
    return [
        Verdict(answers[best], sure, answers[rival] if rival >= 0 else None, tuple(cues.get(text, ())))
        if best >= 0
        else nothing
        for text, (best, rival, sure) in enumerate(
            zip(told.best.tolist(), told.rival.tolist(), told.confidence.tolist(), strict=True)
        )
    ]
