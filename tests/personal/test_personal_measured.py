"""How well personal places are found in the annotated texts: the goals hold on the half that was kept apart too."""

from __future__ import annotations

import pytest

from bench.marked import HALVES, read
from bench.personal import Score, scored
from router.personal.finding import Kind

NUMBERS = tuple(kind for kind in Kind if kind not in (Kind.NAME, Kind.ADDRESS))
DRAWS = 4


@pytest.fixture(scope="module", params=HALVES)
def score(request: pytest.FixtureRequest) -> Score:
    """The counts of a half."""
    return scored(request.param, DRAWS)


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_are_found(score: Score, kind: Kind) -> None:
    """At least .98 of the numbers are found, and at least .95 of what is told is one."""
    assert score.recall(kind) >= 0.98
    assert score.precision(kind) >= 0.95


@pytest.mark.parametrize("kind", [Kind.NAME, Kind.ADDRESS])
def test_names_and_addresses_are_found(score: Score, kind: Kind) -> None:
    """At least .90 of names and addresses are found, and at least .90 of what is told is one."""
    assert score.recall(kind) >= 0.90
    assert score.precision(kind) >= 0.90


def test_there_are_enough_texts() -> None:
    """At least two hundred texts, half of them kept apart, no text in both, and no number in the files."""
    halves = [[one.text for one in read(half, 0)] for half in HALVES]
    assert sum(map(len, halves)) >= 200
    assert min(map(len, halves)) >= 100
    assert not set(halves[0]) & set(halves[1])
