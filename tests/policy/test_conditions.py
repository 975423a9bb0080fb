"""The conditions of routes: read as a civil servant writes them, answered from facts, refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from router.policy import conditions
from router.policy.conditions import Condition, ConditionError, Either, Every, Facts, Is, Mentions, Not, Urgent
from router.policy.load import PolicyError, load
from router.policy.spelling import spelt

SMALL = (Path(__file__).parent.parent / "data" / "small.yaml").read_text(encoding="utf-8")
FACTS = Facts(
    domain="pension", section="retirement", cause="file-lost", kind="help",
    words=frozenset({"退休", "老厂"}), regions=frozenset({"wulan"}), enterprises=frozenset({"plant"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("提到 退休", True),
        ("提到 档案", False),
        ("提到（档案、老厂）", True),
        ("非 提到 档案", True),
        ("提到 退休 且 提到 档案", False),
        ("提到 退休 或 提到 档案 且 紧急", True),
        ("（提到 退休 或 提到 档案）且 紧急", False),
        ("原因是 file-lost 且 地区是 wulan 且 企业是 plant", True),
        ("有企业 且 非 紧急", True),
        ("mentions (退休、档案) and not urgent", True),
        ("cause: file-lost or kind: complaint", True),
        ("section: contributions", False),
        ("领域是 pension 且 类型是 help", True),
    ],
)
def test_a_condition_says_what_it_says(text: str, *, holds: bool) -> None:
    """In Chinese or English, with brackets, `且` tighter than `或`."""
    assert conditions.read(text).holds(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("提到", "character 3"),
        ("提到（甲、", "character 6"),
        ("且 提到 甲", "character 1"),
        ("提到 甲 乙", "character 6"),
        ("__import__('os')", "character 1"),
        ("提到（甲）且", "character 7"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: str, place: str) -> None:
    """A mistake in a condition is one sentence with the character at which it stands; nothing is ever executed."""
    with pytest.raises(ConditionError, match=place):
        conditions.read(text)


@pytest.mark.parametrize(
    ("text", "weight"),
    [("提到 甲", 1), ("提到 甲 且 提到 乙", 2), ("提到 甲 或 提到 乙 且 紧急", 1), ("非 提到 甲 且 原因是 x", 2)],
)
def test_the_more_must_hold_the_more_specific(text: str, weight: int) -> None:
    """Of alternatives the least demanding counts."""
    assert conditions.weight(conditions.read(text)) == weight


@pytest.mark.parametrize(
    ("text", "place", "does"),
    [
        ("提到 退休且提到 档案", 6, "put a blank before it"),
        ("提到 退休且提到档案", 6, "put a blank before it"),
        ("提到 退休且有企业", 6, "put a blank before it"),
        ("提到 退休且（提到 档案）", 6, "put a blank before it"),
        ("提到 退休非紧急", 6, "put a blank before it"),
        ("提到 退休提到 档案", 6, "put a blank before it"),
        ("原因是 delay或紧急", 10, "put a blank before it"),
        ("提到（退休或补缴）", 6, "、 between words"),
        ("提到（退休、或者补缴）", 7, "、 between words"),
        ("提到（退休，补缴）", 6, "put 、 between words"),
        ("提到(退休,补缴)", 6, "put 、 between words"),
        ("提到（退休；补缴）", 6, "put 、 between words"),
        ("提到 “退休”", 4, "write 「“退休”」"),
        ("提到（'退休'）", 4, "write 「'退休'」"),
        ("提到 退休|补缴", 6, "put 、 between words"),
    ],
)
def test_what_was_meant_for_the_condition_is_no_word(text: str, place: int, does: str) -> None:
    """A blank forgotten, a comma, quotes: refused in a sentence that says what to do, never taken into a word."""
    with pytest.raises(ConditionError, match=f"at character {place} .*{does}"):
        conditions.read(text)


@pytest.mark.parametrize(
    "word", ["非法集资", "或者", "而且", "国有企业", "紧急救助", "file-lost", "p2p", "干12小时", "阿·布", "3.5"]
)
def test_real_words_are_words(word: str) -> None:
    """Words may hold what elsewhere joins or begins conditions."""
    assert conditions.read(f"提到（{word}、退休）") == Mentions((word, "退休"))
    assert conditions.read(f"提到 {word} 且 紧急") == Every((Mentions((word,)), Urgent()))


@pytest.mark.parametrize(
    "word", ["退休或补缴", "不可或缺", "办 退休", "社保（转移）", "甲、乙", "他说「不行」", "“老厂”"]
)
def test_an_odd_word_stands_in_brackets_of_its_own(word: str) -> None:
    """Between 「 and 」 every word can be written; a 」 of its own is doubled."""
    assert conditions.read(f"提到（{spelt(word)}、退休）且紧急") == Every((Mentions((word, "退休")), Urgent()))


@pytest.mark.parametrize("text", ["提到 「退休", "提到（「」）", "提到 「 」"])
def test_an_odd_word_is_something_and_ends(text: str) -> None:
    """Nothing between 「 and 」, or no end, is a mistake."""
    with pytest.raises(ConditionError, match="a word"):
        conditions.read(text)


@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_any_word_can_be_spelt(word: str) -> None:
    """However odd a word, written as it must be it is read as itself."""
    assert conditions.read(f"提到（甲、{spelt(word)}）") == Mentions(("甲", word))


@pytest.mark.parametrize("text", ["（" * 3000 + "紧急" + "）" * 3000, "非" * 3000 + "紧急", "非（" * 3000])
def test_nobody_follows_a_deep_condition(text: str) -> None:
    """Thousands of brackets or 非 are one sentence, no fault of the program."""
    with pytest.raises(ConditionError, match="more than 20 deep"):
        conditions.read(text)


@given(st.text("提到且或非（）、紧急有企业「」甲 乙，", max_size=40))
def test_any_text_is_a_condition_or_a_mistake(text: str) -> None:
    """Whatever is written is read or refused in one sentence with its place."""
    try:
        conditions.read(text)
    except ConditionError as told:
        assert "at character" in str(told)  # noqa: PT017 (either way is right)


words = st.text("甲乙丙丁", min_size=1, max_size=3)
simple = st.one_of(
    st.builds(Mentions, st.lists(words, min_size=1, max_size=3).map(tuple)),
    st.builds(Is, st.just("cause"), st.sampled_from(["file-lost", "delay"])),
    st.just(Urgent()),
)
trees = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Every, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def written(condition: Condition) -> str:
    """Write a condition as a civil servant would, every part in brackets."""
    match condition:
        case Mentions(told):
            return f"提到（{'、'.join(told)}）"
        case Is(_, value):
            return f"原因是 {value}"
        case Urgent():
            return "紧急"
        case Not(part):
            return f"非（{written(part)}）"
        case Every(inner):
            return "且".join(f"（{written(part)}）" for part in inner)
        case Either(inner):
            return "或".join(f"（{written(part)}）" for part in inner)
        case _:
            raise AssertionError(condition)


@given(trees, st.frozensets(words, max_size=4), st.booleans())
def test_what_is_written_is_what_is_read(tree: Condition, told: frozenset[str], urgent: bool) -> None:  # noqa: FBT001 (drawn)
    """Reading what a condition looks like written down gives a condition that holds for the same facts."""
    facts = FACTS._replace(words=told, urgent=urgent)
    assert conditions.read(written(tree)) == tree
    assert conditions.read(written(tree)).holds(facts) is tree.holds(facts)
    assert conditions.read(written(Not(tree))).holds(facts) is not tree.holds(facts)


@pytest.mark.parametrize(
    ("when", "what"),
    [("原因是 nothing", "there is no cause 'nothing'"), ("章节是 nowhere", "there is no section"),
     ("提到（", "is expected"), ("提到（工资，补缴）", "put 、 between words"),
     ("企业是 nobody", "there is no enterprise")],
)  # fmt: skip
def test_policy_check_tests_conditions(when: str, what: str) -> None:
    """A condition that can't be read, or names what isn't there, is a mistake at its line."""
    raw = yaml.safe_load(SMALL)
    raw["routes"].insert(1, raw["routes"][1] | {"when": when})
    with pytest.raises(PolicyError) as told:
        load({"p.yaml": yaml.safe_dump(raw, allow_unicode=True)})
    (mistake,) = told.value.mistakes
    assert what in mistake.what
    assert mistake.field == "routes.1.when"
    assert mistake.line is not None
