"""Where a matter goes: the lead and cooperating units, by what it is about and what the text says."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from router.policy import conditions
from router.policy.base import Rule, Slug, Statement, Text

if TYPE_CHECKING:
    from router.policy.conditions import Condition, Facts


def _readable(text: str) -> str:
    conditions.read(text)
    return text


When = Annotated[Statement, AfterValidator(_readable)]
"""A condition as it is written; see `conditions`."""


class Cooperating(Rule):
    """A unit beside the lead, with the reason that the clerk and the unit read."""

    unit: Slug
    why: Text
    when: When | None = None
    """Where given, it is needed only if this holds."""

    @cached_property
    def condition(self) -> Condition | None:
        """What `when` states."""
        return conditions.read(self.when) if self.when else None

    def needed(self, facts: Facts) -> bool:
        """Whether it is needed for a matter."""
        return self.condition is None or self.condition.holds(facts)


class Route(Rule):
    """One row of the routing table. Of the rows that fit, the one with most conditions holds, then the first."""

    domain: Slug
    section: Slug | None = None
    cause: Slug | None = None
    when: When | None = None
    """Where given, this must hold as well."""
    lead: Slug
    why: Text
    cooperating: tuple[Cooperating, ...] = ()
    with_enterprise: bool = False
    """Where an enterprise of the register is named, the unit that took over the department above it cooperates."""

    @cached_property
    def condition(self) -> Condition | None:
        """What `when` states."""
        return conditions.read(self.when) if self.when else None

    def fits(self, facts: Facts) -> bool:
        """Whether the row is for such a matter."""
        return (
            self.domain == facts.domain
            and self.section in (None, facts.section)
            and self.cause in (None, facts.cause)
            and (self.condition is None or self.condition.holds(facts))
        )

    def units(self) -> tuple[str, ...]:
        """Return the lead and every unit that may cooperate."""
        return (self.lead, *(other.unit for other in self.cooperating))

    @cached_property
    def conditions(self) -> int:
        """How many conditions beyond the domain it sets: the more, the more specific."""
        own = conditions.weight(self.condition) if self.condition else 0
        return own + (self.section is not None) + (self.cause is not None)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word that its conditions and its cooperating units' ask for."""
        stated = (self.condition, *(other.condition for other in self.cooperating))
        told = (part for condition in stated if condition for part in conditions.parts(condition))
        return tuple(word for part in told if isinstance(part, conditions.Mentions) for word in part.words)
