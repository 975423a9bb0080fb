"""The services of one home know of each other's pages by small files, and ask each other how they are."""

from __future__ import annotations

import http.client
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import orjson

from bancheng.watch.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WATCH: Final = "watch"
"""The task of the process that watches the whole installation."""
_SECONDS = 2.0


class Neighbour(NamedTuple):
    """What a service of this home says of itself; where it doesn't answer it neither lives nor is ready."""

    task: str
    alive: bool
    ready: bool
    since: str | None
    findings: tuple[Finding, ...]


@contextmanager
def posted(home: Path, task: str, address: str) -> Iterator[None]:
    """Let others of the home know where a service tells of itself, while the block runs."""
    file = home / "run" / f"{task}.watch"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.write_text(address, encoding="utf-8")
    fresh.replace(file)
    try:
        yield
    finally:
        if file.exists() and file.read_text(encoding="utf-8") == address:
            file.unlink()


def neighbours(home: Path) -> list[Neighbour]:
    """Ask every service of the home that has posted an address."""
    return [_asked(file.stem, file.read_text(encoding="utf-8")) for file in sorted((home / "run").glob("*.watch"))]


def services(home: Path) -> list[Neighbour]:
    """Ask those that do the work, not the one that watches the installation: whoever asks sees that himself."""
    return [one for one in neighbours(home) if one.task != WATCH]


def _asked(task: str, address: str) -> Neighbour:
    away = Neighbour(task, alive=False, ready=False, since=None, findings=(_away(task),))
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        said = orjson.loads(connection.getresponse().read())
        if said["task"] != task:
            return away
        findings = tuple(Finding(one["code"], one["about"], one["zh"], one["en"]) for one in said["reasons"])
        return Neighbour(task, said["alive"], said["ready"], said["since"], findings)
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return away
    finally:
        connection.close()


def _away(task: str) -> Finding:
    return Finding(
        "no_answer", task, f"{task} 没有应答：请查看 log/{task}.log；bancheng up 会自动重新启动它。",
        f"{task} doesn't answer: see its log; `bancheng up` starts it again by itself.",
    )  # fmt: skip
