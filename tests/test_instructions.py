"""What the READMEs and docs tell people to run or open exists: commands with their options, scripts, pages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from bancheng.cli import app

TOP = Path(__file__).parents[1]
PAGES = sorted(
    page
    for folder in (TOP, TOP / "docs", TOP / "deploy", TOP / "deploy" / "kubernetes")
    for page in folder.glob("*.md")
)  # fmt: skip
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
CALL = re.compile(r"(?:^|-- )bancheng ([^#\n]+)", re.MULTILINE)


def calls(page: Path) -> set[str]:
    """Every call of our command on a page, without the command's own name."""
    spans = (block or span for block, span in CODE.findall(page.read_text(encoding="utf-8")))
    return {call.strip() for span in spans for call in CALL.findall(span)}


@cache
def program() -> Any:
    """Our command with all that belongs to it."""
    return typer.main.get_command(app)


def wrong(call: str) -> str | None:
    """The first word of a call that is neither a command nor an option of one."""
    found = program()
    for word in call.split():
        inner = getattr(found, "commands", {})
        options = {name for option in found.params for name in option.opts}
        names = word.split("|")
        if word.startswith("-"):
            if word.strip("[]").split("=")[0] not in options:
                return word
        elif set(names) <= inner.keys():
            found = inner[names[0]]
        elif inner:
            return word
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_command_on_a_page_exists(page: Path) -> None:
    """Each call names a command, and only options which that command has."""
    assert not {call: word for call in calls(page) if (word := wrong(call))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_and_script_on_a_page_exists(page: Path) -> None:
    """Each relative link leads to a file, and each script that is named is one of ours."""
    text = page.read_text(encoding="utf-8")
    links = {link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link}
    assert not {link for link in links if not (page.parent / link).exists()}
    scripts = set(re.findall(r"\bscripts/[a-z_]+", text))
    assert not {script for script in scripts if not (TOP / script).exists()}


def test_pages_are_read() -> None:
    """The test looks at what it means to: both READMEs, the docs, and a good number of calls."""
    assert {"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "operating.md"} <= {page.name for page in PAGES}
    assert len(set().union(*map(calls, PAGES))) > 40
