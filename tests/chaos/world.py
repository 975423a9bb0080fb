"""An installation of its own to be mistreated: servers and services, each a process, each brought back when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bancheng.compose import House
from bancheng.embedded.account import account_for_database
from bancheng.embedded.broker import Broker
from bancheng.embedded.database import Database
from bancheng.embedded.errors import EmbeddedError
from bancheng.embedded.progress import SilentProgress
from bancheng.running import Running
from bancheng.settings import Settings
from bancheng.up import ADMIN, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = Path(__file__).parents[1] / "data" / "small.yaml"
_COMMANDS = {
    "route": ("-m", "bancheng", "route"),
    "relay": ("-m", "bancheng", "relay"),
    "clock": (str(Path(__file__).with_name("hurried_clock.py")),),
}
_ROOM = "4g"
_STOP_SECONDS = 15.0
_YOUNG_SECONDS = 20.0
"""Asked to end while it is still loading, Python itself ends it."""


@dataclass
class Servant:
    """A service that is started again whenever it is gone, as a supervisor would."""

    kind: str
    process: subprocess.Popen[bytes]
    begun: float
    killed: bool = False
    stopped_until: float | None = None
    """SIGSTOPped, until then."""


@dataclass
class World:
    """Broker, database and services of one home."""

    home: Path
    house: House
    broker: Broker
    database: Database
    quota: Path | None = None
    began: float = field(default_factory=time.time)
    wanted: dict[str, int] = field(default_factory=dict)
    servants: list[Servant] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    """Services that ended without having been killed."""

    # services

    def keep(self) -> None:
        """Bring every service to its wanted number, and let go on what was stopped long enough."""
        now = time.monotonic()
        for one in list(self.servants):
            if one.stopped_until is not None and now >= one.stopped_until:
                one.stopped_until = None
                with suppress(ProcessLookupError):
                    one.process.send_signal(signal.SIGCONT)
            code = one.process.poll()
            if code is not None:
                self.servants.remove(one)
                if not one.killed:
                    self.deaths.append(f"{one.kind}: {code}")
        for kind, count in self.wanted.items():
            have = [
                one for one in self.servants if one.kind == kind and not (one.killed and one.process.poll() is None)
            ]
            for _ in range(count - len(have)):
                self.servants.append(Servant(kind, self._started(kind), now))
            for one in have[count:]:
                one.killed = True
                one.process.terminate()

    def _started(self, kind: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, "BANCHENG_HOME": str(self.home), "BANCHENG_POLICY": str(POLICY), "BANCHENG_LANG": "en",
            "BANCHENG_LOG_LEVEL": "warning", "CHAOS_BEGAN": str(self.began),
        }  # fmt: skip
        with (self.home / f"{kind}.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *_COMMANDS[kind]], env=environment, stdout=log, stderr=log)

    def of(self, kind: str) -> list[Servant]:
        """The services of a kind that are at work."""
        return [one for one in self.servants if one.kind == kind and not one.killed and one.stopped_until is None]

    def kill(self, kind: str, which: int) -> bool:
        """SIGKILL one of a kind; false if there is none."""
        at_work = self.of(kind)
        if at_work:
            victim = at_work[which % len(at_work)]
            victim.killed = True
            victim.process.kill()
        return bool(at_work)

    def stop(self, kind: str, which: int, seconds: float) -> bool:
        """SIGSTOP one of a kind for so long; false if there is none."""
        at_work = self.of(kind)
        if at_work:
            victim = at_work[which % len(at_work)]
            victim.stopped_until = time.monotonic() + seconds
            victim.process.send_signal(signal.SIGSTOP)
        return bool(at_work)

    def end_services(self) -> list[str]:
        """Ask all services to end; return those that did not within the time, or not with 0."""
        bad = []
        self.wanted = {}
        for one in self.servants:
            one.process.send_signal(signal.SIGCONT)
            one.process.terminate()
        for one in self.servants:
            try:
                code = one.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait()
                code = -signal.SIGKILL
            young = time.monotonic() - one.begun < _YOUNG_SECONDS and code == -signal.SIGTERM
            if code and not one.killed and not young:
                bad.append(f"{one.kind}: {code}")
        self.servants = []
        return bad

    # servers

    def kill_broker(self) -> None:
        """SIGKILL the broker."""
        self.broker.child.process.kill()
        self.broker.child.process.wait()
        self.broker.poll()

    def start_broker(self) -> None:
        """Bring the broker back, at the same address."""
        password = self.house.credentials.password(ADMIN)
        self.broker = again(
            lambda: Broker.start(self.home, admin_password=password, progress=SilentProgress(), fast=True)
        )

    def end_database(self, how: signal.Signals) -> None:
        """End the database: SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one."""
        self.database.child.process.send_signal(how)
        self.database.child.process.wait(60)
        self.database.poll()

    def start_database(self) -> None:
        """Bring the database back."""
        self.database = again(lambda: Database.start(self.home, progress=SilentProgress(), fast=True))

    def cut_connections(self) -> None:
        """Cut every client off but this one."""
        with suppress(psycopg.Error), self.sql() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    @property
    def libpq(self) -> str:
        """The database's address for plain psycopg."""
        return self.database.url.replace("postgresql+psycopg", "postgresql")

    def sql(self) -> psycopg.Connection[Any]:
        """A plain connection, committing by itself."""
        return psycopg.connect(self.libpq, autocommit=True, connect_timeout=5)

    # the disk

    def fill_disk(self) -> None:
        """Leave no room for the tables to grow."""
        assert self.quota
        for last in (False, False, False, True):
            used = os.statvfs(self.quota)
            size = (used.f_blocks - used.f_bfree) * used.f_frsize
            try:
                _mount("-o", f"remount,size={size + 4096}", str(self.quota))
                break
            except subprocess.CalledProcessError:  # more was written meanwhile
                if last:
                    raise

    def free_disk(self) -> None:
        """Lift the quota."""
        _mount("-o", f"remount,size={_ROOM}", str(self.quota))

    # how it goes

    def logged(self, word: str) -> int:
        """How often the services' logs say a word."""
        return sum(log.read_text(errors="replace").count(word) for log in self.home.glob("*.log"))

    def at_work(self, since: float) -> bool:
        """Whether a router and a relay have turned a round since a moment."""
        files = (self.home / "run" / f"{kind}.alive" for kind in ("route", "relay"))
        return all(file.exists() and file.stat().st_mtime > since for file in files)

    def ticked(self) -> int:
        """On how many cases the clocks have done something."""
        try:
            with self.sql() as connection:
                row = connection.execute("SELECT sum(done) FROM heartbeats WHERE service = 'clock'").fetchone()
        except psycopg.Error:
            return 0
        return int(row[0] or 0) if row else 0

    def settled(self) -> str | None:
        """Return what is still under way; None when everything is taken and published."""
        try:
            with self.sql() as connection:
                left = connection.execute(
                    "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM parked), (SELECT count(*) FROM relays r"
                    " JOIN shards s USING (shard) WHERE r.record < s.sequence OR r.output < s.outputs)"
                ).fetchone()
                taken = dict(connection.execute("SELECT topic || '/' || partition, next_offset FROM positions"))
        except psycopg.Error as error:
            return type(error).__name__
        if left != (0, 0, 0):
            return f"inbox, parked, shards to publish: {left}"
        behind = [name for name, end in self.ends().items() if taken.get(name, 0) < end]
        return f"{len(behind)} partitions to take" if behind else None

    def ends(self) -> dict[str, int]:
        """Where each input partition ends."""
        from kafka import KafkaConsumer, TopicPartition  # noqa: PLC0415

        consumer = KafkaConsumer(**self.options())
        try:
            topics = [t for t in consumer.topics() if t.startswith(("cases.", "responses.", "feedback."))]
            partitions = [TopicPartition(t, n) for t in topics for n in consumer.partitions_for_topic(t) or ()]
            return {f"{p.topic}/{p.partition}": end for p, end in consumer.end_offsets(partitions).items()}
        finally:
            consumer.close()

    def options(self) -> dict[str, Any]:
        """How to reach the broker as its administrator."""
        return self.house.connection(ADMIN).options()


