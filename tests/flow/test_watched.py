"""The running installation as operators see it: figures, health, `bancheng status`, and nothing personal in any."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from exported import families
from homes import page
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text

from bancheng.watch.figures import OfInstallation
from bancheng.watch.neighbours import neighbours
from producers.window import new_id
from router.health import now_utc
from router.ledger.load import NOBODY, OPEN_CASES, load
from router.ledger.shards import shard_of
from router.ledger.standing import DUE, MOST, SET_ASIDE, UNPUBLISHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Said, Wire

NAME, PHONE, WORDS = "金丝雀娜仁", "13911112222", "金丝雀小区房屋漏水"
CANARIES = (NAME, PHONE, "金丝雀", "漏水")


def figure(wire: Wire, service: str, name: str, **labels: str) -> float:
    """One figure of a service."""
    for family in families(page(wire.house, service, "/metrics")[1]).values():
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    raise LookupError(name)


@pytest.fixture(autouse=True)
def _at_work(wire: Wire) -> None:
    """Router, relay, clock and matching are found by the home they share, alive and ready."""

    def all_well() -> bool:
        near = {one.task: one for one in neighbours(wire.house.settings.home)}
        return near.keys() == {"router", "relay", "clock", "match"} and all(n.alive and n.ready for n in near.values())

    wire.eventually(all_well, seconds=60)


def installation(wire: Wire) -> str:
    """The page of figures of the installation, as it is now."""
    with closing(wire.house.looking()) as looking:
        look = looking.look()
    registry = CollectorRegistry()
    registry.register(OfInstallation(lambda: (now_utc(), look)))
    return generate_latest(registry).decode()


def canary(wire: Wire) -> str:
    """A case full of words that may appear nowhere, and a message that can't be taken besides; return the case."""
    data = {"details": {"narrative": WORDS + new_id(), "person": {"name": NAME, "phone": PHONE}}}
    case_id, value = wire.submit("", data=data)
    place = wire.send(
        "channel-window-system", "cases.window-system", case_id.encode(), value, partition=shard_of(case_id, 16)
    )
    bad = wire.send("channel-window-system", "cases.window-system", b"x", f'{{"{NAME}": {PHONE}'.encode())
    assert place
    wire.case_when(case_id, lambda case: case is not None)
    wire.quarantined(bad)
    return case_id


def test_what_happens_is_counted_and_nothing_personal_is_told(wire: Wire) -> None:
    """A case and a bad message move the figures of router, relay and installation; no page has a word of either."""
    before = figure(wire, "router", "bancheng_messages_total", outcome="decided")
    sent = figure(wire, "relay", "bancheng_published_total", kind="record")
    canary(wire)
    wire.eventually(lambda: figure(wire, "router", "bancheng_messages_total", outcome="decided") > before)
    wire.eventually(lambda: figure(wire, "relay", "bancheng_published_total", kind="record") > sent)
    assert figure(wire, "router", "bancheng_messages_total", outcome="quarantined") >= 1
    assert figure(wire, "router", "bancheng_batch_seconds_count") >= 1
    assert figure(wire, "relay", "bancheng_publish_delay_seconds_sum") > 0
    assert figure(wire, "clock", "bancheng_ready", task="clock") == 1
    whole = installation(wire)
    seen = families(whole)
    assert {sample.labels["topic"] for sample in seen["bancheng_lag_messages"].samples} >= {"cases.window-system"}
    quarantined = {s.labels["code"]: s.value for s in seen["bancheng_quarantined_messages"].samples}
    assert quarantined["not_json"] >= 1
    assert seen["bancheng_routers"].samples[0].value >= 1
    assert seen["bancheng_database_up"].samples[0].value == seen["bancheng_broker_up"].samples[0].value == 1
    near = neighbours(wire.house.settings.home)
    told = [page(wire.house, one.task, path)[1] for one in near for path in ("/metrics", "/", "/readyz")]
    assert len(told) == 12
    assert not [word for word in CANARIES if word in whole + "".join(told)]


def test_every_service_says_how_it_is(wire: Wire) -> None:
    """Whichever service is asked, it says that it lives, and that nothing is wrong."""
    for one in neighbours(wire.house.settings.home):
        said = orjson.loads(page(wire.house, one.task, "/healthz")[1])
        assert (said["task"], said["alive"], said["ready"], said["reasons"]) == (one.task, True, True, [])


def test_status_says_it_all_at_a_glance(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """`bancheng status` tells services, figures, and what to do; as data too."""
    canary(wire)
    said = bancheng("status", "--json")
    told = said.json()
    assert {one["task"] for one in told["services"]} == {"router", "relay", "clock", "match"}
    assert told["figures"]["routers"] >= 1
    assert told["figures"]["records"] >= 1
    assert told["well"] is (said.code == 0)
    assert "quarantine" in [one["code"] for one in told["findings"]]
    shown = bancheng("status").out
    assert "router" in shown
    assert "bancheng quarantine list" in shown
    assert not [word for word in CANARIES if word in said.out + shown]


def test_open_cases_are_counted_by_who_holds_them(wire: Wire) -> None:
    """A case counts for the unit that holds it, as late once its time is over; one for triage counts for nobody."""
    before = load(wire.engine, now_utc())
    case_id = wire.good()
    case = wire.case(case_id)
    assert case is not None
    now = load(wire.engine, now_utc())
    assert now.open["housing"] == before.open["housing"] + 1
    later = load(wire.engine, max(one.due for one in case.assignments) + (now_utc() - case.received_at))
    assert later.overdue["housing"] >= 1
    wire.good("某某事")
    assert load(wire.engine, now_utc()).open[NOBODY] > now.open[NOBODY]


@pytest.mark.parametrize(
    ("query", "values", "grown"),
    [
        (UNPUBLISHED, {}, ("records", "outputs")),
        (DUE, {"0": MOST}, ("cases",)),
        (SET_ASIDE, {"0": MOST}, ("quarantine",)),
        (OPEN_CASES, {"0": ["handling"]}, ("cases",)),
    ],
)
def test_looking_does_not_grow_with_the_past(wire: Wire, query: str, values: dict[str, Any], grown: tuple[str]) -> None:
    """PostgreSQL can answer each question from an index: no table that keeps the past is read whole."""
    for name in values:
        query = query.replace("%s", f":v{name}", 1)
    with wire.engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = "\n".join(
            row[0] for row in connection.execute(text(f"EXPLAIN {query}"), {f"v{n}": v for n, v in values.items()})
        )
    assert not [table for table in grown if f"Seq Scan on {table}" in plan], plan
    assert [table for table in grown if f"on {table}" in plan], plan
