"""Sealed details on real parts: the broker holds nothing in clear, keys change and go, and nothing is lost by it."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.department import DepartmentClient
from producers.sealing import NotSealedError, Sealing
from producers.window import Submission, WindowClient, new_id
from router.cases.commands import Sign
from router.ledger import reading, sealing_keys
from router.ledger.database import cursor, transaction
from router.ledger.record import NO_CASE
from router.messages.details import NoteDetails, Person
from router.messages.envelope import write
from router.messages.outbound import Dispatched
from router.policy.sealing import Mode
from router.vault.sealing import PrivateKey, PublicKey, is_sealed
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Said, Wire

    from consumers.department import Incoming

WORDS = "羊圈旁的土坯房屋漏水七年"
NOTE = "已同其其格家约好周三上门"


def somebody() -> Person:
    """A person whom no other case knows: one who came before would bring the same matter again."""
    own = str(int(new_id().replace("-", ""), 16))[-14:]
    return Person(name="萨仁高娃其其格", phone=f"139{own[:8]}", id_number=f"1527{own}", address="巴音胡硕嘎查七社")


def raw(wire: Wire, user: str, topic: str) -> bytes:
    """Every byte of a topic's values, as the broker holds them."""
    reader = KafkaConsumer(enable_auto_commit=False, **wire.house.connection(user).options())
    places = [TopicPartition(topic, number) for number in reader.partitions_for_topic(topic)]
    ends = reader.end_offsets(places)
    reader.assign(places)
    reader.seek_to_beginning(*places)
    found = []
    while any(reader.position(place) < end for place, end in ends.items()):
        found += [record.value or b"" for records in reader.poll(timeout_ms=500).values() for record in records]
    reader.close()
    return b"\n".join(found)


def dispatched(wire: Wire, client: DepartmentClient, case_id: str) -> Incoming:
    """Wait for the task that a case brings to a unit."""

    def came() -> object:
        told = (i for i in client.poll(0.5) if i.case_id == case_id)
        return next((i for i in told if isinstance(i.data, Dispatched)), None)

    found: Incoming = wire.eventually(came)
    return found


@pytest.fixture
def housing(wire: Wire) -> Iterator[DepartmentClient]:
    """The housing bureau's client, with the keys of its home; it has read all that came before."""
    with wire.house.department("housing", from_start=True) as client:
        while client.poll(0.3):
            pass
        yield client


def submitted(wire: Wire, housing: DepartmentClient) -> Incoming:
    """Submit a case that goes to housing, and wait for its task there: its reader sees just who brought it."""
    brought = Submission(f"{WORDS}{new_id()}", title="房屋漏水", person=somebody())
    with wire.house.window("window-system") as window:
        case_id = window.submit(brought)
    told = dispatched(wire, housing, case_id)
    assert told.data.details
    assert (told.data.details.person, told.data.details.narrative) == (brought.person, brought.narrative)
    assert told.unopened is None
    return told


def test_the_broker_holds_nothing_in_clear(wire: Wire, housing: DepartmentClient) -> None:
    """A window submits, a unit reads and answers, the window reads: all of it sealed, whole for its readers alone."""
    told = submitted(wire, housing)
    assert told.data.details
    person = told.data.details.person
    assert person
    sent = housing.act(told.case_id, Sign(assignment=1), NoteDetails(text=NOTE))
    wire.case_when(told.case_id, lambda case: any(one.signed_at for one in case.assignments))
    held = {
        topic: raw(wire, user, topic)
        for user, topic in (
            ("router", "cases.window-system"), ("channel-window-system", "results.window-system"),
            ("unit-housing", "assignments.housing"), ("router", "responses.housing"), ("auditor", "ledger"),
        )
    }  # fmt: skip
    assert told.case_id.encode() in held["cases.window-system"]
    assert told.id.encode() in held["assignments.housing"]
    assert sent.encode() in held["responses.housing"]
    secrets = [WORDS, NOTE, *(value for value in person.model_dump().values() if value)]
    for topic, content in held.items():
        for secret in secrets:
            for form in (secret.encode(), orjson.dumps(secret)[1:-1], secret.encode("unicode_escape")):
                assert form not in content, f"{topic} holds {secret}"


