"""Every fault once, on a real broker and database, all promises kept. `scripts/chaos` does more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("tempest.py")
_LONGEST = 1800


def chaos(folder: Path, *options: object) -> None:
    """Run the harness in a process of its own: what it forks, kills and abandons is nobody else's."""
    done = subprocess.run(
        [sys.executable, HARNESS, *map(str, options)], env={**os.environ, "TMPDIR": str(folder)}, timeout=_LONGEST,
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]


def test_a_short_storm(tmp_path: Path) -> None:
    """A router and a relay are killed and the connections cut under traffic; nothing is lost, doubled or disordered."""
    chaos(tmp_path, "--seed", 3, "--messages", 300, "--each", 1, "--faults", "kill route,kill relay,connections cut")


@pytest.mark.slow
def test_every_fault_once(tmp_path: Path) -> None:
    """Services, broker and database die, stop and come back under traffic; an independent checker finds nothing."""
    chaos(tmp_path, "--seed", 7, "--messages", 1500, "--each", 1)


@pytest.mark.slow
def test_death_after_each_statement(tmp_path: Path) -> None:
    """A process dies after each statement and each send of a batch, one after the other; the next one mends it."""
    chaos(tmp_path, "--statements")


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_chaos_at_length(tmp_path: Path, seed: int) -> None:
    """Twenty thousand messages, each fault twice."""
    chaos(tmp_path, "--seed", seed, "--messages", 20_000)
