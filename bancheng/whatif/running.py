"""One what-if from end to end: cases in, figures out; nothing is written."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bancheng.whatif.rejudging import Classifiers, Rejudged, rejudged
from router.audit import histories
from router.audit.whatif.knowing import unseen_words, words_differ
from router.audit.whatif.sums import Sums
from router.audit.whatif.trial import Trial, Tried
from router.cases.evolve import EventOutOfPlaceError
from router.ledger.policies import fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bancheng.cli.days import Span
    from bancheng.compose import House
    from router.audit.whatif.inputs import History
    from router.audit.whatif.report import Found
    from router.classify.learned.model import Model
    from router.clocks.calendar import WorkCalendar
    from router.policy.policy import Policy

_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""The newest record's moment where there is none."""


class Asked(NamedTuple):
    """What is to be tried: a policy, other judgements, or both; on the cases received in a time."""

    policy: Policy | None
    rejudge: bool
    """Texts are judged anew: by `model`, or without one by the policy's words alone."""
    model: Model | None
    span: Span
    calendar: WorkCalendar


class Ran(NamedTuple):
    """The figures; the newest record's moment; how long it took."""

    found: Found
    until: datetime
    seconds: float


def of_database(given: House, asked: Asked, told: Callable[[int], None]) -> Ran:
    """Try it on the house's own cases; `told` hears of each case's number of records.

    Raises:
        NotNowError: the database is away.
        UnreadableError: a record can't be read.
        VaultError: texts are needed, and the master key is missing or another one.
        UnfitError: the model can't judge under a policy.
    """
    own = cache(lambda wanted: fetched(given.engine, wanted))
    until = histories.newest(given.engine) or _EARLIEST
    found = histories.of_database(given.engine, *asked.span)
    if not asked.rejudge:
        return _run(_as_recorded(found), asked, own, until, told)
    classifiers = Classifiers(asked.model, asked.policy, own)
    return _run(rejudged(given, found, classifiers), asked, own, until, told)


def of_export(folder: Path, asked: Asked, told: Callable[[int], None]) -> Ran:
    """Try it on an export's cases, without a server; raises ExportError, SourceError, UnreadableError, OSError."""
    source = histories.whole_export(folder)
    own = cache(lambda wanted: histories.policies_of(source, wanted))
    with histories.of_export(source) as records:
        found = _as_recorded(records.histories(*asked.span))
        return _run(found, asked, own, records.newest or _EARLIEST, told)


def _as_recorded(found: Iterable[History]) -> Iterator[Rejudged]:
    return (Rejudged(history, history) for history in found)


def _run(
    found: Iterable[Rejudged], asked: Asked, own: Callable[[str], Policy], until: datetime, told: Callable[[int], None]
) -> Ran:
    begun = time.monotonic()
    trial, sums = Trial(own, asked.policy, until, asked.calendar), Sums()
    pinned: set[str] = set()
    for one in found:
        try:
            tried = trial.case(one.history, one.judged) if one.judged is not None else Tried(None, one.why)
        except EventOutOfPlaceError:
            raise histories.UnreadableError(one.history[0].case) from None
        sums.take(one.history[0].case, len(one.history), tried)
        pinned.update(step.policy for step in one.history if step.submits)
        told(len(one.history))
    words, other = _unheard(asked, own, pinned)
    return Ran(sums.found(words, other_words=other), until, time.monotonic() - begun)


def _unheard(asked: Asked, own: Callable[[str], Policy], pinned: set[str]) -> tuple[frozenset[str], bool]:
    """Return what of the tried policy's words nobody has looked for, where texts weren't judged anew."""
    tried = asked.policy
    if tried is None or asked.rejudge:
        return frozenset(), False
    words: frozenset[str] = frozenset()
    other = False
    for wanted in sorted(pinned):
        try:
            before = own(wanted)
        except KeyError:
            continue
        words |= unseen_words(tried, before)
        other = other or words_differ(tried, before)
    return words, other
