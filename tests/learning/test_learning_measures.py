"""Figures that can be reckoned by hand, and lines that never fall."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bancheng.learning import calibrating, confusion
from bancheng.learning.labels import told
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


def test_confusion_without_what_is_empty() -> None:
    """Rows that no text has and columns that no text was given are left out; the rest keep their counts."""
    found = scores(judged([0, 0, 2, 2, 2], [0, 3, 0, 0, -1], [0.0] * 5), ["a", "b", "c", "d"])
    grid = confusion.grid(found, "none")
    assert grid.heads == ("1", "d", "none")
    assert grid.rows == (("1 a", (1, 1, 0)), ("2 c", (2, 0, 1)))
    assert confusion.worst(found, "none", 2) == [("c", "a", 2), ("a", "d", 1)]


@pytest.mark.parametrize(
    ("labels", "zh"),
    [
        (["劳动", "教育"], "劳动、教育"),
        ([f"类别{n}" for n in range(9)], "类别0、类别1、类别2、类别3、类别4、…"),
        (["一二三四五六七八九十一二三"], "一二三四五六七八九十一二"),
        (["public-security/traffic"], "public-security/traffic"),
        (["老板不给钱，怎么办"], "共 1 种，像正文而不像标签（请检查 --label-column）"),
        (["劳动", "13800000000"], "共 2 种，像正文而不像标签（请检查 --label-column）"),
        (["please help me with it"], "共 1 种，像正文而不像标签（请检查 --label-column）"),
    ],
)
def test_labels_in_a_sentence_are_few_and_short(labels: list[str], zh: str) -> None:
    """The first five, cut; identifiers whole; what a citizen wrote not at all."""
    assert told(labels, "zh") == zh


def test_labels_come_with_their_counts() -> None:
    """Where it is about how many there are."""
    assert told(["甲", "乙"], "en", {"甲": 3, "乙": 1}) == "甲 (3), 乙 (1)"
