"""Load and waiting: what a router's memory and processor time do over a flood, a storm, a long history, an idle hour.

`BANCHENG_SOAK` scales the counts (1.0: a million cases, a hundred thousand bad messages, ten idle minutes), so that the
same tests run short. Figures are printed; run with `-s` to see them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import pytest
from homes import installation
from kafka import KafkaProducer
from steps import OTHER, TOPIC, Bench, closed, submission

from producers.window import new_id
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCALE = float(os.environ.get("BANCHENG_SOAK", "1.0"))
MIB = 1024 * 1024


class Look(NamedTuple):
    """One look at a process."""

    seconds: float
    rss: float
    """MiB."""
    cpu: float
    """Seconds of processor time so far."""
    done: int


class Running:
    """A router as a process of its own, looked at while it works."""

    def __init__(self, bench: Bench, task: str = "route") -> None:
        settings = bench.house.settings
        environment = {**os.environ, "BANCHENG_HOME": str(settings.home), "BANCHENG_POLICY": str(settings.policy)}
        log = settings.home / "log" / f"{task}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as errors:
            self._process = subprocess.Popen([sys.executable, "-m", "bancheng", task], env=environment, stderr=errors)
        self._ps = psutil.Process(self._process.pid)
        self._begun = time.monotonic()
        self.looks: list[Look] = []

    def look(self, done: int) -> Look:
        """Note how it is after `done` messages."""
        times = self._ps.cpu_times()
        rss = self._ps.memory_info().rss / MIB
        self.looks.append(Look(time.monotonic() - self._begun, rss, times.user + times.system, done))
        return self.looks[-1]

    def end(self) -> None:
        """Ask it to end."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(30) == 0

    def kill(self) -> None:
        """Make sure that it is gone."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """An installation of the test's own: what a storm leaves in the topics is nobody else's."""
    with installation(tmp_path_factory.mktemp("soak")) as (given, _):
        producer = KafkaProducer(
            acks="all", linger_ms=30, compression_type="lz4", **given.connection("admin").options()
        )  # fmt: skip
        yield from closed(Bench(given, producer))
        producer.close(timeout=5)


@pytest.fixture
def watched(bench: Bench) -> Iterator[Running]:
    """A router at work."""
    running = Running(bench)
    yield running
    running.kill()


def follow(running: Running, count: Callable[[], int], until: int, seconds: float) -> None:
    """Look every second or so until so many are done."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while (done := count()) < until:
        running.look(done)
        assert time.monotonic() < deadline, f"{done} of {until}"
        pause.wait(1.0)
    running.look(done)


