"""Training a model on a centre's own labels: folds, held-out figures, calibration, the model itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from bancheng.learning import calibrating, folds, labels
from bancheng.learning.copies import groups
from bancheng.learning.fitting import FEW, held_out, material
from bancheng.learning.measures import Judged, scores
from router.classify.learned import lexical
from router.classify.learned.model import Model
from router.classify.learned.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from bancheng.learning.fitting import Material
    from bancheng.learning.rows import Labelled
    from router.classify.classification import Text
    from router.classify.learned.report import Comparison
    from router.classify.lexicon import LexiconClassifier
    from router.policy.policy import Policy

STEPS = folds.FOLDS + 3
"""The steps of a training by default: near-copies, each fold, the whole, the comparison."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The rows of a training and their folds: what a candidate and others are compared on."""

    texts: tuple[Text, ...]
    labels: tuple[str, ...]
    groups: NDArray[np.intp]
    folds: NDArray[np.intp]
    names: tuple[str, ...]
    """The distinct labels in their order."""
    of_policy: bool
    """The labels are fields of the policy."""
    given: Material
    skipped: dict[str, int]
    seed: int


class Trained(NamedTuple):
    """A model, the ground that it was trained on, and how each row was judged when held out."""

    model: Model
    ground: Ground
    judged: Judged

    def compared(self, found: Comparison) -> Trained:
        """Return it with a comparison in its report."""
        report = msgspec.structs.replace(self.model.report, compared=found)
        return self._replace(model=replace(self.model, report=report))


def prepared(rows: Labelled, policy: Policy, lexicon: LexiconClassifier, seed: int) -> Ground:
    """Lay the ground: labels named, near-copies found, folds made or checked.

    Raises:
        LearningError: the labels or folds can't be trained on, or scikit-learn is missing.
    """
    labels.several(rows.labels)
    own = labels.named(rows.labels, policy)
    of_policy = {domain.id for domain in policy.domains}.issuperset(own)
    alike = groups(rows.texts)
    labels.enough(own, alike.tolist())
    fold = folds.given(rows.folds, own, alike, rows.numbers) if rows.folds else folds.folded(own, alike, seed)
    given = material(rows.texts, own, policy, lexicon, few=len(own) < FEW)
    return Ground(
        rows.texts, own, alike, fold, tuple(sorted(set(own))), of_policy, given, rows.skipped, seed
    )  # fmt: skip


def train(
    ground: Ground, lexicon: LexiconClassifier, key: bytes, day: date, told: Callable[[], None] = lambda: None
) -> Trained:
    """Train a model on all rows, with the figures of held-out rows in its report.

    Args:
        ground: see `prepared`.
        lexicon: the policy's own words.
        key: by which training texts are hashed.
        day: of the training, for the report.
        told: called at every step.
    """
    given = ground.given
    judged = judgements(held_out(given, ground.folds, ground.seed, told=told), ground)
    points = calibrating.line(judged.lead, judged.chosen == judged.truth)
    fitted = given.fit(np.arange(len(ground.labels)), ground.seed)
    told()
    model = Model(
        labels=ground.names,
        columns=lexical.columns(lexicon) if given.lexical is not None else (),
        weights=fitted.weights.astype("<f2"),
        rarity=fitted.rarity.astype("<f2"),
        least=fitted.least,
        bias=fitted.bias.astype("<f4"),
        lexical=fitted.lexical.astype("<f4"),
        margin=points.score.astype("<f4"),
        right=points.right.astype("<f4"),
        precision=points.precision.astype("<f4"),
        seen=np.unique(fingerprints(ground.texts, key)),
        key_id=key_id(key),
        report=Report(
            trained_on=day.isoformat(),
            seed=ground.seed,
            rows=len(ground.labels),
            groups=len(np.unique(ground.groups)),
            folds=len(np.unique(ground.folds)),
            skipped=ground.skipped,
            label_counts={name: ground.labels.count(name) for name in ground.names},
            held_out=scores(judged, ground.names),
            policy=lexicon.model,
        ),
    )
    return Trained(model, ground, judged)


def judgements(margins: NDArray[np.float64], ground: Ground) -> Judged:
    """Return held-out margins as judgements; each fold's confidence is calibrated on the other folds' rows."""
    ranked = np.sort(margins, axis=1)
    lead, chosen = ranked[:, -1] - ranked[:, -2], margins.argmax(axis=1)
    right = chosen == ground.given.truth
    confidence = np.empty(len(lead))
    for fold in np.unique(ground.folds).tolist():
        test = ground.folds == fold
        points = calibrating.line(lead[~test], right[~test])
        confidence[test] = np.interp(lead[test], points.score, points.right)
    return Judged(ground.given.truth, chosen, confidence, lead)


def fingerprints(texts: Sequence[Text], key: bytes) -> NDArray[np.uint64]:
    """Return a keyed hash of each text: only who holds the key can ask a model whether it has seen a text."""
    digests = [
        hashlib.blake2b((text.title + text.body).encode("utf-8", "surrogatepass"), key=key, digest_size=8).digest()
        for text in texts
    ]
    return np.frombuffer(b"".join(digests), "<u8")


def key_id(key: bytes) -> str:
    """Return what tells one key from another without giving it away."""
    return hashlib.blake2b(b"bancheng.training-key", key=key, digest_size=8).hexdigest()
