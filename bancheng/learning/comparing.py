"""Does a candidate beat the classifier in use? Asked on the same rows, with neither having seen them.

A model that was trained on the very rows it is tested on is flattered, so:

1. The candidate is always judged by its held-out folds: for each row, a model that saw no near-copy of it.
2. The untrained words of a policy have seen no row: they are judged on all of them (`unseen`).
3. A trained model is judged on the groups of which it saw no row, by its own keyed hashes, if they are enough
   (`unseen`): both are strangers there. A near-copy of a row it saw counts as seen.
4. Usually a candidate is trained on the old rows and some new ones, and too few rows are new. Then the recipe stands
   for the model in use: for each fold a model is fitted to those of the other rows that it knew, and both are judged
   on the fold that neither saw (`retrained`). So the question is what the new labels are worth.
5. A model hashed under another key can't tell what it saw (`unknown`): no fair comparison, no victory without --force.

Better means a higher macro-F1 by more than nothing: equal is not better, since a change must earn its risk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bancheng.learning.fitting import held_out
from bancheng.learning.labels import FEWEST, told
from bancheng.learning.measures import Judged, macro_f1
from bancheng.learning.rows import LearningError
from bancheng.learning.training import fingerprints, judgements, key_id
from router.classify.learned import lexical
from router.classify.learned.judging import LearnedDomain
from router.classify.learned.report import Comparison

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bancheng.learning.training import Trained
    from router.classify.classification import Text
    from router.classify.learned.model import Model
    from router.classify.lexicon import LexiconClassifier

_ROWS = 200
"""Unseen rows that a comparison needs, with `labels.FEWEST` of each label; else recipes are compared."""


def beside_words(trained: Trained, lexicon: LexiconClassifier) -> Comparison:
    """Compare a candidate with the untrained words of a policy, of whose fields its labels are."""
    ground = trained.ground
    place = {name: index for index, name in enumerate(ground.names)}
    said = [place.get(one.domain.choice or "", -1) for one in lexicon.classify(ground.texts)]
    other = macro_f1(_as_judged(trained.judged.truth, np.array(said, np.intp)), ground.names)
    return _compared(lexicon.model, "unseen", trained.judged, other, trained)


def beside_model(trained: Trained, active: Model, lexicon: LexiconClassifier, key: bytes) -> Comparison:
    """Compare a candidate with a trained model; see the module for how.

    Raises:
        LearningError: they answer different questions (their labels differ), or the policy's fields have changed.
    """
    ground = trained.ground
    if set(active.labels) != set(ground.names):
        apart = sorted(set(active.labels) ^ set(ground.names))
        raise LearningError(
            f"两个模型的标签不同，不能比较：{told(apart, 'zh')}。",
            f"The two models have different labels and can't be compared: {told(apart, 'en')}.",
        )
    if active.key_id != key_id(key):
        return Comparison(active.id, "unknown", 0, trained.model.report.held_out.macro_f1, 0.0, better=False)
    saw = np.isin(fingerprints(ground.texts, key), active.seen)
    fresh = ~np.isin(ground.groups, ground.groups[saw])
    support = np.bincount(trained.judged.truth[fresh], minlength=len(ground.names))
    if fresh.sum() >= _ROWS and support.min() >= FEWEST:
        own = trained.judged.only(fresh)
        texts = [text for text, new in zip(ground.texts, fresh.tolist(), strict=True) if new]
        said = _said(active, texts, lexicon, ground.names)
        return _compared(active.id, "unseen", own, macro_f1(_as_judged(own.truth, said), ground.names), trained)
    if np.bincount(trained.judged.truth[saw], minlength=len(ground.names)).min() < FEWEST:
        return Comparison(active.id, "unknown", 0, trained.model.report.held_out.macro_f1, 0.0, better=False)
    other = judgements(held_out(ground.given, ground.folds, ground.seed, known=saw), ground)
    return _compared(active.id, "retrained", trained.judged, macro_f1(other, ground.names), trained)


def _said(active: Model, texts: list[Text], lexicon: LexiconClassifier, names: tuple[str, ...]) -> NDArray[np.intp]:
    """Return what a model says of some texts, by the places of `names`."""
    learned = LearnedDomain(active)
    if not set(learned.columns) <= set(lexical.columns(lexicon)):
        raise LearningError("模型用到的领域与规则中的不同：请按现行规则重新训练。",
                            "The model was trained with other fields than the policy's: train it again.")  # fmt: skip
    given = lexical.features(lexicon, texts, learned.columns) if learned.columns else None
    place = np.array([*(names.index(label) for label in learned.labels), -1], np.intp)
    return place[learned.ranked(texts, given).first]


def _as_judged(truth: NDArray[np.intp], chosen: NDArray[np.intp]) -> Judged:
    nothing = np.zeros(len(truth))
    return Judged(truth, chosen, nothing, nothing)


def _compared(name: str, how: str, own: Judged, other: float, trained: Trained) -> Comparison:
    candidate = macro_f1(own, trained.ground.names)
    return Comparison(name, how, len(own.truth), candidate, other, better=candidate > other)
