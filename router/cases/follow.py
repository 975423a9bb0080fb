"""What a decision on one case asks of other cases: commands for the inbox, never changes made here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.commands import Action, LinkRepeat, MergeAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from router.cases.entry import Entry
    from router.cases.state import Case


class Follow(NamedTuple):
    """A command for another case, with the vault entries it hands on."""

    case_id: str
    action: Action
    entries: tuple[Entry, ...] = ()


def follows(case: Case, events: Iterable[ev.AnyEvent]) -> tuple[Follow, ...]:
    """Return what other cases must now do: a repeat is noted by its running case and shares its end."""
    return tuple(_each(case, events))


def _each(case: Case, events: Iterable[ev.AnyEvent]) -> Iterator[Follow]:
    for event in events:
        match event:
            case ev.DuplicateLinked(primary=str(primary)):
                noted = LinkRepeat(repeat=case.id, relation=event.relation, similarity=event.similarity)
                yield Follow(primary, noted)
            case ev.Resolved() | ev.Declined() | ev.CaseWithdrawn():
                yield from (merged(case, repeat) for repeat in case.repeats)
            case _:
                pass


def merged(case: Case, repeat: str) -> Follow:
    """Return what tells a repeat how its running case ended."""
    return Follow(repeat, MergeAnswer(primary=case.id, outcome=case.outcome or ""), case.answer)
