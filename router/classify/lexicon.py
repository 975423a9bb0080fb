"""The classifier that needs no training: the policy's weighted words, explained and cautious."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from router.classify.classification import Classification, Cue, Verdict
from router.classify.matcher import Found, Matcher, alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from router.policy.catalogue import Domain
    from router.policy.policy import Policy

_DOUBT = 2000
"""The weight, in thousandths, of "none of these" in every comparison: one weak word must not convince."""
_URGENT = 4000
"""The summed weight, in thousandths, of alarming words from which a case is urgent."""
_REPEAT_SHARE = 4
"""A second occurrence adds this part of a word's weight; a third nothing (repeating isn't proving)."""
_CUES = 8
"""How many words an explanation keeps."""

Scores = dict[str, dict[str, int]]
"""What the words found add up to, in thousandths: question → answer → score."""


class _Speaks(NamedTuple):
    """One word speaking for one answer; weights in thousandths."""

    question: str
    answer: str
    weight: int
    in_title: int
    longer: frozenset[str]
    """Words of the same answer that hold this one inside: there it isn't counted again."""


Speaks = dict[str, tuple[_Speaks, ...]]
"""Every word, and all that it speaks for."""


class LexiconClassifier:
    """Judges by the words of a policy; deterministic, and the same for the same policy hash."""

    def __init__(self, policy: Policy, model: str) -> None:
        """Compile the policy's words; `model` is the policy's hash."""
        self.model = model
        self._speaks = _compiled(policy, _groups(policy))
        self._sections = {domain.id: _compiled(policy, _sections(domain)) for domain in policy.domains}
        self._cause_domains = {cause.id: cause.domains for cause in policy.causes if cause.domains}
        self._refuses = {rule.id: round(1000 * rule.threshold) for rule in policy.not_accepted}
        self._routing = frozenset(_routing_words(policy))
        self._matcher = Matcher({*self._speaks, *self._routing})

    def classify(self, title: str, body: str) -> Classification:
        """Judge one text; see `Classifier`."""
        found = self._matcher.find(title, body)
        if not found.words:
            return Classification(self.model, Verdict())
        scores = _scores(self._speaks, found)
        domains, against = scores["domain"], scores["against"]
        for name in domains.keys() & against.keys():
            domains[name] -= against[name]
        domain = self._verdict("domain", domains, found)
        causes = {
            cause: score
            for cause, score in scores["cause"].items()
            if domain.choice in self._cause_domains.get(cause, (domain.choice,))
        }
        sections = self._sections.get(domain.choice or "")
        return Classification(
            model=self.model,
            domain=domain,
            cause=self._verdict("cause", causes, found),
            section=_best(_scores(sections, found)["section"]) if sections else None,
            kind=_best(scores["kind"]),
            urgent=scores["urgent"].get("urgent", 0) >= _URGENT,
            not_accepted=tuple(rule for rule, score in scores["not_accepted"].items() if score >= self._refuses[rule]),
            words=tuple(sorted(self._routing & found.words)),
        )

    def _verdict(self, question: str, scores: Mapping[str, int], found: Found) -> Verdict:
        """Choose the heaviest; confidence is its share of what spoke for it, its rival, and doubt."""
        ranked = sorted((-score, answer) for answer, score in scores.items() if score > 0)
        if not ranked:
            return Verdict()
        best, choice = -ranked[0][0], ranked[0][1]
        rival = ranked[1] if len(ranked) > 1 else (0, None)
        return Verdict(
            choice=choice,
            confidence=1000 * best // (best - rival[0] + _DOUBT),
            runner_up=rival[1],
            cues=self._cues(question, choice, found),
        )

    def _cues(self, question: str, answer: str, found: Found) -> tuple[Cue, ...]:
        """Return the words that spoke for an answer, strongest first, and those against it with a minus."""
        spoke = [
            (entry.question == question, _value(entry, word, found), word)
            for word in self._speaks.keys() & found.words
            for entry in self._speaks[word]
            if entry.answer == answer and entry.question in (question, "against")
        ]
        pro = sorted((-value, word) for for_it, value, word in spoke if for_it and value)
        contra = sorted((-value, word) for for_it, value, word in spoke if not for_it and value)
        return tuple(
            [Cue(word, -value, word in found.title) for value, word in pro[:_CUES]]
            + [Cue(word, value, word in found.title) for value, word in contra]
        )


def _scores(speaks: Speaks, found: Found) -> Scores:
    """Add up what the words found speak for."""
    scores: Scores = defaultdict(lambda: defaultdict(int))
    for word in speaks.keys() & found.words:
        for entry in speaks[word]:
            if value := _value(entry, word, found):
                scores[entry.question][entry.answer] += value
    return scores


def _value(entry: _Speaks, word: str, found: Found) -> int:
    """Return what a word is worth to an answer; inside a longer word of the same answer it is worth nothing."""
    in_title, in_body = found.title.get(word, ()), found.body.get(word, ())
    titles, bodies = len(in_title), len(in_body)
    if not entry.longer.isdisjoint(found.words):
        titles = alone(in_title, entry.longer, found.title)
        bodies = alone(in_body, entry.longer, found.body)
    if titles + bodies > 1:
        return (entry.in_title if titles else entry.weight) + entry.weight // _REPEAT_SHARE
    return entry.in_title if titles else entry.weight if bodies else 0


def _best(scores: Mapping[str, int]) -> str | None:
    return min(((-score, answer) for answer, score in scores.items()), default=(0, None))[1]


def _compiled(policy: Policy, groups: Iterable[tuple[str, str, Mapping[str, float]]]) -> Speaks:
    """Return, for every word of some groups, all that it speaks for."""
    speaks: dict[str, list[_Speaks]] = defaultdict(list)
    for question, answer, words in groups:
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
    for cause in policy.causes:
        yield "cause", cause.id, cause.words
    for kind, words in policy.kinds.items():
        yield "kind", kind.value, words
    for rule in policy.not_accepted:
        yield "not_accepted", rule.id, rule.words
    yield "urgent", "urgent", policy.urgent


def _sections(domain: Domain) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    for section in domain.sections:
        yield "section", section.id, section.all_words()


def _routing_words(policy: Policy) -> Iterator[str]:
    for route in policy.routes:
        yield from route.words
        for other in route.cooperating:
            yield from other.when_words
