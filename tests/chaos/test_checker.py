"""The checker itself: it finds nothing in what is whole, and names each kind of damage."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from checker import FAULTS, Found, OutputRow, RecordRow, Sent, Stood, check

from router.cases import events as ev
from router.cases.evolve import fold
from router.ledger.record import Cause, Record, Who, chained, encode

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIRST, SECOND = "01980000-0000-7000-8000-000000000001", "01980000-0000-7000-8000-000000000002"
INPUT, RESULT = "cases.hotline", "results.hotline"
RUBBISH = Stood(INPUT, 0, 4, b"k", b"no JSON")


def history(case_id: str) -> tuple[tuple[ev.AnyEvent, ...], ...]:
    """The events of two decisions on a case."""
    begun = ev.Submitted(channel="hotline", policy="p", occurred_at=NOW)
    return (begun, ev.Acknowledged()), (ev.TriageRequested("no_classifier"),)


def whole() -> tuple[list[Sent], Found]:
    """Two cases of two messages each and one of rubbish, all as it should be."""
    inputs = [
        Stood(INPUT, 0, n, case.encode(), f"{n}".encode()) for n, case in enumerate((FIRST, SECOND, FIRST, SECOND))
    ]
    rows: list[RecordRow] = []
    outputs: list[OutputRow] = []
    previous = bytes(32)
    version: dict[str, int] = {}
    for n, stood in enumerate(inputs):
        case = (stood.key or b"").decode()
        events = history(case)[0 if n < 2 else 1]
        version[case] = version.get(case, 0) + len(events)
        record = Record(
            shard=0, sequence=n + 1, previous=previous.hex(), recorded_at=NOW, now=NOW, case=case,
            version=version[case], policy="p", cause=Cause(f"m{n}", INPUT, 0, n), actor=Who("hotline", "channel"),
            command={"verb": "submit"}, events=events,
        )  # fmt: skip
        data = encode(record)
        previous = chained(previous, data)
        rows.append(RecordRow(0, n + 1, case, data, previous))
        outputs.append(OutputRow(0, n + 1, RESULT, case, json.dumps({"id": f"0-{n + 1}-0", "data": {"n": n}}).encode()))
    states = {
        case: msgspec.json.encode(fold(case, ((event, NOW) for events in history(case) for event in events)))
        for case in (FIRST, SECOND)
    }
    given = [Sent(one.topic, one.partition, one.key, one.value) for one in inputs]
    found = Found(
        inputs=[*inputs, RUBBISH],
        ledger=[Stood("ledger", 0, n, None, row.data) for n, row in enumerate(rows)],
        told=[Stood(RESULT, 0, n, row.key.encode(), row.event) for n, row in enumerate(outputs)],
        records=rows, heads={0: (4, previous), 1: (0, bytes(32))}, outputs=outputs, states=states,
        quarantine=[(INPUT, 0, 4, "not_json")], positions={(INPUT, 0): 5}, waiting={"inbox": 0, "parked": 0},
    )  # fmt: skip
    return [*given, Sent(INPUT, 0, b"k", b"no JSON", rubbish=True)], found


def swapped(rows: Any, one: int, other: int) -> list[Any]:
    """Two of them in each other's place."""
    changed = list(rows)
    changed[one], changed[other] = changed[other], changed[one]
    return changed


def forged(row: RecordRow, **changes: Any) -> RecordRow:
    """A record with other data, the hash as it was."""
    event = json.loads(row.data)
    event["data"] |= changes
    return row._replace(data=json.dumps(event).encode())


