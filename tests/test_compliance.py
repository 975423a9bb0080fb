"""`docs/compliance.md` names nothing that isn't there: tests, stories, modules, settings, policy keys and clauses."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from test_instructions import PAGES, calls

from bancheng import policies
from bancheng.settings import Settings

TOP = Path(__file__).parents[1]
PAGE = TOP / "docs" / "compliance.md"
TEXT = PAGE.read_text(encoding="utf-8")
SPANS = set(re.findall(r"`([^`\n]+)`", TEXT))
TESTS = sorted(span for span in SPANS if span.startswith("tests/"))
COLUMNS = 5
DUTY = "（单位职责）"
"""In place of a test, where nothing of the product could do what a clause asks."""
CLAUSES = (
    "28", "47", "51 一", "51 二", "51 三", "51 四", "51 五", "54", "55", "56",
    "23（原 21）一", "23（原 21）二", "23（原 21）三", "23（原 21）四", "42（原 40）",
    "8.1.4.1", "8.1.4.2", "8.1.4.3 a", "8.1.4.3 b", "8.1.4.3 c", "8.1.4.3 d", "8.1.4.7", "8.1.4.8", "8.1.4.9",
    "8.1.4.10", "8.1.4.11",
)  # fmt: skip


@cache
def functions(file: Path) -> dict[str, bool]:
    """The names of a file's functions, and whether each is marked as slow."""
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {
        node.name: any("mark.slow" in ast.unparse(one) for one in node.decorator_list)
        for node in found
        if isinstance(node, ast.FunctionDef)
    }


@cache
def shipped() -> Any:
    """The shipped policy with all its defaults, as plain data."""
    return policies.read(None).model_dump()


def rows() -> list[list[str]]:
    """The cells of every row of the tables, without their heads."""
    lines = [line for line in TEXT.splitlines() if line.startswith("|") and not line.startswith("|---")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in {"条", "条款", "文件"}]


def keys() -> set[str]:
    """Every policy key on the page: what stands in code after the word for a rule."""
    runs = re.findall(r"规则 ((?:`[^`]+`、?)+)", TEXT)
    return {key for run in runs for key in re.findall(r"`([^`]+)`", run)}


@pytest.mark.parametrize("test", TESTS)
def test_every_test_that_is_named_exists(test: str) -> None:
    """A file, or a file and a function in it that pytest collects; a slow one is said to be so."""
    path, _, name = test.partition("::")
    assert (TOP / path).is_file()
    if name:
        assert name.startswith("test_")
        assert name in functions(TOP / path)
        assert functions(TOP / path)[name] == (f"`{test}`（慢）" in TEXT)


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_policy_key_that_is_named_exists(key: str) -> None:
    """Each leads to something in the shipped policy, from section to section."""
    found = shipped()
    for part in key.split("."):
        assert part in found, f"{part!r} in {key}"
        found = found[part]


def test_every_module_and_setting_that_is_named_exists() -> None:
    """Dotted names of our packages can be imported; variables are settings."""
    modules = {span for span in SPANS if re.fullmatch(r"(router|bancheng|consumers|producers)(\.[a-z_]+)+", span)}
    assert modules
    assert not {name for name in modules if find_spec(name) is None}
    settings = {span for span in SPANS if span.startswith("BANCHENG_")}
    assert settings <= {f"BANCHENG_{name.upper()}" for name in Settings.model_fields}


def test_each_clause_has_its_row_with_a_test() -> None:
    """No clause is left out, and each is shown by a test, or said to be nothing but the operator's duty."""
    found = rows()
    assert {len(row) for row in found} == {COLUMNS}
    told = {row[0] for row in found}
    assert not {clause for clause in CLAUSES if not any(re.match(rf"{re.escape(clause)}(?!\d)", one) for one in told)}
    assert not [row[0] for row in found if "::test_" not in row[3] and DUTY not in row[3]]
    assert all(row[1] and row[2] and row[4] for row in found)


def test_the_page_is_among_those_whose_commands_are_tried() -> None:
    """`test_instructions` tries its commands and links, of which there are many."""
    assert PAGE in PAGES
    assert len(calls(PAGE)) > 20
    assert len(keys()) > 20
    assert len(TESTS) > 60
