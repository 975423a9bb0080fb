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
import os
import platform
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from figures import rounded, told
from ground import At, at_work, cpu_of, published, taken, wait_until
from kafka.errors import CoordinatorNotAvailableError
from kept import asked, commits, dumped, sizes, topic_bytes
from life import Players, bring
from matters import TOPIC, Feeder
from psutil import Process

from bancheng.doctor import ask_broker, ask_database
from router.ledger.database import transaction
from router.ledger.install import SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUTERS = (1, 2, 4)
_REST_SECONDS = 8.0


class Spending:
    """What the processes and the database have spent since this was made."""

    def __init__(self, at: At, services: dict[str, list[Process]], idle: dict[str, float] | None = None) -> None:
        """Begin. `idle`: what each kind of process spends a second with nothing to do, which is no case's cost."""
        self._at = at
        self._idle = idle or {}
        self._watched = {**services, "database": [at.database], "broker": [at.broker]}
        self._cpu = self._spent()
        self._wal, self._commits = written(at)
        self._begun = time.perf_counter()

    def a_case(self, cases: int) -> dict[str, Any]:
        """Return it for each of so many cases."""
        took = time.perf_counter() - self._begun
        cpu = {name: rounded(max(0.0, spent) / cases * 1e6) for name, spent in self._worked(took).items()}
        wal, commits = written(self._at)
        return {
            "cases_a_second": rounded(cases / took),
            "cpu_us": cpu,
            "wal_bytes": rounded((wal - self._wal) / cases),
            "commits": rounded((commits - self._commits) / cases),
        }

    def a_second(self) -> dict[str, float]:
        """Return the seconds of CPU that each kind of process spent a second."""
        took = time.perf_counter() - self._begun
        return {name: spent / took for name, spent in self._worked(took).items()}

    def _worked(self, took: float) -> dict[str, float]:
        idle = {name: self._idle.get(name, 0.0) * took for name in self._watched}
        return {name: spent - self._cpu[name] - idle[name] for name, spent in self._spent().items()}

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
        idle = idling(at, services, routers)
        spending = Spending(at, services, idle)
        feeder.feed(cases)
        wait_until(lambda: taken(at.house, TOPIC) == feeder.sent and published(at.house))
        return spending.a_case(cases)


def idling(at: At, services: dict[str, list[Process]], routers: int) -> dict[str, float]:
    """Wait until all routers have their partitions; return what the processes spend a second with nothing to do."""
    wait_until(lambda: joined(at) == routers and published(at.house))
    resting = Spending(at, services)
    time.sleep(_REST_SECONDS)
    return resting.a_second()


def joined(at: At) -> int:
    """Return how many routers are in the group; none while the broker makes the topic of groups."""
    try:
        return asked(at, ask_broker.members)
    except CoordinatorNotAvailableError:
        return 0


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
        idle = idling(at, services, 1)
        spending = Spending(at, services, idle)
        bring(feeder, cases)
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
        "idle_cpu": {name: rounded(spent) for name, spent in idle.items()},
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
        "load_before": round(os.getloadavg()[0], 1),
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
    told(found, asked.json)


if __name__ == "__main__":
    main()
