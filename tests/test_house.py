"""The folders are the architecture: who may import whom, and how large a module may be."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("router", "consumers", "producers", "bancheng")
MAY_IMPORT = {
    "router": {"router"},
    "consumers": {"consumers", "router"},
    "producers": {"producers", "router"},
    "bancheng": set(ROOMS),
}
HEART = ("cases", "taskforces", "clocks", "classify", "policy", "report", "matching", "topics", "personal")
NO_IO = {
    "asyncio", "http", "io", "kafka", "logging", "multiprocessing", "os", "pathlib", "psycopg", "random",
    "requests", "select", "shutil", "signal", "socket", "sqlalchemy", "sqlite3", "structlog", "subprocess",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
LONGEST = 300


def modules(room: str) -> list[Path]:
    """Every module of a room."""
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path, *, types: bool = True) -> set[str]:
    """The dotted names that a module imports; without `types` those that it needs when it runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not types:
        tree.body = [n for n in tree.body if not (isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")]
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_inwards(room: str) -> None:
    """No room imports one that it may not."""
    for path in modules(room):
        reached = {name.split(".")[0] for name in imported(path)} & set(ROOMS)
        assert reached <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {reached - MAY_IMPORT[room]}"


@pytest.mark.parametrize("room", HEART)
def test_the_heart_does_no_io(room: str) -> None:
    """The heart imports neither I/O nor the rooms around it."""
    for path in modules(f"router/{room}"):
        names = imported(path)
        assert not {name.split(".")[0] for name in names} & NO_IO, path
        around = {name.split(".")[1] for name in names if name.startswith("router.")} - {*HEART, "saying"}
        assert not around, f"{path.relative_to(ROOT)} imports router.{around}"


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_called_pure_is_pure(room: str) -> None:
    """A module that says that it is pure imports no I/O."""
    for path in modules(room):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if re.search(r"\bPure\b", told):
            assert not {name.split(".")[0] for name in imported(path, types=False)} & NO_IO, path


def test_the_ledger_knows_no_kafka() -> None:
    """Ledger, vault and door take plain values: Kafka's client stands only in wire, consumers, producers, bancheng."""
    for room in ("ledger", "vault", "door", "messages"):
        for path in modules(f"router/{room}"):
            assert not {name for name in imported(path) if name.split(".")[0] == "kafka"}, path


@pytest.mark.parametrize("room", ROOMS)
def test_modules_hold_one_idea(room: str) -> None:
    """No module is longer than 300 lines, and each says in a docstring what it is for."""
    for path in modules(room):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST, path
        assert ast.get_docstring(ast.parse(text)), path


def test_every_test_says_what_it_holds() -> None:
    """Each test has a docstring, and each file of tests a name that no other has."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    twice = [name for name, count in Counter(path.name for path in files).items() if count > 1]
    assert set(twice) <= {"conftest.py"}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert ast.get_docstring(node), f"{path.relative_to(ROOT)}: {node.name}"


def test_nothing_happens_at_import() -> None:
    """Top levels hold definitions and constants: no bare call, loop or with."""
    for room in ROOMS:
        for path in modules(room):
            if "migrations" in path.parts or path.name == "__main__.py":
                continue
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                bare = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
                registering = bare and path.parts[-2] == "cli"
                assert registering or not (bare or isinstance(node, (ast.For, ast.While, ast.With))), (
                    f"{path.relative_to(ROOT)}:{node.lineno}"
                )
