"""Whether details travel sealed: the policy's word for an installation, and for channels and units that differ."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from router.policy.base import Rule, Slug, Text


class Mode(StrEnum):
    """What holds between the router and one channel or unit, both ways."""

    OFF = "off"
    """Sent plain; what comes in sealed is opened all the same."""
    PREFERRED = "preferred"
    """Sealed to whom a key is registered for, plain to others; what comes in may be either."""
    REQUIRED = "required"
    """Nothing is sent but sealed, and what comes in plain is set aside."""


class Sealing(Rule):
    """How details travel over the broker."""

    mode: Mode = Mode.PREFERRED
    by: dict[Slug, Mode] = Field(default_factory=dict)
    """Channels and units, by their ids, for which another mode holds."""
    source: Text | None = None

    def of(self, name: str) -> Mode:
        """Return what holds for a channel or unit."""
        return self.by.get(name, self.mode)
