"""The classifier that needs no training: the policy's weighted words, explained and cautious."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.classify.classification import Classification, Cue, Verdict
from router.classify.matcher import Found, Group, Matcher, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from router.policy.policy import Policy

_DOUBT = 2000
"""The weight, in thousandths, of "none of these" in every comparison: one weak word alone must not convince."""
_URGENT = 4000
"""The summed weight, in thousandths, of alarming words from which a case is urgent."""
_CUES = 8
"""How many words an explanation keeps."""


class LexiconClassifier:
    """Judges by the words of a policy; deterministic, and the same for the same policy hash."""

    def __init__(self, policy: Policy, model: str) -> None:
        """Compile the policy's words; `model` is the policy's hash."""
        self.model = model
        self._title = policy.confidence.title_weight
        self._domains = {domain.id: Group(domain.all_words()) for domain in policy.domains}
        self._against = {domain.id: Group(domain.against) for domain in policy.domains if domain.against}
        self._sections = {
            domain.id: {
                section.id: Group(
                    section.words | {w: v for topic in section.topics for w, v in topic.words.items()}
                )
                for section in domain.sections
            }
            for domain in policy.domains
        }
        self._causes = {cause.id: Group(cause.words) for cause in policy.causes}
        self._cause_domains = {cause.id: cause.domains for cause in policy.causes if cause.domains}
        self._kinds = {kind.value: Group(words) for kind, words in policy.kinds.items()}
        self._urgent = Group(policy.urgent)
        self._refusals = [
            (rule.id, Group(rule.words), round(1000 * rule.threshold)) for rule in policy.not_accepted
        ]
        self._routing = frozenset(
            word
            for route in policy.routes
            for words in (route.words, *(other.when_words for other in route.cooperating))
            for word in words
        )
        self._matcher = Matcher(self._vocabulary())

    def classify(self, title: str, body: str) -> Classification:
        """Judge one text; see `Classifier`."""
        found = self._matcher.find(title, body)
        if not found.words:
            return Classification(self.model, Verdict())
        domain = _verdict(self._scored(self._domains, found, self._against))
        causes = {
            cause: group
            for cause, group in self._causes.items()
            if domain.choice in self._cause_domains.get(cause, (domain.choice,))
        }
        sections = self._sections.get(domain.choice or "", {})
        return Classification(
            model=self.model,
            domain=domain,
            cause=_verdict(self._scored(causes, found)),
            section=_verdict(self._scored(sections, found)).choice,
            kind=_verdict(self._scored(self._kinds, found)).choice,
            urgent=self._urgent.tally(found, self._title).score >= _URGENT,
            not_accepted=tuple(
                rule for rule, group, least in self._refusals if group.tally(found).score >= least
            ),
            words=tuple(sorted(self._routing & found.words)),
        )

    def _scored(
        self, groups: Mapping[str, Group], found: Found, against: Mapping[str, Group] | None = None
    ) -> list[tuple[str, Tally]]:
        scored = []
        for name, group in groups.items():
            tally = group.tally(found, self._title)
            if tally.cues and against and name in against:
                contrary = against[name].tally(found)
                minus = tuple(Cue(cue.word, -cue.weight, cue.title) for cue in contrary.cues)
                tally = Tally(tally.score - contrary.score, tally.cues + minus)
            if tally.score > 0:
                scored.append((name, tally))
        return scored

    def _vocabulary(self) -> Iterable[str]:
        groups = [
            *self._domains.values(),
            *self._against.values(),
            *self._causes.values(),
            *self._kinds.values(),
            self._urgent,
            *(group for _, group, _ in self._refusals),
        ]
        yield from self._routing
        for group in groups:
            yield from group.weights


def _verdict(scored: list[tuple[str, Tally]]) -> Verdict:
    """Choose the heaviest; confidence is its share of what spoke for it, its rival, and doubt."""
    if not scored:
        return Verdict()
    ranked = sorted(scored, key=lambda item: (-item[1].score, item[0]))
    (choice, best), rival = ranked[0], ranked[1] if len(ranked) > 1 else None
    against = rival[1].score if rival else 0
    return Verdict(
        choice=choice,
        confidence=1000 * best.score // (best.score + against + _DOUBT),
        runner_up=rival[0] if rival else None,
        cues=best.cues[:_CUES],
    )
