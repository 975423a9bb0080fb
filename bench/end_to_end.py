"""Cases a second through broker, router, database and relay, one router process, all on this machine.

    python bench/end_to_end.py [--cases 20000] [--runs 5] [--json FILE]

Each run fills the topic while the services are down, starts one router and one relay, and counts from the first commit
(starting up is not what is measured) until everything is decided, written, and acknowledged by the broker. In the same
run, on the same broker and database: how fast kafka-python reads the same messages with nothing else to do, and how
fast PostgreSQL takes the same bytes by COPY. Then where the time goes: CPU of each process per case, and the router's
own stages before the transaction.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from figures import Row, rounded, spread, told
from ground import at_work, cpu_of, machine, published, services, taken, wait_until
from kafka import KafkaConsumer, TopicPartition
from matters import TOPIC, Feeder, matters, received

from router.ledger.database import cursor, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from ground import At

    from bancheng.compose import House

GOAL = 3000.0
_LEAST = 5_000
"""Cases a run: the first batch, up to 2 000, is not counted."""


class Run(NamedTuple):
    """One backlog worked off: how fast, and the CPU of each process in microseconds a case."""

    cases_a_second: float
    cpu: dict[str, float]
    memory_mib: dict[str, float]


def run_once(at: At, feeder: Feeder, count: int) -> Run:
    """Fill the topic, start router and relay, and time them until nothing waits any more."""
    assert count >= _LEAST, f"a run needs at least {_LEAST} cases"
    before = taken(at.house, TOPIC)
    feeder.feed(count)
    with services(at.house, "relay", "route") as working:
        watched = {"router": working["route"], "relay": working["relay"], "database": at.database, "broker": at.broker}
        wait_until(lambda: taken(at.house, TOPIC) > before)
        begun = time.perf_counter()
        already = taken(at.house, TOPIC) - before
        spent = {name: cpu_of(process) for name, process in watched.items()}
        wait_until(lambda: taken(at.house, TOPIC) == feeder.sent and published(at.house))
        took, cases = time.perf_counter() - begun, count - already
        cpu = {name: (cpu_of(process) - spent[name]) / cases * 1e6 for name, process in watched.items()}
        memory = {name: working[name].memory_info().rss / 2**20 for name in working}
    return Run(cases / took, cpu, memory)


def row_of(runs: list[Run], details: dict[str, Any]) -> Row:
    """Return the table's row for several runs."""
    cpu = {name: spread([run.cpu[name] for run in runs]) for name in runs[0].cpu}
    memory = {name: spread([run.memory_mib[name] for run in runs]) for name in runs[0].memory_mib}
    details = {"CPU, µs a case": cpu, "memory at the end, MiB": memory, **details}
    what = "end to end, one router process"
    return Row("end_to_end", what, "cases/s", GOAL, "more", tuple(run.cases_a_second for run in runs), details)


def ceilings(house: House, count: int) -> dict[str, float]:
    """Return what the same broker and database do with the same bytes and nothing else to do."""
    return {
        "raw consume, messages/s": rounded(raw_consume(house, count)),
        "raw COPY, rows/s": rounded(raw_copy(house, count)),
    }


def raw_consume(house: House, count: int) -> float:
    """Messages a second that kafka-python reads and throws away."""
    consumer = KafkaConsumer(
        enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=2000,
        fetch_max_bytes=8 << 20, max_partition_fetch_bytes=8 << 20, **house.connection("router").options(),
    )  # fmt: skip
    consumer.assign([TopicPartition(TOPIC, n) for n in sorted(consumer.partitions_for_topic(TOPIC))])
    seen, begun = 0, time.perf_counter()
    while seen < count:
        seen += sum(map(len, consumer.poll(timeout_ms=1000).values()))
    took = time.perf_counter() - begun
    consumer.close()
    return seen / took


def raw_copy(house: House, count: int) -> float:
    """Rows a second by COPY of the very records that the router wrote, into an empty table with the same indexes."""
    with transaction(house.engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT shard, sequence, case_id, bytes, hash FROM records LIMIT %s", (count,))
        rows = cur.fetchall()
    begun = time.perf_counter()
    with transaction(house.engine) as connection:
        cur = cursor(connection)
        cur.execute("CREATE TABLE scratch (LIKE records INCLUDING INDEXES)")
        with cur.copy("COPY scratch FROM STDIN (FORMAT BINARY)") as writer:
            writer.set_types(["int2", "int8", "uuid", "bytea", "bytea"])
            for row in rows:
                writer.write_row(row)
    took = time.perf_counter() - begun
    with transaction(house.engine) as connection:
        connection.exec_driver_sql("DROP TABLE scratch")
    return len(rows) / took


def stages(house: House, count: int = 4000) -> dict[str, float]:
    """Microseconds a case of the router's own work before its transaction, stage by stage, on one core."""
    from router.classify.classification import Text
    from router.classify.lexicon import LexiconClassifier
    from router.classify.matcher import normalise
    from router.door.reading import Reader, judged
    from router.messages.envelope import read
    from router.messages.inbound import kinds

    reader = Reader(house.book, kinds(), shards=16, lookup_key=bytes(32))
    messages = received(matters(count))

    def per_case(work: Callable[[], object]) -> float:
        begun = time.process_time()
        work()
        return (time.process_time() - begun) / count * 1e6

    now = datetime.now(UTC)
    classifier = LexiconClassifier(house.policy, house.policy.hash)
    details = [read(one.value, one.headers).data["details"] for one in messages]
    plain = [Text(normalise(one["title"]), normalise(one["narrative"])) for one in details]
    envelopes = per_case(lambda: [read(one.value, one.headers) for one in messages])
    classify = per_case(lambda: classifier.classify(plain))
    engines = {house.policy.hash: classifier}
    whole = per_case(lambda: judged(reader.known_by([reader.read(one, now) for one in messages]), engines))
    return {
        "envelope and JSON": rounded(envelopes),
        "classification": rounded(classify),
        "models, hashes, shard": rounded(whole - envelopes - classify),
    }


def measure(*, cases: int = 20_000, runs: int = 5) -> list[Row]:
    """Work off several backlogs, one after the other, on one broker and database."""
    with at_work() as at:
        feeder = Feeder(at.house)
        found = [run_once(at, feeder, cases) for _ in range(runs)]
        details = {"cases a run": cases, **ceilings(at.house, cases), "router stages, µs a case": stages(at.house)}
        feeder.close()
    return [row_of(found, details)]


def main() -> None:
    """Print the figures, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = {"machine": machine(), "rows": [row.plain() for row in measure(cases=asked.cases, runs=asked.runs)]}
    told(found, asked.json)


if __name__ == "__main__":
    main()
