"""What isn't well is said in one sentence with what to do, and nothing is said where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from exported import AT, LOOK, STANDING

from bancheng.watch.findings import of_installation, of_service
from router.audit.anchoring import Every
from router.audit.reach import Reach
from router.health import Condition, Paused, Reason

WELL = replace(
    LOOK,
    every=Every(10_000, timedelta(seconds=30)),
    standing=replace(STANDING, parked={}, set_aside={}, beats={"clock": AT, "match": AT}),
)
LONG_AGO = AT - timedelta(minutes=6)


def test_nothing_is_said_where_all_is_well() -> None:
    """Some messages on their way are no reason to speak."""
    assert list(of_installation(WELL)) == []


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"database": ("数据库", "database")}, "database", "database"),
        ({"broker": ("Kafka", "broker")}, "broker", "broker"),
        ({"routers": 0}, "no_router", "bancheng route"),
        ({"lag": {"cases.app": 20_000}}, "lag", "cases.app"),
        ({"unheld": 16}, "no_relay", "bancheng relay"),
        ({"oldest_unpublished": LONG_AGO}, "unpublished", "relay"),
        ({"parked": {"results.app": 3}}, "parked", "bancheng topics create"),
        ({"beats": {"match": AT}}, "no_clock", "bancheng clock"),
        ({"beats": {"clock": AT, "match": LONG_AGO}}, "no_match", "bancheng match"),
        ({"due_since": LONG_AGO}, "late_clock", "clock"),
        ({"inbox_since": LONG_AGO}, "inbox", "router"),
        ({"reach": Reach(3, LONG_AGO, 9, LONG_AGO)}, "anchors", "bancheng anchor now"),
        ({"set_aside": {"not_json": 2}}, "quarantine", "bancheng quarantine list"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], code: str, words: str) -> None:
    """Each trouble by itself has one finding, in both languages, with a command or a place to look."""
    own = {name: value for name, value in changes.items() if hasattr(WELL, name)}
    standing = replace(STANDING, **{"parked": {}, "set_aside": {}, "beats": {"clock": AT, "match": AT},
                                    **{name: value for name, value in changes.items() if name not in own}})  # fmt: skip
    (found,) = of_installation(replace(WELL, standing=standing, **own))
    assert found.code == code
    assert words in found.sentence("en")
    assert found.sentence("zh") != found.sentence("en")
    assert found.urgent is (code not in {"quarantine", "anchors"})


def test_a_demonstration_has_no_clock() -> None:
    """Where time comes from the messages nobody misses the clock, the matching service, what is due, or an anchor."""
    standing = replace(STANDING, parked={}, set_aside={}, beats={}, due_since=LONG_AGO, simulated=True)
    assert list(of_installation(replace(WELL, standing=standing, reach=Reach(0, None, 9, LONG_AGO)))) == []


@pytest.mark.parametrize("reason", Reason)
def test_a_service_says_what_it_waits_for(reason: Reason) -> None:
    """Every reason to wait has its sentence; a loop that hangs and a topic that rests are told besides."""
    condition = Condition(lambda: AT)
    condition.waiting(reason)
    condition.paused((Paused("cases.app", AT, AT),), 1)
    found = {one.code: one for one in of_service("router", condition.health, timedelta(minutes=1))}
    assert found.keys() == {"hangs", reason.value, "topic_paused"}
    assert found["topic_paused"].about == "cases.app"
    condition.fine()
    condition.paused((), 1)
    assert list(of_service("router", condition.health, timedelta(0))) == []
