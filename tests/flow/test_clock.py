"""The clock service on the real database: what is due happens once, in order, however many clocks there are."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bancheng.compose import House, message_time
from consumers.clock import SERVICE, Clock
from producers.window import new_id
from router.cases.events.oversight import OfLadder
from router.door.reading import Reader
from router.door.received import Received
from router.ledger import heartbeats, reading
from router.ledger.database import cursor, transaction
from router.messages.envelope import CONTENT_TYPE, write
from router.messages.inbound import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Said, Wire

COUNT = 60


@pytest.fixture
def clock(wire: Wire) -> Iterator[Callable[[str], Clock]]:
    """Clocks by name, each with a pool and a door of its own."""
    houses: list[House] = []

    def made(owner: str) -> Clock:
        houses.append(House(wire.house.settings))
        return Clock(houses[-1].engine, houses[-1].door(), owner=owner, horizon=2026)

    yield made
    for house in houses:
        house.close()


@pytest.fixture
def later(wire: Wire) -> datetime:
    """Nine days after now: everything of a case that nobody touches is late by then."""
    return datetime.now(UTC) + timedelta(days=9)


def steps(wire: Wire, case_id: str) -> list[tuple[str, datetime, datetime]]:
    """The ladder's steps of a case: what, when it was due, and when it came."""
    with transaction(wire.engine) as connection:
        records = reading.history(connection, case_id)
    return [
        (f"{event.__struct_config__.tag} {event.clock}", event.due, record.now)
        for record in records
        for event in record.events
        if isinstance(event, OfLadder)
    ]


def test_missed_steps_come_once_in_order(wire: Wire, clock: Callable[[str], Clock], later: datetime) -> None:
    """After nine days without a clock every missed step is recorded once, in order, with due and actual time."""
    case_id = wire.good("房屋漏水，")
    one = clock("one")
    while one.step(later):
        pass
    found = steps(wire, case_id)
    names = [name for name, _, _ in found]
    assert names[:2] == ["overdue_noticed sign-1", "overdue_noticed contact-1"]
    assert {"warned unit-1", "supervision_drafted sign-1", "circular_drafted sign-1"} <= set(names)
    assert len(set(found)) == len(found)
    assert [due for _, due, _ in found] == sorted(due for _, due, _ in found)
    assert {came for _, _, came in found} == {later}
    again = clock("two")
    assert not again.step(later)
    assert steps(wire, case_id) == found


def test_two_clocks_share_without_doubling(wire: Wire, clock: Callable[[str], Clock], later: datetime) -> None:
    """Two clocks at once take every case between them, none twice."""
    cases = [wire.good() for _ in range(COUNT)]
    clocks = [clock(name) for name in ("left", "right")]

    def work(own: Clock) -> None:
        idle = 0
        while idle < 3:
            idle = 0 if own.step(later) else idle + 1

    threads = [threading.Thread(target=work, args=(own,)) for own in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for case_id in cases:
        found = steps(wire, case_id)
        assert found
        assert len({(name, due) for name, due, _ in found}) == len(found)
    with transaction(wire.engine) as connection:
        assert heartbeats.waiting(connection, later).due == 0


def test_a_clock_forgets_ids_once_an_hour(wire: Wire, clock: Callable[[str], Clock]) -> None:
    """Where today is a day for it, the slot that comes next is emptied by a round, and not again by the one after."""
    with transaction(wire.engine) as connection:
        due, now = connection.exec_driver_sql("SELECT seen_forgettable(now()), now()").one()
    slot = 2 if due is None else due
    one = clock("one")
    left = []
    for moment in (now, now + timedelta(minutes=59), now + timedelta(minutes=61)):
        with transaction(wire.engine) as connection:
            connection.exec_driver_sql("INSERT INTO seen VALUES (%s, 'test', %s)", (new_id().encode(), slot))
        one.step(moment)
        with transaction(wire.engine) as connection:
            query = "SELECT count(*) FROM seen WHERE content = 'test' AND slot = %s"
            left.append(connection.exec_driver_sql(query, (slot,)).scalar())
    assert left == ([0, 1, 0] if due is not None else [1, 2, 3])
    with transaction(wire.engine) as connection:
        connection.exec_driver_sql("DELETE FROM seen WHERE content = 'test'")


def test_a_late_command_does_not_overtake_the_clock(wire: Wire, later: datetime) -> None:
    """What was due before a message came is recorded before it, as the clock's own decision, without any service."""
    case_id, brought = wire.submit(f"房屋漏水{new_id()}", time=later.isoformat())
    door = wire.house.door()
    reader = Reader(wire.house.book, kinds(), shards=door.shards, lookup_key=bytes(32), judge_time=False)
    door = replace(door, reader=reader, now=message_time)
    supplement = write(
        id=new_id(), subject=case_id, source="/channels/window-system", type="cn.bancheng.case.supplemented.v1",
        time=(later + timedelta(days=9)).isoformat(), data={"details": {"text": "三号楼二单元"}},
    )  # fmt: skip
    for value in (brought, supplement):
        key = case_id.encode()
        taken = door.take([Received("cases.window-system", 0, 0, key, value, [CONTENT_TYPE])], ())
        assert taken.outcomes["decided"] == 1
    with transaction(wire.engine) as connection:
        records = reading.history(connection, case_id)
    assert [record.command["verb"] for record in records] == ["submit", "tick", "supplement"]
    assert records[1].cause.clock is not None
    assert records[1].actor.id == "router"
    assert records[1].now == records[2].now


def test_status_tells_whether_it_runs(
    wire: Wire, bancheng: Callable[..., Said], eventually: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bancheng clock status` shows processes and heartbeats; when none has beaten lately it says so and fails."""
    found = eventually(lambda: (said := bancheng("clock", "status", "--json")).code == 0 and said)
    assert found.json()["alive"] >= 1
    with transaction(wire.engine) as connection:
        assert heartbeats.of_service(connection, SERVICE)[0].horizon >= 2026
    assert "秒前" in bancheng("clock", "status").out
    monkeypatch.setattr("bancheng.cli.clock.BEAT_LIMIT", timedelta(seconds=-1))
    stopped = bancheng("clock", "status")
    assert stopped.code == 1
    assert "计时服务没有运行" in stopped.err


def test_guesses_are_reckoned_anew(wire: Wire) -> None:
    """When a clock knows more years than any before it, it looks at every due date that was a guess."""
    case_id = wire.good()
    with transaction(wire.engine) as connection:
        connection.exec_driver_sql("UPDATE cases SET provisional = true WHERE id = %s", (case_id,))
        heartbeats.wake_guesses(cursor(connection), datetime(2026, 1, 1, tzinfo=UTC))
        query = "SELECT next_due_at FROM cases WHERE id = %s"
        assert connection.exec_driver_sql(query, (case_id,)).scalar_one() == datetime(2026, 1, 1, tzinfo=UTC)
