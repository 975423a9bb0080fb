"""One person's data on the real parts: looks, export, a new master key, erasing, and what is left to be found."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import LargeBinary, Text, bindparam, cast, func, select, text
from test_match import bring

from bancheng.compose import House
from bancheng.rotation import rotate
from bancheng.secrets import keyring, master_key
from producers.window import new_id
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.record import GENESIS, chained, decode
from router.ledger.shards import shard_of
from router.ledger.tables import metadata
from router.messages.retention import erased_by
from router.vault.keyring import Keyring, VaultError, master_id
from router.vault.sealing import about_event
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from conftest import Said, Wire

    from bancheng.rotation import Rotated


def somebody() -> dict[str, str]:
    """A person whose values stand nowhere else; the number is none that was ever given out."""
    own = f"{int(new_id().replace('-', ''), 16) % 10**11:011d}"
    return {
        "name": f"巴特尔{own}", "phone": f"137{own[:8]}", "id_number": f"15272319{own[:4]}{own[5:10]}X",
        "address": f"棋盘井镇{own}号",
    }  # fmt: skip


def wrapped_of(wire: Wire, case_id: str) -> bytes | None:
    """A case's key as it stands in the database, or in yesterday's backup."""
    with transaction(wire.engine) as connection:
        return connection.execute(text("SELECT wrapped FROM vault_keys WHERE case_id = :c"), {"c": case_id}).scalar()


def closed(wire: Wire, bancheng: Callable[..., Said], who: dict[str, str], said: str = "社保养老") -> str:
    """A case of somebody's that has come to its end; its words name the person too."""
    case_id = bring(wire, said, who, reference=f"R-{new_id()[-12:]}")
    for words in (("sign",), ("contact",), ("answer", "--say", f"已电话答复{who['name']}")):
        assert bancheng("act", case_id, words[0], "--as", "hrss", *words[1:]).code == 0
    assert bancheng("act", case_id, "follow_up", "--as", "window", "--set", "grade=satisfied").code == 0
    return case_id


def left_of(wire: Wire, case_id: str) -> dict[str, int]:
    """How many rows of the vault are a case's, by table."""
    tables = ("vault_keys", "vault_entries", "vault_lookups", "vault_signatures", "vault_persons")
    with transaction(wire.engine) as connection:
        return {
            name: connection.execute(
                select(func.count())
                .select_from(metadata.tables[name])
                .where(metadata.tables[name].c.case_id == case_id)
            ).scalar_one()
            for name in tables
        }


def chain_holds(wire: Wire) -> int:
    """Go along every shard's chain from its first record; return how many there are."""
    count = 0
    with transaction(wire.engine) as connection:
        for shard, head in connection.execute(text("SELECT shard, head FROM shards")).all():
            at, rows = (
                GENESIS,
                connection.execute(
                    text("SELECT bytes, hash FROM records WHERE shard = :s ORDER BY sequence"), {"s": shard}
                ),
            )
            for data, known in rows:
                at = chained(at, bytes(data))
                assert at == bytes(known)
                count += 1
            assert at == bytes(head)
    return count


