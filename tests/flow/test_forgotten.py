"""Exactly once, however late: what was taken is known again from the slots before, and from the records for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from producers.window import new_id
from router.door.received import Received
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.messages.envelope import CONTENT_TYPE, write
from router.vault import erasing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bancheng.compose import House
    from router.cases.state import Case
    from router.door.door import Door

LONG_AGO = "2026-03-02T09:30:00+08:00"
FOR_EVER = timedelta(days=10_000)
_OFFSETS = count(10**9)


@pytest.fixture
def door(house: House) -> Door:
    """The house's own door, which counts on ids for as long as a real one."""
    return house.door()


def came(value: bytes, topic: str, case_id: str) -> Received:
    """A message as it comes, each time somewhere else."""
    return Received(topic, 0, next(_OFFSETS), case_id.encode(), value, [CONTENT_TYPE])


def submitted(case_id: str, text: str, **changes: Any) -> Received:
    """A submission of a case, by a person who has no other: nothing is linked."""
    person = {"name": "张三", "phone": f"138{UUID(case_id).int % 10**8:08d}"}
    data = {"details": {"narrative": text, "person": person}}
    told = {
        "id": new_id(),
        "source": "/channels/window-system",
        "type": "cn.bancheng.case.submitted.v1",
        "time": LONG_AGO,
        **changes,
    }
    return came(write(subject=case_id, data=data, **told), "cases.window-system", case_id)


def response(case_id: str, verb: str, text: str | None = None, *, unit: str = "housing", **changes: Any) -> Received:
    """A response of a unit."""
    told = {
        "id": new_id(),
        "source": f"/units/{unit}",
        "type": f"cn.bancheng.response.{verb}.v1",
        "time": LONG_AGO,
        **changes,
    }
    data = {"details": {"text": text}} if text else {}
    return came(write(subject=case_id, data=data, **told), f"responses.{unit}", case_id)


def again(message: Received) -> Received:
    """The same bytes, somewhere else."""
    return message._replace(offset=next(_OFFSETS))


def forgotten(house: House) -> None:
    """Let no id be remembered any more."""
    with transaction(house.engine) as connection:
        connection.exec_driver_sql("TRUNCATE seen")


def found(house: House, case_id: str) -> tuple[Case | None, int]:
    """A case, and how many records tell of it."""
    with transaction(house.engine) as connection:
        return reading.find_case(connection, case_id), len(reading.history(connection, case_id))


@pytest.fixture
def taken(house: House, door: Door) -> tuple[str, list[Received]]:
    """A case that was submitted and answered for, and all of its messages."""
    case_id = new_id()
    messages = [
        submitted(case_id, f"小区房屋漏水{case_id}"),
        response(case_id, "sign"),
        response(case_id, "contact", "已联系"),
        response(case_id, "report_progress", "已派人"),
        response(case_id, "sign", unit="archives"),
        response(new_id(), "report_progress", "没有这件"),
    ]
    assert door.take(messages, ()).outcomes == {"decided": 4, "refused": 2, "repeated": 0, "quarantined": 0}
    assert found(house, case_id)[1] == 5
    return case_id, messages


def test_what_stands_in_a_slot_before_is_known(house: House, door: Door, taken: tuple[str, list[Received]]) -> None:
    """Ids of earlier slots are repeats with the same content and conflicts with another, without asking any record."""
    case_id, messages = taken
    counting = replace(door, remembered=FOR_EVER)
    for _ in range(2):
        with transaction(house.engine) as connection:
            connection.exec_driver_sql("UPDATE seen SET slot = (slot + 1) %% 3")
        before = found(house, case_id)
        assert counting.take([again(one) for one in messages], ()).outcomes["repeated"] == len(messages)
        other = submitted(case_id, "另一件事", id=_id(messages[0]))
        assert counting.take([other], ()).outcomes == {"repeated": 0, "quarantined": 1}
        assert found(house, case_id) == before
    with transaction(house.engine) as connection:
        twice = connection.exec_driver_sql("SELECT count(*) - count(DISTINCT message) FROM seen").scalar()
    assert twice == 0


