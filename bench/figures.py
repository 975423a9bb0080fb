"""Figures with their spread, and whether they reach their goal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured several times, against its goal."""

    name: str
    """A short name for the JSON."""
    what: str
    unit: str
    goal: float
    better: Literal["more", "less"]
    runs: tuple[float, ...]
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle run."""
        return median(self.runs)

    @property
    def met(self) -> bool:
        """Whether the middle run reaches the goal."""
        return self.median >= self.goal if self.better == "more" else self.median <= self.goal

    def plain(self) -> dict[str, Any]:
        """Return the row for the JSON."""
        return {
            "name": self.name, "what": self.what, "unit": self.unit, "goal": self.goal, "better": self.better,
            "median": rounded(self.median), "min": rounded(min(self.runs)), "max": rounded(max(self.runs)),
            "runs": [rounded(one) for one in self.runs], "met": self.met, "details": self.details,
        }  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    """Return median, least and most, for a row's details."""
    return {"median": rounded(median(values)), "min": rounded(min(values)), "max": rounded(max(values))}


def told(found: dict[str, Any], file: Path | None) -> None:
    """Print figures as JSON, and write them to a file where one is asked for."""
    text = json.dumps(found, indent=2, ensure_ascii=False)
    print(text)
    if file:
        file.write_text(text + "\n", encoding="utf-8")


def rounded(value: float) -> float:
    """Return four figures: more would only be noise."""
    return float(f"{value:.4g}")


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` (0 … 1) of the values don't exceed; `values` are sorted."""
    return values[min(len(values) - 1, int(share * len(values)))]