def test_a_reader_without_the_key_is_told_so(wire: Wire, housing: DepartmentClient) -> None:
    """It gets the message without its details and the id of the key that it lacks; a plain reader sees the block."""
    told = submitted(wire, housing)
    connection = wire.house.connection("unit-housing")
    with DepartmentClient(connection, "housing", from_start=True) as keyless:
        found = dispatched(wire, keyless, told.case_id)
    assert found.data.details is None
    assert found.unopened
    reader = TopicReader(connection, "assignments.housing", group=None)

    def came() -> Any:
        return next((e for e in reader.poll(0.5) if e.id == told.id), None)

    event = wire.eventually(came)
    reader.close()
    assert is_sealed(event.data["details"])
    assert event.data["details"]["key"] == event.unopened == found.unopened


def test_the_same_submission_sealed_again_doubles_nothing(wire: Wire) -> None:
    """Sent three times, twice sealed anew and once plain, it is one case, and no conflict is set aside."""
    same, before = Submission(f"{WORDS}{new_id()}", title="房屋漏水", person=somebody()), wire.set_aside().keys()
    with wire.house.window("window-system") as sealing:
        sealing.submit_many((same, same))
    with WindowClient(wire.house.connection("channel-window-system"), "window-system") as plain:
        plain.submit(same)
    with wire.house.window("window-system") as sealing:  # behind it in its partition
        sealing.supplement(same.case_id, "补充一句")
    wire.case_when(same.case_id, lambda case: case is not None and len(case.entries) > 2)
    with transaction(wire.engine) as connection:
        verbs = [record.command["verb"] for record in reading.history(connection, same.case_id)]
    assert verbs.count("submit") == 1
    assert wire.set_aside().keys() == before


def test_a_changed_submission_under_its_id_is_a_conflict(wire: Wire) -> None:
    """Sealing hides no second, different submission."""
    same = Submission(f"{WORDS}{new_id()}", title="房屋漏水", person=somebody())
    other = Submission("另一番话", case_id=same.case_id, message_id=same.message_id, time=same.time)
    before = set(wire.set_aside())
    with wire.house.window("window-system") as sealing:
        sealing.submit_many((same, other))
    [row] = wire.eventually(lambda: [row for place, row in wire.set_aside().items() if place not in before])
    assert row.code == "conflict"