def test_a_look_is_recorded_before_anything_shows(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Masked by default, whole where the role may; the wrong purpose, a stranger and a hidden field get nothing."""
    who = somebody()
    case_id = bring(wire, f"社保养老，我叫{who['name']}，电话{who['phone']}", who)
    masked = bancheng("cases", "details", case_id, "--as", "hrss", "--why", "contact", "--json").json()
    assert masked["phone"] == f"137****{who['phone'][-4:]}"
    assert who["name"] not in str(masked)
    assert who["phone"] not in str(masked)
    early = bancheng("cases", "details", case_id, "--as", "hrss", "--why", "contact", "--reveal", "phone")
    assert (early.code, who["phone"] in early.out + early.err) == (1, False)
    assert bancheng("act", case_id, "sign", "--as", "hrss").code == 0
    whole = bancheng(
        "cases", "details", case_id, "--as", "hrss", "--why", "contact", "--reveal", "phone", "--clerk", "A17"
    )
    assert who["phone"] in whole.out
    assert who["name"] not in whole.out
    for words in (
        ("--as", "housing", "--why", "contact"),
        ("--as", "window", "--why", "curious"),
        ("--as", "nobody", "--why", "contact"),
    ):
        refused = bancheng("cases", "details", case_id, *words)
        assert refused.code in (1, 2)
        assert who["address"] not in refused.out + refused.err
    views = bancheng("cases", "views", case_id, "--json").json()
    assert [(one["by"], one["why"], one["revealed"], one["clerk"]) for one in views] == [
        ("hrss", "contact", [], None), ("hrss", "contact", ["phone"], "A17"),
    ]  # fmt: skip
    assert "A17" in bancheng("cases", "journey", case_id).out


def test_a_reporter_is_shown_to_no_unit(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """保密工单: the unit that works on it sees the matter, and of the person nothing, masked or not."""
    who = somebody()
    case_id = bring(wire, "社保养老", who, withheld=True)
    bancheng("act", case_id, "sign", "--as", "hrss")
    shown = bancheng("cases", "details", case_id, "--as", "hrss", "--why", "handling", "--json").json()
    assert {"name", "phone", "id_number", "address"}.isdisjoint(shown)
    assert "narrative" in shown
    assert bancheng("cases", "details", case_id, "--as", "hrss", "--why", "handling", "--reveal", "name").code == 1


def test_everything_about_one_person(wire: Wire, bancheng: Callable[..., Said], tmp_path: Path) -> None:
    """By id number or phone, never on a command line: every case, every text, every look, as JSON and to be read."""
    who = somebody()
    first, second = bring(wire, f"房屋漏水{new_id()}", who), bring(wire, f"暖气不热{new_id()}", who)
    found = bancheng(
        "person", "export", "--as", "window", "--id-number", "--json", answer=who["id_number"] + "\n"
    ).json()
    assert {one["case"] for one in found["cases"]} == {first, second}
    assert all(one["details"]["address"] == who["address"] for one in found["cases"])
    number = tmp_path / "number"
    number.write_text(who["phone"] + "\n")
    told = bancheng("person", "export", "--as", "window", "--phone", "--from", number, "--to", tmp_path / "told")
    assert told.code == 0
    written = orjson.loads((tmp_path / "told" / "person.json").read_bytes())
    looks = [look["why"] for one in written["cases"] for look in one["looks"]]
    assert looks == ["citizen-request"] * 4
    assert who["name"] in (tmp_path / "told" / "person.txt").read_text()
    assert stat.S_IMODE((tmp_path / "told" / "person.json").stat().st_mode) == 0o600
    assert bancheng("person", "export", "--as", "hrss", "--case", first).code == 1


def test_a_helpers_phone_tells_nobody(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """One phone beside two id numbers is two persons: neither is handed the other's cases."""
    one, other = somebody(), somebody()
    for who in (one, other):
        bring(wire, f"房屋漏水{new_id()}", {**who, "phone": one["phone"]})
    asked = bancheng("person", "export", "--as", "window", "--phone", answer=one["phone"] + "\n")
    assert asked.code == 1
    assert "2" in asked.err
    assert one["name"] not in asked.out


@pytest.mark.parametrize("numbers", [0, 1])
def test_a_phone_under_two_names_tells_nobody(wire: Wire, bancheng: Callable[..., Said], numbers: int) -> None:
    """Where id numbers don't tell two persons apart who came under one phone, their names do."""
    one, other = somebody(), somebody()
    for at, who in enumerate((one, other)):
        known = {name: value for name, value in who.items() if name != "id_number" or at < numbers}
        bring(wire, f"房屋漏水{new_id()}", {**known, "phone": one["phone"]})
    asked = bancheng("person", "export", "--as", "window", "--phone", answer=one["phone"] + "\n")
    assert asked.code == 1
    assert other["name"] not in asked.out


@pytest.mark.parametrize(
    "words",
    [
        ("--clerk", "张三"), ("--clerk", "13812345678"), ("--why", "Whatever!"), ("--to", "/dev/null"),
        ("--id-number", "--from", "/dev/null/none"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly(wire: Wire, bancheng: Callable[..., Said], words: tuple[str, ...]) -> None:
    """A name or a phone as a clerk, no code, a folder that can't be written: one sentence, and no name in it."""
    case_id = wire.good()
    named = () if "--from" in words else ("--case", case_id)
    asked = bancheng("person", "export", "--as", "window", *named, *words)
    assert (asked.code in (1, 2), len(asked.err.splitlines())) == (True, 1)
    assert words[1] not in asked.err or words[0] == "--to"
    if words[0] in ("--clerk", "--why"):
        assert bancheng("cases", "details", case_id, "--as", "window", "--why", "handling", *words).code == 2
        assert bancheng("cases", "views", case_id, "--json").json() == []


@pytest.mark.parametrize("command", ["export", "erase"])
def test_an_unknown_person(bancheng: Callable[..., Said], command: str) -> None:
    """Nobody of that number: one clear sentence, exit code 1, nothing done."""
    more = ("--why", "purpose-met", "--yes") if command == "erase" else ()
    said = bancheng("person", command, "--as", "window", "--id-number", *more, answer=somebody()["id_number"] + "\n")
    assert said.code == 1
    assert "没有这个人的工单" in said.err


def test_cases_from_before_are_enlisted(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Cases that came before it was noted whose they are can be found once they were gone through."""
    who = somebody()
    case_id = bring(wire, f"房屋漏水{new_id()}", who)
    with wire.engine.begin() as connection:
        connection.execute(text("DELETE FROM vault_persons WHERE case_id = :c"), {"c": case_id})
    assert bancheng("vault", "enlist", "--json").json()["enlisted"] >= 1
    found = bancheng(
        "person", "export", "--as", "window", "--id-number", "--json", answer=who["id_number"] + "\n"
    ).json()
    assert [one["case"] for one in found["cases"]] == [case_id]


def test_a_new_master_key_under_way(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Router and relay go on over a rotation that is killed half-way; the old key opens nothing then, and is gone."""
    who = somebody()
    case_id = bring(wire, f"房屋漏水{new_id()}", who)
    aside = wire.send("unit-housing", "responses.housing", b"k", b"rubbish")
    wire.quarantined(aside)
    before, kept = wrapped_of(wire, case_id), master_key(wire.house.settings)
    old = kept.keys()[0]
    kept.begin(b"")  # a rotation that got no farther than its new key
    assert len(kept.keys()) == 2
    done = bancheng("vault", "rotate", "--json").json()
    assert done["destroyed"]
    assert done["wrapped"]["cases"] >= 1
    (now,) = kept.keys()
    assert now != old
    after = wrapped_of(wire, case_id)
    assert before is not None
    assert after not in (None, before)
    with pytest.raises(VaultError):
        Keyring(old).unwrap(after or b"", case_id)
    with pytest.raises(VaultError):
        Keyring(now).unwrap(before, case_id)
    assert bancheng("cases", "details", case_id, "--as", "window", "--why", "handling", "--reveal", "name").code == 0
    later = wire.good()  # the router took the new key by itself
    Keyring(now).unwrap(wrapped_of(wire, later) or b"", later)
    with transaction(wire.engine) as connection:
        row = reading.find_quarantined(connection, wire.quarantined(aside).id)
        named = connection.execute(
            text("SELECT bytes FROM records WHERE position('master_key_rotated' IN encode(bytes, 'escape')) > 0")
        )
        noted = [decode(bytes(data)).noted for data in named.scalars()]
    assert row is not None
    Keyring(now).unwrap(row.wrapped, "/".join(map(str, aside)))
    assert noted[-1] is not None
    assert noted[-1].facts["key"] == done["key"]


def test_two_rotations_at_once(wire: Wire) -> None:
    """Two people erase at the same moment: one rotation waits for the other, and no case loses its key."""
    case_id, first, second = wire.good(), House(wire.house.settings), House(wire.house.settings)
    begun: list[Future[Rotated]] = []

    def meanwhile(_done: int) -> None:
        """Begin the second while the first one is half-way."""
        if not begun:
            begun.append(pool.submit(rotate, second))
            wire.eventually(lambda: begun[0].done() or waits_for_another(wire))

    with ThreadPoolExecutor() as pool:
        done = rotate(first, meanwhile)
        later = begun[0].result(20)
    for given in (first, second):
        given.close()
    assert not done.resumed
    assert not later.resumed
    (key,) = master_key(wire.house.settings).keys()
    assert master_id(key).hex() == later.key != done.key
    Keyring(key).unwrap(wrapped_of(wire, case_id) or b"", case_id)


def waits_for_another(wire: Wire) -> bool:
    """Whether a rotation waits for another to end."""
    with transaction(wire.engine) as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                                       ).scalar())  # fmt: skip


def test_what_was_set_aside_of_a_person_goes_too(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """A message with the phone written otherwise, or sealed to the router, is emptied with the person; others' stay."""
    who, other = somebody(), somebody()
    case_id = bring(wire, f"房屋漏水{new_id()}", {**who, "phone": f"+86-{who['phone']}"})
    short = bring(wire, f"房屋漏水{new_id()}", {"name": who["name"], "phone": "110"})
    spaced = f"{who['phone'][:3]} {who['phone'][3:7]} {who['phone'][7:]}"
    key = wire.house.router_key()
    assert key is not None

    def sealed(person: dict[str, str]) -> bytes:
        """A submission that can't be taken for what its sealed details hold."""
        event = orjson.loads(wire.submit("")[1])
        plain = orjson.dumps({"scheme": "plain", "narrative": "漏水", "person": person, "unknown": 1})
        return orjson.dumps(event | {"data": {"details": key.seal(plain, about_event(event))}})

    def set_aside(value: bytes) -> tuple[str, int, int]:
        subject = str(orjson.loads(value).get("subject", "k"))
        return wire.send("channel-window-system", "cases.window-system", subject.encode(), value)

    gone = [set_aside(event_of({"phone": spaced})), set_aside(sealed(who))]
    stays = [set_aside(event_of({"phone": other["phone"], "of": "110"})), set_aside(sealed(other))]
    assert {wire.quarantined(place).code for place in (gone[1], stays[1])} == {"bad_field"}
    for place in (*gone, *stays):
        wire.quarantined(place)
    done = bancheng("person", "erase", "--as", "window", "--why", "unlawful", "--case", case_id, "--case", short,
                    "--yes")  # fmt: skip
    assert done.code == 0, done.err
    assert [wire.quarantined(place).status for place in (*gone, *stays)] == ["discarded"] * 2 + ["open"] * 2


def test_erased_verified_and_not_found(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """A person is erased: the chain holds, a copy of the key from before opens nothing, and no place tells of them."""
    who, other = somebody(), somebody()
    case_id, survivor = closed(wire, bancheng, who), bring(wire, f"房屋漏水{new_id()}", other)
    bad = event_of(who)
    place = wire.send(
        "channel-window-system", "cases.window-system", case_id.encode(), bad, partition=shard_of(case_id, 16)
    )
    wire.quarantined(place)
    backup = wrapped_of(wire, case_id)
    open_ = bring(wire, f"房屋漏水{new_id()}", who)
    refused = bancheng("person", "erase", "--as", "window", "--why", "purpose-met", "--case", open_, "--yes")
    assert (refused.code, left_of(wire, open_)["vault_keys"]) == (1, 1)
    assert bancheng("person", "erase", "--as", "hrss", "--why", "purpose-met", "--case", case_id, "--yes").code == 1
    told = bancheng("person", "erase", "--as", "window", "--why", "unlawful", "--case", open_, "--yes")
    day = wire.house.policy.work_calendar.date_of(erased_by(datetime.now(UTC)))
    assert (told.code, f"{day:%Y-%m-%d}" in told.out) == (0, True), told.out
    done = bancheng(
        "person",
        "erase",
        "--as",
        "window",
        "--why",
        "purpose-met",
        "--id-number",
        "--yes",
        "--json",
        answer=who["id_number"] + "\n",
    ).json()
    assert done["erased"] == [case_id]
    complete = datetime.fromisoformat(done["complete_at"])
    assert timedelta(0) <= erased_by(datetime.now(UTC)) - complete < timedelta(minutes=1)
    for gone in (case_id, open_):
        assert not {name: count for name, count in left_of(wire, gone).items() if count}
    assert wire.set_aside()[place].status == "discarded"
    with pytest.raises(VaultError):
        keyring(master_key(wire.house.settings)).unwrap(backup or b"", case_id)
    assert (
        bancheng("cases", "details", survivor, "--as", "window", "--why", "handling", "--reveal", "phone").out.count(
            other["phone"]
        )
        == 1
    )
    assert bancheng("cases", "details", case_id, "--as", "window", "--why", "handling").code == 0
    with transaction(wire.engine) as connection:
        case = reading.find_case(connection, case_id)
        erased = reading.history(connection, case_id)
    assert case is not None
    assert case.erased_at is not None
    assert "subject_erased" in [one.__struct_config__.tag for record in erased for one in record.events]
    records = chain_holds(wire)
    found = scanned(wire, [who[name].encode() for name in ("name", "phone", "id_number", "address")])
    assert records > 10
    assert found == dict.fromkeys(found, 0)


def event_of(who: dict[str, str]) -> bytes:
    """Something that can't be taken and names the person."""
    return orjson.dumps({"broken": who})


def scanned(wire: Wire, values: list[bytes]) -> dict[str, int]:
    """How often any of the values stands in what the database, the logs and the topics outside details hold."""
    home = wire.house.settings.home
    with wire.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    found = dict.fromkeys(("database files", "database rows", "logs", "ledger", "quarantine", "other files"), 0)
    for path in home.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            content = path.read_bytes()
        except OSError:  # a file of the database that went while we looked
            continue
        parts = path.relative_to(home).parts
        if parts[0] == "kafka" and "data" in parts:
            continue  # segments are packed, and topics are read below
        named = {"postgres": "database files", "log": "logs", "kafka": "logs"}
        kind = named.get(parts[0], "other files")
        found[kind] += sum(value in content for value in values)
    with transaction(wire.engine) as connection:  # rows may be packed in the files
        for table in metadata.tables.values():
            for column in (one for one in table.c if isinstance(one.type, LargeBinary | Text)):
                held = func.position(bindparam("value").op("IN")(cast(column, LargeBinary)))
                for value in values:
                    query = select(func.count()).select_from(table).where(held > 0)
                    found["database rows"] += connection.execute(query, {"value": value}).scalar_one()
    for topic in ("ledger", "quarantine"):
        reader = TopicReader(wire.house.connection("operator"), topic, group=None)
        while batch := reader.poll(0.5):
            found[topic] += sum(value in orjson.dumps(one.data) for one in batch for value in values)
        reader.close()
    return found


def test_what_was_set_aside_expires(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """After so many days the content goes, and with it its key; code and position stay, newer messages whole."""
    places = [wire.send("unit-housing", "responses.housing", b"k", b"rubbish") for _ in range(2)]
    old, new = (wire.quarantined(place).id for place in places)
    with wire.engine.begin() as connection:
        connection.execute(
            text("UPDATE quarantine SET received_at = now() - interval '91 days' WHERE id = :n"), {"n": old}
        )
    done = bancheng("quarantine", "expire", "--json").json()
    assert (done["expired"] >= 1, done["days"]) == (True, 90)
    with transaction(wire.engine) as connection:
        gone, kept = (reading.find_quarantined(connection, number) for number in (old, new))
    assert gone is not None
    assert kept is not None
    assert (gone.status, gone.sealed, gone.wrapped, gone.code) == ("expired", None, None, "not_json")
    assert (kept.status, kept.sealed is None) == ("open", False)
    assert bancheng("quarantine", "expire", "--json").json()["expired"] == 0
