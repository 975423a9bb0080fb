"""When the broker can't be used, the sentence names the true cause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from consumers.department import DepartmentClient
from producers.window import WindowClient
from router.wire.connection import BadCredentialsError, BrokerAwayError, Connection, NoRightError, check

if TYPE_CHECKING:
    from bancheng.compose import House


def test_nobody_answers() -> None:
    """A wrong address is told as nobody answering there, with the setting to look at."""
    with pytest.raises(BrokerAwayError, match=r"127\.0\.0\.1:1.*BANCHENG_KAFKA"):
        check(Connection("127.0.0.1:1", "router", "x"), ())


def test_a_wrong_password_is_called_one(house: House) -> None:
    """kafka-python says “time-out”; a person is told that the password is wrong, of which user."""
    wrong = replace(house.connection("unit-hrss"), password="wrong")  # noqa: S106 (wrong on purpose)
    with pytest.raises(BadCredentialsError, match="unit-hrss"):
        DepartmentClient(wrong, "hrss")


def test_another_units_topic(house: House) -> None:
    """A unit that opens another's topics is told that it has no right, not left in silence."""
    with pytest.raises(NoRightError, match=r"responses\.archives"):
        DepartmentClient(house.connection("unit-hrss"), "archives")


def test_another_channels_topic(house: House) -> None:
    """A channel can't speak for another."""
    with pytest.raises(NoRightError, match=r"cases\.hotline"):
        WindowClient(house.connection("channel-window-system"), "hotline")


def test_topic_ids_are_known(house: House) -> None:
    """Positions know the topic's id: checking topics tells it."""
    ids = check(house.connection("router"), ("cases.hotline", "ledger"))
    assert set(ids) == {"cases.hotline", "ledger"}
    assert len(set(ids.values())) == 2
