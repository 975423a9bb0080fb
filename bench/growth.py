"""What a case costs when the ledger is long, against an empty one: two databases of one server, by turns.

    python bench/growth.py [--events 2000000] [--batch 500] [--runs 5] [--pairs 4]

A few thousand cases go through the door; then every big table is multiplied by SQL, with ids and hashes of their own,
until the records hold that many events, and the indexes are made anew. Then the same door takes fresh batches into the
empty and into the full database by turns, so that a machine whose speed swings swings for both. A checkpoint stands
before the first run: what PostgreSQL writes whole after it (full page images) is part of the cost.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from figures import Row, rounded, spread
from matters import matters, received
from pydantic import SecretStr
from sqlalchemy import make_url

from bancheng.collecting import collect_rarely
from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.door.door import Door

GOAL = 1.10
_SEED = 4_000
_WARM = 2
_PARTS = ("router", "database", "wall")
_BIG = ("records", "cases", "seen", "outputs", "vault_keys", "vault_entries", "vault_lookups")

_EVENTS = """
    SELECT sum(jsonb_array_length(convert_from(bytes, 'UTF8')::jsonb #> '{data,events}')) FROM records
"""
_PREPARE = """
    CREATE UNLOGGED TABLE grown AS
    SELECT c.id AS old, k, uuidv7(make_interval(secs => -k)) AS id FROM cases AS c, generate_series(1, %(copies)s) AS k;
    CREATE UNLOGGED TABLE ends AS SELECT shard, sequence, outputs FROM shards
"""
_MULTIPLY = {
    "records": """
        INSERT INTO records (shard, sequence, case_id, bytes, hash)
        SELECT t.shard, e.sequence * g.k + t.sequence, g.id, t.bytes, sha256(t.hash || g.k::text::bytea)
        FROM records AS t JOIN grown AS g ON g.old = t.case_id JOIN ends AS e USING (shard)""",
    "outputs": """
        INSERT INTO outputs SELECT (jsonb_populate_record(t, jsonb_build_object(
            'position', e.outputs * g.k + t.position, 'key', g.id))).*
        FROM outputs AS t JOIN grown AS g ON g.old::text = t.key JOIN ends AS e USING (shard)""",
    "cases": """
        INSERT INTO cases SELECT (jsonb_populate_record(t, jsonb_build_object(
            'id', g.id, 'received_at', t.received_at - make_interval(secs => g.k)))).*
        FROM cases AS t JOIN grown AS g ON g.old = t.id""",
    "seen": """
        INSERT INTO seen (message, content)
        SELECT uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()) FROM grown""",
    "vault_keys": """
        INSERT INTO vault_keys SELECT g.id, t.wrapped FROM vault_keys AS t JOIN grown AS g ON g.old = t.case_id""",
    "vault_entries": """
        INSERT INTO vault_entries SELECT g.id, t.name, t.sealed
        FROM vault_entries AS t JOIN grown AS g ON g.old = t.case_id""",
    "vault_lookups": """
        INSERT INTO vault_lookups (digest, case_id) SELECT uuid_send(gen_random_uuid()), g.id
        FROM vault_lookups AS t JOIN grown AS g ON g.old = t.case_id""",
}
_AFTER = """
    UPDATE shards AS s SET sequence = (SELECT max(sequence) FROM records WHERE shard = s.shard),
        outputs = (SELECT max(position) FROM outputs WHERE shard = s.shard);
    UPDATE relays AS r SET record = s.sequence, output = s.outputs FROM shards AS s WHERE s.shard = r.shard;
    UPDATE matched AS m SET record = s.sequence FROM shards AS s WHERE s.shard = m.shard;
    DROP TABLE grown, ends
"""
_INDEXES = """
    SELECT conname, format('ALTER TABLE %%I DROP CONSTRAINT %%I', %(table)s::text, conname),
        format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', %(table)s::text, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype IN ('p', 'u')
    UNION ALL
    SELECT indexname, format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes AS i
    WHERE tablename = %(table)s AND NOT EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = %(table)s::regclass AND conname = i.indexname)
"""


class Side(NamedTuple):
    """One of the two databases, with a door to it and the server process behind the door's connection."""

    house: House
    door: Door
    backend: int


class Cost(NamedTuple):
    """What a batch took, in microseconds a case, and the WAL it wrote, in bytes a case."""

    router: float
    database: float
    wall: float
    wal: float


