"""How words count: cues of several words, words inside longer ones, calibration, contradictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.classify.calibration import Calibration
from router.classify.classification import Text, Verdict
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise
from router.policy.catalogue import Knot

if TYPE_CHECKING:
    from router.classify.classification import Classification
    from router.policy.policy import Policy


def judged(policy: Policy, text: str, **changes: object) -> Classification:
    """Classify under a policy with some fields changed."""
    return LexiconClassifier(policy.model_copy(update=changes), "m").classify([Text("", normalise(text))])[0]


def heating(policy: Policy, **words: float) -> tuple[object, ...]:
    """The small policy's domains, with these words for heating."""
    return (*policy.domains[:2], policy.domains[2].model_copy(update={"words": words, "against": {}}))


@pytest.mark.parametrize(
    ("text", "counts"),
    [("暖气片一点也不热", True), ("暖气从去年冬天开始就不热", True), ("不热是因为没有暖气", False),
     ("暖气挺好。水不热", False), ("暖气", False)],
)  # fmt: skip
def test_a_cue_of_several_words_asks_for_all_in_order(policy: Policy, text: str, *, counts: bool) -> None:
    """`甲…乙` counts where 乙 follows 甲 in the same sentence, not too far away."""
    found = judged(policy, text, domains=heating(policy, **{"暖气…不热": 4}))
    assert [cue.word for cue in found.domain.cues] == (["暖气…不热"] if counts else [])


def test_a_longer_word_says_what_it_is_silent_about_by_the_words_inside(policy: Policy) -> None:
    """A longer word counts instead of those inside it; of answers that it doesn't speak of, they still speak."""
    domains = (*policy.domains[:2], policy.domains[2].model_copy(update={"words": {"社保暖气": 5}}))
    found = judged(policy, "社保暖气", domains=domains)
    assert found.domain.choice == "heating"
    assert found.domain.runner_up == "social-insurance"


def test_a_cause_of_another_field_is_a_contradiction(policy: Policy) -> None:
    """A strong cause that is looked for in other fields only makes the heads contradict each other."""
    cause = policy.causes[0].model_copy(update={"words": {"档案遗失": 6}, "domains": ("social-insurance",)})
    found = judged(policy, "暖气的档案遗失", causes=(cause, *policy.causes[1:]))
    assert found.domain.choice == "heating"
    assert found.cause.choice is None
    assert found.doubt == "cause_elsewhere"


def test_words_against_a_cause_count(policy: Policy) -> None:
    """A cause's contrary word takes weight off it."""
    plain = judged(policy, "档案找不到").cause
    cause = policy.causes[0].model_copy(update={"against": {"电子": 3}})
    contrary = judged(policy, "电子档案找不到", causes=(cause, *policy.causes[1:])).cause
    assert contrary.confidence < plain.confidence


KNOTS = (Knot(raw=0.4, right=0.5, precision=0.7), Knot(raw=0.8, right=0.9, precision=0.95))


@pytest.mark.parametrize(
    ("raw", "right", "precision"), [(0, 0, 0), (200, 250, 350), (400, 500, 700), (600, 700, 825), (900, 900, 950)]
)
def test_a_raw_score_becomes_what_it_has_meant(raw: int, right: int, precision: int) -> None:
    """Between measured points a straight line; below the first towards nothing, beyond the last no higher."""
    found = Calibration.of(KNOTS).applied(Verdict("x", raw))
    assert (found.confidence, found.precision) == (right, precision)


def test_without_points_a_score_is_as_it_is() -> None:
    """Nothing measured, nothing claimed: the precision is unknown, and the score counts itself."""
    found = Calibration.of(()).applied(Verdict("x", 640))
    assert (found.confidence, found.precision, found.surely) == (640, None, 640)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_more_raw_is_never_less_sure(one: int, two: int) -> None:
    """The line never falls, so that a threshold parts the sure from the others."""
    low, high = (Calibration.of(KNOTS).applied(Verdict("x", raw)) for raw in sorted((one, two)))
    assert low.confidence <= high.confidence
    assert low.surely <= high.surely
