"""Fitting the linear model: one against the rest by a support vector machine, melted into one table of weights.

Machine, constants and features were chosen by cross-validation on the training file of `bench/classify.py`, which
measures the outcome. Logistic regression, binary counts, other norms and weights for the head did worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bancheng.learning import features
from bancheng.learning.rows import LearningError
from router.classify.learned import lexical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bancheng.learning.features import Words
    from router.classify.classification import Text
    from router.classify.lexicon import LexiconClassifier
    from router.policy.policy import Policy

FEW = 1000
"""Below so many rows the policy's words are features of their own at run time too."""
_SPREAD, _SPREAD_FEW = 0.6, 0.2
"""The average length of the words' spread weights beside the grams' length of about one, with many rows and few."""
_LEXICAL = 0.5
"""The same for the words as features of their own."""
_SHORT = 0.05
"""The share of training texts that are taken for short: they are given the norm of the longest of them."""
_STRICT, _LOOSE = 0.3, 2.0
"""The machine's C with many rows, and with few."""


class Fitted(NamedTuple):
    """A linear model before it is rounded: see `router.classify.learned.model.Model`."""

    weights: NDArray[np.float64]
    rarity: NDArray[np.float64]
    least: float
    bias: NDArray[np.float64]
    lexical: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """All rows of a training, ready to be fitted by parts."""

    counts: Any
    """`features.counts` of the texts."""
    lexical: NDArray[np.float64] | None
    """`lexical.features` of the texts where the model shall use them."""
    truth: NDArray[np.intp]
    """Each row's label, by its place."""
    labels: int
    words: Words

    def fit(self, rows: NDArray[np.intp], seed: int) -> Fitted:
        """Fit a model to some rows; each label must be among them."""
        from scipy import sparse  # noqa: PLC0415 (training only)
        from sklearn.svm import LinearSVC  # noqa: PLC0415

        own = self.counts[rows]
        idf = np.log((1 + len(rows)) / (1 + np.bincount(own.indices, minlength=own.shape[1]))) + 1
        squares = own @ idf**2
        least = max(1e-6, float(np.quantile(squares, _SHORT)))
        scaled = sparse.diags_array(1 / np.sqrt(np.maximum(squares, least))) @ own
        spread = self.words.spread(idf)
        length = _SPREAD if self.lexical is None else _SPREAD_FEW
        spoken = np.asarray((scaled @ spread).todense())
        fields = self.words.fields
        factors = np.concatenate([
            np.full(part.shape[1], length / max(1e-9, float(np.linalg.norm(part, axis=1).mean())))
            for part in (spoken[:, :fields], spoken[:, fields:])
        ])  # fmt: skip
        blocks = [scaled @ sparse.diags_array(idf), sparse.csr_array(spoken * factors)]
        if self.lexical is not None:
            blocks.append(sparse.csr_array(_LEXICAL * self.lexical[rows]))
        machine = LinearSVC(
            C=_STRICT if self.lexical is None else _LOOSE, class_weight="balanced", random_state=seed, max_iter=20_000
        )
        machine.fit(sparse.hstack(blocks, format="csr"), self.truth[rows])
        coefficients, bias = machine.coef_.T, machine.intercept_
        if self.labels == 2:  # noqa: PLR2004 (two labels are told apart by one row of weights)
            coefficients, bias = coefficients * [[-0.5, 0.5]], bias * [-0.5, 0.5]
        grams, melted = len(idf), len(idf) + len(factors)
        weights = idf[:, None] * coefficients[:grams] + spread @ (factors[:, None] * coefficients[grams:melted])
        return Fitted(weights, idf**2, least, bias, _LEXICAL * coefficients[melted:])

    def margins(self, fitted: Fitted, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return how strongly a fitted model speaks for each label on some rows."""
        own = self.counts[rows]
        norm = np.sqrt(np.maximum(own @ fitted.rarity, fitted.least))
        found = (own @ fitted.weights) / norm[:, None] + fitted.bias
        if self.lexical is not None:
            found += self.lexical[rows] @ fitted.lexical
        return np.asarray(found, np.float64)


def material(
    texts: Sequence[Text], labels: Sequence[str], policy: Policy, lexicon: LexiconClassifier, *, few: bool
) -> Material:
    """Prepare rows for fitting.

    Raises:
        LearningError: scikit-learn isn't installed.
    """
    try:
        import sklearn  # noqa: F401, PLC0415
    except ImportError:
        raise LearningError(
            '训练需要 scikit-learn：请运行 pip install "bancheng[learning]"。',
            'Training needs scikit-learn: run `pip install "bancheng[learning]"`.',
        ) from None
    place = {label: index for index, label in enumerate(sorted(set(labels)))}
    return Material(
        counts=features.counts(texts),
        lexical=lexical.features(lexicon, texts).astype(np.float64) if few else None,
        truth=np.array([place[label] for label in labels], np.intp),
        labels=len(place),
        words=features.words(policy),
    )


def held_out(
    given: Material,
    folds: NDArray[np.intp],
    seed: int,
    known: NDArray[np.bool_] | None = None,
    told: Callable[[], None] = lambda: None,
) -> NDArray[np.float64]:
    """Return each row's margins by a model that was fitted to the other folds, (rows, labels).

    Args:
        given: the rows.
        folds: each row's fold.
        seed: of the fitting.
        known: fit to these rows only, where given.
        told: called after each fold.
    """
    found = np.zeros((len(folds), given.labels))
    for fold in np.unique(folds).tolist():
        others = folds != fold
        fitted = given.fit(np.flatnonzero(others if known is None else others & known), seed)
        test = np.flatnonzero(folds == fold)
        found[test] = given.margins(fitted, test)
        told()
    return found