DAMAGE: dict[str, tuple[str, Callable[[Found], dict[str, Any]]]] = {
    "a record dropped": ("lost", lambda f: {"records": f.records[:-1]}),
    "a record dropped in the middle": ("gap", lambda f: {"records": [f.records[0], *f.records[2:]]}),
    "a record doubled": ("doubled", lambda f: {"records": [*f.records, f.records[3]._replace(sequence=5)]}),
    "a record nobody asked for": (
        "doubled",
        lambda f: {"records": [*f.records, forged(f.records[3], cause={"topic": INPUT, "partition": 0, "offset": 99})]},
    ),
    "two records swapped": (
        "broken_chain",
        lambda f: {"records": [r._replace(sequence=n + 1) for n, r in enumerate(swapped(f.records, 0, 2))]},
    ),
    "a case's messages decided the wrong way round": (
        "disordered",
        lambda f: {"records": [r._replace(sequence=n + 1) for n, r in enumerate(swapped(f.records, 0, 2))]},
    ),
    "a byte of a record changed": (
        "broken_chain",
        lambda f: {"records": [forged(f.records[0], policy="q"), *f.records[1:]]},
    ),
    "an event counted twice": ("version", lambda f: {"records": [*f.records[:3], forged(f.records[3], version=4)]}),
    "the same follow-up twice": (
        "doubled",
        lambda f: {
            "records": [*f.records[:2], *(forged(r, cause={"record": "0-1"}, case=FIRST) for r in f.records[2:])]
        },
    ),
    "a head elsewhere": ("gap", lambda f: {"heads": {0: (3, f.records[2].hash)}}),
    "a message that never arrived": ("not_delivered", lambda f: {"inputs": f.inputs[:-1]}),
    "an output never told": ("output_lost", lambda f: {"told": f.told[:-1]}),
    "an output invented": (
        "output_invented",
        lambda f: {"told": [*f.told, f.told[0]._replace(value=b'{"id": "0-9-0", "data": {}}')]},
    ),
    "an output that follows from nothing": (
        "output_invented",
        lambda f: {"outputs": [*f.outputs[:3], f.outputs[3]._replace(event=b'{"id": "0-9-0", "data": {"n": 3}}')]},
    ),
    "an output told again with other bytes": (
        "output_differs",
        lambda f: {"told": [*f.told, f.told[0]._replace(value=(f.told[0].value or b"") + b" ")]},
    ),
    "an output that is not what the table says": (
        "output_differs",
        lambda f: {"told": [f.told[0]._replace(value=b'{"id": "0-1-0", "data": {"n": 9}}'), *f.told[1:]]},
    ),
    "a case told out of order": ("disordered", lambda f: {"told": swapped(f.told, 0, 2)}),
    "a record missing in the topic": ("record_lost", lambda f: {"ledger": f.ledger[:-1]}),
    "a record invented in the topic": (
        "record_invented", lambda f: {"ledger": [*f.ledger, f.ledger[0]._replace(value=b"{}")]},
    ),
    "records out of order in the topic": ("record_disordered", lambda f: {"ledger": swapped(f.ledger, 1, 2)}),
    "rubbish not set aside": ("quarantine", lambda _: {"quarantine": []}),
    "a good message set aside": ("quarantine", lambda f: {"quarantine": [*f.quarantine, (INPUT, 0, 0, "not_json")]}),
    "a state that no records make": ("replay", lambda f: {"states": {**f.states, FIRST: f.states[SECOND]}}),
    "a case without a state": ("replay", lambda f: {"states": {FIRST: f.states[FIRST]}}),
    "a position behind": ("position", lambda _: {"positions": {(INPUT, 0): 4}}),
    "a command left in the inbox": ("left_over", lambda _: {"waiting": {"inbox": 1}}),
}  # fmt: skip


def test_what_is_whole_passes() -> None:
    """Nothing is wrong where all is as it should be, and everything is counted."""
    sent, found = whole()
    verdict = check(sent, found)
    assert verdict.complaints == []
    assert verdict.counts["in_ledger"] == 4
    assert verdict.counts["rubbish"] == 1


def test_repeats_are_no_fault() -> None:
    """A message that stands twice, and outputs and records told again, are what at-least-once means."""
    sent, found = whole()
    again = found.inputs[0]._replace(offset=5)
    changed = replace(
        found, inputs=[*found.inputs, again], positions={(INPUT, 0): 6}, told=[*found.told, found.told[0]],
        ledger=[*found.ledger, *found.ledger],
    )  # fmt: skip
    verdict = check(sent, changed)
    assert verdict.complaints == []
    assert verdict.counts["repeats"] == 1


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(name: str) -> None:
    """Each kind of damage is complained of by its name."""
    expected, harm = DAMAGE[name]
    sent, found = whole()
    verdict = check(sent, replace(found, **harm(found)))
    assert expected in {complaint.split(":")[0] for complaint in verdict.complaints}


def test_every_name_is_tried() -> None:
    """There is damage for every name under which the checker complains."""
    assert {expected for expected, _ in DAMAGE.values()} == set(FAULTS)
