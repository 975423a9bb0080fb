"""Matters that a policy gives with where they must go, so that a change of its words or routes can be tried."""

from __future__ import annotations

from pydantic import Field

from router.policy.base import Rule, Slug, Text


class Example(Rule):
    """A made-up matter and what the policy must make of it; what is left out isn't looked at."""

    text: Text
    title: str = ""
    domain: Slug | None = None
    cause: Slug | None = None
    urgent: bool | None = None
    lead: Slug | None = None
    cooperating: tuple[Slug, ...] | None = None
    """Exactly these, in any order; those of vertical and independent authority are asked by letter."""
    complained_of: tuple[Slug, ...] = Field(default=())
    declined: Slug | None = None
    """The rule by which it isn't accepted."""
    triage: bool | None = None
    """Whether a person is asked."""
