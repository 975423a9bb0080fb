"""The clock service, some days ahead and hurrying: what would take weeks comes due within a run."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

from bancheng import logs
from bancheng.compose import House
from bancheng.settings import Settings
from bancheng.stopping import until_told
from consumers.rounds import keep_going

DAYS_A_SECOND = 1 / 30


def main() -> None:
    """Run until told to stop, with the time that the harness's beginning and its own speed give."""
    logs.configure("warning")
    began = float(os.environ["CHAOS_BEGAN"])
    house = House(Settings())
    clock = house.clock()

    def step() -> bool:
        ahead = timedelta(days=(time.time() - began) * DAYS_A_SECOND)
        return clock.step(datetime.now(UTC) + ahead)

    with until_told() as told:
        owner = f"hurried-{os.getpid()}"
        keep_going(step, told.is_set, house.engine, clock.condition, service="clock", owner=owner)


if __name__ == "__main__":
    main()
