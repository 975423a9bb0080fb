"""Every kind of bad message through the real broker: set aside with one clear sentence, and the stream goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest

from bancheng.access_plan import TopicSpec
from producers.window import new_id
from router.cases.commands import Sign
from router.ledger import reading
from router.ledger.database import transaction
from router.messages.faults import sentence
from router.messages.outbound import Refused
from router.vault.store import open_message
from router.wire.connection import admin
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Wire

TOPIC = "cases.window-system"
USER = "channel-window-system"


class Bad(NamedTuple):
    """A message that can't be taken, and what must be said of it."""

    name: str
    make: Callable[[Wire], tuple[bytes | None, bytes | None]]
    code: str
    field: str = ""


def broken(change: Callable[[dict[str, Any]], object]) -> Callable[[Wire], tuple[bytes, bytes]]:
    """A good submission with one thing wrong."""

    def make(wire: Wire) -> tuple[bytes, bytes]:
        case_id, value = wire.submit("房屋漏水")
        content = orjson.loads(value)
        change(content)
        return case_id.encode(), orjson.dumps(content)

    return make


def raw(value: bytes | None, key: bytes | None = b"k") -> Callable[[Wire], tuple[bytes | None, bytes | None]]:
    """Bytes as they are."""
    return lambda _wire: (key, value)


def details(**changes: Any) -> Callable[[Wire], tuple[bytes, bytes]]:
    """A good submission with something wrong in its details."""
    return broken(lambda content: content["data"]["details"].update(changes))


def with_surrogate(wire: Wire) -> tuple[bytes, bytes]:
    """A text with half of a UTF-16 pair, as some old systems send it."""
    case_id, value = wire.submit("房屋漏水")
    return case_id.encode(), value.replace("漏水".encode(), b"\\ud83d")


def without_key(wire: Wire) -> tuple[bytes, bytes]:
    """A good event under an empty key."""
    return b"", wire.submit("房屋漏水")[1]


def other_key(wire: Wire) -> tuple[bytes, bytes]:
    """A good event under another case's key."""
    return new_id().encode(), wire.submit("房屋漏水")[1]


def as_reference(wire: Wire) -> tuple[bytes, bytes]:
    """A submission whose reference is the phone of its person."""
    number = f"138{int.from_bytes(os.urandom(3)) % 10**8:08}"
    data = {"reference": number, "details": {"narrative": "房屋漏水", "person": {"phone": f"+86 {number}"}}}
    case_id, value = wire.submit("", data=data)
    return case_id.encode(), value


