"""Stories whose expectation the heart does not meet yet: title → where, what it does, what is expected.

Each is an expected failure, strictly: once the heart is mended the test says so, and the entry goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PENDING: Mapping[str, str] = {}