def test_what_was_forgotten_is_never_applied_again(house: House, door: Door, taken: tuple[str, list[Received]]) -> None:
    """The same bytes, after their ids were forgotten: all are repeats, refused ones and those of no case too."""
    case_id, messages = taken
    before = found(house, case_id)
    forgotten(house)
    outcomes = door.take([*(again(one) for one in messages), again(messages[3])], ()).outcomes
    assert outcomes == {"repeated": len(messages) + 1, "quarantined": 0}
    assert found(house, case_id) == before


def test_without_the_records_it_would_be_applied_again(
    door: Door, house: House, taken: tuple[str, list[Received]]
) -> None:
    """A door that counts on ids for longer than they are kept decides once more: so this is what is shown above."""
    case_id, messages = taken
    forgotten(house)
    assert replace(door, remembered=FOR_EVER).take([again(messages[4])], ()).outcomes["refused"] == 1
    assert found(house, case_id)[1] == 6


def test_an_id_sent_again_with_todays_time(house: House, door: Door, taken: tuple[str, list[Received]]) -> None:
    """A sender that stamps anew: what says the same is a repeat; other words, or another question, are a conflict."""
    case_id, messages = taken
    progress, now = _id(messages[3]), datetime.now(UTC).isoformat()
    forgotten(house)
    before = found(house, case_id)
    for message, outcome in (
        (response(case_id, "report_progress", "已派人", id=progress, time=now), "repeated"),
        (response(case_id, "report_progress", "又派了人", id=progress, time=now), "quarantined"),
        (response(case_id, "sign", id=progress, time=now), "quarantined"),
        (submitted(case_id, f"小区房屋漏水{case_id}", id=_id(messages[0]), time=now), "quarantined"),
    ):
        forgotten(house)
        assert door.take([message], ()).outcomes[outcome] == 1
        assert found(house, case_id) == before


def test_ids_belong_to_their_sender(house: House, door: Door, taken: tuple[str, list[Received]]) -> None:
    """Another unit's message of the same id, and a new id on an old case, are taken."""
    case_id, messages = taken
    forgotten(house)
    told = [
        response(case_id, "sign", unit="urban", id=_id(messages[3])),
        response(case_id, "report_progress", "已修好", time=datetime.now(UTC).isoformat()),
    ]
    assert door.take(told, ()).outcomes == {"refused": 1, "decided": 1, "repeated": 0, "quarantined": 0}
    assert found(house, case_id)[1] == 7


def test_a_copy_from_somebody_erased_brings_nothing_back(
    house: House, door: Door, taken: tuple[str, list[Received]]
) -> None:
    """Erased words can't be compared: the copy is a repeat, and neither texts nor look-ups return."""
    case_id, messages = taken
    with transaction(house.engine) as connection:
        erasing.forget(cursor(connection), case_id)
    forgotten(house)
    assert door.take([again(one) for one in messages[:4]], ()).outcomes == {"repeated": 4, "quarantined": 0}
    with transaction(house.engine) as connection:
        for table in ("vault_keys", "vault_entries", "vault_lookups", "vault_persons"):
            query = f"SELECT count(*) FROM {table} WHERE case_id::text = %s"  # noqa: S608 (a constant)
            assert connection.exec_driver_sql(query, (case_id,)).scalar() == 0, table


def test_young_messages_of_young_cases_ask_no_record(house: House, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ordinary way costs nothing: the records are asked neither for new submissions nor for what follows soon."""
    asked: list[int] = []
    counted: Callable[..., Any] = lambda _, suspects: asked.append(len(suspects)) or {}  # noqa: E731
    monkeypatch.setattr("router.door.recall._records", counted)
    case_id, now = new_id(), datetime.now(UTC).isoformat()
    told = [submitted(case_id, f"小区房屋漏水{case_id}", time=now), response(case_id, "sign", time=now)]
    for message in told:
        assert door.take([message], ()).outcomes["decided"] == 1
    assert asked == []
    assert found(house, case_id)[1] == 2


def _id(message: Received) -> str:
    """The id of a message."""
    return str(message.value).split('"id":"')[1].split('"')[0]
