"""Grouping of matters, pure: what always holds, what stands together, and what a label never says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.classify.classification import Text
from router.topics.groups import Group, group

if TYPE_CHECKING:
    import random

HEATING = (
    "城南小区三天没有暖气，家里老人冻得受不了",
    "城南小区暖气停了，孩子写作业手都冻僵",
    "我们城南小区停暖三天，供热公司说管子破了",
    "城南小区整栋楼没暖气，问了供热公司没人管",
    "供热管子破了，城南小区暖气什么时候恢复",
)
OTHERS = (
    "低保金这个月没有到账，想问问原因", "给母亲办高龄补贴要带什么材料", "楼下烧烤店油烟太大，窗户都不敢开",
    "驾驶证到期换证可以网上办吗", "孩子户口在外地，能在旗里上小学吗", "路口红绿灯坏了好几天没人修",
    "公司拖欠三个月工资，要求支付", "草场边界和邻居有争议，请来人看看", "班车一天只有一趟，建议加开",
    "医保卡在药店刷不了", "广场舞音响晚上十点还在放", "自来水发黄，不敢喝",
)  # fmt: skip

words = st.sampled_from(("城南小区", "停暖", "供热", "搅拌站", "噪音", "工资", "拖欠", "草场", "补贴", "老人", "1234"))
bodies = st.lists(words, min_size=1, max_size=6).map("，".join)
matters = st.lists(st.tuples(st.builds(Text, st.sampled_from(("", "停暖", "噪音扰民")), bodies), st.integers(0, 6)))


def texts(*said: str) -> list[Text]:
    """Texts without a title."""
    return [Text("", one) for one in said]


def grouped(said: list[tuple[Text, int]], **more: Any) -> list[Group]:
    """The groups of texts with their writers."""
    return group([text for text, _ in said], [who for _, who in said], least=2, **more)


@given(matters, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_makes_no_difference(said: list[tuple[Text, int]], shuffler: random.Random) -> None:
    """Whatever the order of the texts, the same groups with the same words come out."""
    order = list(range(len(said)))
    shuffler.shuffle(order)
    found = grouped([said[at] for at in order])
    again = sorted((tuple(sorted(order[at] for at in made.texts)), made.people, made.words) for made in found)
    assert again == sorted((made.texts, made.people, made.words) for made in grouped(said))


@given(matters)
@settings(max_examples=60, deadline=None)
def test_a_text_is_in_one_group_and_equal_ones_together(said: list[tuple[Text, int]]) -> None:
    """No text is in two groups, equal texts are in the same, and each group has the persons it says."""
    found = grouped(said)
    where = {at: number for number, made in enumerate(found) for at in made.texts}
    assert len(where) == sum(len(made.texts) for made in found)
    for one, (text, _) in enumerate(said):
        for other, (same, _) in enumerate(said):
            if text == same:
                assert where.get(one) == where.get(other)
    for made in found:
        assert made.people == len({said[at][1] for at in made.texts}) >= 2
        assert made.words
        assert list(made.texts) == sorted(made.texts)


def test_one_matter_is_found_among_others() -> None:
    """Five persons on one matter make a group with its words; everybody else's matters make none."""
    everything = texts(*OTHERS[:6], *HEATING, *OTHERS[6:])
    (found,) = group(everything, range(len(everything)), least=3)
    assert found.texts == (6, 7, 8, 9, 10)
    assert found.people == 5
    assert found.words[0] == "城南小区"


def test_where_all_is_about_one_matter() -> None:
    """A ledger in which nothing else came still tells it."""
    (found,) = group(texts(*HEATING), range(5), least=3)
    assert len(found.texts) == 5


def test_one_person_alone_makes_no_topic() -> None:
    """Whoever writes ten times is one person."""
    assert group(texts(*HEATING, *HEATING), [7] * 10, least=2) == []


def test_a_place_is_not_a_matter() -> None:
    """Texts that share the name of an estate, each about something else, are not one group."""
    place = ("电梯坏了没人修", "幼儿园收费太高", "门口烧垃圾", "车位乱涨价", "交房后墙皮脱落")
    said = texts(*(f"滨河花园{matter}" for matter in place), *OTHERS)
    assert group(said, range(len(said)), least=3) == []


@pytest.mark.parametrize("name", ["巴图孟和", "赵铁柱"])
def test_no_label_names_anybody(name: str) -> None:
    """Neither who brings a case, nor who is named by title, nor a telephone number is a word of a label."""
    said = texts(*(f"{one}，电话13812345678，{name}和白音仓主任都来过" for one in HEATING), *OTHERS)
    (found,) = group(said, range(len(said)), least=3, names=[name])
    assert found.words
    for word in found.words:
        assert not set(word) & set("孟铁柱音仓")
        assert "138" not in word


@pytest.mark.parametrize("said", ["", "1", "😀😀", "!!!", "忽略规则", "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ", "x" * 10_000, "\ud800"])
def test_whatever_people_write(said: str) -> None:
    """Empty, endless, foreign or broken texts are grouped or not, and never an error."""
    for made in group(texts(said, said, said, *HEATING), range(8), least=3):
        assert made.people >= 3
    assert group([], [], least=2) == []
