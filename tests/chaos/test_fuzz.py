"""Fuzzed messages through the real door: no crash, no hang, all accounted for. `scripts/fuzz` does it for longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fuzzer import fuzz, fuzzed_house, report
from fuzzing import SENSIBLE, VALID

from router.messages.inbound import kinds

if TYPE_CHECKING:
    from pathlib import Path


def test_every_field_is_fuzzed() -> None:
    """For each field of each inbound kind there are values that make sense, and examples to be mutated."""
    fields = {name for kind in kinds().values() for name in kind.data.model_fields} - {"details"}
    assert fields == SENSIBLE.keys()
    assert len(VALID) == len(kinds())


@pytest.mark.slow
def test_fuzz_for_two_minutes(tmp_path: Path) -> None:
    """Whatever comes is decided, refused, known or set aside, each message once, and the good ones go through."""
    _fuzzed(tmp_path, 120)


@pytest.mark.soak
def test_fuzz_at_length(tmp_path: Path) -> None:
    """The same for twenty minutes, from other seeds."""
    _fuzzed(tmp_path, 1200, 1_000_000)


def _fuzzed(home: Path, seconds: float, first_seed: int = 0) -> None:
    with fuzzed_house(home) as house:
        fuzzer = fuzz(house, seconds=seconds, first_seed=first_seed)
    assert not fuzzer.findings, report(fuzzer)
    assert all(fuzzer.outcomes[name] for name in ("decided", "refused", "repeated", "quarantined"))
