"""`docs/threads.md` names a test for each thread of DESIGN §13, and what it rests on holds in the code."""

from __future__ import annotations

import ast
import logging
import re
from pathlib import Path

import structlog

from bancheng.logs import configure

ROOT = Path(__file__).parent.parent
DESIGNED = {
    "kafka-python": "3131 3106 3076 2605 1141 545 2610 2179 1803 1667 1827 2615 2086 2042 1391 1732",
    "faststream": "1980 2618 2610 1414",
    "faust-streaming": "312 606 221 502 323",
    "arroyo": "431",
}


def rows() -> list[list[str]]:
    """The cells of every row that names tests."""
    lines = (ROOT / "docs" / "threads.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "`test_" in line]


def test_every_test_named_exists() -> None:
    """A renamed or removed test is missed at once."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = {name for text in sources for name in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)}
    named = {name for row in rows() for name in re.findall(r"`(test_\w+)`", row[-1])}
    assert named
    assert not named - there


def test_every_thread_has_its_row() -> None:
    """No thread of the design is left out, and each says whether it was read."""
    told = {row[0]: row for row in rows() if len(row) == 4}
    wanted = {f"{project} {number}" for project, numbers in DESIGNED.items() for number in numbers.split()}
    assert told.keys() == wanted
    assert all(row[1].startswith(("read", "number only")) for row in told.values())


def test_no_handler_closes_anything() -> None:
    """kafka-python 2086, 2042: a signal handler only sets a flag; nothing else registers one."""
    sources = {
        path.name: path.read_text(encoding="utf-8")
        for room in ("router", "consumers", "producers", "bancheng")
        for path in (ROOT / room).rglob("*.py")
    }
    registering = {name: text for name, text in sources.items() if "signal.signal(" in text}
    assert registering.keys() == {"stopping.py"}
    handlers = [
        ast.unparse(node.args[1])
        for node in ast.walk(ast.parse(registering["stopping.py"]))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "signal.signal"
    ]
    assert handlers == ["lambda *_: told.set()", "handler"]


def test_kafka_python_never_logs_at_debug() -> None:
    """At DEBUG it logs keys and values: its loggers stay at WARNING when ours is at debug."""
    configure("debug")
    structlog.reset_defaults()
    for name in ("kafka", "kafka.producer.kafka", "kafka.consumer.fetcher", "kafka.net.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
