"""Where a matter goes: the lead and cooperating units for a domain and a cause."""

from __future__ import annotations

from pydantic import Field

from router.policy.base import Rule, Slug, Text, Words


class Cooperating(Rule):
    """A unit beside the lead, with the reason that the clerk and the unit read."""

    unit: Slug
    why: Text
    when_words: Words = Field(default_factory=dict)
    """Where given, it is needed only if one of these words occurs."""


class Route(Rule):
    """One row of the routing table. Of the rows that fit, the one with most conditions holds, then the first."""

    domain: Slug
    section: Slug | None = None
    cause: Slug | None = None
    words: Words = Field(default_factory=dict)
    """Where given, at least one of these words must occur."""
    lead: Slug
    why: Text
    cooperating: tuple[Cooperating, ...] = ()

    def units(self) -> tuple[str, ...]:
        """Return the lead and every unit that may cooperate."""
        return (self.lead, *(other.unit for other in self.cooperating))

    def conditions(self) -> int:
        """Return how many conditions beyond the domain it sets: the more, the more specific."""
        return sum(1 for condition in (self.section, self.cause, self.words) if condition)
