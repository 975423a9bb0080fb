"""Figures of a service in Prometheus's text format, in a file that node_exporter's textfile collector reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

_FIGURES = """\
# HELP bancheng_clock_heartbeat_timestamp_seconds When the clock last looked at what is due.
# TYPE bancheng_clock_heartbeat_timestamp_seconds gauge
bancheng_clock_heartbeat_timestamp_seconds {beat}
# HELP bancheng_clock_cases_total Cases on which the clock let something happen since it began.
# TYPE bancheng_clock_cases_total counter
bancheng_clock_cases_total {taken}
"""


def clock_figures(home: Path) -> Callable[[datetime, int], None]:
    """Return what keeps `run/clock.prom` of a home: the last beat, and cases taken. It is replaced whole each time."""
    file = home / "run" / "clock.prom"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def beaten(now: datetime, taken: int) -> None:
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(_FIGURES.format(beat=f"{now.timestamp():.3f}", taken=taken), encoding="utf-8")
        fresh.replace(file)

    return beaten
