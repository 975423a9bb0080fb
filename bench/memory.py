"""What memory a router takes as it decides ever more cases.

    python bench/memory.py [--cases 1000000]

Cases are fed in step with the router, never far ahead; its resident memory (RSS, Linux) is read again and again. Every
case is another one of another person, so nothing that the router remembers is met twice. The first tenth is warming up:
policies compiled, connections and buffers made. Behind it the series is fitted by a straight line (least squares): its
slope says whether it is flat. No relay runs: nothing is published, and the router doesn't know.
"""

from __future__ import annotations

import argparse
import json
from statistics import linear_regression
from typing import TYPE_CHECKING

from figures import Row, rounded
from ground import at_work, services, taken, wait_until
from matters import TOPIC, Feeder

if TYPE_CHECKING:
    from collections.abc import Sequence

GOAL_MIB = 250.0
GOAL_SLOPE = 0.5
"""MiB for each 100 000 cases that still count as flat: five in a million cases."""
_WARM = 0.1
_LAST = 0.9
_SHOWN = 60
_RUNS = 5


def series(cases: int) -> list[tuple[int, float]]:
    """Feed so many cases to a router; return its memory (MiB) by how many it had taken."""
    found: list[tuple[int, float]] = []
    step = max(1_000, cases // 100)
    with at_work() as at:
        feeder = Feeder(at.house)
        with services(at.house, "route") as working:
            router = working["route"]
            while feeder.sent < cases:
                feeder.feed(min(step, cases - feeder.sent))
                wait_until(lambda: taken(at.house, TOPIC) >= feeder.sent - step)
                found.append((taken(at.house, TOPIC), router.memory_info().rss / 2**20))
            wait_until(lambda: taken(at.house, TOPIC) == cases)
            found.append((cases, router.memory_info().rss / 2**20))
        feeder.close()
    return found


def slope(points: Sequence[tuple[int, float]]) -> float:
    """Return the slope of a series in MiB for each 100 000 cases."""
    return 100_000 * linear_regression([at for at, _ in points], [memory for _, memory in points]).slope


def measure(*, cases: int = 1_000_000) -> list[Row]:
    """Feed, watch, and return the rows for size and slope."""
    points = series(cases)
    steady = [point for point in points if point[0] >= _WARM * cases]
    last = tuple(memory for at, memory in points if at >= _LAST * cases)
    every = max(1, len(points) // _SHOWN)
    details = {
        "cases": cases,
        "most, MiB": rounded(max(memory for _, memory in points)),
        "slope, MiB for each 100 000 cases": rounded(slope(steady)),
        "series (cases, MiB)": [(at, rounded(memory)) for at, memory in [*points[::every], points[-1]]],
        "runs": "one long run: its readings over the last tenth",
    }
    what = f"memory of a router after {cases:,} cases".replace(",", " ")
    slopes = tuple(slope(steady[first::_RUNS]) for first in range(_RUNS))
    told = {"runs": f"one long run: each {_RUNS}th reading behind the warming up, {_RUNS} times"}
    return [
        Row("memory", what, "MiB", GOAL_MIB, "less", last, details),
        Row("memory_slope", f"{what}: growth for each 100 000", "MiB", GOAL_SLOPE, "less", slopes, told),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    print(json.dumps([row.plain() for row in measure(**vars(parser.parse_args()))], indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
