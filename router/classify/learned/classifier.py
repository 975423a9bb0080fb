"""The trained classifier: a model chooses the field, the policy's words answer everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from router.classify.explaining import explained
from router.classify.learned import lexical
from router.classify.learned.explaining import explain
from router.classify.learned.judging import LearnedDomain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from router.classify.classification import Classification, Text
    from router.classify.explaining import Explanation
    from router.classify.learned.model import Model
    from router.classify.lexicon import LexiconClassifier


def fits(words: LexiconClassifier, model: Model) -> bool:
    """Whether a model's labels are fields of the policy whose words these are, and it asks for no words they lack."""
    return set(model.labels) <= set(words.domains) and set(model.columns) <= set(lexical.columns(words))


class LearnedClassifier:
    """Judges by a trained model and a policy's words; deterministic, the same for the same model and policy."""

    def __init__(self, words: LexiconClassifier, model: Model) -> None:
        """Take a model that `fits` the words."""
        self.model = model.id
        self._words = words
        self._domain = LearnedDomain(model)

    def classify(self, texts: Sequence[Text]) -> list[Classification]:
        """Judge a batch; see `Classifier`."""
        if not texts:
            return []
        columns = self._domain.columns
        lexicals = lexical.features(self._words, texts, columns) if columns else None
        return self._words.under(texts, self._domain.judge(texts, lexicals), self.model)

    def explain(self, texts: Sequence[Text], wanted: int) -> list[Explanation]:
        """Judge a batch and say why, by the pieces of the texts themselves; see `Explainer`."""
        told = explained(self._words.vocabulary, texts, self.classify(texts), wanted)
        return [self._pieces(text, one) for text, one in zip(texts, told, strict=True)]

    def _pieces(self, text: Text, told: Explanation) -> Explanation:
        domain = told.judged.domain
        if domain.choice is None or domain.runner_up is None:
            return told
        pieces = explain(self._domain, text, domain.choice, domain.runner_up)
        return replace(
            told,
            spoke_for=tuple(piece for piece in pieces if piece.weight > 0),
            spoke_against=tuple(piece for piece in pieces if piece.weight < 0),
        )
