"""`scripts/chaos`: rounds of chaos from seeds, a table at the end, and 1 as exit code if any promise was broken."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import statements
import storm
from checker import FAULTS
from world import world

_COLUMNS = {
    "seed": ("seed",), "sent": ("sent",), "standing": ("standing",), "repeats": ("repeats",), "rubbish": ("rubbish",),
    "in ledger": ("in_ledger",),
    "clock+inbox": ("besides",), "outputs": ("outputs",), "told": ("told",), "lost": ("lost", "not_delivered"),
    "doubled": ("doubled",), "disordered": ("disordered", "record_disordered", "version"),
    "chain": ("gap", "broken_chain"), "out lost": ("output_lost", "record_lost"),
    "out invented": ("output_invented", "record_invented", "output_differs"), "quarantine±": ("quarantine",),
    "replay±": ("replay",), "left": ("left_over", "position", "exit"), "s": ("seconds",),
}  # fmt: skip


def one_round(seed: int, messages: int, *, each: int, faults: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run one round in a home of its own; return its row, with the complaints in words."""
    home = Path(tempfile.mkdtemp(prefix="chaos-"))
    home.chmod(0o755)
    try:
        with world(home) as made:
            played = storm.Storm(made, seed, messages, each=each, faults=faults, said=partial(print, flush=True))
            verdict, seconds = played.run()
            row = {"seed": seed, "seconds": round(seconds), **verdict.counts}
            row["faults"] = dict(sorted(played.done.items()))
            row["skipped"] = [] if made.quota else ["disk full: only root may mount a small disk"]
            row["disk_full_seen"] = made.logged("DiskFull")
            row["complaints"] = verdict.complaints
            row["services_that_died"] = made.deaths
            if broken(row):
                kept = Path(tempfile.mkdtemp(prefix="chaos-logs-"))
                for log in home.glob("*.log"):
                    shutil.copy(log, kept)
                print(f"logs kept in {kept}")
            return row
    finally:
        shutil.rmtree(home, ignore_errors=True)


def broken(row: dict[str, Any]) -> int:
    """How many promises a round broke."""
    return sum(row.get(name, 0) for name in (*FAULTS, "exit"))


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as text: figures first, then the faults of each round, then what was wrong."""
    lines = ["  ".join(f"{name:>11}" for name in _COLUMNS)]
    lines += [
        "  ".join(f"{sum(row.get(part, 0) for part in parts):>11}" for parts in _COLUMNS.values()) for row in rows
    ]
    for row in rows:
        happened = ", ".join(f"{count} × {name}" for name, count in row["faults"].items())
        lines.append(
            f"seed {row['seed']}: {happened}; died of themselves: "
            f"{len(row['services_that_died'])}; a full disk met {row['disk_full_seen']} times;"
            f" sent again {row['resent']}"
        )
        lines += [f"  skipped: {one}" for one in row["skipped"]]
        lines += [f"  WRONG {one}" for one in row["complaints"]]
    return "\n".join(lines)


def _statements(file: Path | None) -> int:
    home = Path(tempfile.mkdtemp(prefix="chaos-"))
    home.chmod(0o755)
    try:
        with world(home) as made:
            rows = statements.all_deaths(statements.Surgery(made.house.settings, made.libpq, made.options()))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(statements.table(rows))
    if file:
        file.write_text(json.dumps([row._asdict() for row in rows], indent=2))
    return 1 if any(row.wrong for row in rows) else 0


def main() -> None:
    """Run the rounds that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--each", type=int, default=2, help="how often each fault happens in a round")
    parser.add_argument("--faults", default="", help=f"only these, with commas between: {', '.join(storm.FAULTS)}")
    parser.add_argument("--statements", action="store_true", help="die at each statement of a batch instead")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.statements:
        sys.exit(_statements(options.json))
    faults = tuple(options.faults.split(",")) if options.faults else ()
    if unknown := set(faults) - storm.FAULTS.keys():
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    rows = []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}, seed {options.seed + number}", flush=True)
        rows.append(one_round(options.seed + number, options.messages, each=options.each, faults=faults))
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False))
    sys.exit(1 if any(map(broken, rows)) else 0)


if __name__ == "__main__":
    main()