TEXT = "data.details.narrative"
ROWS = [
    Bad("not json", raw(b"<xml/>"), "not_json"),
    Bad("random bytes", raw(os.urandom(64)), "not_json"),
    Bad("null value", raw(None), "null_value"),
    Bad("json, but no event", raw(b'{"a": 1}'), "not_an_event", "specversion"),
    Bad("json, but a list", raw(b"[]"), "not_an_event"),
    Bad("empty key", without_key, "empty_key", "key"),
    Bad("key is another case", other_key, "key_differs", "key"),
    Bad("unknown type", broken(lambda e: e.update(type="cn.bancheng.case.sung.v1")), "unknown_type", "type"),
    Bad("unknown version", broken(lambda e: e.update(type="cn.bancheng.case.submitted.v9")), "unknown_type", "type"),
    Bad("a unit's type", broken(lambda e: e.update(type="cn.bancheng.response.sign.v1")), "unknown_type", "type"),
    Bad("missing details", broken(lambda e: e.update(data={})), "bad_field", "data.details"),
    Bad("missing narrative", broken(lambda e: e["data"]["details"].pop("narrative")), "bad_field", TEXT),
    Bad("field beside details", broken(lambda e: e["data"].update(phone="13800000000")), "bad_field", "data.phone"),
    Bad("wrong kind of field", broken(lambda e: e["data"].update(withheld="perhaps")), "bad_field", "data.withheld"),
    Bad("case id is no UUID", broken(lambda e: e.update(subject="42")), "bad_field", "subject"),
    Bad("narrative too long", details(narrative="长" * 100_001), "bad_field", TEXT),
    Bad("2 MiB narrative", details(narrative="x" * 2 * 1024 * 1024), "too_large"),
    Bad("lone surrogate", with_surrogate, "not_json"),
    Bad("NUL character", details(narrative="漏\x00水"), "bad_field", TEXT),
    Bad("time before all calendars", broken(lambda e: e.update(time="0001-01-01T00:00:00+08:00")), "bad_field", "time"),
    Bad("time in the future", broken(lambda e: e.update(time="2999-01-01T00:00:00Z")), "future_time", "time"),
    Bad("time without a zone", broken(lambda e: e.update(time="2026-03-02T09:00:00")), "bad_field", "time"),
    Bad("the person's number as reference", as_reference, "personal_outside", "data.reference"),
    Bad("claims another channel", broken(lambda e: e.update(source="/channels/hotline")), "other_sender", "source"),
    Bad("claims to be a unit", broken(lambda e: e.update(source="/units/hrss")), "other_sender", "source"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_bad_message_is_set_aside_and_the_stream_goes_on(wire: Wire, row: Bad) -> None:
    """The message is kept whole and encrypted, named by position, code and field; the next one is taken."""
    key, value = row.make(wire)
    place = wire.send(USER, TOPIC, key, value, partition=3)
    found = wire.quarantined(place)
    assert (found.code, found.field) == (row.code, row.field)
    for lang in ("zh", "en"):
        said = sentence(found.code, found.field, lang)
        assert said.endswith(("。", "."))
        assert "{" not in said
    assert wire.good()


def test_what_is_set_aside_is_kept_byte_for_byte(wire: Wire) -> None:
    """Nothing is lost: the vault gives back key, value and headers as they came."""
    value = os.urandom(100)
    place = wire.send(USER, TOPIC, b"the key", value, partition=2, headers=[("a", b"b")])
    number = wire.quarantined(place).id
    with transaction(wire.engine) as connection:
        row = reading.find_quarantined(connection, number)
    assert row
    assert value not in bytes(row.sealed)
    whole = open_message(wire.house.keyring, "/".join(map(str, place)), row.wrapped, row.sealed)
    assert (whole.key, whole.value, whole.headers) == (b"the key", value, (("a", b"b"),))


def test_operators_are_told_on_the_quarantine_topic(wire: Wire) -> None:
    """`quarantine` carries position, code and keyed hash, and nothing of the content."""
    place = wire.send(USER, TOPIC, b"13800000000", b"Zhang San 13800000000", partition=1)
    wire.quarantined(place)
    reader = TopicReader(wire.house.connection("operator"), "quarantine", group=None)

    def told() -> object:
        return next((e for e in reader.poll(1) if e.case_id == "/".join(map(str, place))), None)

    event = wire.eventually(told)
    reader.close()
    assert set(event.data) == {"topic", "partition", "offset", "code", "field", "digest"}
    assert "138" not in str({k: v for k, v in event.data.items() if k != "digest"})


def test_the_same_event_again_is_ignored(wire: Wire) -> None:
    """A repeat of a message changes nothing and is set aside nowhere."""
    case_id, value = wire.submit(f"房屋漏水{new_id()}")
    places = [wire.send(USER, TOPIC, case_id.encode(), value, partition=5) for _ in range(3)]
    wire.good()
    version = wire.case_when(case_id, lambda case: case is not None).version

    with transaction(wire.engine) as connection:
        assert len(reading.history(connection, case_id)) == 1
        set_aside = {
            (r.topic, r.partition, r.offset) for r in reading.list_quarantine(connection, most=1000, status=None)
        }
    assert version == 5
    assert not set_aside & set(places)


def test_the_same_id_with_other_content_is_a_conflict(wire: Wire) -> None:
    """An id that comes again with other content is set aside, whichever of the two is right."""
    case_id, value = wire.submit("房屋漏水", id="the-same")
    wire.send(USER, TOPIC, case_id.encode(), value, partition=6)
    other, changed = wire.submit("房屋漏水得厉害", id="the-same")
    found = wire.quarantined(wire.send(USER, TOPIC, other.encode(), changed, partition=6))
    assert (found.code, found.field) == ("conflict", "id")


def test_a_second_submission_of_a_case_is_a_conflict(wire: Wire) -> None:
    """A known case id with another message and other words is set aside; the case stays as it was."""
    case_id = wire.good()
    before = wire.case(case_id)
    _, value = wire.submit("完全不同的事", case_id=case_id)
    found = wire.quarantined(wire.send(USER, TOPIC, case_id.encode(), value, partition=7))
    assert (found.code, found.field) == ("conflict", "subject")
    assert wire.case(case_id) == before


def test_a_topic_nobody_stands_behind(wire: Wire) -> None:
    """A message on a topic of a unit that the policy doesn't know is set aside."""
    client = admin(wire.house.connection("admin"))
    client.create_topics({"responses.ghost": TopicSpec("responses.ghost", 1, -1).options()})
    client.close()
    found = wire.quarantined(wire.send("admin", "responses.ghost", b"k", b"{}"))
    assert found.code == "unknown_sender"


def test_a_unit_without_an_assignment_is_told(wire: Wire) -> None:
    """A response of a unit that holds nothing is refused by name, recorded, and told on its own topic."""
    case_id = wire.good()
    before = wire.case(case_id)
    with wire.house.department("archives") as client:
        sent = client.act(case_id, Sign())

        def told() -> object:
            return next((i for i in client.poll(1) if isinstance(i.data, Refused) and i.data.message == sent), None)

        refused = wire.eventually(told).data
    assert refused.code == "not_assigned"
    assert refused.details.notice["zh"].startswith("贵单位")
    assert wire.case(case_id) == before
