"""Replay by itself: however few cases are at hand, the same comes out; what doesn't follow is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from router.audit.replaying import Replay
from router.audit.shelf import Shelf
from router.cases import events as ev
from router.cases.evolve import fold
from router.ledger.record import Cause, Record, Who, encode

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
IDS = tuple(f"01980000-0000-7000-8000-{number:012d}" for number in range(12))


def submitted() -> ev.Submitted:
    """The first event of a case."""
    return ev.Submitted(channel="window-system", policy="p", occurred_at=AT)


def record(case: str, sequence: int, version: int, *events: Any, shard: int = 0) -> bytes:
    """A record of a case with these events, a minute after the one before."""
    return encode(Record(
        shard=shard, sequence=sequence, previous="", recorded_at=AT, now=AT + timedelta(minutes=sequence), case=case,
        version=version, policy="p", cause=Cause(), actor=Who("a", "unit"), command={"verb": "v"}, events=events,
    ))  # fmt: skip


@given(st.lists(st.integers(0, len(IDS) - 1), max_size=60), st.integers(1, 15))
def test_few_cases_at_hand_give_what_all_do(order: list[int], most: int) -> None:
    """Cases that were put away and fetched again, in any order, are what a fold over their events makes of them."""
    replay = Replay(Shelf(most))
    histories: dict[str, list[tuple[Any, datetime]]] = {}
    for sequence, number in enumerate(order, 1):
        history = histories.setdefault(IDS[number], [])
        event = ev.Acknowledged() if history else submitted()
        history.append((event, AT + timedelta(minutes=sequence)))
        replay.take(record(IDS[number], sequence, len(history), event))
    assert {one.case.id: one.case for one in replay.cases()} == {
        case_id: fold(case_id, history) for case_id, history in histories.items()
    }
    assert (replay.records, replay.missed, replay.heads()) == (len(order), 0, {0: len(order)} if order else {})
    replay.close()


def test_what_does_not_follow_is_named() -> None:
    """A history without a beginning, a version that isn't so and a line that is no record are told by name."""
    replay = Replay()
    replay.take(record(IDS[0], 1, 1, ev.Acknowledged()))
    replay.take(record(IDS[1], 2, 1, submitted()))
    replay.take(record(IDS[1], 3, 7, ev.Acknowledged()))
    replay.take(b"{}")
    assert [(one.record, one.case) for one in replay.misfits] == [("0-1", IDS[0]), ("0-3", IDS[1]), ("", "")]
    assert replay.missed == 3
    assert [one.case.id for one in replay.cases()] == [IDS[1]]


def test_what_comes_again_counts_once() -> None:
    """The topic holds a record at least once, and anchors among them: neither changes what comes out."""
    replay = Replay()
    one, other = record(IDS[0], 1, 1, submitted()), record(IDS[0], 1, 1, submitted(), shard=3)
    anchor = b'{"specversion":"1.0","id":"a","source":"/router","type":"cn.bancheng.anchor.v1","data":{}}'
    for data in (one, anchor, one, other):
        replay.take(data)
    assert (replay.records, replay.missed) == (2, 0)
