"""What the clock costs: 100 000 open cases, due steps, and idle looks, on this machine's embedded PostgreSQL.

    python bench/clock.py [--cases 100000] [--json FILE]

Cases are made through the door itself (no broker: the clock doesn't use one); a hundred urgent ones among them come
due hours before the others. In the same run, beside: how fast the same database takes the same rows by raw UPDATE.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.running import Running
from bancheng.settings import Settings
from producers.window import new_id
from router.door.received import Received
from router.ledger.database import transaction
from router.messages.envelope import CONTENT_TYPE, write

TEXT = "小区暖气一直不热，家里有老人和孩子，打了几次供热公司电话都说在排查，请尽快处理。（第{}件）"
URGENT = "三号楼燃气泄漏，闻到很大的煤气味，请马上派人。（第{}件）"
"""To be signed for within two hours round the clock, when nothing of the others is due yet."""
BATCH = 2000
IDLE = 200
DUE = 100


def made(house: House, count: int, text: str = TEXT) -> None:
    """Bring that many cases through the door."""
    door, now = house.door(), datetime.now(UTC).isoformat()
    for first in range(0, count, BATCH):
        batch = []
        for number in range(first, min(first + BATCH, count)):
            case_id = new_id()
            value = write(
                id=new_id(), source="/channels/import", type="cn.bancheng.case.submitted.v1", subject=case_id,
                time=now, data={"details": {"narrative": text.format(number)}},
            )  # fmt: skip
            batch.append(Received("cases.import", 0, number, case_id.encode(), value, [CONTENT_TYPE]))
        taken = door.take(batch, ())
        assert taken.outcomes["decided"] == len(batch), taken


def run(house: House, count: int) -> dict[str, Any]:
    """Measure: idle looks, a hundred steps due among all, all of them due, and a raw update beside."""
    made(house, count)
    door, engine = house.door(), house.engine
    with transaction(engine) as connection:
        connection.exec_driver_sql("ANALYZE cases")
        open_cases = connection.exec_driver_sql("SELECT count(*) FROM cases WHERE next_due_at IS NOT NULL").scalar_one()
    looks = []
    for _ in range(IDLE):
        begun = time.perf_counter()
        assert door.take_due(datetime.now(UTC), 500) == 0
        looks.append(time.perf_counter() - begun)
    cpu = time.process_time()
    for _ in range(IDLE):
        door.take_due(datetime.now(UTC), 500)
    idle_cpu = (time.process_time() - cpu) / IDLE
    made(house, DUE, URGENT)
    begun = time.perf_counter()
    few = door.take_due(datetime.now(UTC) + timedelta(hours=2), 500)
    assert few == DUE, few
    few_seconds = time.perf_counter() - begun
    late = datetime.now(UTC) + timedelta(days=9)
    begun, taken = time.perf_counter(), 0
    while one := door.take_due(late, 500):
        taken += one
    all_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    with transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE cases SET version = version + 1")
    raw = time.perf_counter() - begun
    return {
        "open cases": open_cases,
        "idle look, ms (median)": median(looks) * 1000,
        "idle look, ms of CPU in the clock": idle_cpu * 1000,
        "a hundred due among all: cases looked at": few,
        "a hundred due among all: seconds": few_seconds,
        "nine days late: cases": taken,
        "nine days late: cases a second": taken / all_seconds,
        "raw UPDATE of the same rows a second": count / raw,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }


def main() -> None:
    """Start a database in a new home, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = House(Settings(home=home))
        database = Database.start(home, progress=SilentProgress())
        try:
            Running("", database.url, demo=False).write(home)
            figures = run(house, given.cases)
        finally:
            house.close()
            database.stop()
    for name, value in figures.items():
        print(f"{name:<45} {value:,.3f}" if isinstance(value, float) else f"{name:<45} {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
