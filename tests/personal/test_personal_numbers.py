"""Numbers that tell a person, and numbers that don't."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import marked
from router.personal.finding import Kind, Sure, plain
from router.personal.numbers import check_digit, is_id_number, luhn
from router.personal.recognise import personal

FIRST = "1501021963051237"


def found(text: str) -> list[tuple[Kind, str]]:
    """What is found, by kind and words."""
    return [(one.kind, text[one.start : one.end]) for one in personal(text)]


def test_the_check_digit_is_that_of_the_standard() -> None:
    """The examples of GB 11643-1999 itself: 11010519491231002 is followed by X, 44052418800101001 by 4."""
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


@given(st.integers(0, 9), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_seen(last: int, place: int, by: int) -> None:
    """ISO 7064 MOD 11-2 finds every single mistaken digit."""
    number = f"{FIRST}{last}" + check_digit(f"{FIRST}{last}")
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert is_id_number(number)
    assert check_digit(wrong[:17]) != wrong[17]


@given(st.integers(0, 10**6))
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.NAME, Kind.ADDRESS)])
def test_a_number_is_found_however_it_is_written(kind: Kind, seed: int) -> None:
    """Blanks, dashes, country code, full-width signs: the number is found where it stands, from end to end."""
    dice = random.Random(seed)  # noqa: S311 (an invented number)
    said = "护照号码" if kind is Kind.PASSPORT else "号码是"
    number = marked.MAKERS[kind](dice, "")
    text = f"请记下我的{said}：{number}，谢谢。"
    assert [(k, n) for k, n in found(text) if k is not Kind.NAME] == [(kind, number)]


@pytest.mark.parametrize(
    "text",
    [
        "工单编号15010200123，请查收",
        "工单20260315101532000186已转办",
        "受理号：150602202603180001",
        "2026-03-18 09:30 到场",
        "2026年3月18日14时30分",
        "金额13812345678元，已到账",
        "共计￥13800138000",
        "面积13812345678.5平方米",
        "内政服办〔2026〕17号",
        "案号（2025）内0602执1234号",
        "统一社会信用代码91150602MA0N3F2K7X",
        "发票号码03100210011123456789",
        "订单号6222020200112233445",
        "case-0192f3a4-5b6c-7d8e-9f01-13812345678a",
        "电话打了12345和12333都没人接",
        "尾款12 800元，分3期",
        "项目代码2503-150602-04-01-123456",
        "学籍号G150602201510030017",
        "蒙文版第12345号",
        "价格15元@每斤",
    ],
)
def test_what_is_no_personal_number(text: str) -> None:
    """References, dates, amounts, document numbers and codes are left alone."""
    assert [hit for hit in found(text) if hit[0] is not Kind.NAME] == []


def test_how_sure_it_is() -> None:
    """A right check digit makes sure, a word beside it makes likely, a mere shape is said to be one."""
    number = f"{FIRST}1" + check_digit(f"{FIRST}1")
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert [one.sure for one in personal(f"我{number}")] == [Sure.VERIFIED]
    assert [one.sure for one in personal(f"身份证{wrong}")] == [Sure.CUED]
    assert [one.sure for one in personal(f"我{wrong}")] == [Sure.SHAPED]


def test_luhn() -> None:
    """The example of ISO/IEC 7812-1's annex, and the same with another digit."""
    assert luhn("79927398713")
    assert not luhn("79927398710")


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    """Whatever a text holds, places lie within it, in order, none over another; plain text keeps every place."""
    assert len(plain(text)) == len(text)
    ends = [0]
    for one in personal(text):
        assert ends[-1] <= one.start < one.end <= len(text)
        ends.append(one.end)
