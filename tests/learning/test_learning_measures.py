"""Figures that can be reckoned by hand, and lines that never fall."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bancheng.learning import calibrating
from bancheng.learning.measures import Judged, covered, scores


def judged(truth: list[int], chosen: list[int], confidence: list[float]) -> Judged:
    """Judgements as arrays; the lead is the confidence."""
    sure = np.array(confidence)
    return Judged(np.array(truth, np.intp), np.array(chosen, np.intp), sure, sure)


def test_scores_by_hand() -> None:
    """Two labels, one text without a choice."""
    found = scores(judged([0, 0, 1, 1], [0, 1, 1, -1], [0.9, 0.6, 0.9, 0.0]), ["a", "b"])
    assert found.confusion == ((1, 1, 0), (0, 1, 1))
    assert [(one.precision, one.recall) for one in found.labels] == [(1.0, 0.5), (0.5, 0.5)]
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.5) / 2, abs=1e-4)
    assert found.micro_f1 == pytest.approx(2 * 2 / (4 + 3), abs=1e-4)
    assert found.calibration_error == pytest.approx((2 * 0.1 + 0.6) / 3, abs=1e-4)


def test_a_label_without_texts_does_not_count_in_the_average() -> None:
    """What nobody asked for isn't missed."""
    assert scores(judged([0], [0], [1.0]), ["a", "b"]).macro_f1 == 1.0


def test_coverage_takes_equally_sure_texts_together() -> None:
    """A tie can't be cut where it suits."""
    found = judged([0, 0, 0, 0], [0, 0, 1, 1], [0.9, 0.5, 0.5, 0.1])
    assert covered(found, 0.95) == 0.25
    assert covered(found, 0.6) == 0.75
    assert covered(judged([0], [-1], [0.0]), 0.9) == 0.0


@given(some.lists(some.tuples(some.floats(0, 3), some.booleans()), min_size=1, max_size=400))
def test_a_calibration_never_falls(pairs: list[tuple[float, bool]]) -> None:
    """Surer never means less likely right, and all shares are shares."""
    line = calibrating.line(np.array([score for score, _ in pairs]), np.array([right for _, right in pairs]))
    assert 1 <= len(line.score) <= calibrating.POINTS
    for values in (line.score, line.right, line.precision):
        assert (np.diff(values) >= -1e-12).all()
    for shares in (line.right, line.precision):
        assert ((shares >= 0) & (shares <= 1)).all()


def test_a_calibration_tells_the_truth() -> None:
    """Scores that mean what they say come out about as they went in."""
    chance = np.random.default_rng(1)
    score = chance.random(5000)
    line = calibrating.line(score, chance.random(5000) < score)
    assert np.abs(np.interp([0.2, 0.5, 0.8], line.score, line.right) - [0.2, 0.5, 0.8]).max() < 0.06
    assert np.interp(0.5, line.score, line.precision) == pytest.approx(0.75, abs=0.03)
