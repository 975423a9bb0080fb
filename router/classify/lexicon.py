"""The classifier that needs no training: the policy's weighted words, explained and cautious."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from router.classify.classification import Classification, Cue, Verdict
from router.classify.matcher import Found, Matcher, alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from router.policy.policy import Policy

_DOUBT = 2000
"""The weight, in thousandths, of "none of these" in every comparison: one weak word must not convince."""
_URGENT = 4000
"""The summed weight, in thousandths, of alarming words from which a case is urgent."""
_REPEAT_SHARE = 4
"""A second occurrence adds this part of a word's weight; a third nothing (repeating isn't proving)."""
_CUES = 8
"""How many words an explanation keeps."""

Cues = list[tuple[int, str, bool]]
"""Weight in thousandths, word, and whether it stood in the title."""
Tallies = dict[str, dict[str, Cues]]
"""What the words found speak for: question → answer → cues."""


class _Speaks(NamedTuple):
    """One word speaking for one answer; weights in thousandths."""

    question: str
    answer: str
    weight: int
    in_title: int
    longer: frozenset[str]
    """Words of the same answer that hold this one inside: there it isn't counted again."""


class LexiconClassifier:
    """Judges by the words of a policy; deterministic, and the same for the same policy hash."""

    def __init__(self, policy: Policy, model: str) -> None:
        """Compile the policy's words; `model` is the policy's hash."""
        self.model = model
        self._speaks = _compiled(policy)
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
        domain = _verdict(tallies["domain"], tallies["against"])
        causes = {
            cause: cues
            for cause, cues in tallies["cause"].items()
            if domain.choice in self._cause_domains.get(cause, (domain.choice,))
        }
        refused = tallies["not_accepted"]
        return Classification(
            model=self.model,
            domain=domain,
            cause=_verdict(causes),
            section=_verdict(tallies[f"section of {domain.choice}"]).choice,
            kind=_verdict(tallies["kind"]).choice,
            urgent=_score(tallies["urgent"].get("urgent", [])) >= _URGENT,
            not_accepted=tuple(rule for rule, cues in refused.items() if _score(cues) >= self._refuses[rule]),
            words=tuple(sorted(self._routing & found.words)),
        )

    def _tallies(self, found: Found) -> Tallies:
        tallies: Tallies = defaultdict(lambda: defaultdict(list))
        for word in found.words:
            in_title, in_body = found.title.get(word, []), found.body.get(word, [])
            for question, answer, weight, title_weight, longer in self._speaks.get(word, ()):
                titles, bodies = len(in_title), len(in_body)
                if not longer.isdisjoint(found.words):
                    titles = alone(in_title, longer, found.title)
                    bodies = alone(in_body, longer, found.body)
                if titles or bodies:
                    value = title_weight if titles else weight
                    if titles + bodies > 1:
                        value += weight // _REPEAT_SHARE
                    tallies[question][answer].append((value, word, titles > 0))
        return tallies


def _compiled(policy: Policy) -> dict[str, tuple[_Speaks, ...]]:
    """Return, for every word, all that it speaks for."""
    speaks: dict[str, list[_Speaks]] = defaultdict(list)
    for question, answer, words in _groups(policy):
        title = 1.0 if question in ("not_accepted", "against") else policy.confidence.title_weight
        for word, weight in words.items():
            longer = frozenset(other for other in words if other != word and word in other)
            speaks[word].append(_Speaks(question, answer, round(1000 * weight), round(1000 * weight * title), longer))
    return {word: tuple(entries) for word, entries in speaks.items()}


def _groups(policy: Policy) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    """Yield every group of words of a policy: the question, the answer, the words that speak for it."""
    for domain in policy.domains:
        yield "domain", domain.id, domain.all_words()
        yield "against", domain.id, domain.against
        for section in domain.sections:
            yield f"section of {domain.id}", section.id, section.all_words()
    for cause in policy.causes:
        yield "cause", cause.id, cause.words
    for kind, words in policy.kinds.items():
        yield "kind", kind.value, words
    for rule in policy.not_accepted:
        yield "not_accepted", rule.id, rule.words
    yield "urgent", "urgent", policy.urgent


def _routing_words(policy: Policy) -> Iterator[str]:
    for route in policy.routes:
        yield from route.words
        for other in route.cooperating:
            yield from other.when_words


def _score(cues: Cues) -> int:
    return sum(weight for weight, _, _ in cues)


def _verdict(answers: Mapping[str, Cues], against: Mapping[str, Cues] | None = None) -> Verdict:
    """Choose the heaviest; confidence is its share of what spoke for it, its rival, and doubt."""
    contrary = against or {}
    ranked = sorted((_score(contrary.get(answer, [])) - _score(cues), answer) for answer, cues in answers.items())
    if not ranked or ranked[0][0] >= 0:
        return Verdict()
    best, choice = -ranked[0][0], ranked[0][1]
    rival = ranked[1] if len(ranked) > 1 and ranked[1][0] < 0 else None
    minus = [(-weight, word, title) for weight, word, title in contrary.get(choice, [])]
    cues = sorted(answers[choice], key=lambda cue: (-cue[0], cue[1]))[:_CUES] + sorted(minus)
    return Verdict(
        choice=choice,
        confidence=1000 * best // (best + (-rival[0] if rival else 0) + _DOUBT),
        runner_up=rival[1] if rival else None,
        cues=tuple(Cue(word, weight, title) for weight, word, title in cues),
    )
