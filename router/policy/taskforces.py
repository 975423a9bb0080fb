"""Task forces (专班): who approves them, and the duty lists they start with."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from router.policy.base import Named, Rule, Slug, Text
from router.taskforces.graph import cycle


class Delegation(Rule):
    """Who opens a task force for which causes: the leader, the window's head, or the rule itself."""

    id: Slug
    causes: tuple[Slug, ...] = ()
    """Empty: every cause that no earlier delegation names."""
    by: Literal["leader", "window", "rule"]
    source: Text


class PartRule(Rule):
    """An item of the duty list (任务清单条目): problem, task, measure, unit, limit, standard of completion."""

    id: Slug
    unit: Slug
    problem: Text
    task: Text
    measure: Text
    standard: Text
    """What must be there for it to be closed (销号)."""
    working_days: int = Field(ge=1, le=120)
    required: bool = True
    after: tuple[Slug, ...] = ()
    """Parts that must be settled first, whichever way they ended."""
    needs: tuple[Slug, ...] = ()
    """Parts that must have been done first; if one of them fails, this part falls away."""
    only_if_failed: tuple[Slug, ...] = ()
    """An alternative: issued only if all of these failed, else it falls away."""


class TaskForceRule(Named):
    """A task force's shape for a cause in a domain: leader, office, lead unit and first duty list."""

    domain: Slug | None = None
    cause: Slug
    leader: Slug
    office: Slug
    lead: Slug
    parts: tuple[PartRule, ...] = Field(min_length=1)
    assumption: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        known = [part.id for part in self.parts]
        if len(set(known)) < len(known):
            twice = next(part for part in known if known.count(part) > 1)
            raise ValueError(f"part {twice!r} is listed twice: give each part an id of its own")
        for part in self.parts:
            for other in (*part.after, *part.needs, *part.only_if_failed):
                if other not in known:
                    raise ValueError(f"part {part.id!r} waits for {other!r}, which is not in the list")
        found = cycle({part.id: (*part.after, *part.needs, *part.only_if_failed) for part in self.parts})
        if found:
            raise ValueError("parts wait for each other in a circle: " + " → ".join(found))
        return self


class ProposeAfter(Rule):
    """How often a matter may go wrong before the router proposes a task force for it."""

    returns: int = Field(default=2, ge=1, le=9)
    missed: int = Field(default=2, ge=1, le=9)
    """Limits of the case or of a unit's work that passed."""
    redos: int = Field(default=2, ge=1, le=9)
    """Redos that a justified bad rating ordered."""
    source: Text = "假定：两次为限"


class TaskForces(Rule):
    """All rules on task forces."""

    delegations: tuple[Delegation, ...] = Field(min_length=1)
    templates: tuple[TaskForceRule, ...] = ()
    leader: Slug
    """Leads a task force whose cause has no template of its own."""
    office: Slug
    propose_after: ProposeAfter = ProposeAfter()
    part_working_days: int = Field(default=10, ge=1, le=120)
    """The limit of a part where no template says otherwise."""
