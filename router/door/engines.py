"""What judges under each policy now: the policy's words, or the trained model in use where it knows the fields."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import structlog

from router.classify.learned.classifier import LearnedClassifier, fits
from router.classify.learned.model import read
from router.classify.lexicon import LexiconClassifier
from router.ledger import models
from router.ledger.database import NotNowError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from router.classify.classification import Classifier
    from router.classify.learned.model import Model
    from router.policy.book import Book

_LOOK_SECONDS = 2.0
"""How long a change of models may go unseen."""
_LONG_AGO = float("-inf")

log = structlog.get_logger("bancheng.engines")


class Engines(Mapping[str, "Classifier"]):
    """A classifier for each policy's hash; it follows the ledger, looking again every two seconds."""

    def __init__(self, engine: Engine, book: Book) -> None:
        """Compile the words of the policies in use."""
        self._engine = engine
        self._words = {policy.hash: LexiconClassifier(policy, policy.hash) for policy in book.policies}
        self._now: dict[str, Classifier] = dict(self._words)
        self._number = 0
        self._looked = _LONG_AGO

    def __getitem__(self, policy: str) -> Classifier:
        return self._now[policy]

    def __iter__(self) -> Iterator[str]:
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._look()
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def _look(self) -> None:
        """See which model is in use; while the database is away, what judged before goes on judging."""
        try:
            newest = next(iter(models.activations(self._engine)), None)
            if newest is not None and newest.number != self._number:
                model = read(models.content(self._engine, newest.model)) if newest.model else None
                self._now = {policy: self._judging(words, model) for policy, words in self._words.items()}
                self._number = newest.number
                log.info("model in use", model=newest.model, record=newest.record)
        except NotNowError:
            return
        self._looked = time.monotonic()

    @staticmethod
    def _judging(words: LexiconClassifier, model: Model | None) -> Classifier:
        """Return what judges under a policy: a model that names other fields than it has is passed over."""
        if model is None or not fits(words, model):
            return words
        return LearnedClassifier(words, model)
