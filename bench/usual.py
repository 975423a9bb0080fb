"""The router beside the usual way of doing the same work, by turns on one broker and database.

    python bench/usual.py [--cases 20000] [--peer-cases 2000] [--runs 5]

A run is one backlog for the router and its relay (`end_to_end.py`), then the peer (`peer_usual.py`) on the same topic:
once one message after the other, as is usual, and once with a worker a partition. The services don't run while the peer
does, nor the other way round. At the end the peer's work is held against the router's on the very same cases: as many
records, the same messages on the same topics, all of them in the broker.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from end_to_end import Run, ceilings, row_of, run_once, stages
from figures import Row, spread
from ground import at_work, run_script
from kafka import KafkaConsumer, TopicPartition
from matters import Feeder

from router.ledger.database import transaction

if TYPE_CHECKING:
    from bancheng.compose import House

GOAL = 10.0
_WORKERS = 16
_PREFIX = "usual."
_OURS = """
    SELECT topic, count(*) FROM outputs WHERE key IN (SELECT id::text FROM usual.cases) GROUP BY topic
    UNION ALL SELECT 'ledger', count(*) FROM records WHERE case_id IN (SELECT id FROM usual.cases)
"""
_SAME = """
    SELECT count(*) FILTER (WHERE (o.stage, o.version, o.disposition, o.domain, o.lead) IS NOT DISTINCT FROM
        (u.stage, u.version, u.disposition, u.domain, u.lead)), count(*)
    FROM usual.cases AS u LEFT JOIN cases AS o USING (id)
"""


def compared(house: House, told: Counter[str]) -> dict[str, int]:
    """Make sure that the peer did what the router did with the same cases; return how much that was."""
    with transaction(house.engine) as connection:
        ours = Counter({str(topic): int(count) for topic, count in connection.exec_driver_sql(_OURS)})
        same, cases = connection.exec_driver_sql(_SAME).one()
    assert same == cases, f"{cases - same} of {cases} cases went elsewhere"
    assert told == ours, f"the outputs differ: {told - ours} and {ours - told}"
    there = _in_broker(house)
    assert there == told, f"the broker has other messages: {there - told} and {told - there}"
    return {"cases": int(cases), "messages": told.total()}


def _in_broker(house: House) -> Counter[str]:
    """Return how many messages stand in each of the peer's topics."""
    consumer = KafkaConsumer(**house.connection("admin").options())
    topics = [topic for topic in consumer.topics() if topic.startswith(_PREFIX)]
    partitions = [TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic)]
    found: Counter[str] = Counter()
    for partition, end in consumer.end_offsets(partitions).items():
        found[partition.topic.removeprefix(_PREFIX)] += end
    consumer.close()
    return +found


def measure(*, cases: int = 20_000, peer_cases: int = 2_000, runs: int = 5) -> list[Row]:
    """Measure by turns; return the row of the router alone and the one beside the peer."""
    ours: list[Run] = []
    peers: dict[int, list[dict[str, Any]]] = {1: [], _WORKERS: []}
    told: Counter[str] = Counter()
    with at_work() as at:
        feeder = Feeder(at.house)
        for _ in range(runs):
            ours.append(run_once(at, feeder, cases))
            for workers, found in peers.items():
                found.append(run_script("peer_usual.py", at.house, count=peer_cases, workers=workers))
                told.update(found[-1]["outputs"])
        checked = compared(at.house, told)
        above = {"cases a run": cases, **ceilings(at.house, cases), "router stages, µs a case": stages(at.house)}
        feeder.close()
    speed = {workers: [one["cases"] / one["seconds"] for one in found] for workers, found in peers.items()}
    ratios = {w: tuple(run.cases_a_second / s for run, s in zip(ours, each, strict=True)) for w, each in speed.items()}
    names = {1: "one by one", _WORKERS: f"{_WORKERS} partitions side by side"}
    details = {
        "peer cases a run": peer_cases,
        "peer cases/s": {names[w]: spread(each) for w, each in speed.items()},
        "peer CPU of its own, µs a case": {
            names[w]: spread([1e6 * one["cpu_seconds"] / one["cases"] for one in found]) for w, found in peers.items()
        },
        "times as fast": {names[w]: spread(list(each)) for w, each in ratios.items()},
        "same work, checked on": checked,
    }
    what = "beside the usual way (FastStream, pydantic, ORM, message by message)"
    return [row_of(ours, above), Row("usual", what, "×", GOAL, "more", ratios[1], details)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--peer-cases", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    print(json.dumps([row.plain() for row in measure(**vars(parser.parse_args()))], indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
