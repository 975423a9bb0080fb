"""Persons with values that nobody else has, each sent on one path through an installation."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from operated import asked_of_pages, operated
from test_match import waiting

from bancheng.spans import SpanTraces
from bench.marked import id_number
from producers.window import Submission
from router.door.received import Received
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.ledger.shards import shard_of
from router.messages.details import Person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said, Wire
    from leaks import Place

USER, TOPIC = "channel-window-system", "cases.window-system"
_BROKEN = """
import sys
from consumers.router import RouterConsumer
from bancheng.cli import main
words = sys.stdin.read()
def step(self):
    try:
        raise ValueError(words)
    except ValueError as error:
        raise RuntimeError(f"in hand: {words}") from error
RouterConsumer.step = step
sys.argv = ["bancheng", "route"]
main()
"""
"""A router that meets what nobody foresaw, with a message in hand."""


def person() -> dict[str, str]:
    """Return the values of somebody who is nobody: each as good as surely met nowhere else."""
    dice = random.Random(os.urandom(16))  # noqa: S311 (invented numbers)
    rare = "".join(chr(dice.randint(0x4E00, 0x9FA5)) for _ in range(16))
    return {
        "name": f"欧阳{rare[:3]}",
        "phone": f"19{dice.randint(0, 9)}{dice.randint(0, 10**8 - 1):08}",
        "id number": id_number(dice, "plain"),
        "address": f"东胜区{rare[3:8]}路{dice.randint(1000, 9999)}号",
        "e-mail": f"c{dice.randint(10**9, 10**10)}@example.com",
        "plate": f"蒙K{dice.randint(10_000, 99_999)}D",
        "narrative": f"房屋漏水{rare[8:13]}",
        "note": f"已{rare[13:]}{rare[:4]}核实",
    }


@dataclass
class Walk:
    """Who went which way, what we sent ourselves, and what was said by commands, crashes and traces."""

    wire: Wire
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    own: set[Place] = field(default_factory=set)
    """Messages that hold something outside of details because we put it there."""
    said: list[tuple[str, bytes]] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    """The newest case of each path on which one was sent."""

    def person(self, path: str) -> dict[str, str]:
        """Return a new person for a path."""
        self.values[path] = person()
        return self.values[path]

    def send(self, path: str, change: Callable[[dict[str, Any], dict[str, str]], object] | None = None) -> str:
        """Submit a person's case, with something changed in its event; return the case's id."""
        case_id, value = self.submission(path, change)
        self.wire.send(USER, TOPIC, case_id.encode(), value, partition=shard_of(case_id, 16))
        self.cases[path] = case_id
        return case_id

    def submission(
        self, path: str, change: Callable[[dict[str, Any], dict[str, str]], object] | None = None
    ) -> tuple[str, bytes]:
        """Return a person's case and the event that submits it."""
        one = self.values.get(path) or self.person(path)
        who = {"name": one["name"], "phone": one["phone"], "id_number": one["id number"], "address": one["address"]}
        told = f"{one['narrative']}，车牌{one['plate']}，邮箱{one['e-mail']}，电话{one['phone']}。"
        case_id, value = self.wire.submit(
            "", data={"details": {"title": one["name"], "narrative": told, "person": who}}
        )
        event = orjson.loads(value)
        if change is not None:
            change(event, one)
        return case_id, orjson.dumps(event)

    def note(self, path: str, unit: str, verb: str, case_id: str, **data: Any) -> None:
        """Send what a unit writes about a person."""
        one = self.values[path]
        text = f"{one['note']}，{one['name']}，{one['phone']}，{one['address']}"
        details = {"text": text, "basis": one["note"], "signed_by": one["name"]}
        _, value = self.wire.submit("", case_id=case_id, data={**data, "details": details})
        kind = {"source": f"/units/{unit}", "type": f"cn.bancheng.response.{verb}.v1"}
        self.wire.send(f"unit-{unit}", f"responses.{unit}", case_id.encode(), orjson.dumps(orjson.loads(value) | kind))

    def bad(
        self, path: str, change: Callable[[dict[str, Any], dict[str, str]], object] | None = None, *,
        key: str = "", topic: str = TOPIC, user: str = USER, as_text: Callable[[bytes], bytes] = bytes,
        headers: Callable[[dict[str, str]], list[tuple[str, bytes]]] | None = None,
    ) -> None:  # fmt: skip
        """Send something that can't be taken, and wait until it is set aside."""
        case_id, value = self.submission(path, change)
        one = self.values[path]
        place = self.wire.send(
            user, topic, one[key].encode() if key else case_id.encode(), as_text(value),
            headers=None if headers is None else headers(one),
        )  # fmt: skip
        self.own.add(place)


