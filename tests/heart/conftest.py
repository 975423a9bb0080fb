"""A fresh case to play with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools import Play

if TYPE_CHECKING:
    from router.policy.policy import Policy


@pytest.fixture
def play(policy: Policy) -> Play:
    """A case that has not been submitted yet."""
    return Play(policy)