def tell(name: str, running: Running) -> None:
    """Print a tenth of the looks: seconds, MiB, processor seconds, messages."""
    step = max(1, len(running.looks) // 10)
    rows = [f"{look.seconds:.0f} s {look.rss:.0f} MiB {look.cpu:.1f} cpu {look.done}" for look in running.looks[::step]]
    print(f"\n{name}: " + " · ".join(rows))  # noqa: T201 (the figures are the point)


def flat(running: Running, most: float) -> None:
    """Memory at the end is not much above what it was after a quarter of the way, and below `most` MiB."""
    looks = [look for look in running.looks if look.done]
    quarter = max(look.rss for look in looks[: max(2, len(looks) // 4)])
    assert looks[-1].rss <= quarter * 1.25 + 15, (quarter, looks[-1].rss)
    assert looks[-1].rss <= most


def sent(bench: Bench, cases: Iterator[tuple[str, bytes]], topic: str = TOPIC) -> int:
    """Send cases to their shards' partitions, a thousand at a time."""
    promised: list[Any] = []
    count = 0
    for case, value in cases:
        promised.append(
            bench.producer.send(
                topic, key=case.encode(), value=value, partition=shard_of(case, 16), headers=[CONTENT_TYPE]
            )
        )
        count += 1
        if len(promised) >= 1000:
            for one in promised:
                one.get(timeout=60)
            promised.clear()
    for one in promised:
        one.get(timeout=60)
    return count


def counted(bench: Bench, statement: str, *given: object) -> Callable[[], int]:
    """A count in the database, from now on."""

    def now() -> int:
        with transaction(bench.house.engine) as connection:
            return int(connection.exec_driver_sql(statement, given).scalar_one())

    begun = now()
    return lambda: now() - begun


@pytest.mark.soak
def test_a_flood_leaves_memory_flat(bench: Bench, watched: Running) -> None:
    """A million cases through one router: its memory doesn't grow with them, and stays below 250 MiB."""
    count = int(1_000_000 * SCALE)
    done = counted(bench, "SELECT coalesce(sum(sequence), 0) FROM shards")
    feeding = threading.Thread(target=sent, args=(bench, (submission("window-system") for _ in range(count))))
    feeding.start()
    follow(watched, done, count, seconds=60 + count / 50)
    feeding.join()
    tell(f"flood of {count}", watched)
    flat(watched, 250)
    watched.end()


@pytest.mark.soak
def test_a_poison_storm_leaves_memory_flat(bench: Bench, watched: Running) -> None:
    """A hundred thousand bad messages on one topic: flat memory, its breaker opens, another topic goes on."""
    count = int(100_000 * SCALE)
    sent(bench, ((new_id(), b"<xml>rubbish</xml>") for _ in range(count)))
    quarantined = counted(bench, "SELECT count(*) FROM quarantine")
    slowest = 0.0
    deadline = time.monotonic() + 120 + 120 * SCALE
    while time.monotonic() < deadline and quarantined() < count:
        begun = time.monotonic()
        case, value = submission("hotline")
        sent(bench, iter([(case, value)]), OTHER)
        while not bench.decided([(case, value)]):
            watched.look(quarantined())
            assert time.monotonic() - begun < 120
        slowest = max(slowest, time.monotonic() - begun)
        watched.look(quarantined())
    tell(f"storm of {count}, the other topic's slowest case {slowest:.1f} s", watched)
    told = (bench.house.settings.home / "log" / "route.log").read_text(encoding="utf-8")
    assert '"breaker opened"' in told
    assert 0 < quarantined() <= count
    flat(watched, 250)
    watched.end()


@pytest.mark.soak
def test_a_giant_history_slows_nobody(bench: Bench, watched: Running) -> None:
    """A case with 10 000 events: its last thousand messages cost little more than its first."""
    events = int(10_000 * SCALE)
    case, value = submission("window-system")
    count = counted(bench, "SELECT count(*) FROM records WHERE case_id = %s", case)
    sent(bench, iter([(case, value)]))
    follow(watched, count, 1, seconds=120)
    costs: list[float] = []
    step = max(100, events // 10)
    for _ in range(0, events, step):
        before = watched.look(count())
        done = count()
        sent(bench, ((case, supplement(case)) for _ in range(step)))
        follow(watched, count, done + step, seconds=60 + step)
        costs.append((watched.looks[-1].cpu - before.cpu) / step * 1000)
    with transaction(bench.house.engine) as connection:
        size = connection.exec_driver_sql("SELECT length(state) FROM cases WHERE id = %s", (case,)).scalar_one()
        assert len(reading.history(connection, case)) > events
    series = " ".join(f"{cost:.2f}" for cost in costs)
    print(f"\nhistory of {events}: state {size} bytes; ms of cpu a message: {series}")  # noqa: T201
    assert costs[-1] < 3 * costs[0] + 2
    watched.end()


@pytest.mark.soak
def test_idle_for_ten_minutes(bench: Bench, eventually: Callable[..., object]) -> None:
    """kafka-python 3076, 2615: router, relay and clock with nothing to do: flat memory, below 1 % of a CPU each."""
    minutes, begun = 10 * SCALE, time.time()
    services = {task: Running(bench, task) for task in ("route", "relay", "clock")}
    try:
        for task in services:
            alive = bench.house.settings.home / "run" / f"{task}.alive"
            eventually(lambda alive=alive: alive.exists() and alive.stat().st_mtime > begun + 1, seconds=120)
        threading.Event().wait(15)  # what is waited for is time itself
        for running in services.values():
            running.look(1)
        for _ in range(10):
            threading.Event().wait(6 * minutes)
            for running in services.values():
                running.look(1)
        for task, running in services.items():
            tell(f"idle {task}", running)
            first, last = running.looks[0], running.looks[-1]
            assert last.rss <= first.rss * 1.05 + 3, task
            assert (last.cpu - first.cpu) / (last.seconds - first.seconds) < 0.01, task
            running.end()
    finally:
        for running in services.values():
            running.kill()


def supplement(case: str) -> bytes:
    """Something that the person brings later."""
    return write(
        id=new_id(), source="/channels/window-system", type="cn.bancheng.case.supplemented.v1", subject=case,
        time="2026-03-02T10:00:00+08:00", data={"details": {"text": "补充材料一份"}},
    )  # fmt: skip
