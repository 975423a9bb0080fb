"""Whole journeys through the real broker and database, with the clients that others would use."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from producers.window import Submission, WindowClient, new_id
from router.cases import commands as do
from router.cases.evolve import fold
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.record import GENESIS, TYPE, Record, chained, encode
from router.ledger.tables import records
from router.messages.details import NoteDetails, Person
from router.messages.outbound import Dispatched, Requested, Task
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Wire

    from consumers.department import Incoming

UNITS = ("hrss", "archives", "industry", "tax", "housing", "urban", "window", "dispatcher", "leader")
NOTE = NoteDetails(text="已办理。")
CANARY = Person(name="苏日娜其其格", phone="13899990000", id_number="150624196501010012", address="乌兰镇七号")


class Players:
    """Every unit's own client; each message that a unit is told is kept for its case."""

    def __init__(self, wire: Wire, stack: ExitStack) -> None:
        self.wire = wire
        self.clients = {unit: stack.enter_context(wire.house.department(unit, from_start=True)) for unit in UNITS}
        self.told: dict[str, list[Incoming]] = {unit: [] for unit in UNITS}

    def wait(self, unit: str, case_id: str, kind: type, **wanted: Any) -> Any:
        """Wait until a unit is told something of a case, and return it."""

        def found() -> object:
            self.told[unit] += self.clients[unit].poll(0.2)
            for incoming in self.told[unit]:
                if incoming.case_id != case_id or not isinstance(incoming.data, kind):
                    continue
                if all(getattr(incoming.data, name) == value for name, value in wanted.items()):
                    return incoming.data
            return None

        return self.wire.eventually(found)

    def act(self, unit: str, case_id: str, action: do.Action) -> None:
        """Let a unit act, with a note."""
        self.clients[unit].act(case_id, action, NOTE)

    def close_part(self, unit: str, case_id: str, part: str) -> None:
        """Owner, lead and window close a part, each when it is asked."""
        held = self.wait(unit, case_id, Dispatched, part=part)
        self.act(unit, case_id, do.Sign(assignment=held.assignment))
        self.act(unit, case_id, do.SubmitPart(part=part))
        self.wait("hrss", case_id, Requested, task=Task.CHECK_PART, part=part)
        self.act("hrss", case_id, do.CheckPart(part=part))
        self.wait("window", case_id, Requested, task=Task.VERIFY_PART, part=part)
        self.act("window", case_id, do.VerifyPart(part=part))


@pytest.fixture(scope="module")
def players(wire: Wire) -> Iterator[Players]:
    """All units at their desks."""
    with ExitStack() as stack:
        yield Players(wire, stack)


@pytest.fixture(scope="module")
def window(wire: Wire) -> Iterator[WindowClient]:
    """The window's client."""
    with wire.house.window("window-system") as client:
        yield client


def test_a_task_force_from_window_to_resolution(wire: Wire, players: Players, window: WindowClient) -> None:
    """The herdsman's case: task force, parts in order, answer, and the outcome read by the window."""
    text = f"社保断了多年，档案找不到，要退休。{new_id()}"
    case_id = window.submit(Submission(narrative=text, reference="B-1", person=CANARY))
    first = players.wait("window", case_id, Dispatched, part="accept")
    assert first.details.narrative == text
    assert first.details.person == CANARY
    assert first.details.notice["standard"] == "有回执"
    players.close_part("window", case_id, "accept")
    for unit, part in (("archives", "search-archive"), ("industry", "search-industry"), ("hrss", "decide")):
        players.close_part(unit, case_id, part)
    players.close_part("tax", case_id, "collect")
    players.wait("hrss", case_id, Requested, task=Task.MERGE_ANSWER)
    players.act("hrss", case_id, do.Answer())
    told = list(window.follow(case_id, seconds=10))
    assert [event.type.split(".")[3] for event in told] == ["receipt", "resolved"]
    assert told[0].data["task_force"] is True
    assert told[-1].data["outcome"] == "resolved"
    assert told[-1].data["details"]["notes"][0]["text"] == NOTE.text


def test_lead_and_cooperating_units_answer_together(wire: Wire, players: Players, window: WindowClient) -> None:
    """The cooperating unit answers, the lead is asked to merge, and its answer goes to the window."""
    case_id = window.submit(Submission(narrative=f"暖气不热{new_id()}"))
    held = players.wait("urban", case_id, Dispatched)
    players.act("urban", case_id, do.Answer(assignment=held.assignment))
    merged = players.wait("housing", case_id, Requested, task=Task.MERGE_ANSWER)
    assert merged.details.notes[0].text == NOTE.text
    players.act("housing", case_id, do.Answer())
    assert list(window.follow(case_id, seconds=10))[-1].data["lead"] == "housing"


def test_the_same_matter_twice_is_answered_twice(wire: Wire, players: Players, window: WindowClient) -> None:
    """The repeat is linked at once, and both people get the answer of the running case."""
    text = f"暖气不热，家里有老人{new_id()}"
    first = window.submit(Submission(narrative=text, person=Person(name="甲")))
    wire.case_when(first, lambda case: case is not None)
    second = window.submit(Submission(narrative=text.replace("，", "， "), person=Person(name="乙")))
    receipt = next(iter(window.follow(second, seconds=10)))
    assert receipt.data["primary"] == first
    held = players.wait("urban", first, Dispatched)
    players.act("urban", first, do.Answer(assignment=held.assignment))
    players.wait("housing", first, Requested, task=Task.MERGE_ANSWER)
    players.act("housing", first, do.Answer())
    answer = list(window.follow(second, seconds=10))[-1]
    assert answer.data["primary"] == first
    assert answer.data["details"]["notes"][0]["text"] == NOTE.text