def walked(wire: Wire, bancheng: Callable[..., Said], folder: Path) -> Walk:
    """Send somebody on every path; return when all have arrived, and operators have made their files in `made`."""
    walk = Walk(wire)
    taken = walk.send("accepted")
    declined = walk.send("not accepted", lambda e, one: _says(e, f"{one['narrative']}，法院已立案"))
    repeated = _repeated(walk)
    leaving = [walk.send(path) for path in ("erased by number", "erased by case")]
    _set_aside(walk)
    _traced(walk)
    sealed = _sealed(walk)
    crashing = _crash(walk)
    wire.case_when(taken, lambda case: case is not None and case.assignments)
    walk.note("accepted", "housing", "report_progress", taken)
    walk.person("refused")
    walk.note("refused", "archives", "answer", taken)
    for case_id in (declined, sealed, *repeated, *leaving):
        wire.case_when(case_id, lambda case: case is not None)
    for place in walk.own:
        wire.quarantined(place)
    _commands(walk, bancheng, taken, folder)
    asked_of_pages(walk)
    _crashed(walk, crashing)
    assert wire.eventually(lambda: _answered(wire, taken)) == {"housing": True, "archives": False}
    wire.eventually(lambda: _settled(wire))
    operated(walk, bancheng, folder / "made")
    return walk


def _settled(wire: Wire) -> bool:
    """Whether all that follows has been done: nothing is left to publish, to match, or in an inbox."""
    with transaction(wire.engine) as connection:
        cur = cursor(connection)
        cur.execute(
            "SELECT count(*) FROM shards AS s JOIN relays AS r USING (shard)"
            " WHERE s.sequence > r.record OR s.outputs > r.output"
        )
        (left,) = cur.fetchone() or (1,)
    return not left and not waiting(wire)


def _answered(wire: Wire, case_id: str) -> dict[str, bool] | None:
    """Return whether what each unit wrote about a case was taken, once both have been answered."""
    with transaction(wire.engine) as connection:
        found = reading.history(connection, case_id)
    told = {one.actor.id: one.refusal is None for one in found if one.actor.id in ("housing", "archives")}
    return told if len(told) > 1 else None


def _says(event: dict[str, Any], text: str) -> None:
    event["data"]["details"]["narrative"] = text


def _sealed(walk: Walk) -> str:
    """A submission by our own client, which seals: not even the details of the topics hold anything in clear."""
    one = walk.person("sealed")
    person = Person(name=one["name"], phone=one["phone"], id_number=one["id number"], address=one["address"])
    case = Submission(narrative=f"{one['narrative']}，{one['plate']}，{one['e-mail']}", person=person)
    with walk.wire.house.window("window-system") as window:
        window.submit(case)
    return case.case_id


def _repeated(walk: Walk) -> list[str]:
    """The very same message twice, and the same words as another case."""
    case_id, value = walk.submission("repeated")
    for _ in range(2):
        walk.wire.send(USER, TOPIC, case_id.encode(), value, partition=shard_of(case_id, 16))
    return [case_id, walk.send("repeated")]


