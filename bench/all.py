"""Every measure of the project's goals, each several times: a table, a JSON and a picture.

With `--only`, rows of other measures that stand in the JSON already are kept.

    python bench/all.py [--quick] [--only latency,usual] [--json FILE] [--picture FILE.svg] [--memory-cases 1000000]

`scripts/bench` sets up what it needs (the extra `bench`) and runs this. Nothing else should work on the machine
meanwhile. With `--quick` everything runs with little, to see that it runs: its figures say nothing.
docs/benchmarks.md says what each measure does.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import event_sourced
import growth
import latency
import memory
import picture
import usual
from ground import machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from figures import Row


def measures(*, quick: bool, memory_cases: int) -> dict[str, Callable[[], list[Row]]]:
    """Return every measure by its name, with how much it takes."""
    if quick:
        return {
            "latency": lambda: latency.measure(seconds=4, runs=2),
            "usual": lambda: usual.measure(cases=6_000, peer_cases=200, runs=2),
            "event_sourced": lambda: event_sourced.measure(appends=3_000, peer_appends=150, runs=2),
            "growth": lambda: growth.measure(events=200_000, batch=200, runs=2, pairs=2),
            "memory": lambda: memory.measure(cases=50_000),
        }
    return {
        "latency": latency.measure,
        "usual": usual.measure,
        "event_sourced": event_sourced.measure,
        "growth": growth.measure,
        "memory": lambda: memory.measure(cases=memory_cases),
    }


def main() -> None:
    """Measure what is asked for, print and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="little of everything")
    parser.add_argument("--only", help="names of measures, with commas between them")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="an .svg or .png file")
    parser.add_argument("--memory-cases", type=int, default=1_000_000)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that servers and services end too
    known = measures(quick=asked.quick, memory_cases=asked.memory_cases)
    names = asked.only.split(",") if asked.only else list(known)
    if unknown := set(names) - known.keys():
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    found: dict[str, Any] = {"quick": asked.quick, "machine": machine(), "seconds": {}, "rows": []}
    if asked.json and asked.json.exists() and not asked.quick:  # measures taken before stay, each row with its time
        before = json.loads(asked.json.read_text(encoding="utf-8"))
        found |= {"seconds": before["seconds"], "rows": before["rows"]}
    for name in names:
        at, begun = machine()["measured_at"], time.perf_counter()
        rows = [{**row.plain(), "measured_at": at} for row in known[name]()]
        found["seconds"][name] = round(time.perf_counter() - begun)
        anew = {row["name"] for row in rows}
        found["rows"] = [row for row in found["rows"] if row["name"] not in anew] + rows
        for row in rows:
            print(line(row), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.picture:
        picture.draw(found, asked.picture)


def line(row: dict[str, Any]) -> str:
    """Return one row as a line of text."""
    sign = "≥" if row["better"] == "more" else "≤"
    verdict = "met" if row["met"] else "NOT met"
    spread = f"{row['median']:g} {row['unit']} ({row['min']:g}–{row['max']:g}, {len(row['runs'])} runs)"
    return f"{row['what']:<78} {spread:<44} goal {sign} {row['goal']:g}: {verdict}"


if __name__ == "__main__":
    main()
