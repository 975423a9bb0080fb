"""What judges under each policy now: the policy's words, or the trained model in use where it knows the fields."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from router.classify.learned.classifier import LearnedClassifier, fits
from router.classify.learned.model import ModelError, read
from router.classify.lexicon import LexiconClassifier
from router.ledger import models
from router.ledger.database import NotNowError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Engine

    from router.classify.classification import Classifier
    from router.ledger.models import Activation
    from router.policy.book import Book

_LOOK_SECONDS = 2.0
"""How long a change of models may go unseen."""
_LONG_AGO = float("-inf")

log = structlog.get_logger("bancheng.engines")


class Engines:
    """A classifier for each policy's hash; it follows the ledger, looking again every two seconds."""

    def __init__(self, engine: Engine, book: Book) -> None:
        """Compile the words of the policies in use."""
        self._engine = engine
        self._words = {policy.hash: LexiconClassifier(policy, policy.hash) for policy in book.policies}
        self._now: dict[str, Classifier] = dict(self._words)
        self._number = 0
        self._looked = _LONG_AGO

    def now(self) -> Mapping[str, Classifier]:
        """Return what judges; while the database is away, what judged before goes on judging."""
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            try:
                newest = next(iter(models.activations(self._engine)), None)
                if newest is not None and newest.number != self._number:
                    self._follow(newest)
                self._looked = time.monotonic()
            except NotNowError:
                pass
        return self._now

    def _follow(self, newest: Activation) -> None:
        """Let the model of an activation judge; where it can't be used, the words do, and the log says so."""
        model = None
        if newest.model is not None:
            try:
                model = read(models.content(self._engine, newest.model))
            except ModelError as unusable:
                log.error("model unusable", model=newest.model, record=newest.record, reason=str(unusable))  # noqa: TRY400
        self._number, self._now = newest.number, dict(self._words)
        for policy, words in self._words.items():
            if model is not None and fits(words, model):
                self._now[policy] = LearnedClassifier(words, model)
            judging = self._now[policy].model
            log.info("judging", policy=policy, by=judging, activated=newest.model, record=newest.record)
