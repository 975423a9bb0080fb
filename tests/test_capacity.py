"""The tables in docs/scale.md are what the script makes of the measured figures, and the reckoning is right."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

TOP = Path(__file__).parents[1]
AGAIN = "run: python bench/capacity.py docs/measured/scale.json --write docs/scale.md"


@pytest.fixture
def capacity(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module."""
    monkeypatch.syspath_prepend(str(TOP / "bench"))
    import capacity as found  # noqa: PLC0415 (it stands beside the other scripts, not in a package)

    sys.modules.pop("capacity")
    return found


@pytest.fixture
def measured() -> dict[str, Any]:
    """The figures that the document stands on."""
    return dict(json.loads((TOP / "docs" / "measured" / "scale.json").read_text(encoding="utf-8")))


def test_the_document_says_what_was_measured(capacity: ModuleType, measured: dict[str, Any]) -> None:
    """Every table of the document equals what the script makes of the JSON, and none is left out."""
    document = (TOP / "docs" / "scale.md").read_text(encoding="utf-8")
    assert set(capacity.named(document)) == set(capacity.TABLES)
    assert capacity.written(document, measured, capacity.Assumed()) == document, AGAIN


def test_the_busiest_minute(capacity: ModuleType) -> None:
    """A year's cases, spread over working days, weighed by day, hour and minute."""
    plain = replace(capacity.Assumed(), working_days=100, busy_day=1.0, busy_hour=0.1, busy_minute=1.0)
    assert capacity.busiest(3_600_000, plain) == pytest.approx(1.0)
    assert capacity.busiest(3_600_000, replace(plain, busy_day=2.0, busy_minute=3.0)) == pytest.approx(6.0)


def test_processes_are_rounded_up_and_never_one(capacity: ModuleType) -> None:
    """Half a core's work at half load is a process; there are two even of what one could do."""
    half = capacity.Assumed()
    assert [capacity.needed(used, half) for used in (0.0, 0.5, 1.0, 1.01, 8.0)] == [2, 2, 2, 3, 16]


def test_a_case_costs_twice_what_half_does(capacity: ModuleType, measured: dict[str, Any]) -> None:
    """The ceilings follow the unit costs: a router twice as dear halves what the shard locks allow."""
    limits = dict(row[:2] for row in capacity.ceilings(measured, capacity.Assumed())[1:])
    measured["life"]["cpu_us"]["router"] *= 2
    dearer = dict(row[:2] for row in capacity.ceilings(measured, capacity.Assumed())[1:])
    name = next(name for name in limits if name.startswith("shard locks"))
    before, after = (float(found[name].replace(" ", "")) for found in (limits, dearer))
    assert after == pytest.approx(before / 2, rel=0.02)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0123, "0.0123"), (7.0, "7"), (999.0, "999"), (1234.0, "1 230"), (1_234_567.0, "1 230 000")]
)
def test_figures_are_three(capacity: ModuleType, value: float, text: str) -> None:
    """Three figures are told; more would only be noise."""
    assert capacity.number(value) == text
