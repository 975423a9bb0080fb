"""Where a router's processor time goes, stage by stage: batches through the door, sampled.

    python bench/stages.py [--cases 20000] [--batch 2000] [--json docs/measured/stages.json]

A timer of the process's own processor time (ITIMER_PROF) interrupts once a millisecond; each sample counts for the
innermost of the stages below in whose call the interpreter stands. What the process waits for costs it no time of its
own and stands apart. The database is real, no broker's client and no relay take part, and nothing else runs.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import rounded
from ground import at_work, machine
from matters import TOPIC, matters, received

from bancheng.collecting import collect_rarely
from router.ledger.claims import Advance, positions
from router.ledger.database import cursor, transaction

if TYPE_CHECKING:
    from types import FrameType

    from bancheng.compose import House

_EVERY = 0.001
_WARM = 2
"""Batches before the first that counts."""
STAGES = {
    "door/reading.py:read": "reading: envelope, models, keyed hashes of id, content and person",
    "door/reading.py:known_by": "look-ups by which a matter is known again: signatures, keyed hashes",
    "door/reading.py:judged": "classification",
    "cases/decide.py:decide": "deciding: rules, routing, limits, evolving the case",
    "cases/steps.py:next_due": "the next moment at which time asks something",
    "messages/telling.py:tell": "who is told what",
    "messages/telling.py:disposition": "who is told what",
    "ledger/sheet.py:output": "output messages as bytes",
    "door/deciding.py:_record": "record: its bytes and its link in the chain",
    "door/deciding.py:_keep": "vault: sealing texts, a key a case",
    "ledger/sheet.py:write": "writing: COPY of all rows",
    "ledger/claims.py:hold": "asking the database: positions, shards, ids, look-ups, cases",
    "door/repeats.py:sort_out": "asking the database: positions, shards, ids, look-ups, cases",
    "door/repeats.py:hand_on": "asking the database: positions, shards, ids, look-ups, cases",
    "door/door.py:_known": "asking the database: positions, shards, ids, look-ups, cases",
    "ledger/claims.py:load_leading": "asking the database: positions, shards, ids, look-ups, cases",
    "door/door.py:take": "the rest of the loop, and the commit",
}
"""Each stage by the end of its file's path and its function."""
_ELSE = "outside the door"


def stage(frame: FrameType | None) -> str:
    """Return the innermost stage in whose call a frame stands."""
    while frame is not None:
        code = frame.f_code
        folder, _, file = code.co_filename.rpartition("/")
        found = STAGES.get(f"{folder.rpartition('/')[2]}/{file}:{code.co_name}")
        if found:
            return found
        frame = frame.f_back
    return _ELSE


def sampled(house: House, cases: int, batch: int) -> dict[str, Any]:
    """Take `cases` by batches; return microseconds of processor time a case by stage, and what was waited for."""
    messages = received(matters(cases + _WARM * batch))
    door = house.door()
    with transaction(house.working) as connection:
        positions(cursor(connection), {(TOPIC, 0)}, {TOPIC: "bench"})
    seen: Counter[str] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        seen[stage(frame)] += 1

    collect_rarely()
    signal.signal(signal.SIGPROF, look)
    for first in range(0, len(messages), batch):
        if first == _WARM * batch:
            signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
            wall, spent = time.perf_counter(), time.process_time()
        part = messages[first : first + batch]
        door.take(part, [Advance(TOPIC, 0, first, first + len(part))])
    signal.setitimer(signal.ITIMER_PROF, 0)
    took, cpu = time.perf_counter() - wall, time.process_time() - spent
    total, each = sum(seen.values()), 1e6 / cases
    stages = {name: seen[name] / total * cpu * each for name in dict.fromkeys((*STAGES.values(), _ELSE)) if seen[name]}
    return {
        "samples": total,
        "processor, µs a case": rounded(cpu * each),
        "waiting for the database, µs a case": rounded((took - cpu) * each),
        "stages, µs a case": {name: rounded(value) for name, value in stages.items()},
    }


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=2_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with at_work() as at:
        found = {"machine": machine(), "cases": asked.cases, "batch": asked.batch}
        found |= sampled(at.house, asked.cases, asked.batch)
    text = json.dumps(found, indent=2, ensure_ascii=False)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
