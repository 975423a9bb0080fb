"""Stories are known by their titles."""

from __future__ import annotations

from script import Story


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test by its story's title, as it is written."""
    return val.story if isinstance(val, Story) else None
