"""What a decision about linking may know of another case: codes alone, as they stood when it was made."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from router.cases.state import Stage

if TYPE_CHECKING:
    from router.cases.state import Case


class Relation(StrEnum):
    """Why two cases are one matter."""

    SAME_WORDS = "same_words"
    """The very same words; who brought them is not known of both."""
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
    similarity: int = 1000
    """In thousandths; 0 where it wasn't measured."""
    hidden: bool = False
    """Its person is withheld from every unit."""
    recused: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    urgent: bool = False


def other(case: Case, policy: str, relation: Relation = Relation.SUPPORTER, similarity: int = 1000) -> Other:
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
    )
