"""The classifier that needs no training: the policy's weighted words, explained and cautious."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from router.classify.classification import Classification, Cue, Verdict
from router.classify.matcher import Found, Group, Matcher, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from router.policy.policy import Policy

_DOUBT = 2000
"""The weight, in thousandths, of "none of these" in every comparison: one weak word must not convince."""
_URGENT = 4000
"""The summed weight, in thousandths, of alarming words from which a case is urgent."""
_CUES = 8
"""How many words an explanation keeps."""

Name = tuple[str, str]
"""A question (domain, cause, kind, …) and one of its answers."""
Tallies = dict[str, dict[str, Tally]]
"""What the words found add up to: question → answer → tally."""


class LexiconClassifier:
    """Judges by the words of a policy; deterministic, and the same for the same policy hash."""

    def __init__(self, policy: Policy, model: str) -> None:
        """Compile the policy's words; `model` is the policy's hash."""
        self.model = model
        self._title = policy.confidence.title_weight
        self._groups = {name: Group(words) for name, words in _groups(policy) if words}
        self._speaks: dict[str, list[Name]] = defaultdict(list)
        for name, group in self._groups.items():
            for word in group.weights:
                self._speaks[word].append(name)
        self._cause_domains = {cause.id: cause.domains for cause in policy.causes if cause.domains}
        self._refuses = {rule.id: round(1000 * rule.threshold) for rule in policy.not_accepted}
        self._routing = frozenset(_routing_words(policy))
        self._matcher = Matcher({*self._speaks, *self._routing})

    def classify(self, title: str, body: str) -> Classification:
        """Judge one text; see `Classifier`."""
        found = self._matcher.find(title, body)
        if not found.words:
            return Classification(self.model, Verdict())
        tallies = self._tallies(found)
        domain = _verdict(_less(tallies["domain"], tallies["against"]))
        causes = {
            cause: tally
            for cause, tally in tallies["cause"].items()
            if domain.choice in self._cause_domains.get(cause, (domain.choice,))
        }
        refused = tallies["not_accepted"]
        urgent = tallies["urgent"].get("urgent")
        return Classification(
            model=self.model,
            domain=domain,
            cause=_verdict(causes),
            section=_verdict(tallies[f"section of {domain.choice}"]).choice,
            kind=_verdict(tallies["kind"]).choice,
            urgent=urgent is not None and urgent.score >= _URGENT,
            not_accepted=tuple(r for r, least in self._refuses.items() if r in refused and refused[r].score >= least),
            words=tuple(sorted(self._routing & found.words)),
        )

    def _tallies(self, found: Found) -> Tallies:
        """Add up only the groups of which a word occurs: a text touches a handful of them."""
        touched = {name for word in found.words for name in self._speaks.get(word, ())}
        tallies: Tallies = defaultdict(dict)
        for question, answer in touched:
            title = 1.0 if question in ("not_accepted", "against") else self._title
            tallies[question][answer] = self._groups[question, answer].tally(found, title)
        return tallies


def _groups(policy: Policy) -> Iterator[tuple[Name, Mapping[str, float]]]:
    """Yield every group of words of a policy, by the question it answers."""
    for domain in policy.domains:
        yield ("domain", domain.id), domain.all_words()
        yield ("against", domain.id), domain.against
        for section in domain.sections:
            yield (f"section of {domain.id}", section.id), section.all_words()
    for cause in policy.causes:
        yield ("cause", cause.id), cause.words
    for kind, words in policy.kinds.items():
        yield ("kind", kind.value), words
    for rule in policy.not_accepted:
        yield ("not_accepted", rule.id), rule.words
    yield ("urgent", "urgent"), policy.urgent


def _routing_words(policy: Policy) -> Iterator[str]:
    for route in policy.routes:
        yield from route.words
        for other in route.cooperating:
            yield from other.when_words


def _less(tallies: Mapping[str, Tally], against: Mapping[str, Tally]) -> dict[str, Tally]:
    """Take off what speaks against each answer; its words stay in the explanation, with a minus."""
    left = dict(tallies)
    for name in tallies.keys() & against.keys():
        contrary = tuple(Cue(cue.word, -cue.weight, cue.title) for cue in against[name].cues)
        left[name] = Tally(tallies[name].score - against[name].score, tallies[name].cues + contrary)
    return left


def _verdict(tallies: Mapping[str, Tally]) -> Verdict:
    """Choose the heaviest; confidence is its share of what spoke for it, its rival, and doubt."""
    ranked = sorted(
        (item for item in tallies.items() if item[1].score > 0), key=lambda item: (-item[1].score, item[0])
    )
    if not ranked:
        return Verdict()
    (choice, best), rival = ranked[0], ranked[1] if len(ranked) > 1 else None
    against = rival[1].score if rival else 0
    return Verdict(
        choice=choice,
        confidence=1000 * best.score // (best.score + against + _DOUBT),
        runner_up=rival[0] if rival else None,
        cues=best.cues[:_CUES],
    )
