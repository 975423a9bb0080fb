"""A real broker and a real database for the tests of this folder, in a home with an awkward name."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bancheng.embedded.progress import SilentProgress

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from bancheng.embedded.progress import Step


@dataclass
class Told:
    """A progress that remembers what it was told."""

    steps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Generator[Step]:
        """Remember the step."""
        self.steps.append(name)
        with SilentProgress().step(name, total) as step:
            yield step

    def note(self, name: str, **_facts: object) -> None:
        """Remember the note."""
        self.notes.append(name)


@pytest.fixture
def told() -> Told:
    """A progress to ask afterwards."""
    return Told()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose path has a space and is not ASCII."""
    return tmp_path_factory.mktemp("embedded") / "办成 home"
