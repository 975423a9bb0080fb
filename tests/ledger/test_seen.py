"""Ids of messages taken: remembered long enough whatever the day, forgotten a slot at once, and by nobody's mistake."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic import command

from router.ledger import revisions, roles, seen
from router.ledger.database import connect, cursor, transaction
from router.messages.retention import erased_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.compose import House
    from router.ledger.database import Cursor

NOW = datetime(2026, 11, 30, tzinfo=UTC)
# When slots are forgotten that hold a message of some moment, in steps of five hours over two years.
_AGES = """
    WITH hours AS (SELECT generate_series(timestamptz '2026-01-01', '2028-01-01', '5 hours') AS at)
    SELECT min(f.at - t.at) FROM hours AS t JOIN hours AS f ON f.at > t.at AND seen_forgettable(f.at) = seen_slot(t.at)
"""
_PRESENT = "SELECT floor(date_part('epoch', now()) / 86400)::bigint % 60, seen_slot(now()), seen_forgettable(now())"


@pytest.fixture
def cur(house: House) -> Iterator[Cursor]:
    """A cursor of the tables' owner; whatever it does is taken back."""
    with house.engine.connect() as connection:
        yield cursor(connection)
        cursor(connection).connection.rollback()


def filled(cur: Cursor) -> list[int]:
    """In which slots something stands, of ids that the test has put there."""
    cur.execute("SELECT DISTINCT slot FROM seen WHERE content = 'test' ORDER BY 1")
    return [int(row[0]) for row in cur]  # type: ignore[call-overload]


def fill(cur: Cursor) -> None:
    """An id in each slot."""
    cur.executemany("INSERT INTO seen VALUES (%s, 'test', %s)", [(os.urandom(16), slot) for slot in range(3)])


def test_nothing_is_forgotten_that_could_come_again(cur: Cursor) -> None:
    """Seventy days pass at least from taking to forgetting: more than topics keep, and more than the door counts on."""
    cur.execute(_AGES)
    [(least,)] = cur.fetchall()
    assert least >= timedelta(days=70)
    assert least - seen.REMEMBERED >= timedelta(days=10)
    assert erased_by(NOW) - NOW < seen.REMEMBERED - timedelta(days=20)


def test_the_slot_that_comes_next_is_emptied_and_no_other(cur: Cursor) -> None:
    """In the middle of sixty days the next slot is emptied; near their ends, by any clock, nothing is."""
    begin = datetime.fromtimestamp(347 * 60 * 86400, UTC)
    for days, emptied in ((-0.1, False), (0, False), (9.9, False), (10, True), (49.9, True), (50, False), (59, False)):
        cur.execute("TRUNCATE seen")
        fill(cur)
        at = begin + timedelta(days=days)
        cur.execute("SELECT forget_seen_at(%s), seen_slot(%s)", (at, at))
        [(told, slot)] = cur.fetchall()
        assert told is emptied
        assert filled(cur) == [n for n in range(3) if not emptied or n != (int(str(slot)) + 1) % 3]
        cur.execute("SELECT forget_seen_at(%s)", (at,))
        assert cur.fetchall() == [(False,)]


def test_a_demonstration_forgets_nothing(cur: Cursor) -> None:
    """Where messages are the clock, nobody can tell how long ago one was taken."""
    fill(cur)
    cur.execute("UPDATE installation SET time_source = 'message'")
    cur.execute("SELECT forget_seen_at(%s)", (datetime.fromtimestamp(347 * 60 * 86400 + 30 * 86400, UTC),))
    assert cur.fetchall() == [(False,)]
    assert filled(cur) == [0, 1, 2]


def test_whoever_is_busy_with_it_is_not_waited_for(house: House, cur: Cursor) -> None:
    """While somebody reads the slot, forgetting gives up within a moment and is tried again later."""
    at = datetime.fromtimestamp(347 * 60 * 86400 + 30 * 86400, UTC)
    with transaction(house.engine) as connection:
        busy = cursor(connection)
        busy.execute("SELECT count(*) FROM seen")
        cur.execute("INSERT INTO seen VALUES (%s, 'test', (seen_slot(%s) + 1) %% 3)", (os.urandom(16), at))
        cur.execute("SELECT forget_seen_at(%s)", (at,))
        assert cur.fetchall() == [(False,)]
        assert filled(cur)


def test_services_forget_by_the_databases_clock_alone(house: House) -> None:
    """The services' role may call what empties the due slot by now, neither name a time nor empty a table itself."""
    with house.working.connect() as connection:
        own = cursor(connection)
        fill(own)
        own.execute(_PRESENT)
        [(day, slot, due)] = own.fetchall()
        assert (due is not None) == (10 <= int(str(day)) < 50)
        assert seen.forget(own) is (due is not None)
        assert filled(own) == [n for n in range(3) if due is None or n != (int(str(slot)) + 1) % 3]
        own.connection.rollback()
        for statement in (
            "SELECT forget_seen_at(now())",
            "TRUNCATE seen_0",
            "DELETE FROM seen",
            "SELECT * FROM seen_1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                own.execute(statement)  # type: ignore[call-overload]
            own.connection.rollback()
    with house.engine.connect() as connection:
        own = cursor(connection)
        own.execute(f"SET LOCAL ROLE {roles.AUDITOR}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute("SELECT forget_seen()")
        own.connection.rollback()


def test_ids_taken_before_slots_came_are_kept(house: House) -> None:
    """Tables of the version before bring their ids along: they count as taken on the day of the move."""
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE before_slots")
    url = house.engine.url.set(database="before_slots").render_as_string(hide_password=False)
    engine, config = connect(url, name="test-slots"), revisions.config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0009")
            connection.exec_driver_sql(
                "INSERT INTO seen SELECT sha256(n::text::bytea), '' FROM generate_series(1, 9) n"
            )
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0010")
            found = connection.exec_driver_sql(
                "SELECT count(*), min(slot), max(slot), seen_slot(now()) FROM seen"
            ).one()
        assert tuple(found) == (9, found[3], found[3], found[3])
    finally:
        engine.dispose()
