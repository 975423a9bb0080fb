"""The embedded database: PostgreSQL 18 in a process of its own, kept in `home/postgres`."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL

from bancheng.embedded.account import account_for_database, let_through, own
from bancheng.embedded.children import Child, end_processes, processes_where
from bancheng.embedded.errors import StartupFailedError
from bancheng.embedded.files import last_words, need_room, tail, turn_log
from bancheng.embedded.postgres import (
    SOCKET_NAME,
    SUPERUSER,
    PostgresHome,
    postgres_environment,
    program,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bancheng.embedded.account import Account
    from bancheng.embedded.progress import Progress

NAME: Final = "bancheng"
NEEDED_MIB: Final = 200  # a new cluster takes 40 MiB and its first WAL as much; the rest headroom
READY_LIMIT_S: Final = 60.0  # after a crash it first replays its WAL
STOP_LIMIT_S: Final = 30.0
FAST_STOP: Final = signal.SIGINT  # PostgreSQL's "fast" shutdown: clients are cut off, cleanly


@dataclass(frozen=True, slots=True)
class Database:
    """A running database. `url` is SQLAlchemy's, over a Unix socket, to the database `bancheng`."""

    url: str
    log: Path
    child: Child
    progress: Progress

    @classmethod
    def start(cls, home: Path, *, progress: Progress, fast: bool = False) -> Self:
        """Start the database of `home` and return once it answers and `bancheng` exists.

        The first time this makes the cluster; afterwards the data is reused. As root the server
        runs under an account made for it. A server that a killed run left behind is stopped, not
        adopted: its guard and settings were the dead run's. `fast` suits tests: commits
        outlive the server's kill but not the machine's crash.

        The caller holds the HomeLock of `home`. Raises EmbeddedError.
        """
        place = PostgresHome((home / "postgres").resolve())
        account = account_for_database()
        own(place.folder, account)
        need_room(place.folder, NEEDED_MIB)
        if account:
            opened = (*let_through(place.folder), *let_through(program("postgres")))
            if opened:
                progress.note("way_opened", folders=", ".join(map(str, opened)))
        end_stale(place, progress)
        turn_log(place.log)
        if not (place.data / "PG_VERSION").exists():
            with progress.step("database_init"):
                place.initialise(account, fast=fast)
        place.make_socket_folder(account)
        with progress.step("database_start"):
            child = _begun(place, account, fast=fast)
            try:
                _make_database(place)
            except BaseException:
                child.stop(STOP_LIMIT_S)
                raise
        url = URL.create(
            "postgresql+psycopg",
            username=SUPERUSER,
            database=NAME,
            query={"host": str(place.socket_folder)},
        )
        return cls(url.render_as_string(), place.log, child, progress)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self.child.process.pid

    def poll(self) -> int | None:
        """None while it runs, else its exit code."""
        return self.child.poll()

    def stop(self) -> None:
        """Cut clients off and end it cleanly, with a checkpoint. Repeatable."""
        if self.child.poll() is None:
            with self.progress.step("database_stop"):
                self.child.stop(STOP_LIMIT_S)


def end_stale(place: PostgresHome, progress: Progress) -> None:
    """Stop a server left by a killed run, and clear away a lock that names a stranger.

    PostgreSQL itself heals a `postmaster.pid` whose process is dead. It can't when the number now
    belongs to another program, as happens after a reboot or in a container.
    """
    data = str(place.data)

    def ours(command: Sequence[str]) -> bool:
        return data in command and command[0].endswith("postgres")

    stale = processes_where(ours)
    for process in stale:
        progress.note("stale", part="PostgreSQL", pid=process.pid)
    end_processes(stale, FAST_STOP, STOP_LIMIT_S)
    for lock in (place.data / "postmaster.pid", place.socket_folder / f"{SOCKET_NAME}.lock"):
        with suppress(OSError, ValueError):
            if psutil.pid_exists(int(lock.read_text("utf-8").split("\n", 1)[0])):
                lock.unlink()


def _begun(place: PostgresHome, account: Account | None, *, fast: bool) -> Child:
    """Start the server and wait until it answers.

    Workers of a postmaster killed a moment ago may hold its shared memory some milliseconds more;
    the new one then refuses, and is begun again.
    """
    deadline = time.monotonic() + READY_LIMIT_S
    while True:
        begun = turn_log(place.log)
        child = Child.begin(
            place.command(fast=fast),
            folder=place.folder,
            log=place.log,
            environment=postgres_environment(),
            gentle=FAST_STOP,
            account=account,
        )
        try:
            code = _await_ready(child, place, deadline)
        except BaseException:
            child.stop(STOP_LIMIT_S)
            raise
        if code is None:
            return child
        if "still in use" not in tail(place.log, start=begun) or time.monotonic() > deadline:
            reason = last_words(place.log, start=begun) or f"it ended with {code}"
            raise StartupFailedError("PostgreSQL", reason=reason, log=place.log)


def _await_ready(child: Child, place: PostgresHome, deadline: float) -> int | None:
    """None once it answers; its exit code when it ends instead."""
    while time.monotonic() < deadline:
        code = child.wait(0.02)
        if code is not None:
            return code
        with suppress(psycopg.OperationalError):
            _connect(place).close()
            return None
    reason = f"not ready after {READY_LIMIT_S:.0f} s"
    raise StartupFailedError("PostgreSQL", reason=reason, log=place.log)


def _connect(place: PostgresHome) -> psycopg.Connection:
    return psycopg.connect(
        host=str(place.socket_folder),
        user=SUPERUSER,
        dbname="postgres",
        connect_timeout=5,
        autocommit=True,
    )


def _make_database(place: PostgresHome) -> None:
    with _connect(place) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,))
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
