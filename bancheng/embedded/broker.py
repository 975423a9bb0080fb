"""The embedded broker: Apache Kafka in a process of its own, kept in `home/kafka`."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from bancheng.access import set_logins
from bancheng.credentials import Login
from bancheng.embedded.brokerconfig import ADMIN, SELF
from bancheng.embedded.brokerhome import BrokerHome, says_port_taken
from bancheng.embedded.children import Child, end_processes, processes_where
from bancheng.embedded.errors import PortTakenError, StartupFailedError
from bancheng.embedded.files import last_words, need_room, turn_log
from bancheng.embedded.jars import resolve_jars
from bancheng.embedded.java import FAST, AotCache, java_command, java_environment
from router.wire.login import LoginRefusedError, login_options, open_admin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bancheng.embedded.brokerconfig import BrokerSettings
    from bancheng.embedded.progress import Progress

NEEDED_MIB: Final = 300  # the cache takes 66 MiB, fresh topics about 100; the rest is headroom
READY_LIMIT_S: Final = 60.0
STOP_LIMIT_S: Final = 20.0
CACHE_LIMIT_S: Final = 90.0  # a stop that also writes the cache: 6 s on two cores
ADMIT_LIMIT_S: Final = 15.0
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker. Clients reach `bootstrap` with SCRAM-SHA-256 on SASL_PLAINTEXT.

    `renewed` says that the administrator's password was set anew, as happens when the file of
    credentials was lost: the other users' passwords then need `bancheng.access.set_logins`.
    """

    bootstrap: str
    log: Path
    renewed: bool
    child: Child
    cache: AotCache
    progress: Progress

    @classmethod
    def start(cls, home: Path, *, admin_password: str, progress: Progress, fast: bool = False) -> Self:
        """Start the broker of `home` and return once the administrator can log in.

        The first time this fetches Kafka and formats the storage; afterwards data, port and
        start-up cache are reused. A broker that a killed run left behind is stopped first: it
        obeys nobody's stop, and two on one storage can't be. `fast` suits tests: compiled once,
        lightly, and no start-up cache is recorded (one that stands is used).

        The caller holds the HomeLock of `home`. Raises EmbeddedError.
        """
        place = BrokerHome(home / "kafka")
        place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        need_room(place.folder, NEEDED_MIB)
        end_stale(place, progress)
        jars = resolve_jars(home, progress)
        taken: tuple[int, ...] = ()
        for _ in range(TRIES):
            settings, moved_from = place.settings(avoid=taken)
            if moved_from:
                progress.note("ports_moved", old=moved_from, new=settings.port)
            if not place.formatted:
                with progress.step("broker_format"):
                    place.format(settings, jars, admin_password)
            place.write_config(settings)
            begun = turn_log(place.log)
            cache = AotCache.plan(place.folder, jars, record=not fast)
            try:
                with progress.step("broker_start"):
                    child = _begun(place, settings, jars, cache, fast=fast)
            except StartupFailedError:
                if says_port_taken(place.log, begun):
                    taken = (*taken, settings.port, settings.controller_port)
                    continue
                if cache.drop():  # a cache damaged on disk: once more without it
                    continue
                raise
            bootstrap = f"127.0.0.1:{settings.port}"
            try:
                renewed = _admitted(bootstrap, admin_password, settings)
            except BaseException:
                child.stop(STOP_LIMIT_S)
                raise
            if renewed:
                progress.note("admin_reset")
            return cls(bootstrap, place.log, renewed, child, cache, progress)
        raise PortTakenError(taken)

    @property
    def pid(self) -> int:
        """The broker's process id."""
        return self.child.process.pid

    def poll(self) -> int | None:
        """None while it runs, else its exit code."""
        return self.child.poll()

    def stop(self) -> None:
        """End it cleanly; the first stop of a home also writes the start-up cache. Repeatable."""
        if self.child.poll() is None:
            recording = self.cache.recording is not None
            with self.progress.step("broker_cache" if recording else "broker_stop"):
                self.child.stop(CACHE_LIMIT_S if recording else STOP_LIMIT_S)
        self.cache.keep(self.log)


def _admitted(bootstrap: str, admin_password: str, settings: BrokerSettings) -> bool:
    """Log the administrator in; say whether its password had to be set anew for that.

    The storage keeps the password of its formatting. When the credentials' file was lost since,
    the node's own login, which this home keeps, sets the new one.
    """
    admin = login_options(bootstrap, ADMIN, admin_password)
    try:
        open_admin(admin).close()
    except LoginRefusedError:
        own = open_admin(login_options(bootstrap, SELF, settings.secret))
        set_logins(own, {ADMIN: Login(admin_password)})
        own.close()
        _await_login(admin)
        return True
    return False


def _await_login(options: Mapping[str, object]) -> None:
    """Wait until the broker knows a password that it has acknowledged: on a busy machine it lags behind its own log."""
    deadline = time.monotonic() + ADMIT_LIMIT_S
    while True:
        try:
            open_admin(options).close()
        except LoginRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def end_stale(place: BrokerHome, progress: Progress) -> None:
    """Stop a broker left by a killed run: Kafka, started with this very properties file."""
    config = str(place.config)

    def ours(command: Sequence[str]) -> bool:
        return config in command and "kafka.Kafka" in command

    stale = processes_where(ours)
    for process in stale:
        progress.note("stale", part="Kafka", pid=process.pid)
    end_processes(stale, signal.SIGTERM, STOP_LIMIT_S)


def _begun(
    place: BrokerHome,
    settings: BrokerSettings,
    jars: Sequence[Path],
    cache: AotCache,
    *,
    fast: bool,
) -> Child:
    """Start the process and wait until it listens, which KRaft's broker does once it can serve."""
    flags = (*cache.flags, *(FAST if fast else ()))
    begun = turn_log(place.log)
    child = Child.begin(
        (*java_command(jars, *flags), "kafka.Kafka", str(place.config)),
        folder=place.folder,
        log=place.log,
        environment=java_environment(),
    )
    try:
        _await_ready(child, settings.port, place.log, begun)
    except BaseException:
        child.stop(STOP_LIMIT_S)
        raise
    return child


def _await_ready(child: Child, port: int, log: Path, begun: int) -> None:
    deadline = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < deadline:
        code = child.wait(0.02)
        if code is not None:
            reason = last_words(log, start=begun) or f"it ended with {code}"
            raise StartupFailedError("Kafka", reason=reason, log=log)
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
    raise StartupFailedError("Kafka", reason=f"not ready after {READY_LIMIT_S:.0f} s", log=log)
