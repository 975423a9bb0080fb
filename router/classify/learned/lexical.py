"""The policy's words as further features, for models trained on few labels: what they add up to, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from router.classify.classification import Text
from router.classify.learned.grams import HEAD
from router.classify.tally import tallied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.lexicon import LexiconClassifier

_DOUBT = 4.0
"""Added to a text's length in points: a few weak words stay weak features."""


def columns(lexicon: LexiconClassifier) -> tuple[str, ...]:
    """Return the names of the features: every field, then every section as `field/section`."""
    sections = lexicon.vocabulary.sections
    return (*lexicon.domains, *(f"{name}/{part}" for name in lexicon.domains for part in sections[name].answers))


def points(lexicon: LexiconClassifier, texts: Sequence[Text]) -> NDArray[np.float32]:
    """Return what the words of each text add up to, nothing below zero: (texts, columns)."""
    asked = [lexicon.vocabulary.questions["domain"], *map(lexicon.vocabulary.sections.__getitem__, lexicon.domains)]
    slots = np.concatenate([np.arange(question.first, question.end) for question in asked])
    added = tallied(lexicon.vocabulary, [_headed(text) for text in texts]).scores[:, slots].astype(np.float32)
    return (np.maximum(added, 0) / 1000).astype(np.float32)


def features(lexicon: LexiconClassifier, texts: Sequence[Text], wanted: Sequence[str] = ()) -> NDArray[np.float32]:
    """Return the points of each text, those of fields and those of sections each scaled to a length below one.

    Args:
        lexicon: the policy's words.
        texts: normalised.
        wanted: the columns to return, each of which the policy must have; all of them by default.
    """
    found = points(lexicon, texts)
    fields = len(lexicon.domains)
    for part in (slice(fields), slice(fields, None)):
        found[:, part] /= _DOUBT + np.linalg.norm(found[:, part], axis=1, keepdims=True)
    names = columns(lexicon)
    return found if not wanted or names == tuple(wanted) else found[:, [names.index(name) for name in wanted]]


def _headed(text: Text) -> Text:
    """Return the text with its first characters for a title where that is shorter: as `grams` takes them."""
    if len(text.title) >= HEAD:
        return text
    whole = text.title + text.body
    return Text(whole[:HEAD], whole[HEAD:])
