"""What sealing costs, with a database but no broker: `python bench/sealing.py [--cases 1000] [--runs 5]`.

The same submissions go through the whole door (read, classify, decide, write), plain and sealed by turns; the relay's
half puts details into tasks, plain and sealed. CPU time of this process a message, so that what else the machine does
counts little: the median of the runs, and their span.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import orjson
from matters import matters, received

from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.running import Running
from bancheng.settings import Settings
from producers.details import Needs, complete
from router.messages.envelope import with_details, write
from router.vault.sealing import PrivateKey, about_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from matters import Matter

    from router.vault.sealing import PublicKey

BATCH = 500
WAYS = ("plain", "sealed")


def sealed(matter: Matter, key: PublicKey) -> Matter:
    """Return a submission as a sealing client sends it."""
    event = orjson.loads(matter.value)
    event["data"]["details"] = key.seal(orjson.dumps(event["data"]["details"]), about_event(event))
    return matter._replace(value=orjson.dumps(event))


def spent(work: Callable[[], object], count: int) -> float:
    """Return microseconds of this process's CPU time a message."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / count * 1e6


def through_the_door(house: House, count: int, runs: int) -> dict[str, list[float]]:
    """Bring cases through the door, plain and sealed by turns, and the client's sealing beside."""
    door, key = house.door(), house.router_key()
    assert key is not None
    found: dict[str, list[float]] = {way: [] for way in (*WAYS, "client seals")}
    brought = 0
    for _ in range(runs):
        for way in WAYS:
            given = list(matters(count, brought))
            if way == "sealed":
                plain, given = given, []
                took = spent(lambda plain=plain, given=given: given.extend(sealed(one, key) for one in plain), count)
                found["client seals"].append(took)
            batches = [received(given[at : at + BATCH]) for at in range(0, count, BATCH)]
            outcomes = []
            found[way].append(spent(lambda b=batches, o=outcomes: o.extend(door.take(one, ()) for one in b), count))
            assert sum(one.outcomes["decided"] for one in outcomes) == count, outcomes
            brought += count
    return found


def out_of_the_relay(count: int, runs: int) -> dict[str, list[float]]:
    """Put a case's details into tasks, plain and sealed by turns."""
    [matter] = matters(1)
    details = orjson.loads(matter.value)["data"]["details"]
    person = orjson.dumps(details.pop("person"))
    texts = {(matter.case_id, "matter"): orjson.dumps(details), (matter.case_id, "person"): person}
    wants = Needs(((matter.case_id, "matter", "matter"), (matter.case_id, "person", "person")))
    event = write(
        id="5-42-0", source="/router", type="cn.bancheng.assignment.dispatched.v1", subject=matter.case_id,
        time="2026-03-02T01:30:00+00:00", data={"version": 5, "assignment": 1, "role": "lead"},
    )  # fmt: skip
    key = PrivateKey.new().public

    def put(event: bytes, plain: bytes) -> bytes:
        return with_details(event, orjson.dumps(key.seal(plain, about_event(orjson.loads(event)))))

    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way, putting in (("plain", with_details), ("sealed", put)):
            work = [lambda p=putting: complete(event, wants, texts, p)] * count
            found[way].append(spent(lambda work=work: [one() for one in work], count))
    return found


def main() -> None:
    """Start a database in a new home, measure, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = House(Settings(home=home))
        database = Database.start(home, progress=SilentProgress())
        try:
            Running("", database.url, demo=False).write(home)
            door = through_the_door(house, given.cases, given.runs)
        finally:
            house.close()
            database.stop()
    relay = out_of_the_relay(given.cases, given.runs)
    print("| CPU a message, µs | median | span |\n|---|---:|---:|")
    for name, values in {f"door, {way}": door[way] for way in WAYS}.items():
        print(f"| {name} | {median(values):.0f} | {min(values):.0f}-{max(values):.0f} |")
    for name, values in {
        "client seals": door["client seals"],
        **{f"relay, details {w}": relay[w] for w in WAYS},
    }.items():
        print(f"| {name} | {median(values):.0f} | {min(values):.0f}-{max(values):.0f} |")
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {load}")


if __name__ == "__main__":
    main()
