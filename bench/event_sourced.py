"""Our ledger's appends beside the same appends by the `eventsourcing` library, by turns on one PostgreSQL.

    python bench/event_sourced.py [--appends 24000] [--peer-appends 1500] [--runs 5]

An append is one record of a decision, as the router wrote it for a submission, behind the records that its case has
already: three a case, each in a round of its own, as they come in life. Ours is what the router does to write them and
nothing else: lock the shards, encode, chain by SHA-256, COPY, move the shards' ends, NOTIFY, commit, a batch of the
router's size a transaction. The library gets the same data as an aggregate's events (encoding them is part of both),
kept in memory so that it need not read them back, and saves them in its own way: `Application.save` after each command,
as its documentation does; and, as it can, many aggregates in one save, by its plain SQL and by its database function.
Both refuse a second append at the same place: the library by the key (aggregate, version), we by the shard's row lock
and the key (shard, sequence). Commits are durable in all.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from figures import Row, rounded, spread
from matters import matters, received
from pydantic import SecretStr
from sqlalchemy import make_url

from bancheng.collecting import collect_rarely
from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from router.ledger.claims import hold
from router.ledger.database import cursor, transaction
from router.ledger.record import Record, decode
from router.ledger.shards import shard_of
from router.ledger.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GOAL = 5.0
ROUNDS = 3
"""Appends a case."""
_OURS = 2_000
_THEIRS = 100
"""Records a transaction: ours as the router polls, the library's where it saves many at once. At 200 and more events of
this size eventsourcing 9.5.6 with psycopg 3.3.9 waits for ever in its pipeline."""
_SHARDS = 16
_POOL = 1_000


class Case(Aggregate):
    """A case in the library's manner: each record is one event."""

    @event("Submitted")
    def __init__(self, record: dict[str, Any]) -> None:
        """Begin with the first record."""
        self.record = record

    @event("Decided")
    def decided(self, record: dict[str, Any]) -> None:
        """Go on with another one."""
        self.record = record


@contextmanager
def server() -> Iterator[tuple[House, dict[str, str]]]:
    """Run a PostgreSQL with our installation and a database for the library; give both."""
    with tempfile.TemporaryDirectory(prefix="bancheng-bench-") as folder:
        home = Path(folder)
        running = Database.start(home, progress=SilentProgress())
        try:
            url = make_url(running.url)
            with psycopg.connect(
                url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
            ) as connection:
                connection.execute("CREATE DATABASE bench_library")
            house = House(Settings(home=home, kafka="none:0", database=SecretStr(running.url)))
            yield (
                house,
                {
                    "PERSISTENCE_MODULE": "eventsourcing.postgres",
                    "POSTGRES_DBNAME": "bench_library",
                    "POSTGRES_HOST": str(url.query["host"]),
                    "POSTGRES_USER": url.username or "",
                    "POSTGRES_PASSWORD": "",
                },
            )
            house.close()
        finally:
            running.stop()


def real_records(house: House) -> list[Record]:
    """Let the door decide some submissions, and return the records that it wrote."""
    door = house.door()
    for first in range(0, _POOL, 500):
        door.take(received(matters(500, first)), ())
    with transaction(house.engine) as connection:
        rows = connection.exec_driver_sql("SELECT bytes FROM records ORDER BY shard, sequence").all()
    return [decode(bytes(row[0])) for row in rows]


def ours(house: House, pool: Sequence[Record], count: int, batch: int) -> float:
    """Append records to our ledger; return how many a second."""
    cases = [str(uuid4()) for _ in range(count // ROUNDS)]
    shards = [shard_of(case_id, _SHARDS) for case_id in cases]
    given = [
        msgspec.structs.replace(pool[at % len(pool)], case=case_id, shard=shard)
        for at, (case_id, shard) in enumerate(zip(cases, shards, strict=True))
    ]
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        for first in range(0, len(given), batch):
            part = given[first : first + batch]
            with transaction(house.engine) as connection:
                cur = cursor(connection)
                sheet = Sheet(hold(cur, (), {one.shard for one in part}), datetime.now(UTC))
                for record in part:
                    sheet.record(record)
                sheet.write(cur)
    return ROUNDS * len(given) / (time.perf_counter() - begun)


def theirs(application: Application[Any], pool: Sequence[dict[str, Any]], count: int, batch: int) -> float:
    """Append the same data with the library, `batch` aggregates a save; return how many a second."""
    number = count // ROUNDS
    given = [pool[at % len(pool)] for at in range(number)]
    begun = time.perf_counter()
    cases: list[Case] = []
    for first in range(0, number, batch):
        made = [Case(record=one) for one in given[first : first + batch]]
        application.save(*made)
        cases += made
    for _ in range(ROUNDS - 1):
        for first in range(0, number, batch):
            part = cases[first : first + batch]
            for case, record in zip(part, given[first : first + batch], strict=True):
                case.decided(record=record)
            application.save(*part)
    return ROUNDS * number / (time.perf_counter() - begun)


def measure(*, appends: int = 24_000, peer_appends: int = 1_500, runs: int = 5) -> list[Row]:
    """Append by turns; return the row beside the library's own way."""
    collect_rarely()
    with server() as (house, environment):
        pool = real_records(house)
        plain = [msgspec.to_builtins(record) for record in pool]
        sizes = [len(msgspec.json.encode(record)) for record in pool]
        application = Application[Any](env=environment)
        functions = Application[Any](
            env=environment | {"POSTGRES_ENABLE_DB_FUNCTIONS": "yes", "APPLICATION_NAME": "functions"}
        )
        ways: dict[str, Callable[[], float]] = {
            "ours, in the router's batches": lambda: ours(house, pool, appends, _OURS),
            "ours, one record a transaction": lambda: ours(house, pool, peer_appends, 1),
            "library, a save a command": lambda: theirs(application, plain, peer_appends, 1),
            f"library, {_THEIRS} a save": lambda: theirs(application, plain, appends, _THEIRS),
            f"library, {_THEIRS} a save by its database function": lambda: theirs(functions, plain, appends, _THEIRS),
        }
        speed: dict[str, list[float]] = {name: [] for name in ways}
        for run in range(runs + 1):
            for name, way in ways.items():
                found = way()
                if run:
                    speed[name].append(found)
        application.close()
        functions.close()
    first, _, second, *batches = speed
    details = {
        "records a case": ROUNDS,
        "bytes a record": rounded(sum(sizes) / len(sizes)),
        "appends/s": {name: spread(found) for name, found in speed.items()},
        "times as fast as the library's batches": {
            name: spread([one / two for one, two in zip(speed[first], speed[name], strict=True)]) for name in batches
        },
    }
    ratio = tuple(one / two for one, two in zip(speed[first], speed[second], strict=True))
    return [Row("event_sourced", "appends beside the eventsourcing library", "×", GOAL, "more", ratio, details)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("appends", 24_000), ("peer-appends", 1_500), ("runs", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    print(json.dumps([row.plain() for row in measure(**vars(parser.parse_args()))], indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