def test_keys_change_and_go_midway(wire: Wire, housing: DepartmentClient, bancheng: Callable[..., Said]) -> None:
    """A new key is used at once by who runs; taken back, what is for it waits, and goes out with the next one."""
    first = bancheng("keys", "list", "--json").json()["keys"]
    old = next(one for one in first if one["owner"] == "unit-housing" and one["state"] == "current")
    new = bancheng("keys", "rotate", "housing", "--json").json()
    assert new["key"] != old["key"]

    def used() -> object:
        submitted(wire, housing)
        content = raw(wire, "unit-housing", "assignments.housing").splitlines()[-1]
        return new["key"].encode() in content

    wire.eventually(used)
    assert bancheng("keys", "revoke", "housing", "--json").json()["was"] == "current"
    assert "unit-housing" in bancheng("keys", "list", "--json").json()["without"]
    waiting = {}

    def parked() -> object:
        with wire.house.window("window-system") as window:
            case_id = window.submit(Submission(f"{WORDS}{new_id()}", title="房屋漏水", person=somebody()))
        wire.case_when(case_id, lambda case: case is not None)
        with transaction(wire.engine) as connection:
            cur = cursor(connection)
            cur.execute("SELECT key, reason FROM parked")
            waiting.update(dict(cur.fetchall()))
        return sealing_keys.REVOKED in waiting.values()

    wire.eventually(parked)
    case_id = next(key for key, reason in waiting.items() if reason == sealing_keys.REVOKED)
    last = bancheng("keys", "rotate", "housing", "--json").json()
    told = dispatched(wire, housing, case_id)
    assert told.data.details
    assert (told.data.details.narrative or "").startswith(WORDS)
    states = {one["key"]: one["state"] for one in bancheng("keys", "list", "--json").json()["keys"]}
    assert (states[old["key"]], states[new["key"]], states[last["key"]]) == ("former", "revoked", "current")
    with transaction(wire.engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT bytes FROM records WHERE shard = 0 AND case_id = %s ORDER BY sequence", (NO_CASE,))
        told = [orjson.loads(bytes(row[0]))["data"] for row in cur]  # type: ignore[arg-type]  # bytea
    noted = [data["noted"]["kind"] for data in told if data.get("noted")]
    assert noted[-3:] == ["sealing_keys_registered", "sealing_key_revoked", "sealing_keys_registered"]


def test_the_routers_key_is_replaced(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """A running router opens by the new key and by the old one, until that is taken back."""
    old = wire.house.client_keys("channel-hotline", "hotline")
    assert old.router
    new = bancheng("keys", "rotate", "router", "--json").json()
    assert bancheng("keys", "public").out.strip() == new["public"] != old.router.text
    for keys in (old, wire.house.client_keys("channel-hotline", "hotline")):
        with WindowClient(wire.house.connection("channel-hotline"), "hotline", keys=keys) as window:
            case_id = window.submit(Submission(f"{WORDS}{new_id()}"))
        wire.case_when(case_id, lambda case: case is not None)
    assert bancheng("keys", "revoke", "router").code == 1
    assert bancheng("keys", "revoke", "router", old.router.id).code == 0
    before = set(wire.set_aside())

    def refused() -> object:
        with WindowClient(wire.house.connection("channel-hotline"), "hotline", keys=old) as window:
            window.submit(Submission(f"{WORDS}{new_id()}"))
        return [
            row.field for place, row in wire.set_aside().items() if place not in before and row.code == "unsealable"
        ]

    assert set(wire.eventually(refused)) == {"data.details.key"}


def test_where_sealing_is_required(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """A unit of which the policy wants it is refused in plain, by name; to whom it is wanted nothing goes plain."""
    case_id = wire.good()
    told: dict[str, Any] = {"details": {"scheme": "plain", "text": NOTE}}
    value = write(id=new_id(), source="/units/sumu", type="cn.bancheng.response.report_progress.v1", subject=case_id,
                  time="2026-03-02T09:30:00+08:00", data=told)  # fmt: skip
    place = wire.send("unit-sumu", "responses.sumu", case_id.encode(), value)
    assert wire.quarantined(place).code == "unsealed"
    assert bancheng("quarantine", "list").code == 0
    sealing = Sealing(lambda name: Mode.OFF if name == "housing" else Mode.REQUIRED)
    with transaction(wire.engine) as connection:
        sealing.follow(cursor(connection), at_once=True)
    event = write(id="1", source="/router", type="t", subject=case_id, time="", data={"version": 1})
    assert orjson.loads(sealing.put("assignments.housing", event, b'{"a":1}'))["data"]["details"] == {"a": 1}
    assert is_sealed(orjson.loads(sealing.put("assignments.sumu", event, b'{"a":1}'))["data"]["details"])
    with pytest.raises(NotSealedError, match=sealing_keys.NO_KEY):
        sealing.put("results.nobody", event, b'{"a":1}')
    with wire.engine.connect() as connection:  # rolled back
        cur = cursor(connection)
        sealing_keys.register(cur, datetime.now(UTC), {"unit-sumu": PublicKey(bytes(32))})
        sealing.follow(cur, at_once=True)
    with pytest.raises(NotSealedError, match=sealing_keys.UNUSABLE):
        sealing.put("assignments.sumu", event, b'{"a":1}')


def test_what_is_asked_wrongly_of_keys(bancheng: Callable[..., Said], tmp_path: Any) -> None:
    """Nobody of that name, no key, a key that was revoked or is another's: one sentence each, and nothing changes."""
    before = bancheng("keys", "list", "--json").out
    file = tmp_path / "unit.key"
    made = bancheng("keys", "make", file, "--json").json()
    assert file.stat().st_mode & 0o777 == 0o600
    assert made["public"] not in file.read_text(encoding="ascii")
    assert bancheng("keys", "register", "nobody", made["public"]).code == 2
    assert bancheng("keys", "register", "hrss", "x").code == 1
    assert bancheng("keys", "register", "hrss", b64encode(bytes(32)).decode()).code == 1
    known = bancheng("keys", "list", "--json").json()["keys"]
    [archives] = [one["public"] for one in known if one["owner"] == "unit-archives"]
    assert "unit-archives" in bancheng("keys", "register", "hrss", archives).err
    assert bancheng("keys", "revoke", "hrss", "0" * 16).code == 1
    assert bancheng("keys", "revoke", "router").code == 1
    assert bancheng("keys", "list", "--json").out == before
    assert bancheng("keys", "register", "unit-archives", archives).code == 0
    assert PrivateKey.read(file.read_text(encoding="ascii").splitlines()[-1]).public.text == made["public"]