def test_a_withheld_person_is_withheld(wire: Wire, players: Players, window: WindowClient) -> None:
    """保密工单: the unit gets the matter and not the person."""
    case_id = window.submit(Submission(narrative=f"房屋漏水{new_id()}", person=CANARY, withheld=True))
    held = players.wait("housing", case_id, Dispatched)
    assert held.details.person is None
    assert "房屋漏水" in held.details.narrative


def test_unclear_words_reach_the_dispatcher(wire: Wire, players: Players, window: WindowClient) -> None:
    """A person is asked with what the classifier had to offer, decides, and the case goes on."""
    text = f"气死我了，我住在乌兰镇，欠我3万元，希望有人管一管。{new_id()}"
    case_id = window.submit(Submission(narrative=text))
    asked = players.wait("dispatcher", case_id, Requested, task=Task.TRIAGE)
    found = {mark.kind: text[mark.start : mark.end] for mark in asked.details.marks if mark.where == "narrative"}
    assert found["place"] == "乌兰镇"
    assert found["amount"] == "3万元"
    assert found["wish"] == "希望有人管一管"
    players.act("dispatcher", case_id, do.Triage(domain="housing"))
    assert players.wait("housing", case_id, Dispatched).role == "lead"


def test_a_person_is_asked_with_reasons(wire: Wire, players: Players, window: WindowClient) -> None:
    """Torn between two fields, the dispatcher gets both, each with the words that spoke for it."""
    case_id = window.submit(Submission(narrative=f"房屋里暖气{new_id()}"))
    asked = players.wait("dispatcher", case_id, Requested, task=Task.TRIAGE)
    assert asked.reason == "not_sure"
    assert [(choice.domain, choice.words) for choice in asked.choices] == [
        ("heating", ("暖气",)),
        ("housing", ("房屋",)),
    ]


def test_what_is_not_accepted_is_told_with_the_right_door(wire: Wire, window: WindowClient) -> None:
    """不予受理 reaches the channel with reason, basis and right door."""
    case_id = window.submit(Submission(narrative=f"房屋漏水，法院已立案{new_id()}"))
    declined = list(window.follow(case_id, seconds=10))
    assert any(e.data.get("details", {}).get("notice", {}).get("right_door") == "旗人民法院" for e in declined)


def test_replay_equals_state(wire: Wire) -> None:
    """Folding a case's recorded events gives exactly the state beside them."""
    wire.good()
    with transaction(wire.engine) as connection:
        for row in reading.list_cases(connection, most=200):
            history = reading.history(connection, row.id)
            events = [(event, record.now) for record in history for event in record.events]
            assert fold(row.id, events) == reading.find_case(connection, row.id)


def test_the_chain_holds(wire: Wire) -> None:
    """Sequences have no gap, and every hash follows from the one before it and the bytes."""
    wire.good()
    with transaction(wire.engine) as connection:
        rows = connection.execute(records.select().order_by(records.c.shard, records.c.sequence)).all()
    heads: dict[int, tuple[int, bytes]] = {}
    for row in rows:
        sequence, previous = heads.get(row.shard, (0, GENESIS))
        assert row.sequence == sequence + 1
        assert row.hash == chained(previous, row.bytes)
        record = msgspec.convert(msgspec.json.decode(row.bytes)["data"], Record)
        assert record.previous == previous.hex()
        assert encode(record) == row.bytes
        heads[row.shard] = (row.sequence, row.hash)


def test_the_ledger_topic_is_the_ledger(wire: Wire) -> None:
    """`ledger` carries the very bytes of the table, shard by partition, and nothing personal."""
    case_id = wire.good()

    def read() -> object:
        reader = TopicReader(wire.house.connection("auditor"), "ledger", group=None)
        found = []
        while not reader.at_end():
            found += reader.poll(0.5)
        reader.close()
        return found if any(event.case_id == case_id for event in found) else None

    events = wire.eventually(read)
    with transaction(wire.engine) as connection:
        stored = connection.execute(records.select()).all()
    told = [event for event in events if event.type == TYPE]  # anchors stand among them
    assert {(e.partition, e.data["sequence"]) for e in told} <= {(r.shard, r.sequence) for r in stored}
    everything = b"".join(bytes(r.bytes) for r in stored)
    for value in CANARY.model_dump().values():
        assert str(value).encode() not in everything


def test_the_database_holds_no_plain_text(wire: Wire, window: WindowClient) -> None:
    """Texts and personal fields stand in the vault only, encrypted: no table holds them in clear."""
    window.submit(Submission(narrative=f"房屋漏水{new_id()}", person=CANARY))
    wire.good()
    wanted = [str(value) for value in CANARY.model_dump().values()]
    with transaction(wire.engine) as connection:
        names = [row[0] for row in connection.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]  # fmt: skip
        for name in names:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):  # noqa: S608 (names from the catalogue)
                cells = b"|".join(c if isinstance(c, bytes) else str(c).encode() for c in row)
                assert not any(value.encode() in cells for value in wanted), name


def test_records_can_not_be_changed(wire: Wire) -> None:
    """Whoever asks, the database refuses to change or remove a record."""
    wire.good()
    for statement in ("UPDATE records SET hash = hash", "DELETE FROM records", "TRUNCATE records"):
        with pytest.raises(Exception, match="never changed"), transaction(wire.engine) as connection:
            connection.exec_driver_sql(statement)