def _set_aside(walk: Walk) -> None:
    """Whatever a sender can do wrong with a person's data in hand."""
    walk.bad("not JSON", as_text=lambda value: value[:-2])
    walk.bad("not JSON, GBK", as_text=lambda value: value.decode().encode("gb18030"))
    walk.bad("wrong sender", lambda e, one: e.update(source=f"/channels/{one['phone']}"))
    walk.bad("wrong type", lambda e, one: e.update(type=one["name"]))
    walk.bad("wrong key", key="phone")
    walk.bad("wrong subject", lambda e, one: e.update(subject=one["id number"]), key="id number")
    walk.bad("field named like the phone", lambda e, one: e["data"].update({one["phone"]: one["name"]}))
    walk.bad("field of details unknown", lambda e, one: e["data"]["details"].update({one["name"]: one["phone"]}))
    walk.bad("phone as reference", lambda e, one: e["data"].update(reference=one["phone"]))
    walk.bad("id number as message id", lambda e, one: e.update(id=one["id number"]))
    walk.bad("person is a list", lambda e, one: e["data"]["details"].update(person=list(one.values())))
    walk.bad("header", lambda e, _: e.pop("specversion"), headers=lambda one: [(one["phone"], one["name"].encode())])


def _traced(walk: Walk) -> None:
    """A door whose spans are kept: what they hold is said."""
    kept = InMemorySpanExporter()
    traces = SpanTraces(SimpleSpanProcessor(kept), lambda: None)
    door = replace(walk.wire.house.door(), tracing=traces.of("router"))
    for number, change in enumerate(({}, {"id": walk.person("traced")["phone"]})):
        trace = {"traceparent": f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"}
        case_id, value = walk.submission("traced", lambda e, _, more={**trace, **change}: e.update(more))
        door.take([Received(TOPIC, 0, 10**6 + number, case_id.encode(), value)], [])
    walk.said += [("trace", span.to_json().encode()) for span in kept.get_finished_spans()]
    assert walk.said


def _commands(walk: Walk, bancheng: Callable[..., Said], case_id: str, folder: Path) -> None:
    """What commands print of cases and of what was set aside, and how they refuse bad rows."""
    one = walk.person("rows of a file")
    rows = folder / "rows.csv"
    rows.write_text(
        f"内容,电话,姓名\n,{one['phone']},{one['name']}\n{one['narrative']},{one['phone']},{one['name']}\n"
        f"{one['note']}\x00,{one['id number']},{one['name']}\n", encoding="utf-8",
    )  # fmt: skip
    for words in (
        ("status", "--json"), ("cases", "list"), ("cases", "show", case_id), ("cases", "journey", case_id),
        ("cases", "explain", case_id), ("cases", "similar", case_id), ("quarantine", "list"),
        ("publish", rows, "--channel", "hotline", "--column", "narrative=内容", "--json"),
        ("act", case_id, "answer", "--as", "archives", "--say", walk.person("said at a command")["note"]),
    ):  # fmt: skip
        told = bancheng(*words)
        walk.said.append((" ".join(map(str, words[:2])), (told.out + told.err).encode()))


def _crash(walk: Walk) -> subprocess.Popen[bytes]:
    """Begin a service that meets what nobody foresaw: the error, and its cause, hold the message."""
    _, value = walk.submission("crashed on")
    settings = walk.wire.house.settings
    environment = {
        **os.environ, "BANCHENG_HOME": str(settings.home), "BANCHENG_POLICY": str(settings.policy),
        "BANCHENG_LOG_LEVEL": "debug", "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    pipe = subprocess.PIPE
    begun = subprocess.Popen([sys.executable, "-c", _BROKEN], stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    assert begun.stdin
    begun.stdin.write(value)
    begun.stdin.close()
    begun.stdin = None
    return begun


def _crashed(walk: Walk, crashing: subprocess.Popen[bytes]) -> None:
    """Wait until it has left, and keep what it said."""
    out, err = crashing.communicate(timeout=30)
    assert crashing.returncode == 1
    assert b"RuntimeError" in err
    walk.said.append(("crash", out + err))
