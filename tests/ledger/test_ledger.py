"""The ledger by itself: shards, records, positions, fences, parked outputs, migrations."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafkas_murmur2

from router.cases import events as ev
from router.cases.evolve import fold
from router.ledger import claims, outbox
from router.ledger.database import AtWork, NotNowError, connect, cursor, transaction
from router.ledger.install import OtherTimeError, install
from router.ledger.record import Cause, Record, Refusing, Who, chained, decode, encode
from router.ledger.shards import murmur2, shard_of
from router.ledger.tables import metadata
from router.vault.keyring import Keyring, VaultError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine

    from bancheng.compose import House

CASE = "01980000-0000-7000-8000-000000000001"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parent.parent / "data" / "events.jsonl"


@pytest.fixture
def engine(house: House) -> Iterator[Engine]:
    """The database that the flow tests use, through a pool of its own."""
    made = connect(house.engine.url.render_as_string(hide_password=False), name="test-ledger")
    yield made
    made.dispose()


@given(st.binary(max_size=80))
def test_murmur2_is_kafkas(data: bytes) -> None:
    """A case's shard is the partition to which Kafka's own default partitioner would send it."""
    assert murmur2(data) == kafkas_murmur2(data) & 0x7FFFFFFF


def test_shards_are_within_bounds() -> None:
    """Every shard of sixteen is reached, and none beyond."""
    assert {shard_of(f"{n}", 16) for n in range(500)} == set(range(16))


def test_a_record_reads_back() -> None:
    """What is written reads back the same, and writing it again gives the same bytes and hash."""
    record = Record(
        shard=3, sequence=7, previous="00" * 32, recorded_at=NOW, now=NOW, case=CASE, version=2, policy="p",
        cause=Cause("m", "cases.app", 3, 9), actor=Who("app", "channel"), command={"verb": "submit"},
        events=(ev.Acknowledged(), ev.Declined("litigation")), refusal=Refusing("x", "y"),
    )  # fmt: skip
    data = encode(record)
    assert decode(data) == record
    assert encode(decode(data)) == data
    assert chained(bytes(32), data) == chained(bytes(32), data) != chained(b"\1" + bytes(31), data)
    assert b'"specversion":"1.0"' in data


def test_every_event_ever_written_is_still_read() -> None:
    """The stored examples of each event decode, cover every event there is, and encode to the same bytes."""
    lines = EXAMPLES.read_bytes().splitlines()
    decoded = [msgspec.json.decode(line, type=ev.AnyEvent) for line in lines]
    assert {type(event) for event in decoded} == set(ev.AnyEvent.__args__)
    assert [msgspec.json.encode(event) for event in decoded] == lines


def test_an_empty_history_is_no_case() -> None:
    """Folding nothing gives nothing, and a history that doesn't begin with a submission is refused."""
    assert fold(CASE, ()) is None
    with pytest.raises(Exception, match="begins with Acknowledged"):
        fold(CASE, [(ev.Acknowledged(), NOW)])


def test_migrations_make_the_tables(engine: Engine) -> None:
    """What the migrations make is what the code expects, column for column; parts of a table are no tables."""

    def told(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or not re.fullmatch(r"seen_\d", name or "")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": told})
        assert compare_metadata(context, metadata) == []


def test_positions_move_by_compare_and_swap(engine: Engine) -> None:
    """Who comes second with an old expectation is fenced out, and nothing moves."""
    with transaction(engine) as connection:
        cur = cursor(connection)
        assert claims.positions(cur, [("t.fence", 0)], {"t.fence": "id1"}) == {("t.fence", 0): 0}
        claims.hold(cur, [claims.Advance("t.fence", 0, 0, 10)], ())
    with pytest.raises(claims.FencedError), transaction(engine) as connection:
        claims.hold(cursor(connection), [claims.Advance("t.fence", 0, 0, 5)], ())
    with transaction(engine) as connection:
        assert claims.positions(cursor(connection), [("t.fence", 0)], {"t.fence": "id1"})["t.fence", 0] == 10


def test_a_topic_made_anew_begins_anew(engine: Engine) -> None:
    """Positions know the topic's id: the same name with another id starts at 0."""
    with transaction(engine) as connection:
        cur = cursor(connection)
        claims.positions(cur, [("t.anew", 0)], {"t.anew": "id1"})
        claims.hold(cur, [claims.Advance("t.anew", 0, 0, 10)], ())
        assert claims.positions(cur, [("t.anew", 0)], {"t.anew": "id1"})["t.anew", 0] == 10
        assert claims.positions(cur, [("t.anew", 0)], {"t.anew": "id2"})["t.anew", 0] == 0


def test_a_held_shard_means_not_now(engine: Engine) -> None:
    """While another holds a shard's lock, a batch is told “not now” after the lock time-out, and leaves no trace."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction(engine) as connection:
            claims.hold(cursor(connection), (), {0})
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)

    def try_it() -> None:
        with transaction(engine) as connection:
            cursor(connection).execute("SET LOCAL lock_timeout = '100ms'")
            claims.hold(cursor(connection), (), {0})

    with pytest.raises(NotNowError):
        try_it()
    done.set()
    holder.join(5)


def test_leases_change_hands_only_when_given_back(engine: Engine) -> None:
    """A second relay gets no shard that the first one holds; given back, it gets them all with a new epoch."""
    with transaction(engine) as connection:
        cur = cursor(connection)
        cur.execute("UPDATE relays SET owner = NULL, until = NULL")
        first = outbox.acquire(cur, "one")
        assert len(first) == 16
        assert outbox.acquire(cur, "two") == {}
        outbox.release(cur, "one")
        second = outbox.acquire(cur, "two")
        assert {shard: lease.epoch for shard, lease in second.items()} == {
            shard: lease.epoch + 1 for shard, lease in first.items()
        }
        assert not outbox.move(cur, [replace_epoch(first[0])])
        outbox.release(cur, "two")


def replace_epoch(lease: outbox.Lease) -> outbox.Lease:
    """A lease as its former holder remembers it, further on."""
    return lease._replace(record=lease.record + 1)


def test_another_master_key_is_refused(house: House, engine: Engine) -> None:
    """A wrong master key is told at the start; nothing is written in clear instead."""
    assert house
    with pytest.raises(VaultError, match="BANCHENG_MASTER_KEY_FILE"):
        install(engine, Keyring(bytes(32)))


def test_a_real_home_is_no_demonstration(house: House, engine: Engine) -> None:
    """An installation that counts real time can't be used with simulated time."""
    with pytest.raises(OtherTimeError):
        install(engine, house.keyring, time_source="message")
    assert replace(house.install(), shards=16) == house.install()


@pytest.mark.parametrize("shown", [True, False])
def test_long_decisions_are_not_cut_off(engine: Engine, shown: bool) -> None:  # noqa: FBT001 (drawn)
    """A process that decides for longer than a transaction may idle goes on if it shows that it is at work."""

    def decided() -> int:
        with transaction(engine) as connection:
            cur = cursor(connection)
            cur.execute("SET LOCAL idle_in_transaction_session_timeout = '200ms'")
            at_work = AtWork(cur, seconds=0.02)
            until = time.monotonic() + 0.6
            while time.monotonic() < until:
                if shown:
                    at_work.show()
            return cur.execute("SELECT 1").rowcount

    if shown:
        assert decided() == 1
    else:
        with pytest.raises(NotNowError):
            decided()
