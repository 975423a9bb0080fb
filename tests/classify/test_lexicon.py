"""The lexicon classifier: explained, cautious, deterministic, and never at a loss for any text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.classify.classification import Text
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise

if TYPE_CHECKING:
    from router.classify.classification import Classification
    from router.policy.policy import Policy


@pytest.fixture(scope="module")
def small(policy: Policy) -> LexiconClassifier:
    """The classifier of the small policy."""
    return LexiconClassifier(policy, "m")


def judge(classifier: LexiconClassifier, body: str, title: str = "") -> Classification:
    """Classify as the door does."""
    return classifier.classify([Text(normalise(title), normalise(body))])[0]


def test_the_words_that_spoke_are_named(small: LexiconClassifier) -> None:
    """A judgement comes with the policy's words that led to it, strongest first."""
    found = judge(small, "房屋漏水，物业不管")
    assert found.domain.choice == "housing"
    assert [cue.word for cue in found.domain.cues] == ["房屋", "漏水", "物业"]


def test_a_weak_word_alone_does_not_convince(small: LexiconClassifier) -> None:
    """One weak word leaves the confidence at half or less."""
    assert judge(small, "保险").domain.confidence <= 500


def test_a_rival_lowers_confidence(small: LexiconClassifier) -> None:
    """Words for two fields make the judgement less sure, and name the runner-up."""
    alone, torn = judge(small, "社保"), judge(small, "社保和暖气")
    assert torn.domain.confidence < alone.domain.confidence
    assert torn.domain.runner_up == "social-insurance"


def test_words_against_count(small: LexiconClassifier) -> None:
    """A contrary word takes weight off, and shows in the explanation with a minus."""
    plain, contrary = judge(small, "暖气"), judge(small, "暖气空调")
    assert contrary.domain.confidence < plain.domain.confidence
    assert any(cue.weight < 0 and cue.word == "空调" for cue in contrary.domain.cues)


def test_the_title_weighs_more(small: LexiconClassifier) -> None:
    """The same word in the title speaks louder."""
    assert judge(small, "", title="暖气").domain.confidence > judge(small, "暖气").domain.confidence


def test_a_word_inside_a_longer_one_counts_once(policy: Policy) -> None:
    """Where a longer word of the same field stands, the shorter one inside it adds nothing; elsewhere it does."""
    words = {"噪音": 2.0, "施工噪音": 4.0}
    domain = policy.domains[1].model_copy(update={"words": words})
    classifier = LexiconClassifier(policy.model_copy(update={"domains": (domain,)}), "m")
    assert [c.word for c in judge(classifier, "施工噪音").domain.cues] == ["施工噪音"]
    assert [c.word for c in judge(classifier, "施工噪音，还有噪音").domain.cues] == ["施工噪音", "噪音"]


def test_full_width_and_blanks_make_no_difference(small: LexiconClassifier) -> None:
    """Blanks, width and case are no part of a word."""
    assert judge(small, "社 保") == judge(small, "社保")
    assert normalise("ＡＢＣ　１２３") == "abc123"


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_is_judged(policy: Policy, body: str, title: str) -> None:
    """Whatever the text, there is a judgement, always the same, that can be written down."""
    classifier = LexiconClassifier(policy, "m")
    first = judge(classifier, body, title)
    assert first == judge(classifier, body, title)
    assert msgspec.json.decode(msgspec.json.encode(first), type=type(first)) == first
    assert 0 <= first.domain.confidence <= 1000
