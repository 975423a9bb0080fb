"""The embedded database as a person meets it: started, stopped, killed, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from bancheng.embedded.children import await_end
from bancheng.embedded.database import Database
from bancheng.embedded.errors import StartupFailedError
from bancheng.embedded.progress import SilentProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Told

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from pathlib import Path
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
database = Database.start(Path(sys.argv[1]), progress=SilentProgress(), fast=True)
print(database.pid, database.child.guard.pid, flush=True)
sys.stdin.read()
"""


class Bench:
    """One home and the database that runs in it, if any."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database: Database | None = None

    def running(self) -> Database:
        """The running database, started if need be, with a table `kept` in it."""
        if self.database is not None and self.database.poll() is None:
            return self.database
        database = self.start(SilentProgress())
        ask(database, "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n")
        return database

    def start(self, progress: SilentProgress | Told) -> Database:
        """Start it."""
        self.database = Database.start(self.home, progress=progress, fast=True)
        return self.database


@pytest.fixture(scope="module")
def bench(home: Path) -> Iterator[Bench]:
    """A database's home for this module."""
    made = Bench(home)
    yield made
    if made.database is not None:
        made.database.stop()


def ask(database: Database, query: str) -> object:
    """The first value a query finds."""
    place = make_url(database.url)
    with psycopg.connect(
        host=str(place.query["host"]), user=place.username, dbname=place.database, autocommit=True
    ) as connection:
        found = connection.execute(query)  # type: ignore[call-overload]
        row = found.fetchone() if found.description else None
        return row[0] if row else None


def test_the_first_start_makes_a_database_nobody_else_reaches(bench: Bench) -> None:
    """A new home gets a UTF-8 database `bancheng` behind a socket in a folder of its owner's only."""
    database = bench.running()
    assert ask(database, "SELECT current_database()") == "bancheng"
    assert ask(database, "SHOW server_encoding") == "UTF8"
    assert ask(database, "SHOW listen_addresses") == ""
    folder = Path(str(make_url(database.url).query["host"]))
    assert folder.stat().st_mode & 0o077 == 0


def test_production_commits_are_durable(tmp_path: Path) -> None:
    """Without the tests' haste, what is committed is on the disk."""
    database = Database.start(tmp_path, progress=SilentProgress())
    try:
        settings = [ask(database, f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
        assert settings == ["on", "on"]
    finally:
        database.stop()


def test_the_log_keeps_no_values(bench: Bench) -> None:
    """A failing statement leaves neither itself nor its values in the log."""
    database = bench.running()
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        ask(database, "SELECT 1 AS secret_column WHERE CAST('巴图' || '13912345678' AS int) = 1")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(database, "CREATE TEMP TABLE t (k text PRIMARY KEY); INSERT INTO t VALUES ('小名'), ('小名')")
    text = database.log.read_text("utf-8")
    assert "secret_column" not in text
    assert "小名" not in text


def test_a_second_start_reuses_the_data(bench: Bench, told: Told) -> None:
    """What was committed before a clean stop is there after the next start."""
    first = bench.running()
    first.stop()
    assert first.poll() == 0
    second = bench.start(told)
    assert second.url == first.url
    assert ask(second, "SELECT n FROM kept") == 7
    assert told.steps == ["database_start"]


def test_a_killed_server_starts_again(bench: Bench, told: Told) -> None:
    """After SIGKILL its lock file and its workers stand in nobody's way."""
    first = bench.running()
    first.child.process.send_signal(signal.SIGKILL)
    assert (bench.home / "postgres" / "data" / "postmaster.pid").exists()
    first.child.wait(10)
    assert ask(bench.start(told), "SELECT n FROM kept") == 7


def test_a_lock_that_names_a_stranger_is_cleared(bench: Bench, told: Told) -> None:
    """A lock file whose number belongs to another program by now, as after a reboot, is no lock."""
    bench.running().stop()
    place = bench.home / "postgres"
    stranger = f"{os.getppid()}\n{place / 'data'}\n1700000000\n5432\n{place / 'run'}\n\n\nready\n"
    (place / "data" / "postmaster.pid").write_text(stranger)
    assert ask(bench.start(told), "SELECT n FROM kept") == 7


@pytest.mark.parametrize("guarded", [True, False])
def test_a_killed_holder_leaves_a_home_that_starts(tmp_path: Path, told: Told, *, guarded: bool) -> None:
    """The guard ends the server of a killed program; were it killed too, the next start does it."""
    with subprocess.Popen(  # arguments of our own
        [sys.executable, "-W", "ignore", "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        server, guard = (psutil.Process(int(word)) for word in holder.stdout.readline().split())
        if not guarded:
            guard.kill()
        holder.kill()
    if guarded:
        assert await_end([server], 10) == ()
    database = Database.start(tmp_path, progress=told, fast=True)
    try:
        assert ask(database, "SELECT 1") == 1
        assert ("stale" in told.notes) is not guarded
        assert await_end([server], 0) == ()
    finally:
        database.stop()


def test_a_home_too_deep_for_a_socket_still_works(tmp_path: Path) -> None:
    """A path longer than a Unix socket's may be moves the socket to the temporary folder."""
    home = tmp_path / ("long-" * 20)
    home.mkdir()
    database = Database.start(home, progress=SilentProgress(), fast=True)
    try:
        assert ask(database, "SELECT 1") == 1
        assert not make_url(database.url).query["host"].startswith(str(home))  # type: ignore[union-attr]
    finally:
        database.stop()
        Path(str(make_url(database.url).query["host"])).rmdir()


def test_a_server_that_cannot_start_says_why(bench: Bench, told: Told) -> None:
    """The message carries the log's telling line and the log's path."""
    bench.running().stop()
    version = bench.home / "postgres" / "data" / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(StartupFailedError, match="incompatible") as caught:
        bench.start(told)
    version.write_text("18\n")
    assert str(bench.home / "postgres" / "postgres.log") in str(caught.value)
