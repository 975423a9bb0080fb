"""The embedded broker as a person meets it: started, stopped, killed, and started again."""

from __future__ import annotations

import json
import signal
import socket
from typing import TYPE_CHECKING
from uuid import UUID

import psutil
import pytest

from bancheng.embedded.broker import Broker
from bancheng.embedded.errors import StartupFailedError
from bancheng.embedded.progress import SilentProgress
from router.wire.login import LoginRefusedError, login_options, open_admin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Told

PASSWORD = "Adm-1_n.p~w"  # noqa: S105  # every character that may be in one

pytestmark = pytest.mark.slow


class Bench:
    """One home and the broker that runs in it, if any."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.broker: Broker | None = None

    def running(self) -> Broker:
        """The running broker, started if need be, with a topic `kept` in it."""
        if self.broker is not None and self.broker.poll() is None:
            return self.broker
        broker = self.start(SilentProgress())
        with open_admin(login_options(broker.bootstrap, "admin", PASSWORD)) as admin:
            if "kept" not in admin.list_topics():
                admin.create_topics({"kept": {"num_partitions": 1}}, wait_for_metadata=True)
        return broker

    def start(self, progress: SilentProgress | Told, password: str = PASSWORD) -> Broker:
        """Start it."""
        self.broker = Broker.start(self.home, admin_password=password, progress=progress, fast=True)
        return self.broker

    def lend_class_path(self, home: Path) -> None:
        """Spare another home the resolving."""
        self.running()
        listed = (self.home / "kafka" / "classpath.json").read_text("utf-8")
        (home / "kafka").mkdir(parents=True, exist_ok=True)
        (home / "kafka" / "classpath.json").write_text(listed, "utf-8")


@pytest.fixture(scope="module")
def bench(home: Path) -> Iterator[Bench]:
    """A broker's home for this module, whose cluster id begins as an option does (one random id in 64)."""
    made = Bench(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bancheng.embedded.brokerhome.uuid.uuid4", lambda: UUID(bytes=b"\xf8" * 16))
        made.running()
    yield made
    if made.broker is not None:
        made.broker.stop()


def topics(broker: Broker, password: str = PASSWORD) -> list[str]:
    """The topics its administrator sees."""
    with open_admin(login_options(broker.bootstrap, "admin", password)) as admin:
        return sorted(admin.list_topics())


def test_the_first_start_makes_a_broker_on_this_machine_only(bench: Bench) -> None:
    """A new home gets a broker that listens on 127.0.0.1 alone and lets its administrator in."""
    broker = bench.running()
    listening = psutil.Process(broker.pid).net_connections("tcp")
    addresses = {c.laddr.ip.removeprefix("::ffff:") for c in listening if c.status == "LISTEN"}
    assert addresses == {"127.0.0.1"}
    assert topics(broker) == ["kept"]


def test_a_wrong_password_is_refused_and_says_so(bench: Bench) -> None:
    """The client learns at once that the password is wrong, not that the broker is away."""
    broker = bench.running()
    with pytest.raises(LoginRefusedError, match="password of admin"):
        open_admin(login_options(broker.bootstrap, "admin", "wrong"), timeout_s=30)


def test_no_password_stands_where_others_can_read_it(bench: Bench) -> None:
    """Every file with a secret is its owner's only, and none keeps the administrator's password."""
    broker = bench.running()
    folder = bench.home / "kafka"
    small = [p for p in folder.iterdir() if p.is_file() and p.suffix != ".aot"]
    assert not [p.name for p in small if PASSWORD in p.read_text("utf-8")]
    secret = json.loads((folder / "broker.json").read_text("utf-8"))["secret"]
    holders = [p for p in small if secret in p.read_text("utf-8")]
    assert holders
    assert not [p.name for p in holders if p.stat().st_mode & 0o077]
    assert not [arg for arg in psutil.Process(broker.pid).cmdline() if secret in arg]


def test_a_second_start_reuses_port_and_data(bench: Bench, told: Told) -> None:
    """What was stored is there again at the same address, with no network and no formatting."""
    broker = bench.running()
    before = broker.bootstrap
    broker.stop()
    assert broker.poll() is not None
    again = bench.start(told)
    assert again.bootstrap == before
    assert topics(again) == ["kept"]
    assert told.steps == ["broker_start"]
    assert told.notes == []


def test_a_killed_broker_starts_again_though_its_port_is_taken(bench: Bench, told: Told) -> None:
    """A broker killed without warning loses no topic; a port taken meanwhile is left to its taker."""
    broker = bench.running()
    port = int(broker.bootstrap.rpartition(":")[2])
    broker.child.process.send_signal(signal.SIGKILL)
    broker.child.wait(10)
    with socket.create_server(("127.0.0.1", port)):
        moved = bench.start(told)
    assert moved.bootstrap != f"127.0.0.1:{port}"
    assert told.notes == ["ports_moved"]
    assert "kept" in topics(moved)


def test_a_broker_left_behind_and_lost_credentials_lock_nobody_out(bench: Bench, told: Told) -> None:
    """The broker of a killed run is found and ended; a new administrator's password is put in force."""
    left = bench.running()
    broker = bench.start(told, "another-password")
    assert told.notes == ["stale", "admin_reset"]
    assert left.poll() is not None
    assert broker.renewed
    assert "kept" in topics(broker, "another-password")
    broker.stop()


def test_a_broker_that_cannot_start_says_why(tmp_path: Path, bench: Bench, told: Told) -> None:
    """The message carries the log's telling line and the log's path, and nothing is left running."""
    folder = tmp_path / "kafka"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "meta.properties").write_text("version=1\ncluster.id=x\nnode.id=7\n")
    bench.lend_class_path(tmp_path)
    with pytest.raises(StartupFailedError) as caught:
        Broker.start(tmp_path, admin_password="x", progress=told, fast=True)  # noqa: S106
    assert str(folder / "broker.log") in str(caught.value)
    assert "node" in str(caught.value).lower()
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or ())]


def test_the_start_up_cache_is_made_once_and_used(tmp_path: Path, bench: Bench, told: Told) -> None:
    """The first run's clean stop leaves a cache; the second run starts with it and makes no other."""
    home = tmp_path / "一 个"
    bench.lend_class_path(home)
    Broker.start(home, admin_password=PASSWORD, progress=told).stop()
    made = sorted((home / "kafka").glob("*.aot*"))
    assert [p.suffix for p in made] == [".aot"]
    second = Broker.start(home, admin_password=PASSWORD, progress=told)
    assert f"-XX:AOTCache={made[0].name}" in psutil.Process(second.pid).cmdline()
    second.stop()
    assert sorted((home / "kafka").glob("*.aot*")) == made
    assert told.steps.count("broker_cache") == 1
