"""Who a text names and whom it complains of; enterprises under any of their names; marks for the clerk."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bancheng import policies
from router.classify.classification import Classification, Text
from router.classify.lexicon import LexiconClassifier
from router.classify.marks import Marked, marks
from router.classify.matcher import normalise

OTOG = policies.read()
CLASSIFIER = LexiconClassifier(OTOG, OTOG.hash)


def judge(text: str, title: str = "") -> Classification:
    """Classify as the door does."""
    return CLASSIFIER.classify([Text(normalise(title), normalise(text))])[0]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("投诉旗医疗保障局不给办异地备案", ("medical-insurance",)),
        ("我要举报住建局工作人员收好处", ("housing-construction",)),
        ("城管局执法人员暴力执法，把摊子掀了", ("urban-management",)),
        ("人社局窗口态度恶劣，办退休来了三趟", ("hrss",)),
        ("投诉原旗国土资源局当年乱收费", ("natural-resources",)),
        ("实名举报乌兰镇干部截留补贴", ("wulan-town",)),
        ("向住建局反映过物业的事，没有下文", ()),
        ("到人社局办退休，让去社保中心", ()),
        ("建议交通局多开几班车，司机态度恶劣", ()),
        ("请公安局帮忙查一下户口底册", ()),
        ("但是医保局窗口态度差", ("medical-insurance",)),
        ("就是住建局不作为", ("housing-construction",)),
        ("可是公安局包庇他", ("public-security",)),
        ("于是教育局推诿扯皮", ("education-sports",)),
        ("我被公安局的人打人", ("public-security",)),
        ("现在住建局不作为", ("housing-construction",)),
        ("遇到交警大队乱收费", ("traffic-police",)),
        ("在住建局反映物业不作为", ()),
        ("投诉物业不作为", ()),
        ("在医保局窗口办备案，系统出错", ()),
        ("材料交到社保中心三个月了，一问就是等，我投诉他们", ("social-insurance-center",)),
        ("去旗不动产登记中心过户，窗口的人问两句就嚷嚷", ("real-estate-registry",)),
        ("公证处工作人员叫了三遍，头都不抬", ("justice",)),
        ("向住建局反映过物业，物业窗口态度恶劣，我投诉他们", ()),
        ("请派出所来看看，楼上的人骂人，我投诉他们", ()),
        ("医保局说要备案。医院的人不耐烦，我要投诉他们", ()),
    ],
)
def test_who_is_complained_of_is_told_from_who_is_only_named(text: str, units: tuple[str, ...]) -> None:
    """A unit is complained of where the word of complaint or of blame goes with it, under any of its names."""
    assert judge(text).complained_of == units


def test_the_title_can_complain_too() -> None:
    """A complaint that stands only in the title counts."""
    assert judge("来了四趟都没办成", title="投诉旗民政局").complained_of == ("civil-affairs",)


@pytest.mark.parametrize("name", ["哈马太化工厂", "哈马太碱厂", "哈马太厂"])
def test_an_enterprise_is_found_under_every_name(name: str) -> None:
    """Whatever people call a plant that is gone, the register knows it."""
    assert judge(f"我在{name}干过十年").enterprises == ("hamatai-chemical",)


def test_where_somebody_worked_is_not_what_the_matter_is_about() -> None:
    """A chemical plant's name speaks for no field: its old worker wants a pension, no inspection of the air."""
    found = judge("我在哈马太化工厂上过班，想办退休")
    assert found.domain.choice == "pension"
    assert found.domain.runner_up is None


def test_a_place_names_its_region() -> None:
    """A township that is named gives the region that routes may ask for."""
    assert judge("棋盘井镇的路灯坏了").regions == ("qipanjing",)


def marked(text: str, kind: Marked) -> list[str]:
    """The pieces of a text that carry marks of a kind."""
    return [text[mark.start : mark.end] for mark in marks(text) if mark.kind is kind]


def test_what_a_clerk_looks_for_is_marked() -> None:
    """Places, organisations, amounts, dates and the person's own words for what they want."""
    text = "我在哈马太化工厂干到2001年，现在住在乌兰镇，欠工资3.5万元，希望帮我把档案找到。"
    assert marked(text, Marked.ORGANISATION) == ["哈马太化工厂"]
    assert marked(text, Marked.PLACE) == ["乌兰镇"]
    assert marked(text, Marked.AMOUNT) == ["3.5万元"]
    assert marked(text, Marked.DATE) == ["2001年"]
    assert marked(text, Marked.WISH) == ["希望帮我把档案找到"]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("欠了1,200.5万元和三万块", ["1,200.5万元", "三万块"]),
        ("每1万一亩，共三十万元", ["1万", "一亩", "三十万元"]),
        ("赔了三万", ["三万"]),
        ("第1234567890次", []),
    ],
)
def test_amounts_are_whole_numbers_with_their_unit(text: str, amounts: list[str]) -> None:
    """A number is marked from its first character to its unit; one without a unit isn't."""
    assert marked(text, Marked.AMOUNT) == amounts


def test_no_text_holds_the_marking_up() -> None:
    """Texts as long as a narrative may be, of runs that could be gone through again and again: seconds, all together.

    Going through a run anew from each of its characters would take minutes for the first of these alone.
    """
    start = time.process_time()
    for run in (*"1一万路公a·\n", "1,", "１，", "3.", "三万", "1-", "2001年", "小区", "有限", "希望", "，请"):
        marks((run * 100_000)[:100_000])
    assert time.process_time() - start < 10


@given(st.text(max_size=300))
def test_marks_stand_inside_any_text(text: str) -> None:
    """Whatever the text, marks are in order and inside it."""
    found = marks(text)
    assert list(found) == sorted(found, key=lambda mark: (mark.start, mark.end, mark.kind))
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found)
