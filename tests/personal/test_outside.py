"""Personal data outside of the details: what is seen there, and which references are left in peace."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.marked import card, id_number, mobile
from producers.window import new_id
from router.personal.finding import plain
from router.personal.outside import outside, strings

DICE = random.Random(7)  # noqa: S311 (invented numbers, the same at each run)
IDENTITY, CARD, MOBILE = id_number(DICE, "x"), card(DICE, "plain"), mobile(DICE, "plain")


def seen(field: str, value: str, *details: str) -> str | None:
    """The field in which something personal is seen."""
    return outside([(field, value)], lambda: details)


@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("data.reference", IDENTITY, ""),
        ("data.reference", f"WH-{IDENTITY.upper()}-1", ""),
        ("id", f"import/{IDENTITY}", ""),
        ("data.reference", CARD, ""),
        ("data.reference", f"{MOBILE[:3]}-{MOBILE[3:7]}-{MOBILE[7:]}", ""),
        ("data.reference", MOBILE, MOBILE),
        ("id", f"tel_{MOBILE}_2", f"我的电话是{MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}，请回电"),
        ("id", f"86{MOBILE}", f"+86 {MOBILE}"),
        ("data.reference", "04776912345", "电话0477-6912345"),
        ("data.part", MOBILE, ""),
        ("data.item.after", f"ask-{MOBILE}", ""),
    ],
)
def test_what_is_seen(field: str, value: str, details: str) -> None:
    """Numbers that vouch for themselves, those of the details again, and a mobile number as a name of a part."""
    assert seen(field, value, details) == field


@pytest.mark.parametrize(
    "value",
    [
        "15010200123", "20260318000123", "20260315101532000186", "1772530215123456789", "150102202603180001",
        "WH-2026-0001", "13812345678", "6217000000000000000000", "2503-150602-04-01-123456", "1" * 60, "0",
        "9999999999999999999", "12150100460012345X", "01a22ae7-9b7b-7714-9d97-d22a0cfdc842",
    ],
)  # fmt: skip
def test_references_are_left_in_peace(value: str) -> None:
    """Serial numbers, dates, times in nanoseconds, division codes with a counter, identifiers: all pass."""
    assert seen("data.reference", value, f"电话{MOBILE}，身份证{IDENTITY}") is None


@given(st.uuids(), st.integers(0, 10**6))
def test_identifiers_pass(identifier: object, seed: int) -> None:
    """No UUID is ever taken for a number, whatever the details hold."""
    number = plain(mobile(random.Random(seed), ""))  # noqa: S311 (an invented number)
    assert seen("id", str(identifier), number) is None


@given(st.integers(20_000_101, 20_991_231), st.integers(0, 10**10 - 1))
def test_a_date_with_a_counter_passes(day: int, counter: int) -> None:
    """The usual reference, a date and a counter of any length, is never taken for something personal."""
    assert seen("data.reference", f"{day}{counter}") is None


def test_details_are_not_looked_for_in_vain() -> None:
    """A message without long numbers outside costs no look into its details."""

    def never() -> list[str]:
        raise AssertionError

    fields = [("id", new_id()), *strings({"reference": "WH-1", "details": {"text": MOBILE}, "items": [{"id": "a"}]})]
    assert outside(fields, never) is None
    assert [name for name, _ in fields] == ["id", "data.reference", "data.items.id"]
