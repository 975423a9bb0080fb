"""Spans of what the router does: the sender's trace goes on through the door, in codes and ids alone."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from bancheng.spans import SpanTraces
from bancheng.tracing import NoTracingError, Off, traces
from producers.window import new_id
from router.door.received import Received
from router.ledger import claims
from router.ledger.database import transaction
from router.ledger.tables import outputs
from router.messages.envelope import write
from router.messages.trace import Passing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from bancheng.compose import House

NAME, TEXT = "苏日娜", "小区房屋漏水"


class Traced:
    """A door whose steps are kept in memory, and who speaks to it."""

    def __init__(self, house: House) -> None:
        self.kept = InMemorySpanExporter()
        self.traces = SpanTraces(SimpleSpanProcessor(self.kept), lambda: None)
        self.engine = house.engine
        self.door = replace(house.door(), tracing=self.traces.of("router"))
        self._offset = 0

    def send(self, who: str, verb: str, case_id: str, data: dict[str, Any], trace: str | None) -> str | None:
        """Send a message as its client would, take it through the door, and return the trace it was sent under."""
        channel = who.startswith("channel")
        topic = ("cases." if channel else "responses.") + who.partition("-")[2]
        step = self.traces.of(who).begin(verb, trace, case=case_id)
        self._offset += 1
        value = write(
            id=new_id(), source=f"/{who.replace('-', 's/', 1)}", subject=case_id, time=datetime.now(UTC).isoformat(),
            type=f"cn.bancheng.{'case' if channel else 'response'}.{verb}.v1", data=data, traceparent=step.trace,
        )  # fmt: skip
        self.door.take([Received(topic, 0, self._offset, case_id.encode(), value)], [])
        step.end("sent")
        return step.trace

    def told(self, case_id: str) -> dict[str, str | None]:
        """The traces of what goes out about a case, by type."""
        with transaction(self.engine) as connection:
            rows = connection.execute(select(outputs.c.event).where(outputs.c.key == case_id)).scalars()
            events = [orjson.loads(row) for row in rows]
        return {event["type"]: event.get("traceparent") for event in events}

    def spans(self) -> dict[str, ReadableSpan]:
        """The spans by service and name."""
        return {
            f"{span.resource.attributes['service.name']} {span.name}": span for span in self.kept.get_finished_spans()
        }


@pytest.fixture
def traced(house: House) -> Traced:
    """A traced door to the ledger of the running installation."""
    return Traced(house)


def test_one_trace_from_submission_to_answer(traced: Traced) -> None:
    """Submission, decision, assignment and the unit's response are one trace, each step the child of what caused it."""
    case_id = new_id()
    details = {"narrative": TEXT + case_id, "person": {"name": NAME, "phone": "13800001111"}}
    traced.send("channel-window-system", "submitted", case_id, {"details": details}, None)
    dispatched = traced.told(case_id)["cn.bancheng.assignment.dispatched.v1"]
    traced.send("unit-housing", "sign", case_id, {"assignment": 1}, dispatched)
    traced.send("unit-housing", "sign", case_id, {"assignment": 7}, dispatched)
    found = traced.kept.get_finished_spans()
    assert len({span.context.trace_id for span in found if span.context}) == 1
    by_id = {span.context.span_id: span for span in found if span.context}
    lines = [(span.name, by_id[span.parent.span_id].name) for span in found if span.parent]
    assert lines == [
        ("decide", "submitted"),
        ("decide", "sign"),
        ("sign", "decide"),
        ("decide", "sign"),
        ("sign", "decide"),
    ]
    outcomes = [span.attributes["bancheng.outcome"] for span in found if span.name == "decide" and span.attributes]
    assert outcomes == ["decided", "decided", "not_assigned"]


def test_spans_hold_ids_and_codes(traced: Traced) -> None:
    """A step tells case, actor, verb and position; no name, number or word of a message is in any span."""
    case_id = new_id()
    details = {"narrative": TEXT + case_id, "person": {"name": NAME, "phone": "13800001111"}}
    traced.send("channel-window-system", "submitted", case_id, {"details": details}, None)
    decided = traced.spans()["router decide"]
    assert dict(decided.attributes or {}) == {
        "bancheng.case": case_id, "bancheng.actor": "window-system", "bancheng.verb": "submit",
        "bancheng.topic": "cases.window-system", "bancheng.partition": 0, "bancheng.offset": 1,
        "bancheng.outcome": "decided",
    }  # fmt: skip
    whole = "".join(span.to_json() for span in traced.kept.get_finished_spans())
    assert not [secret for secret in (NAME, "13800001111", TEXT, "漏水") if secret in whole]


def test_a_trace_that_is_not_kept_goes_on_unkept(traced: Traced) -> None:
    """A sender that doesn't keep its trace is followed in that: nothing is recorded, and the messages still say so."""
    case_id = new_id()
    sender = f"00-{'a' * 32}-{'b' * 16}-00"
    traced.send("channel-window-system", "submitted", case_id, {"details": {"narrative": TEXT + case_id}}, sender)
    assert not traced.kept.get_finished_spans()
    carried = traced.told(case_id)["cn.bancheng.result.receipt.v1"]
    assert carried is not None
    assert carried.startswith(f"00-{'a' * 32}-")
    assert carried.endswith("-00")


def test_what_was_rolled_back_leaves_no_span(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch whose transaction fails is no step of any trace; taken again it is one."""
    case_id = new_id()
    message = {"details": {"narrative": TEXT + case_id}}
    with monkeypatch.context() as patched:
        patched.setattr("router.door.door.hand_on", lambda *_: (_ for _ in ()).throw(claims.FencedError("later")))
        with pytest.raises(claims.FencedError):
            traced.send("channel-window-system", "submitted", case_id, message, None)
    assert not traced.kept.get_finished_spans()
    traced.send("channel-window-system", "submitted", case_id, message, None)
    assert "router decide" in traced.spans()


def test_tracing_is_off_until_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a collector traces are passed on; with one, and without the packages, one sentence says what to do."""
    assert isinstance(traces({}), Off)
    assert isinstance(traces({}).of("router"), Passing)
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    assert isinstance(traces({**asked, "OTEL_SDK_DISABLED": "true"}), Off)
    monkeypatch.setitem(sys.modules, "bancheng.spans", None)
    with pytest.raises(NoTracingError, match="pip install"):
        traces(asked)
