"""Secrets stand in files that their owner alone reads: never on a command line, in a log, in output."""

from __future__ import annotations

import json
import stat
from base64 import b64encode
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said, Wire

MAY_HOLD = ("credentials.json", "server.properties", "broker.json", "master.key", "import.key")


def secrets_of(wire: Wire) -> dict[str, bytes]:
    """Every secret of the home, by what it is: as bytes, and keys also as they would be written in text."""
    home = wire.house.settings.home
    credentials = wire.house.credentials
    found = {f"password of {user}": credentials.password(user).encode() for user in credentials.known()}
    found["the broker's own"] = json.loads((home / "kafka" / "broker.json").read_text())["secret"].encode()
    for name in ("master.key", "import.key"):
        if (home / name).exists():
            key = (home / name).read_bytes()
            found |= {name: key, f"{name} in hex": key.hex().encode(), f"{name} in base64": b64encode(key)}
    return found


def logs_of(home: Path) -> list[Path]:
    """Every file that somebody may look at or send to somebody: logs, and where things run."""
    return [*home.rglob("*.log"), *home.rglob("*.log.1"), home / "running.json", *(home / "run").glob("*")]


def test_no_secret_on_a_command_line_or_in_a_log(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Broker, database, router, relay, clock and matching at work: their arguments and their logs hold none."""
    wire.good()
    wire.quarantined(wire.send("unit-housing", "responses.housing", b"k", b"rubbish"))
    bancheng("access", "list")
    known = secrets_of(wire)
    assert len(known) > 15
    ours = [*psutil.Process().children(recursive=True)]
    lines = {process.pid: "\0".join(process.cmdline()).encode() for process in ours}
    assert any(b"kafka.Kafka" in line for line in lines.values())
    assert any(b"bancheng\0route" in line for line in lines.values())
    home = wire.house.settings.home
    places = {str(pid): line for pid, line in lines.items()}
    places |= {str(log.relative_to(home)): log.read_bytes() for log in logs_of(home) if log.is_file()}
    assert "log/router.log" in places
    assert "kafka/broker.log" in places
    assert [(name, place) for name, secret in known.items() for place, text in places.items() if secret in text] == []


def test_secrets_are_their_owners_alone(wire: Wire) -> None:
    """Each file of the home that holds one is 0600, and no other small file of it holds one."""
    home = wire.house.settings.home
    known = secrets_of(wire)
    holding = set()
    for path in home.rglob("*"):
        if "data" in path.parts or not path.is_file() or path.is_symlink() or path.stat().st_size > 2_000_000:
            continue
        if any(secret in path.read_bytes() for secret in known.values()):
            holding.add(path.name)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert holding <= set(MAY_HOLD)


@pytest.mark.slow
def test_no_secret_in_what_commands_print(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Settings, topics, users and faults are shown without them."""
    known = secrets_of(wire)
    for words in (
        ("config", "show"),
        ("config", "show", "--json"),
        ("topics", "create", "--json"),
        ("access", "list", "--json"),
        ("access", "grant", "tax"),
        ("access", "check", "--json"),
        ("access", "database", "--sql"),
        ("access", "rotate", "nobody-here"),
    ):
        said = bancheng(*words)
        for name, secret in known.items():
            assert secret not in (said.out + said.err).encode(), (words, name)


def test_what_is_shown_of_a_connection_has_no_password(wire: Wire) -> None:
    """A connection or the settings in a log or an error name the user and hide the rest."""
    connection = wire.house.connection("router")
    assert connection.password
    assert connection.password not in f"{connection!r} {connection} {wire.house!r}"
