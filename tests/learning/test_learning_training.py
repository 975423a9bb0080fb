"""Training and comparing: good on what is easy, fair where one has seen more than the other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bancheng.learning import comparing
from bancheng.learning.rows import LearningError
from bancheng.learning.training import prepared, train
from router.classify.learned.model import packed, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from bancheng.learning.rows import Labelled
    from bancheng.learning.training import Trained
    from router.classify.lexicon import LexiconClassifier
    from router.policy.policy import Policy

KEY, DAY = b"k" * 32, date(2026, 3, 1)


@pytest.fixture(scope="module")
def made(
    written: Callable[[int, int], Labelled], policy: Policy, lexicon: LexiconClassifier
) -> Callable[[Labelled], Trained]:
    """Train on given rows."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    return lambda given: train(prepared(given, policy, lexicon, 1), lexicon, KEY, DAY)


def both(one: Labelled, two: Labelled) -> Labelled:
    """The rows of two files."""
    return one._replace(
        texts=one.texts + two.texts, labels=one.labels + two.labels, numbers=one.numbers + two.numbers
    )  # fmt: skip


def test_the_report_tells_what_was_done(trained: Trained) -> None:
    """Rows, folds, counts, day, figures of held-out rows."""
    report = trained.model.report
    assert (report.rows, report.folds, report.trained_on) == (120, 5, "2026-03-01")
    assert report.label_counts == {"education": 40, "environment": 40, "labour": 40}
    assert report.held_out.macro_f1 > 0.9
    assert report.held_out.rows == 120


def test_the_same_rows_and_seed_make_the_same_model(
    written: Callable[[int, int], Labelled], made: Callable[[Labelled], Trained], trained: Trained
) -> None:
    """A training can be repeated byte for byte."""
    assert packed(made(written(120, 1)).model, KEY) == packed(trained.model, KEY)


def test_two_labels_are_enough(
    written: Callable[[int, int], Labelled], policy: Policy, lexicon: LexiconClassifier
) -> None:
    """One against one is trained like one against the rest."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    given = written(120, 1)
    keep = [place for place, label in enumerate(given.labels) if label != "labour"]
    texts, labels, numbers = (tuple(part[place] for place in keep) for part in given[:3])
    found = train(
        prepared(given._replace(texts=texts, labels=labels, numbers=numbers), policy, lexicon, 1), lexicon, KEY, DAY
    )
    assert found.model.report.held_out.macro_f1 > 0.9


def test_untrained_words_are_judged_on_every_row(trained: Trained, lexicon: LexiconClassifier) -> None:
    """They have seen none."""
    found = comparing.beside_words(trained, lexicon)
    assert (found.how, found.rows, found.other) == ("unseen", 120, lexicon.model)
    assert found.better == (found.candidate_macro_f1 > found.other_macro_f1)


def test_a_model_is_judged_on_what_it_has_not_seen(
    written: Callable[[int, int], Labelled],
    made: Callable[[Labelled], Trained],
    trained: Trained,
    lexicon: LexiconClassifier,
) -> None:
    """Enough new rows: both are strangers there, and only there."""
    candidate = made(both(written(120, 1), written(240, 2)))
    found = comparing.beside_model(candidate, read(packed(trained.model, KEY)), lexicon, KEY)
    assert (found.how, found.rows) == ("unseen", 240)


def test_the_same_rows_again_are_no_improvement(trained: Trained, lexicon: LexiconClassifier) -> None:
    """A model that saw every row isn't flattered by them: its recipe is trained anew, and equal isn't better."""
    found = comparing.beside_model(trained, read(packed(trained.model, KEY)), lexicon, KEY)
    assert (found.how, found.better) == ("retrained", False)
    assert found.candidate_macro_f1 == found.other_macro_f1


def test_another_key_leaves_it_open(trained: Trained, lexicon: LexiconClassifier) -> None:
    """Who can't tell what a model saw claims no victory over it."""
    found = comparing.beside_model(trained, read(packed(trained.model, KEY)), lexicon, b"x" * 32)
    assert (found.how, found.better) == ("unknown", False)


def test_models_of_other_labels_are_not_compared(
    written: Callable[[int, int], Labelled],
    made: Callable[[Labelled], Trained],
    trained: Trained,
    lexicon: LexiconClassifier,
) -> None:
    """They answer different questions."""
    given = written(120, 1)
    other = made(given._replace(labels=tuple(f"类{label}" for label in given.labels)))
    with pytest.raises(LearningError, match="different labels"):
        comparing.beside_model(other, read(packed(trained.model, KEY)), lexicon, KEY)
