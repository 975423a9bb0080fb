"""A home of its own, traced and watched: one trace from window to resolution, and health that says what is away."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest
from exported import families
from homes import installation, page
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.up import services
from bancheng.watch.neighbours import neighbours
from bancheng.watch.watching import watching
from producers.window import Submission, new_id
from router.cases.commands import Answer, Sign
from router.messages.details import NoteDetails, Person
from router.messages.outbound import Dispatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bancheng.compose import House
    from bancheng.up import Servers
    from consumers.department import DepartmentClient

pytestmark = pytest.mark.slow
PERSON = Person(name="金丝雀其其格", phone="13877776666", id_number="150624196501010012")
SECRETS = ("金丝雀", "13877776666", "150624196501010012", "漏水", "已修好")


class Span(NamedTuple):
    """A span as a collector gets it."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]


class Collector:
    """Takes spans as OTLP over HTTP brings them."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bytes = b""

    def take(self, body: bytes) -> None:
        """Read one request."""
        self.bytes += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                    told = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
                    self.spans.append(Span(of["service.name"], span.name, *ids, told))

    def of(self, case_id: str) -> list[Span]:
        """The spans of a case."""
        return [span for span in self.spans if span.attributes["bancheng.case"] == case_id]


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """A collector and its address."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Home(NamedTuple):
    """The home at work."""

    house: House
    servers: Servers
    collector: Collector


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Servers and services of a home of its own, with a collector named, and the installation watched."""
    with collecting() as (collector, address), pytest.MonkeyPatch.context() as patched:
        patched.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        patched.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        with (
            installation(tmp_path_factory.mktemp("traced"), watch="127.0.0.1:0") as (house, running),
            services(house), watching(house),
        ):  # fmt: skip
            yield Home(house, running, collector)


def dispatched(unit: DepartmentClient, case_id: str) -> Dispatched:
    """Wait until a unit gets a case."""
    for incoming in unit.incoming(seconds=30):
        if incoming.case_id == case_id and isinstance(incoming.data, Dispatched):
            return incoming.data
    pytest.fail("not dispatched")


def test_a_case_is_one_trace(home: Home, eventually: Callable[..., Any]) -> None:
    """Window, router, unit and, over the inbox, the repeat's answer: one trace from submission to resolution."""
    house, collector = home.house, home.collector
    text = f"小区房屋漏水{new_id()}"
    with house.window("window-system") as window, house.department("housing") as housing:
        case_id = window.submit(Submission(narrative=text, person=PERSON))
        number = dispatched(housing, case_id).assignment
        repeat = window.submit(Submission(narrative=text, person=Person(name="乙")))
        assert next(iter(window.follow(repeat, seconds=30))).data["primary"] == case_id
        housing.act(case_id, Sign(assignment=number))
        housing.act(case_id, Answer(assignment=number), NoteDetails(text="已修好"))
        told = list(window.follow(case_id, seconds=30))
        also = list(window.follow(repeat, seconds=30))
    assert told[-1].type == also[-1].type == "cn.bancheng.result.resolved.v1"
    house.traces.close()
    steps = eventually(lambda: (found := collector.of(case_id)) and len(found) >= 7 and found, seconds=60)
    by_id = {span.id: span for span in collector.spans}
    trace = next(span.trace for span in steps if span.name == "submitted")
    own = {(span.service, span.name) for span in steps if span.trace == trace}
    assert own >= {
        ("channel-window-system", "submitted"), ("router", "decide"),
        ("unit-housing", "sign"), ("unit-housing", "answer"),
    }  # fmt: skip
    assert {event.trace[3:35] for event in (told[0], told[-1]) if event.trace} == {trace}
    assert also[-1].trace is not None
    assert also[-1].trace[3:35] == trace
    answered = next(s for s in steps if s.name == "decide" and s.attributes["bancheng.verb"] == "answer")
    path = []
    at: Span | None = answered
    while at is not None:
        path.append((at.service, at.name))
        at = by_id.get(at.parent)
    assert path == [
        ("router", "decide"), ("unit-housing", "answer"), ("router", "decide"), ("channel-window-system", "submitted"),
    ]  # fmt: skip
    (merged,) = [
        s for s in collector.of(repeat) if s.name == "follow" and s.attributes["bancheng.verb"] == "merge_answer"
    ]
    assert (merged.trace, merged.parent) == (trace, answered.id)
    assert not [secret for secret in SECRETS if secret.encode() in collector.bytes]


def test_the_watched_installation_holds_nothing_personal(home: Home, eventually: Callable[..., Any]) -> None:
    """What is told of services and installation after that case: figures by unit and topic, nobody's name or words."""

    def seen() -> bool:
        found = families(page(home.house, "watch", "/metrics")[1])
        return "bancheng_records" in found and found["bancheng_records"].samples[0].value >= 1

    eventually(seen)
    told = [page(home.house, task, path)[1] for task in ("router", "relay", "clock", "match", "watch")
            for path in ("/metrics", "/", "/readyz")]  # fmt: skip
    assert not [secret for secret in SECRETS if secret in "".join(told)]


def test_health_says_that_the_database_is_away(home: Home, eventually: Callable[..., Any]) -> None:
    """Without the database every service is alive, not ready, and says why; with it all go on by themselves."""
    house = home.house
    tasks = ("router", "relay", "clock", "match", "watch")
    eventually(lambda: all(page(house, task, "/readyz")[0] == 200 for task in tasks), seconds=60)
    home.servers.database.stop()
    for task in tasks:
        eventually(lambda task=task: page(house, task, "/readyz")[0] == 503, seconds=60)
        assert "database" in [one["code"] for one in orjson.loads(page(house, task, "/readyz")[1])["reasons"]]
        assert page(house, task, "/healthz")[0] == 200
        assert "数据库" in page(house, task, "/")[1]
    waiting = families(page(house, "router", "/metrics")[1])["bancheng_waiting"].samples
    assert [one.labels["reason"] for one in waiting if one.value] == ["database"]
    again = Database.start(house.settings.home, progress=SilentProgress(), fast=True)
    try:
        eventually(lambda: all(page(house, task, "/readyz")[0] == 200 for task in tasks), seconds=60)
        assert all(one.ready for one in neighbours(house.settings.home))
    finally:
        again.stop()
