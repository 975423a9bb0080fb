"""What one case costs, by part: N router processes before the same burst, a case's whole life, and the disk.

    python bench/scale.py [--cases 10000] [--lives 3000] [--runs 3] [--json docs/measured/scale.json]

On two cores more processes can't be faster; whether a case becomes dearer by them is the point. For each number of
routers: cases a second, CPU of each kind of process, WAL and commits of the database, a case. Then whole lives (see
`life.py`): messages, records, outputs, CPU and WAL of a life, and what stands on the disk afterwards, by table and by
topic. Then what the disk under the database does: durable commits a second by one writer, dump and restore.
`capacity.py` reckons with the JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from figures import rounded
from ground import At, at_work, cpu_of, published, taken, wait_until
from kafka.errors import CoordinatorNotAvailableError
from life import Players
from matters import TOPIC, Feeder
from psutil import Process

from bancheng.doctor import ask_broker, ask_database
from bancheng.embedded.account import account_for_database
from bancheng.embedded.postgres import program
from router.ledger.database import transaction
from router.ledger.install import SHARDS
from router.ledger.tables import metadata
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kafka import KafkaAdminClient

ROUTERS = (1, 2, 4)
_COMMITS = 300

T = TypeVar("T")


class Spending:
    """What the processes and the database have spent since this was made."""

    def __init__(self, at: At, services: dict[str, list[Process]]) -> None:
        """Begin."""
        self._at = at
        self._watched = {**services, "database": [at.database], "broker": [at.broker]}
        self._cpu = self._spent()
        self._wal, self._commits = written(at)
        self._begun = time.perf_counter()

    def a_case(self, cases: int) -> dict[str, Any]:
        """Return it for each of so many cases."""
        took = time.perf_counter() - self._begun
        cpu = {name: rounded((spent - self._cpu[name]) / cases * 1e6) for name, spent in self._spent().items()}
        wal, commits = written(self._at)
        return {
            "cases_a_second": rounded(cases / took),
            "cpu_us": cpu,
            "wal_bytes": rounded((wal - self._wal) / cases),
            "commits": rounded((commits - self._commits) / cases),
        }

    def _spent(self) -> dict[str, float]:
        return {name: sum(cpu_of(process) for process in group) for name, group in self._watched.items()}


def written(at: At) -> tuple[int, int]:
    """Return bytes of WAL and transactions committed so far."""
    with transaction(at.house.engine) as connection:
        wal = connection.exec_driver_sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").scalar_one()
        query = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        return int(wal), int(connection.exec_driver_sql(query).scalar_one())


class Services:
    """Relay and routers as processes while the block runs."""

    def __init__(self, at: At, routers: int) -> None:
        """Start one relay and so many routers."""
        environment = {**os.environ, "BANCHENG_HOME": str(at.house.settings.home), "BANCHENG_LOG_LEVEL": "warning"}
        self._children: list[subprocess.Popen[bytes]] = []
        self._environment = environment
        self.processes = {"relay": self._begin("relay", 1), "router": self._begin("route", routers)}

    def _begin(self, command: str, count: int) -> list[Process]:
        begun = [
            subprocess.Popen([sys.executable, "-m", "bancheng", command], env=self._environment) for _ in range(count)
        ]
        self._children += begun
        return [Process(child.pid) for child in begun]

    def __enter__(self) -> dict[str, list[Process]]:
        """Give the processes by kind."""
        return self.processes

    def __exit__(self, *_: object) -> None:
        """End them and wait."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait(30)


def burst(at: At, feeder: Feeder, cases: int, routers: int) -> dict[str, Any]:
    """Send cases at once to so many routers that wait for them; measure until all is published."""
    with Services(at, routers) as services:
        wait_until(lambda: joined(at) == routers)
        spending = Spending(at, services)
        feeder.feed(cases)
        wait_until(lambda: taken(at.house, TOPIC) == feeder.sent and published(at.house))
        return spending.a_case(cases)


def joined(at: At) -> int:
    """Return how many routers are in the group; none while the broker makes the topic of groups."""
    try:
        return asked(at, ask_broker.members)
    except CoordinatorNotAvailableError:
        return 0


