"""From publishing a case to its assignment in a consumer's hands, at a steady rate of offered cases.

    python bench/latency.py [--rate 500] [--seconds 20] [--runs 5]

One process offers (`offer.py`), one router and one relay work, this process reads every `assignments.*` topic as a unit
would. All of it, broker and database included, shares the machine. A case's latency ends with its first assignment.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson
from figures import Row, percentile, rounded, spread
from ground import at_work, cpu_of, run_script, services
from kafka import KafkaConsumer, TopicPartition
from matters import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from bancheng.compose import House

P50_MS, P99_MS = 20.0, 80.0
_WARM_SECONDS = 4.0
_APART = 100_000_000
"""The first number of the floor's cases; those of a run are a hundredth of it apart, so that no two are alike."""
_PATIENCE = 30.0


class Heard(NamedTuple):
    """A case's first assignment: when it was received, when the relay sent it (Unix seconds), and its bytes."""

    at: float
    sent: float
    value: bytes


class Listener:
    """Reads topics from their end, and keeps the first message of each case."""

    def __init__(self, house: House, beginning: str) -> None:
        """Read every topic whose name begins so, as the administrator, who may read all of them at once."""
        self._consumer = KafkaConsumer(
            enable_auto_commit=False, auto_offset_reset="latest", max_poll_records=2000,
            **house.connection("admin").options(),
        )  # fmt: skip
        topics = sorted(topic for topic in self._consumer.topics() if topic.startswith(beginning))
        self._consumer.assign(
            [TopicPartition(topic, number) for topic in topics for number in self._consumer.partitions_for_topic(topic)]
        )
        for partition in self._consumer.assignment():
            self._consumer.position(partition)
        self.heard: dict[str, Heard] = {}

    def listen(self, over: Callable[[], bool]) -> None:
        """Read until it is over."""
        while not over():
            for records in self._consumer.poll(timeout_ms=100).values():
                now = time.time()
                for record in records:
                    case_id = record.key.decode()
                    if case_id not in self.heard:
                        self.heard[case_id] = Heard(now, record.timestamp / 1000, record.value)

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()


class Offered(NamedTuple):
    """When each case was meant to be published (Unix seconds), and how late the latest was (ms)."""

    meant: dict[str, float]
    latest: float


def offered(house: House, listener: Listener, *, rate: float, seconds: float, first: int) -> Offered:
    """Offer, and listen until something of every case was heard."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        out = Path(folder) / "meant.json"
        told = pool.submit(run_script, "offer.py", house, rate=rate, seconds=seconds, first=first, out=out)
        listener.listen(told.done)
        meant: dict[str, float] = json.loads(out.read_text())
    limit = time.monotonic() + _PATIENCE
    listener.listen(lambda: meant.keys() <= listener.heard.keys() or time.monotonic() > limit)
    missing = meant.keys() - listener.heard.keys()
    assert not missing, f"of {len(missing)} of {len(meant)} cases nothing was heard"
    return Offered(meant, told.result()["latest_ms"])


def percentiles(values: list[float]) -> dict[str, float]:
    """Return the percentiles that are shown."""
    ordered = sorted(values)
    return {f"p{share * 100:g}": percentile(ordered, share) for share in (0.5, 0.9, 0.99, 0.999)}


def measured(meant: dict[str, float], heard: dict[str, Heard]) -> dict[str, dict[str, float]]:
    """Return the percentiles of the whole way and of its three legs, in milliseconds."""
    legs: dict[str, list[float]] = {"whole": [], "to the router": [], "router to relay": [], "relay to reader": []}
    for case_id, moment in meant.items():
        got = heard[case_id]
        taken = datetime.fromisoformat(orjson.loads(got.value)["time"]).timestamp()
        for name, leg in zip(legs, (got.at - moment, taken - moment, got.sent - taken, got.at - got.sent), strict=True):
            legs[name].append(leg * 1000)
    return {name: percentiles(values) for name, values in legs.items()}


def floor(house: House, *, rate: float) -> dict[str, float]:
    """Return the percentiles from publishing to a plain reader of the same topic, with nothing else at work."""
    listener = Listener(house, TOPIC)
    meant = offered(house, listener, rate=rate, seconds=_WARM_SECONDS, first=_APART).meant
    listener.close()
    found = percentiles([1000 * (listener.heard[case_id].at - moment) for case_id, moment in meant.items()])
    return {share: rounded(value) for share, value in found.items()}


def measure(*, rate: float = 500, seconds: float = 20, runs: int = 5) -> list[Row]:
    """Warm up, then offer several times; return the rows for p50 and p99."""
    found: list[dict[str, dict[str, float]]] = []
    latest: list[float] = []
    spent: dict[str, list[float]] = {"broker": [], "database": [], "route": [], "relay": []}
    with at_work() as at:
        plain = floor(at.house, rate=rate)
        listener = Listener(at.house, "assignments.")
        with services(at.house, "route", "relay") as working:
            watched = {"broker": at.broker, "database": at.database, **working}
            offered(at.house, listener, rate=rate, seconds=_WARM_SECONDS, first=0)
            for run in range(1, runs + 1):
                listener.heard.clear()
                before = {name: cpu_of(process) for name, process in watched.items()}
                began = time.perf_counter()
                given = offered(at.house, listener, rate=rate, seconds=seconds, first=run * _APART // 100)
                took = time.perf_counter() - began
                for name, process in watched.items():
                    spent[name].append((cpu_of(process) - before[name]) / took)
                found.append(measured(given.meant, listener.heard))
                latest.append(given.latest)
        listener.close()
    details = {
        "offered a second": rate,
        "cases a run": round(rate * seconds),
        "milliseconds": {
            leg: {share: spread([one[leg][share] for one in found]) for share in found[0][leg]} for leg in found[0]
        },
        "milliseconds from publishing to a plain reader": plain,
        "latest offer, ms": spread(latest),
        "cores busy": {name: spread(values) for name, values in spent.items()},
    }
    what = f"publish → assignment, {rate:g} cases/s offered"
    return [
        Row("latency_p50", f"{what}: p50", "ms", P50_MS, "less", tuple(o["whole"]["p50"] for o in found), details),
        Row("latency_p99", f"{what}: p99", "ms", P99_MS, "less", tuple(o["whole"]["p99"] for o in found)),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=5)
    print(json.dumps([row.plain() for row in measure(**vars(parser.parse_args()))], indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
