"""The classifier that needs no training: the policy's weighted words, explained and cautious."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from router.classify.answers import ranked, spoken, verdicts
from router.classify.calibration import Calibration
from router.classify.classification import Classification, Verdict
from router.classify.explaining import explained
from router.classify.named import Named
from router.classify.tally import tallied
from router.classify.vocabulary import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.classification import Cue, Text
    from router.classify.explaining import Explanation
    from router.classify.tally import Tally
    from router.policy.policy import Policy

_URGENT = 4000
"""The summed weight, in thousandths, of alarming words from which a case is urgent."""
_ELSEWHERE = 6000
"""The summed weight of a cause that is looked for in other fields only, from which the heads contradict each other."""
_AT_ONCE = 256
"""Texts added up together."""


class LexiconClassifier:
    """Judges by the words of a policy; deterministic, and the same for the same policy hash."""

    def __init__(self, policy: Policy, model: str) -> None:
        """Compile the policy's words; `model` is the policy's hash."""
        self.model = model
        self.domains = tuple(domain.id for domain in policy.domains)
        self._routing = sorted({word for route in policy.routes for word in route.words})
        self.vocabulary = compiled(policy, {*self._routing, *Named.words(policy)})
        self._named = Named(policy, self.vocabulary.matcher)
        self._calibration = Calibration.of(policy.confidence.calibration)
        self._refuses = np.array([round(1000 * rule.threshold) for rule in policy.not_accepted], np.int64)
        self._barred = np.array(
            [[bool(c.domains) and d not in c.domains for c in policy.causes] for d in (*self.domains, None)], np.bool_
        ).reshape(len(self.domains) + 1, len(policy.causes))
        """By domain, and none: the causes that are looked for in other domains only."""
        homes = [(at, section.id) for at, domain in enumerate(policy.domains) for section in domain.sections]
        self._homes = np.array([at for at, _ in homes], np.int64)
        self._section_names = tuple(name for _, name in homes)
        numbered = self.vocabulary.matcher.numbered
        self._route_words = np.full(len(self.vocabulary.cues), -1, np.int64)
        self._route_words[[numbered(word) for word in self._routing]] = np.arange(len(self._routing))

    def classify(self, texts: Sequence[Text]) -> list[Classification]:
        """Judge a batch; see `Classifier`."""
        return [
            judged
            for start in range(0, len(texts), _AT_ONCE)
            for judged in self._judged(texts[start : start + _AT_ONCE], None, self.model)
        ]

    def under(self, texts: Sequence[Text], domains: Sequence[Verdict], model: str) -> list[Classification]:
        """Judge a batch whose domains another model has chosen: every other answer follows from those."""
        return [
            judged
            for start in range(0, len(texts), _AT_ONCE)
            for judged in self._judged(texts[start : start + _AT_ONCE], domains[start : start + _AT_ONCE], model)
        ]

    def scores(self, texts: Sequence[Text]) -> NDArray[np.float32]:
        """Return what the words of each text add up to for every domain, in `domains`' order: (texts, domains)."""
        asked = self.vocabulary.questions["domain"]
        return tallied(self.vocabulary, texts).scores[:, asked.first : asked.end].astype(np.float32) / np.float32(1000)

    def explain(self, texts: Sequence[Text], wanted: int) -> list[Explanation]:
        """Judge a batch and say why; see `Explainer`."""
        return explained(self.vocabulary, texts, self.classify(texts), wanted)

    def _judged(self, texts: Sequence[Text], domains: Sequence[Verdict] | None, model: str) -> list[Classification]:
        asked, tally = self.vocabulary.questions, tallied(self.vocabulary, texts)

        def block(name: str) -> NDArray[np.int64]:
            return tally.scores[:, asked[name].first : asked[name].end]

        own = ranked(block("domain"))
        chosen = own.best if domains is None else self._places([verdict.choice for verdict in domains])
        barred = self._barred[chosen]
        elsewhere = np.where(barred, block("cause"), 0).max(axis=1, initial=0)
        cause = ranked(np.where(barred, 0, block("cause")))
        kind, urgent = ranked(block("kind")), ranked(block("urgent")).least(_URGENT)
        questions = [asked[name] for name in ("domain", "cause", "kind", "urgent")]
        bests = (chosen, cause.best, kind.best, urgent.best)
        rivals = own.rival if domains is None else self._places([verdict.runner_up for verdict in domains])
        *cues, beaten = spoken(self.vocabulary, tally, tuple(zip(questions, bests, strict=True)), rivals)
        words = [self._calibration.applied(verdict) for verdict in verdicts(questions[0], own, cues[0])]
        return [
            Classification(model, *heads)
            for heads in zip(
                _reasoned(words if domains is None else domains, cues[0], beaten),
                verdicts(questions[1], cause, cues[1]),
                verdicts(questions[2], kind, cues[2]),
                verdicts(questions[3], urgent, cues[3]),
                self._sections(tally, chosen),
                self._refused(block("not_accepted")),
                self._routed(tally),
                *self._named.found(tally.places, len(texts)),
                self._doubts(tally, chosen, (elsewhere >= _ELSEWHERE) & (elsewhere > cause.score), words, domains),
                strict=True,
            )
        ]

    def _places(self, domains: Sequence[str | None]) -> NDArray[np.int64]:
        place = {domain: at for at, domain in enumerate(self.domains)}
        return np.array([place.get(domain or "", -1) for domain in domains], np.int64)

    def _sections(self, tally: Tally, chosen: NDArray[np.int64]) -> list[str | None]:
        """Return the best section of each text's domain, where one is spoken for."""
        own = ranked(
            np.where(self._homes == chosen[:, None], tally.scores[:, self.vocabulary.slots - len(self._homes) :], 0)
        )
        return [self._section_names[at] if at >= 0 else None for at in own.best.tolist()]

    def _refused(self, scores: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """Return for each text the rules of refusal whose words reached their threshold."""
        reached, answers = scores >= self._refuses, self.vocabulary.questions["not_accepted"].answers
        found: list[tuple[str, ...]] = [()] * len(scores)
        for text in np.flatnonzero(reached.any(axis=1)).tolist():
            found[text] = tuple(answers[at] for at in np.flatnonzero(reached[text]).tolist())
        return found

    def _routed(self, tally: Tally) -> list[tuple[str, ...]]:
        """Return for each text the words of the routing table that occur in it."""
        places, size = tally.places, len(self._routing)
        asked = self._route_words[places.word]
        keys = np.unique(places.text[asked >= 0] * size + asked[asked >= 0])
        words = [self._routing[word] for word in (keys % max(1, size)).tolist()]
        bounds = np.searchsorted(keys, size * np.arange(len(tally.scores) + 1)).tolist()
        return [tuple(words[low:high]) for low, high in pairwise(bounds)]

    def _doubts(
        self, tally: Tally, chosen: NDArray[np.int64], elsewhere: NDArray[np.bool_], words: list[Verdict],
        domains: Sequence[Verdict] | None,
    ) -> list[str | None]:  # fmt: skip
        """Return how the heads of each text contradict each other, where they do."""
        found: list[str | None] = ["cause_elsewhere" if apart else None for apart in elsewhere.tolist()]
        if domains is None:
            return found
        unsupported = (chosen >= 0) & (tally.scores[np.arange(len(chosen)), np.maximum(chosen, 0)] <= 0)
        for text, (lonely, own, other) in enumerate(zip(unsupported.tolist(), words, domains, strict=True)):
            if lonely:
                found[text] = "unsupported"
            elif other.choice is not None and own.choice != other.choice and own.surely > other.surely:
                found[text] = "engines_differ"
        return found


def _reasoned(domains: Sequence[Verdict], cues: dict[int, list[Cue]], beaten: dict[int, list[Cue]]) -> list[Verdict]:
    """Return verdicts, whoever gave them, with the words of the policy for the choice and for the runner-up.

    A verdict of the words themselves may choose otherwise where a model was asked: `cues` are of what was chosen.
    """
    return [
        replace(verdict, cues=tuple(cues.get(text, ())), rival_cues=tuple(beaten.get(text, ())))
        if verdict.choice is not None
        else verdict
        for text, verdict in enumerate(domains)
    ]
