"""What is shown of personal fields to who need not know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.marked import HALVES, read
from router.personal.finding import Finding, Kind, Sure
from router.personal.masking import (
    mask_address,
    mask_card,
    mask_email,
    mask_id_number,
    mask_name,
    mask_passport,
    mask_phone,
    mask_plate,
    masked,
    masked_text,
)
from router.personal.numbers import check_digit

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "15010219630512371"
NUMBER = FIRST + check_digit(FIRST)
CARD = "6222" + "0" * 12


@pytest.mark.parametrize(
    ("mask", "given_", "shown"),
    [
        (mask_name, "张三", "张**"),
        (mask_name, "王小明", "王**"),
        (mask_name, "欧阳雪梅", "欧阳**"),
        (mask_name, "那仁满都拉", "那**"),
        (mask_name, "", "**"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "+86 138-1234-5678", "138****5678"),
        (mask_phone, "１３８１２３４５６７８", "138****5678"),
        (mask_phone, "0471-6912345", "0471-****45"),
        (mask_phone, "(010)66112233", "010-****33"),
        (mask_phone, "6912345", "****45"),
        (mask_phone, "不记得", "****"),
        (mask_id_number, NUMBER, f"1501**********{NUMBER[-4:]}"),
        (mask_id_number, f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", f"1501**********{NUMBER[-4:]}"),
        (mask_id_number, "150102630512371", "1501*******2371"),
        (mask_id_number, "15010263", "****"),
        (mask_address, "内蒙古自治区鄂尔多斯市东胜区天骄路12号3号楼", "内蒙古自治区鄂尔多斯市东胜区****"),
        (mask_address, "鄂托克旗乌兰镇利民小区4号楼", "鄂托克旗****"),
        (mask_address, "阳光小区4号楼", "****"),
        (mask_card, CARD, "****0000"),
        (mask_plate, "蒙L·12345", "蒙L***45"),
        (mask_email, "zhang.san@example.com", "z***@example.com"),
        (mask_email, "no address", "****"),
        (mask_passport, "E12345678", "E****78"),
    ],
)
def test_what_a_mask_shows(mask: Callable[[str], str], given_: str, shown: str) -> None:
    """Each kind keeps just enough to tell two of them apart."""
    assert mask(given_) == shown


def test_a_text_keeps_everything_else() -> None:
    """Only what is personal is masked; the matter stays readable."""
    text = f"我叫张三，身份证{NUMBER}，手机138 1234 5678，2019年下岗，工单15010200123。"
    assert masked_text(text) == (
        f"我叫张**，身份证1501**********{NUMBER[-4:]}，手机138****5678，2019年下岗，工单15010200123。"
    )


@pytest.mark.parametrize("half", HALVES)
def test_marked_places_are_gone_from_the_masked_text(half: str) -> None:
    """A text masked by its marked places holds none of them any more."""
    for text, places in ((one.text, one.places) for one in read(half, 1)):
        shown = masked(text, [Finding(kind, start, end, Sure.CUED) for kind, start, end in places])
        for kind, start, end in places:
            whole = text[start:end]
            assert whole not in shown.replace(whole, "", text.count(whole) - 1) or kind is Kind.NAME


@given(st.text(max_size=60), st.sampled_from((mask_phone, mask_id_number, mask_card, mask_plate, mask_passport)))
def test_a_mask_never_shows_most_of_a_number(text: str, mask: Callable[[str], str]) -> None:
    """Whatever stands in such a field, at most eight signs of it are shown."""
    assert sum(sign.isalnum() for sign in mask(text)) <= 8
