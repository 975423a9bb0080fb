"""The broker's folder in the home: its ports and secret kept, its storage formatted once."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from bancheng.embedded.brokerconfig import ADMIN, SELF, BrokerSettings, properties, render
from bancheng.embedded.errors import PortTakenError, StartupFailedError
from bancheng.embedded.files import last_words, tail, write_whole
from bancheng.embedded.java import FAST, java_command, java_environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Below the kernel's range for outgoing connections, or one of those could hold ours at a restart.
PORTS: Final = range(20_000, 32_000)
_FORMAT_LIMIT_S: Final = 60


@dataclass(frozen=True, slots=True)
class BrokerHome:
    """Paths below `home/kafka`."""

    folder: Path

    @property
    def config(self) -> Path:
        """The properties file; its path also marks the process as ours."""
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        """Where the broker writes what it has to say."""
        return self.folder / "broker.log"

    @property
    def formatted(self) -> bool:
        """Whether the storage stands ready."""
        return (self.folder / "data" / "meta.properties").exists()

    def settings(self, *, avoid: Sequence[int] = ()) -> tuple[BrokerSettings, int | None]:
        """This home's settings, and the port it had before if another program took it.

        Ports are kept from start to start while they are free and not in `avoid`.
        """
        stored = self._stored()
        secret = stored.secret if stored else secrets.token_urlsafe(24)
        kept = (stored.port, stored.controller_port) if stored else ()
        if stored and all(is_free(p) and p not in avoid for p in kept):
            return stored, None
        port = free_port(avoid)
        fresh = BrokerSettings(port, free_port((*avoid, port)), secret)
        self._store(fresh)
        return fresh, stored.port if stored else None

    def write_config(self, settings: BrokerSettings) -> None:
        """Write the properties file anew (0600: it holds the node's secret)."""
        write_whole(self.config, render(properties(settings)))

    def format(self, settings: BrokerSettings, jars: Sequence[Path], admin_password: str) -> None:
        """Format the storage, with the administrator's and the node's SCRAM credentials in it.

        Formats a folder beside and renames it, so that a start killed half-way leaves nothing that
        looks formatted. The passwords go by a file (0600), not by the command line, which every
        account of the machine can read.
        """
        beside = self.folder / "data.new"
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(self.folder / "data", ignore_errors=True)  # torn, or of an older trial
        config, arguments = self.folder / "format.properties", self.folder / "format.args"
        write_whole(config, render(properties(replace(settings, folder=beside.name))))
        write_whole(arguments, _format_arguments(config.name, settings.secret, admin_password))
        try:
            command = (*java_command(jars, *FAST), f"@{arguments.name}")
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=java_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_FORMAT_LIMIT_S,
                check=False,
            )
        finally:
            config.unlink(missing_ok=True)
            arguments.unlink(missing_ok=True)
        if done.returncode:
            # its ordinary output tells the credentials, so only the complaint is kept
            self.log.write_bytes(done.stderr)
            reason = last_words(self.log) or f"formatting ended with {done.returncode}"
            raise StartupFailedError("Kafka", reason=reason, log=self.log)
        beside.rename(self.folder / "data")

    def _stored(self) -> BrokerSettings | None:
        try:
            return BrokerSettings(**json.loads((self.folder / "broker.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _store(self, settings: BrokerSettings) -> None:
        write_whole(self.folder / "broker.json", json.dumps(asdict(settings)))


def _format_arguments(config: str, secret: str, admin_password: str) -> str:
    if not all(c.isascii() and (c.isalnum() or c in "-_.~") for c in admin_password):
        raise ValueError("the administrator's password may hold only A-Z a-z 0-9 - _ . ~")
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    users = ((ADMIN, admin_password), (SELF, secret))
    scram = (f"--add-scram SCRAM-SHA-256=[name={name},password={word}]" for name, word in users)
    words = ("kafka.tools.StorageTool format --standalone", f"--cluster-id={cluster} -c {config}", *scram)
    return "\n".join((*words, ""))


def is_free(port: int) -> bool:
    """Whether a program could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the JVM does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(avoid: Sequence[int] = ()) -> int:
    """A free port of 127.0.0.1, chosen at random. Raises PortTakenError when there seems none."""
    for _ in range(200):
        port = PORTS[secrets.randbelow(len(PORTS))]
        if port not in avoid and is_free(port):
            return port
    raise PortTakenError(())


def says_port_taken(log: Path, start: int) -> bool:
    """Whether the broker's words from byte `start` on blame a port."""
    return "Address already in use" in tail(log, start=start)
