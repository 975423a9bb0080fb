"""Python's collector of cyclic garbage, told when it is worth its time."""

from __future__ import annotations

import gc

_YOUNG = 25_000
"""New objects between two collections. A batch makes several hundred thousand and lets all of them go by itself:
with Python's default of 700 the collector took a fifth of the router's time and found nothing
(`bench/end_to_end.py --cases 40000`: 2 900 cases/s by default, 3 300 so, on two cores)."""


def collect_rarely() -> None:
    """Keep what was loaded at start out of every collection, and collect the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)
