"""What a decision about linking may know of another case: codes alone, as they stood when it was made."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from router.cases.state import Stage

if TYPE_CHECKING:
    from router.cases.state import Case

VERY_WORDS = 1000
"""The similarity of the very same words, in thousandths."""


class Relation(StrEnum):
    """Why two cases are one matter."""

    SAME_WORDS = "same_words"
    """The very same words; nothing tells the two persons apart: it may be the same one."""
    SAME_PERSON = "same_person"
    """The same person again."""
    SUPPORTER = "supporter"
    """Another person with the same matter (附议): answered too."""


class Other(msgspec.Struct, frozen=True, omit_defaults=True):
    """The running case that brings the same matter, and how alike it is."""

    id: str
    policy: str
    """The id of the policy that it is decided under, whatever its version."""
    stage: Stage
    relation: Relation = Relation.SUPPORTER
    similarity: int = VERY_WORDS
    """In thousandths; 0 where it wasn't measured."""
    hidden: bool = False
    """Its person is withheld from every unit."""
    recused: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    urgent: bool = False
    domain: str | None = None
    """What it was classified as, or what a person decided."""
    received_at: datetime | None = None
    due: datetime | None = None
    provisional: bool = False
    """Its due date was reckoned beyond the years whose holidays are known."""


def other(case: Case, policy: str, relation: Relation = Relation.SUPPORTER, similarity: int = VERY_WORDS) -> Other:
    """Return what is to be known of a case; `policy` is the id of its policy."""
    return Other(
        id=case.id,
        policy=policy,
        stage=case.stage,
        relation=relation,
        similarity=similarity,
        hidden=case.hidden,
        recused=case.recused,
        regions=case.regions,
        urgent=case.urgent,
        domain=case.domain,
        received_at=case.received_at,
        due=case.due,
        provisional=case.provisional,
    )


def unlike(case: Case, policy: str, other: Other) -> str | None:
    """Return why two cases mustn't be linked, whatever their words: a refusal's code. `policy` is the case's, by id."""
    if other.id == case.id:
        return "same_case"
    if other.policy != policy or (case.regions and other.regions and not {*case.regions} & {*other.regions}):
        return "other_region"
    if case.hidden or other.hidden:
        return "withheld"
    if {*case.recused} != {*other.recused}:
        return "recused_differently"
    if case.urgent and not other.urgent:
        return "more_urgent"
    return None


def another_matter(case: Case, other: Other) -> bool:
    """Whether the same person brings another matter in similar words: one of another field.

    The very words are the same matter; there it is a person's decision on the first that makes the difference.
    """
    again = other.relation is Relation.SAME_PERSON and other.similarity < VERY_WORDS
    return again and None not in (case.domain, other.domain) and case.domain != other.domain


def before(other: Other, case: Case) -> bool:
    """Whether the other case was brought before this one: by its time, then by its id."""
    return other.received_at is not None and (other.received_at, other.id) < (case.received_at, case.id)