def again(start: Any) -> Any:
    """Start a server, trying for a while: one that was killed a moment ago may be in the way."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return start()
        except EmbeddedError:
            if time.monotonic() > deadline:
                raise
            threading.Event().wait(0.5)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)  # noqa: S607 (the system's own)


@contextmanager
def world(home: Path) -> Iterator[World]:
    """Make an installation in `home`, with its tables on a disk of their own where this account may mount one."""
    house = House(Settings(home=home, policy=POLICY))
    database = Database.start(home, progress=SilentProgress(), fast=True)
    quota = None
    try:
        broker = Broker.start(
            home, admin_password=house.credentials.password(ADMIN), progress=SilentProgress(), fast=True
        )
        made = World(home, house, broker, database)
        try:
            quota = made.quota = _own_disk(home / "quota")
            if quota is not None:
                with made.sql() as connection:
                    connection.execute(f"CREATE TABLESPACE quota LOCATION '{quota}'")
                    connection.execute("ALTER DATABASE bancheng SET default_tablespace = quota")
            Running(broker.bootstrap, database.url, demo=False).write(home)
            prepare(house)
            yield made
        finally:
            made.end_services()
            house.close()
            made.broker.stop()
            made.database.stop()
    finally:
        database.stop()
        if quota is not None:
            subprocess.run(["umount", str(quota)], check=False)  # noqa: S607


def _own_disk(folder: Path) -> Path | None:
    """Mount a small disk in memory; None where this account may not."""
    account = account_for_database()
    if account is None:
        return None
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={_ROOM},uid={account.uid},gid={account.gid},mode=700", "none", str(folder))
    except (OSError, subprocess.CalledProcessError):
        return None
    return folder
