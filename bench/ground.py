"""What every measure stands on: a home with broker and database, services as processes, and what they spend."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil

from bancheng.compose import House
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from bancheng.up import prepare, servers
from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
_LOOK_SECONDS = 0.05
_PATIENCE = 900.0


class At(NamedTuple):
    """An installation whose broker and database run, and these two processes."""

    house: House
    broker: psutil.Process
    database: psutil.Process


@contextmanager
def at_work() -> Iterator[At]:
    """Run a new installation with the shipped policy and durable settings, no services yet; it leaves nothing."""
    with tempfile.TemporaryDirectory(prefix="bancheng-bench-") as folder:
        house = House(Settings(home=Path(folder)))
        with servers(house, SilentProgress()) as running:
            prepare(house)
            try:
                yield At(
                    house, *(psutil.Process(part.child.process.pid) for part in (running.broker, running.database))
                )
            finally:
                house.close()


@contextmanager
def services(house: House, *names: str) -> Iterator[dict[str, psutil.Process]]:
    """Run `bancheng NAME` for each of the names while the block runs."""
    environment = {**os.environ, "BANCHENG_HOME": str(house.settings.home), "BANCHENG_LOG_LEVEL": "warning"}
    started = {name: subprocess.Popen([sys.executable, "-m", "bancheng", name], env=environment) for name in names}
    try:
        yield {name: psutil.Process(service.pid) for name, service in started.items()}
    finally:
        for service in started.values():
            service.terminate()
        for service in started.values():
            service.wait(30)


def run_script(name: str, house: House, **options: object) -> dict[str, Any]:
    """Run a script of this folder in a process of its own on the home; return the JSON that it prints."""
    flags = [part for flag, value in options.items() for part in (f"--{flag}", str(value))]
    environment = {**os.environ, "BANCHENG_HOME": str(house.settings.home)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / name), *flags],
        env=environment, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process and its children so far, those that have ended among them."""
    own = process.cpu_times()
    total = own.user + own.system + getattr(own, "children_user", 0.0) + getattr(own, "children_system", 0.0)
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return float(total)


def wait_until(condition: Callable[[], bool]) -> None:
    """Look until a condition holds; raises TimeoutError after a quarter of an hour."""
    limit = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError("the measure does not come to its end: see the services' messages above")
        time.sleep(_LOOK_SECONDS)


def taken(house: House, topic: str) -> int:
    """Return how many messages of a topic the router has taken, committed."""
    with transaction(house.engine) as connection:
        query = "SELECT coalesce(sum(next_offset), 0) FROM positions WHERE topic = %(topic)s"
        return int(connection.exec_driver_sql(query, {"topic": topic}).scalar_one())


def published(house: House) -> bool:
    """Whether the broker has acknowledged everything that was decided."""
    with transaction(house.engine) as connection:
        query = (
            "SELECT bool_and(r.record = s.sequence AND r.output = s.outputs) FROM relays r JOIN shards s USING (shard)"
        )
        return bool(connection.exec_driver_sql(query).scalar_one())


def machine() -> dict[str, Any]:
    """Return on what and with what was measured."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False  # noqa: S607
    ).stdout.strip()  # fmt: skip
    names = ("kafka-python", "psycopg", "sqlalchemy", "pydantic", "faststream", "aiokafka", "eventsourcing")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
        "load_before": round(psutil.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
