"""The picture of all measures: a panel each, with its runs, its median and its goal.

python bench/picture.py FILE.json FILE.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MET, MISSED, RUN, GOAL, INK = "#2a6f97", "#b5483a", "#1b1b1b", "#4d7c0f", "#333333"
_SERIES = "series (cases, MiB)"
_LEGS = "milliseconds"
_COLUMNS = 3


def draw(found: dict[str, Any], file: Path) -> None:
    """Draw the rows of a run of `all.py` into an .svg or .png file."""
    mpl.rcParams.update({"font.family": "DejaVu Sans", "font.size": 8, "svg.hashsalt": "bancheng"})
    rows = {row["name"]: row for row in found["rows"]}
    panels = [*((row, _bars) for row in rows.values() if row["name"] not in ("memory", "memory_slope"))]
    if "memory" in rows:
        panels.append((rows["memory"], _memory))
    if "latency_p50" in rows:
        panels.append((rows["latency_p50"], _legs))
    deep = -(-len(panels) // _COLUMNS)
    figure = Figure(figsize=(11, 2.6 * deep + 0.7), layout="constrained")
    axes = list(figure.subplots(deep, _COLUMNS, squeeze=False).flat)
    for axis, (row, how) in zip(axes, panels, strict=False):
        how(axis, row)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    machine = found["machine"]
    figure.suptitle(
        f"bancheng, measured {machine['measured_at'][:10]} on {machine['cores']} cores ({machine['processor']}), "
        f"Python {machine['python']}{', quick run' if found['quick'] else ''}",
        fontsize=9,
        color=INK,
    )
    figure.savefig(file, dpi=150, metadata={"Date": None} if file.suffix == ".svg" else None)


def _bars(axis: Axes, row: dict[str, Any]) -> None:
    """One bar to the median, a dot a run, a line at the goal; with the figures of a peer beside, where there is one."""
    colour = MET if row["met"] else MISSED
    axis.barh([0], [row["median"]], color=colour, height=0.5, alpha=0.85)
    axis.scatter(row["runs"], [0] * len(row["runs"]), s=14, color=RUN, zorder=3, alpha=0.7)
    axis.axvline(row["goal"], color=GOAL, linestyle="--", linewidth=1.4)
    most = max(*row["runs"], row["goal"])
    axis.set_xlim(0, most * 1.15)
    axis.set_ylim(-0.55, 0.75)
    axis.set_yticks([])
    sign = "≥" if row["better"] == "more" else "≤"
    axis.text(row["goal"], 0.5, f" goal {sign} {row['goal']:g} ", color=GOAL, fontsize=8, va="bottom",
              ha="right" if row["goal"] > most / 2 else "left")  # fmt: skip
    axis.set_title(
        _wrapped(f"{row['what']}: {row['median']:g}\u00a0{row['unit']}"), fontsize=8.5, loc="left", color=INK
    )
    axis.set_xlabel(row["unit"])


def _memory(axis: Axes, row: dict[str, Any]) -> None:
    """The series over the cases taken, and the goal."""
    points = row["details"][_SERIES]
    axis.plot([at / 1000 for at, _ in points], [memory for _, memory in points], color=MET, linewidth=1.5)
    axis.axhline(row["goal"], color=GOAL, linestyle="--", linewidth=1.4)
    axis.set_ylim(0, max(row["goal"], *(memory for _, memory in points)) * 1.15)
    axis.set_xlabel("thousand cases")
    axis.set_ylabel("MiB")
    slope = row["details"]["slope, MiB for each 100 000 cases"]
    title = f"{row['what']}: {row['median']:g}\u00a0MiB, {slope:+g}\u00a0MiB for each 100 000"
    axis.set_title(_wrapped(title), fontsize=8.5, loc="left", color=INK)


def _legs(axis: Axes, row: dict[str, Any]) -> None:
    """Where a case's time goes: percentiles of each leg of its way."""
    legs = row["details"][_LEGS]
    shares = list(next(iter(legs.values())))
    width = 0.8 / len(shares)
    for number, share in enumerate(shares):
        places = [at + number * width for at in range(len(legs))]
        axis.bar(places, [leg[share]["median"] for leg in legs.values()], width=width, label=share,
                 color=MET, alpha=1 - 0.22 * number)  # fmt: skip
    axis.set_xticks([at + 0.3 for at in range(len(legs))], [name.replace(" ", "\n", 1) for name in legs])
    axis.set_ylabel("ms")
    axis.legend(frameon=False, fontsize=7)
    axis.set_title("publish → assignment, leg by leg", fontsize=8.5, loc="left", color=INK)


def _wrapped(text: str, most: int = 52) -> str:
    """Return a title in lines of about `most` characters."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