def multiply(url: str, events: int) -> dict[str, Any]:
    """Bring the ledger of a database to so many events; return what stands in it then."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET work_mem = '256MB'")
        seeded = connection.execute(_EVENTS).fetchone()
        assert seeded is not None
        copies = max(1, round(events / int(seeded[0])) - 1)
        for statement in _PREPARE.split(";"):
            connection.execute(statement.replace("%(copies)s", str(copies)))
        for table, statement in _MULTIPLY.items():
            indexes = connection.execute(_INDEXES, {"table": table}).fetchall()
            for _, drop, _ in indexes:
                connection.execute(drop)
            connection.execute(statement)
            for _, _, make in indexes:
                connection.execute(make)
        for statement in _AFTER.split(";"):
            connection.execute(statement)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
        rows = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore[index]
            for name in _BIG
        }
        size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert size is not None
        return {"events": int(seeded[0]) * (copies + 1), "rows": rows, "gigabytes": round(size[0] / 1e9, 2)}


@contextmanager
def two_databases() -> Iterator[tuple[House, House]]:
    """Run a PostgreSQL with two installations in it, both empty."""
    with tempfile.TemporaryDirectory(prefix="bancheng-bench-") as folder:
        home = Path(folder)
        server = Database.start(home, progress=SilentProgress())
        try:
            houses = []
            with psycopg.connect(plain(server.url), autocommit=True) as connection:
                for name in ("empty", "full"):
                    connection.execute(f"CREATE DATABASE bench_{name}")
                    url = make_url(server.url).set(database=f"bench_{name}").render_as_string(hide_password=False)
                    houses.append(House(Settings(home=home, kafka="none:0", database=SecretStr(url))))
            yield houses[0], houses[1]
            for house in houses:
                house.close()
        finally:
            server.stop()


def plain(url: str) -> str:
    """Return an address for psycopg itself."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def side(house: House) -> Side:
    """Open a door to a database."""
    door = house.door()
    with transaction(house.working) as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return Side(house, door, int(backend))


def cost(of: Side, first: int, batch: int) -> Cost:
    """Let a door take one batch; return what that took."""
    messages = received(matters(batch, first))
    wal, database = _wal(of.house), _spent(of.backend)
    wall, router = time.perf_counter(), time.process_time()
    taken = of.door.take(messages, ())
    wall, router = time.perf_counter() - wall, time.process_time() - router
    database, wal = _spent(of.backend) - database, _wal(of.house) - wal
    assert taken.outcomes["decided"] == batch, taken
    return Cost(*(1e6 * seconds / batch for seconds in (router, database, wall)), wal / batch)


def _wal(house: House) -> int:
    with transaction(house.engine) as connection:
        return int(connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").scalar_one())


def _spent(pid: int) -> float:
    """CPU seconds of a process, to the nanosecond (Linux)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def measure(*, events: int = 2_000_000, batch: int = 500, runs: int = 5, pairs: int = 4) -> list[Row]:
    """Fill, then compare `runs` times over `pairs` pairs of batches each."""
    collect_rarely()
    with two_databases() as (empty, full):
        filled = side(full)
        number = 0
        for _ in range(0, _SEED, 1000):
            filled.door.take(received(matters(1000, number)), ())
            number += 1000
        began = time.perf_counter()
        holds = multiply(plain(full.engine.url.render_as_string(hide_password=False)), events)
        filling = time.perf_counter() - began
        sides = {"empty": side(empty), "full": side(full)}
        found: list[dict[str, list[Cost]]] = []
        for run in range(runs + 1):
            costs: dict[str, list[Cost]] = {"empty": [], "full": []}
            for pair in range(_WARM if run == 0 else pairs):
                for name in ("empty", "full") if pair % 2 else ("full", "empty"):
                    costs[name].append(cost(sides[name], number, batch))
                    number += batch
            found.append(costs)
    found = found[1:]
    details = {
        "full": holds,
        "seconds to fill": round(filling, 1),
        "cases taken into the empty one meanwhile": (runs * pairs + _WARM) * batch,
        "microseconds a case": {
            name: {part: spread([_mean(costs[name], part) for costs in found]) for part in _PARTS}
            for name in ("empty", "full")
        },
        "WAL bytes a case, run by run": {
            name: [rounded(_mean(costs[name], "wal")) for costs in found] for name in ("empty", "full")
        },
        "ratio": {
            part: spread([_ratio(costs, part) for costs in found]) for part in _PARTS
        },
    }  # fmt: skip
    what = f"cost a case at {events / 1e6:g} million events, against an empty ledger"
    cpu = tuple(
        (_mean(c["full"], "router") + _mean(c["full"], "database"))
        / (_mean(c["empty"], "router") + _mean(c["empty"], "database"))
        for c in found
    )
    return [
        Row("growth_cpu", f"{what}: CPU of router and database", "×", GOAL, "less", cpu, details),
        Row("growth_wall", f"{what}: time", "×", GOAL, "less", tuple(_ratio(c, "wall") for c in found)),
    ]


def _mean(costs: list[Cost], part: str) -> float:
    return float(sum(getattr(one, part) for one in costs) / len(costs))


def _ratio(costs: dict[str, list[Cost]], part: str) -> float:
    return _mean(costs["full"], part) / _mean(costs["empty"], part)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("events", 2_000_000), ("batch", 500), ("runs", 5), ("pairs", 4)):
        parser.add_argument(f"--{name}", type=int, default=default)
    print(json.dumps([row.plain() for row in measure(**vars(parser.parse_args()))], indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
