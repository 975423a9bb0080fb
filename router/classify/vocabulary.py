"""A policy's words, compiled: which word speaks for which answers of which question, and how strongly.

Every answer has a slot in one row of numbers, the answers of a question side by side; a word has an effect, a short
list of slots and weights. A text's scores are the sum of its words' effects, so that judging is adding up. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.classify.matcher import Matcher, normalise
from router.classify.several import BETWEEN, SeveralWords, searched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from router.policy.policy import Policy

_DOZEN = 12


class Question(NamedTuple):
    """One head: where its answers' slots begin, and the answers."""

    first: int
    answers: tuple[str, ...]

    @property
    def end(self) -> int:
        """The slot after its last answer."""
        return self.first + len(self.answers)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All cues of a policy by number; a cue is a word or several words (`甲…乙`)."""

    cues: tuple[str, ...]
    """The matcher's words in its order, then the cues of several words."""
    matcher: Matcher
    effect_starts: NDArray[np.int64]
    """Where each cue's effect begins in the next two."""
    effect_lengths: NDArray[np.int64]
    effect_slots: NDArray[np.int64]
    effect_weights: NDArray[np.int64]
    """What a cue adds to a slot, in thousandths."""
    title_worth: int
    """How often a cue's weight counts in the title, in thousandths."""
    several: SeveralWords
    strongest: tuple[tuple[int, ...], ...]
    """For every slot the cues that speak for it most, a dozen at most."""
    latin: NDArray[np.bool_]
    """Whether a word is of letters or digits, which must not go on."""
    questions: Mapping[str, Question]
    sections: Mapping[str, Question]
    """The sections of each domain."""
    slots: int


def compiled(policy: Policy, extra: set[str]) -> Vocabulary:
    """Compile a policy's words; `extra` are further words to be found.

    A firm's name speaks for nothing, nor do words inside it: who worked at a chemical plant may want a pension.
    """
    questions, sections, slots = _questions(policy)
    spoken = _spoken(policy, questions, sections)
    plain = {cue for cue in spoken if BETWEEN not in cue}
    several = sorted(cue for cue in spoken if BETWEEN in cue)
    matcher = Matcher(sorted({*plain, *extra, *searched(several)}))
    own = {normalise(cue): effect for cue, effect in spoken.items() if cue in plain}
    for firm in policy.enterprises:
        own.update({normalise(name): dict.fromkeys(range(slots), 0) for name in firm.names()})
    effects = [*(_inherited(word, own, matcher) for word in matcher.words), *(spoken[cue] for cue in several)]
    told = [[(slot, weight) for slot, weight in effect.items() if weight] for effect in effects]
    lengths = np.array([len(effect) for effect in told], np.int64)
    flat = np.array([pair for effect in told for pair in effect], np.int64).reshape(-1, 2)
    return Vocabulary(
        cues=(*matcher.words, *several),
        matcher=matcher,
        effect_starts=np.cumsum(lengths) - lengths,
        effect_lengths=lengths,
        effect_slots=flat[:, 0],
        effect_weights=flat[:, 1],
        title_worth=round(1000 * policy.confidence.title_weight),
        several=SeveralWords.of(several, matcher),
        strongest=_strongest(told, slots),
        latin=np.isin(np.arange(len(effects)), list(matcher.latin)),
        questions=questions,
        sections=sections,
        slots=slots,
    )


def _strongest(effects: list[list[tuple[int, int]]], slots: int) -> tuple[tuple[int, ...], ...]:
    speaking: list[list[tuple[int, int]]] = [[] for _ in range(slots)]
    for cue, effect in enumerate(effects):
        for slot, weight in effect:
            if weight > 0:
                speaking[slot].append((-weight, cue))
    return tuple(tuple(cue for _, cue in sorted(cues)[:_DOZEN]) for cues in speaking)


def _questions(policy: Policy) -> tuple[dict[str, Question], dict[str, Question], int]:
    """Lay the answers of all questions side by side."""
    asked = {
        "domain": tuple(domain.id for domain in policy.domains),
        "cause": tuple(cause.id for cause in policy.causes),
        "kind": tuple(kind.value for kind in policy.kinds),
        "urgent": ("urgent",),
        "not_accepted": tuple(rule.id for rule in policy.not_accepted),
    }
    first, questions, sections = 0, {}, {}
    for name, answers in asked.items():
        questions[name] = Question(first, answers)
        first += len(answers)
    for domain in policy.domains:
        sections[domain.id] = Question(first, tuple(section.id for section in domain.sections))
        first += len(domain.sections)
    return questions, sections, first


def _spoken(
    policy: Policy, questions: Mapping[str, Question], sections: Mapping[str, Question]
) -> dict[str, dict[int, int]]:
    """Return for every cue what it says itself: slots and weights in thousandths."""
    spoken: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for slot, words, sign in _groups(policy, questions, sections):
        for cue, weight in words.items():
            spoken[cue][slot] += sign * round(1000 * weight)
    return spoken


def _groups(
    policy: Policy, questions: Mapping[str, Question], sections: Mapping[str, Question]
) -> Iterator[tuple[int, Mapping[str, float], int]]:
    """Yield every group of words: the slot that they speak for, the words, and whether for (1) or against (-1)."""
    for slot, domain in enumerate(policy.domains, questions["domain"].first):
        yield slot, domain.all_words(), 1
        yield slot, domain.against, -1
        for place, section in enumerate(domain.sections, sections[domain.id].first):
            yield place, section.all_words(), 1
    for slot, cause in enumerate(policy.causes, questions["cause"].first):
        yield slot, cause.words, 1
        yield slot, cause.against, -1
    for slot, words in enumerate(policy.kinds.values(), questions["kind"].first):
        yield slot, words, 1
    yield questions["urgent"].first, policy.urgent, 1
    for slot, rule in enumerate(policy.not_accepted, questions["not_accepted"].first):
        yield slot, rule.words, 1


def _inherited(word: str, own: Mapping[str, dict[int, int]], matcher: Matcher) -> dict[int, int]:
    """Return a word's effect: what it says itself, and what words inside it say of answers that it is silent about."""
    effect = dict(own.get(word, {}))
    inner = {matcher.words[number] for number, start, end in matcher.hits(word) if end - start < len(word)}
    for part in sorted(inner, key=lambda text: (-len(text), text)):
        for slot, weight in own.get(part, {}).items():
            effect.setdefault(slot, weight)
    return effect
