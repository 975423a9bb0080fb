"""Every fault once, on a real broker and database, all promises kept. `scripts/chaos` does more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from statements import Surgery, all_deaths
from statements import table as deaths
from tempest import broken, one_round, table
from world import world

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_every_fault_once(tmp_path: Path) -> None:
    """Services, broker and database die, stop and come back under traffic; an independent checker finds nothing."""
    row = one_round(7, 1500, each=1, aloud=False, folder=tmp_path)
    assert not broken(row), table([row])


@pytest.mark.slow
def test_death_after_each_statement(tmp_path: Path) -> None:
    """A process dies after each statement and each send of a batch, one after the other; the next one mends it."""
    with world(tmp_path) as made:
        rows = all_deaths(Surgery(made.house.settings, made.libpq, made.options()))
    assert {row.work for row in rows} == {"due", "take", "inbox", "relay"}
    assert not any(row.wrong for row in rows), deaths(rows)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_chaos_at_length(tmp_path: Path, seed: int) -> None:
    """Twenty thousand messages, each fault twice."""
    row = one_round(seed, 20_000, each=2, aloud=False, folder=tmp_path)
    assert not broken(row), table([row])
