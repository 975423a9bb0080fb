"""What a decision on one case asks of other cases: commands for the inbox, never changes made here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.commands import Action, LinkRepeat, MergeAnswer
from router.cases.state import Case, Entry, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENDED = frozenset({Stage.RESOLVED, Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN})


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
                yield Follow(primary, LinkRepeat(repeat=case.id))
            case ev.DuplicateLinked(repeat=str(repeat)) if case.stage in _ENDED:
                yield _merged(case, repeat)
            case ev.Resolved() | ev.Declined() | ev.CaseWithdrawn():
                yield from (_merged(case, repeat) for repeat in case.repeats)
            case _:
                pass


def _merged(case: Case, repeat: str) -> Follow:
    return Follow(repeat, MergeAnswer(primary=case.id, outcome=case.outcome or ""), case.answer)
