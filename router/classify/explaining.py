"""Why a text was judged as it was: the words for and against, the runner-up with its own, and what was missing.

A judgement that is recorded keeps only the choice's strongest words; this looks at one text again, in full. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np

from router.classify.classification import Classification, Cue
from router.classify.tally import tallied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from router.classify.classification import Text
    from router.classify.vocabulary import Question, Vocabulary

    Entry = tuple[int, int, int, bool]
    """A slot, what a cue adds to it, the cue, and whether it stands in the title."""

_MISSING = 3
"""How many words an explanation names that would have settled it."""


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One text's judgement of its domain, in full; numbers in thousandths."""

    judged: Classification
    wanted: int
    """The policy's wanted precision."""
    score: int = 0
    """What the words for and against add up to."""
    spoke_for: tuple[Cue, ...] = ()
    spoke_against: tuple[Cue, ...] = ()
    rival_score: int = 0
    spoke_for_rival: tuple[Cue, ...] = ()
    missing: tuple[str, ...] = ()
    """Where a person is asked: the policy's strongest words for the choice that did not occur."""

    @property
    def short(self) -> int:
        """By how much it falls short of the wanted precision; 0 where it is sure enough."""
        return max(0, self.wanted - self.judged.domain.surely)


class Explainer(Protocol):
    """A classifier that can say why."""

    def explain(self, texts: Sequence[Text], wanted: int) -> list[Explanation]:
        """Judge a batch and say why, held against the wanted precision (thousandths)."""
        ...


def explained(
    vocabulary: Vocabulary, texts: Sequence[Text], judged: Sequence[Classification], wanted: int
) -> list[Explanation]:
    """Return what the words of a policy say of texts whose domain was judged, by them or by another engine."""
    tally = tallied(vocabulary, texts)
    bounds = np.searchsorted(tally.text, np.arange(len(texts) + 1)).tolist()
    entries = list(
        zip(tally.slot.tolist(), tally.value.tolist(), tally.cue.tolist(), tally.titled.tolist(), strict=True)
    )
    return [
        _told(vocabulary, one, entries[low:high], wanted)
        for one, low, high in zip(judged, bounds, bounds[1:], strict=False)
    ]


def _told(vocabulary: Vocabulary, judged: Classification, entries: list[Entry], wanted: int) -> Explanation:
    asked, domain = vocabulary.questions["domain"], judged.domain
    own, rival = (_slot(asked, name) for name in (domain.choice, domain.runner_up))
    cues, others = _cues(vocabulary, entries, own), _cues(vocabulary, entries, rival)
    sure = domain.choice is not None and domain.surely >= wanted
    return Explanation(
        judged=judged,
        wanted=wanted,
        score=sum(cue.weight for cue in cues),
        spoke_for=tuple(cue for cue in cues if cue.weight > 0),
        spoke_against=tuple(cue for cue in cues if cue.weight < 0),
        rival_score=sum(cue.weight for cue in others),
        spoke_for_rival=tuple(cue for cue in others if cue.weight > 0),
        missing=() if sure else _missing(vocabulary, judged, entries),
    )


def _slot(asked: Question, answer: str | None) -> int:
    """Return an answer's slot, −1 for none."""
    return asked.first + asked.answers.index(answer) if answer in asked.answers else -1


def _cues(vocabulary: Vocabulary, entries: list[Entry], slot: int) -> list[Cue]:
    """Return what speaks for or against a slot, the strongest first."""
    told = sorted((-value, cue, titled) for at, value, cue, titled in entries if at == slot)
    return [Cue(vocabulary.cues[cue], -value, titled) for value, cue, titled in told]


def _missing(vocabulary: Vocabulary, judged: Classification, entries: list[Entry]) -> tuple[str, ...]:
    """Return the strongest words of the likely section that did not occur; without a section nobody can say."""
    sections = vocabulary.sections.get(judged.domain.choice or "")
    near = _slot(sections, judged.section) if sections else -1
    occurred = {cue for _, _, cue, _ in entries}
    strongest = vocabulary.strongest[near] if near >= 0 else ()
    return tuple(vocabulary.cues[cue] for cue in strongest if cue not in occurred)[:_MISSING]