def asked(at: At, ask: Callable[[KafkaAdminClient], T]) -> T:
    """Ask the broker as its administrator."""
    client = admin(at.house.connection("admin"))
    try:
        return ask_broker.patiently(ask, client)
    finally:
        client.close()


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the median of each figure of several runs."""
    return {
        name: middle([run[name] for run in runs]) if isinstance(value, dict) else rounded(median(r[name] for r in runs))
        for name, value in runs[0].items()
    }


def lives(at: At, feeder: Feeder, cases: int) -> dict[str, Any]:
    """Submit cases and play their whole lives; return what a life costs and leaves."""
    players = Players(at.house, at.house.book.units)
    records, outputs = written_out(at)
    size, topics = sizes(at), topic_bytes(at)
    with Services(at, 1) as services:
        wait_until(lambda: published(at.house))
        spending = Spending(at, services)
        feeder.feed(cases)
        wait_until(lambda: taken(at.house, TOPIC) == feeder.sent and published(at.house))
        messages = cases + players.play()
        wait_until(lambda: published(at.house) and all_taken(at))
        found = spending.a_case(cases)
    players.close()
    after = written_out(at)
    with transaction(at.house.engine) as connection:
        counted = connection.exec_driver_sql("SELECT stage, count(*) FROM cases GROUP BY stage")
        stages = {str(row[0]): int(row[1]) for row in counted}
    grown = {
        name: {part: rounded((count - size[name][part]) / cases) for part, count in parts.items()}
        for name, parts in sizes(at).items()
    }
    del found["cases_a_second"]  # the players' pace, not the router's
    return found | {
        "cases": cases,
        "messages_in": rounded(messages / cases),
        "records": rounded((after[0] - records) / cases),
        "outputs": rounded((after[1] - outputs) / cases),
        "stages": stages,
        "database_bytes": grown,
        "topic_bytes": {name: rounded((count - topics[name]) / cases) for name, count in topic_bytes(at).items()},
    }


def written_out(at: At) -> tuple[int, int]:
    """Return how many records and outputs there are."""
    with transaction(at.house.engine) as connection:
        row = connection.exec_driver_sql("SELECT sum(sequence), sum(outputs) FROM shards").one()
    return int(row[0]), int(row[1])


def all_taken(at: At) -> bool:
    """Whether nothing waits in the input topics: the broker's ends and the ledger's positions agree."""
    ends = asked(at, ask_broker.ends)
    positions = ask_database.taken(at.house.engine)
    return all(not end or (place in positions and positions[place].next_offset >= end) for place, end in ends.items())


def sizes(at: At) -> dict[str, dict[str, int]]:
    """Return each table's bytes, what belongs to the rows and what to the indexes, after a checkpoint."""
    query = "SELECT pg_table_size(%(name)s::regclass), pg_indexes_size(%(name)s::regclass)"
    with transaction(at.house.engine) as connection:
        found = {name: connection.exec_driver_sql(query, {"name": name}).one() for name in metadata.tables}
    return {name: {"rows": int(row[0]), "indexes": int(row[1])} for name, row in found.items()}


def topic_bytes(at: At) -> dict[str, int]:
    """Return the bytes of the broker's logs by kind of topic, as they stand on its disk (compressed)."""
    told = asked(at, lambda client: client.describe_log_dirs())
    found: Counter[str] = Counter()
    for broker in told:
        for folder in broker["log_dirs"]:
            for topic in folder["topics"]:
                kind = topic["name"].partition(".")[0]
                found[kind] += sum(partition["partition_size"] for partition in topic["partitions"])
    return {kind: found[kind] for kind in ("cases", "responses", "feedback", "assignments", "results", "ledger")}


def commits(at: At) -> float:
    """Return how many tiny durable transactions a second one connection commits: the disk's own rate."""
    with at.house.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS one (n int)")
        connection.commit()
        begun = time.perf_counter()
        for number in range(_COMMITS):
            connection.exec_driver_sql("INSERT INTO one VALUES (%s)", (number,))
            connection.commit()
        took = time.perf_counter() - begun
        connection.exec_driver_sql("DROP TABLE one")
        connection.commit()
    return rounded(_COMMITS / took)


def dumped(at: At) -> dict[str, float]:
    """Return how fast the database is dumped and restored: MiB of the database a second."""
    url = at.house.engine.url
    socket, account = str(url.query["host"]), account_for_database()
    identity = {"user": account.uid, "group": account.gid, "extra_groups": ()} if account else {}
    with transaction(at.house.engine) as connection:
        size = int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()) / 2**20
    common = ["-h", socket, "-U", str(url.username)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        file = f"{folder}/dump"

        def timed(*command: str) -> float:
            begun = time.perf_counter()
            subprocess.run(command, check=True, **identity)  # type: ignore[call-overload]
            return time.perf_counter() - begun

        out = timed(str(program("pg_dump")), *common, "-Fc", "-Z", "1", "-f", file, str(url.database))
        compressed = Path(file).stat().st_size / 2**20
        subprocess.run([str(program("createdb")), *common, "restored"], check=True, **identity)  # type: ignore[call-overload]
        back = timed(str(program("pg_restore")), *common, "-d", "restored", file)
    return {
        "database_mib": rounded(size),
        "dump_mib": rounded(compressed),
        "dump_mib_a_second": rounded(size / out),
        "restore_mib_a_second": rounded(size / back),
    }


def measure(*, cases: int, life_cases: int, runs: int) -> dict[str, Any]:
    """Measure everything on one installation."""
    with at_work() as at, ExitStack() as stack:
        feeder = Feeder(at.house)
        stack.callback(feeder.close)
        by_routers: dict[int, list[dict[str, Any]]] = {count: [] for count in ROUTERS}
        for count in order(runs):
            by_routers[count].append(burst(at, feeder, cases, count))
        found = {
            "bursts": [{"routers": count, **middle(several)} for count, several in by_routers.items()],
            "durable_commits_a_second": commits(at),
            "policy": {"channels": len(at.house.book.channels), "units": len(at.house.book.units), "shards": SHARDS},
        }
        found["life"] = lives(at, feeder, life_cases)
        found["dump"] = dumped(at)
    return found


def order(runs: int) -> Iterator[int]:
    """Yield the numbers of routers by turns: a machine's speed swings, and no number shall have the slow hour alone."""
    for _ in range(runs):
        yield from ROUTERS


def about(command: str) -> dict[str, Any]:
    """Return when, by what command and on what was measured."""
    return {
        "command": command,
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }


def main() -> None:
    """Print the figures as JSON, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--lives", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    command = f"python bench/scale.py --cases {asked.cases} --lives {asked.lives} --runs {asked.runs}"
    found = about(command) | measure(cases=asked.cases, life_cases=asked.lives, runs=asked.runs)
    text = json.dumps(found, indent=2, ensure_ascii=False)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
