"""Traces carried through `traceparent`: what a sender began is handed on with everything that follows from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from producers.window import new_id
from router.cases.commands import Withdraw
from router.cases.follow import Follow
from router.door.inbox import pack, unpack
from router.ledger.shards import shard_of
from router.messages.trace import taken, without
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from conftest import Wire

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
USER, TOPIC = "channel-window-system", "cases.window-system"
ELSE = (
    "", "13800001111", 7, ["x"], {"x": 1}, None, TRACE.upper(), TRACE + "-00", TRACE[:-1], " " + TRACE, TRACE + "\n",
    "01" + TRACE[2:], "00-" + "0" * 32 + TRACE[35:], TRACE[:36] + "0" * 16 + "-01", TRACE.replace("4", "四"),
    "9" * 100_000,
)  # fmt: skip
"""What is no trace context of version 00."""


def sent(wire: Wire, value: dict[str, Any], headers: list[tuple[str, bytes]] | None = None) -> str:
    """Send a whole event as the window's system; return its case."""
    case_id = value["subject"]
    body = orjson.dumps(value if headers is None else value["data"])
    wire.send(USER, TOPIC, case_id.encode(), body, partition=shard_of(case_id, 16), headers=headers)
    return str(case_id)


def submission(wire: Wire, **attributes: Any) -> dict[str, Any]:
    """A case of its own words, with further attributes in its envelope."""
    _, value = wire.submit(f"小区房屋漏水{new_id()}")
    return {**orjson.loads(value), **attributes}


@pytest.fixture(scope="module")
def told(wire: Wire) -> Any:
    """Every event that a topic tells of a case, as it stands there, once the first is there."""
    readers: dict[str, TopicReader] = {}
    kept: dict[str, list[Any]] = {}

    def of(user: str, topic: str, case_id: str) -> list[Any]:
        reader = readers.get(topic)
        if reader is None:
            reader = readers[topic] = TopicReader(wire.house.connection(user), topic, group=None)
        own = kept.setdefault(topic, [])

        def found() -> list[Any]:
            of_case = [event for event in own if event.case_id == case_id]
            if not of_case:
                own.extend(reader.poll(0.2))
            return of_case

        return list(wire.eventually(found))

    yield of
    for reader in readers.values():
        reader.close()


def test_what_follows_is_in_the_same_trace(wire: Wire, told: Any) -> None:
    """Without tracing of its own the router hands a trace on to channel and unit; the record doesn't hold it."""
    case_id = sent(wire, submission(wire, traceparent=TRACE, tracestate="vendor=张三"))
    assert [event.trace for event in told(USER, "results.window-system", case_id)] == [TRACE]
    assert [event.trace for event in told("unit-housing", "assignments.housing", case_id)] == [TRACE]
    recorded = told("auditor", "ledger", case_id)
    assert [event.trace for event in recorded] == [None]
    assert TRACE[3:35] not in str(recorded[0].data)


def test_a_trace_in_headers(wire: Wire, told: Any) -> None:
    """In binary mode the trace is a header; one that isn't even text is passed over like any other mistake."""
    for raw, expected in ((TRACE.encode(), TRACE), (b"\xff\xfe", None)):
        value = submission(wire)
        headers = [
            (f"ce_{name}", str(value[name]).encode()) for name in value if name not in ("data", "datacontenttype")
        ]
        case_id = sent(wire, value, [*headers, ("ce_traceparent", raw), ("ce_tracestate", b"\xff")])
        assert [event.trace for event in told(USER, "results.window-system", case_id)] == [expected]


def test_a_malformed_trace_does_no_harm(wire: Wire, told: Any) -> None:
    """Whatever stands in place of a trace, the case is taken, and nothing of it goes out."""
    for value in ELSE:
        assert taken(value) is None
    cases = [sent(wire, submission(wire, traceparent=value)) for value in ELSE]
    for case_id in cases:
        assert [event.trace for event in told(USER, "results.window-system", case_id)] == [None]


def test_the_same_message_under_another_trace(wire: Wire, told: Any) -> None:
    """A message sent again under another trace is a repeat, wherever in it the trace stands; nothing is set aside."""
    first, before = submission(wire), wire.set_aside().keys()
    for name in ("1", "2"):
        sent(wire, {**first, "traceparent": TRACE.replace("b7", f"b{name}")})
        sent(wire, {"tracestate": name, "traceparent": TRACE.replace("b7", f"c{name}"), **first})
        sent(wire, {**first, "traceparent": TRACE, "tracestate": name})
    sent(wire, first)
    later = wire.good()
    told(USER, "results.window-system", later)
    assert len(told("auditor", "ledger", first["subject"])) == 1
    after = wire.set_aside()
    assert not [after[place] for place in after.keys() - before if after[place].topic == TOPIC]


def test_a_text_that_looks_like_a_trace_is_kept() -> None:
    """What is left out of the bytes that tell repeats apart is the attribute, never words of a text."""
    plain = {"id": "1", "data": {"details": {"narrative": '"traceparent":"x","y",}'}}, "time": "x"}
    text = orjson.dumps(plain)
    assert without(text) == text
    for pair in ({"traceparent": TRACE}, {"traceparent": None, "tracestate": 'a="b\\"'}):
        assert without(orjson.dumps({**plain, **pair})) == without(orjson.dumps({**pair, **plain})) == text


def test_commands_in_the_inbox_keep_their_trace() -> None:
    """What a decision leaves for another case goes on in the trace it came from; without one nothing is written."""
    follow, at = Follow(new_id(), Withdraw()), datetime.now(UTC)
    assert unpack((follow.case_id, pack(follow, "1-1", at, TRACE))).trace == TRACE
    assert b"trace" not in pack(follow, "1-1", at)
    assert unpack((follow.case_id, pack(follow, "1-1", at))).trace is None
