"""What matters are about (domains, three levels), why they "cannot be done" (causes), what isn't taken."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from router.policy.base import Named, Rule, Slug, Text, Words
from router.policy.people import ChannelKind


class Kind(StrEnum):
    """What the person wants: 咨询 求助 投诉 举报 建议 需求."""

    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    DEMAND = "demand"


class Topic(Named):
    """The third level of the catalogue, with words that speak for it and so for its parents."""

    words: Words = Field(default_factory=dict)


class Section(Named):
    """The second level of the catalogue."""

    words: Words = Field(default_factory=dict)
    topics: tuple[Topic, ...] = ()

    def all_words(self) -> dict[str, float]:
        """Return its own words and those of its topics; the higher weight wins."""
        return merged(self.words, *(topic.words for topic in self.topics))


class Domain(Named):
    """The first level of the catalogue: a field of public life."""

    words: Words = Field(default_factory=dict)
    against: Words = Field(default_factory=dict)
    """Words that speak against this domain although its own words occur."""
    sections: tuple[Section, ...] = ()

    def all_words(self) -> dict[str, float]:
        """Return its own words and those of its sections and topics; the higher weight wins."""
        return merged(self.words, *(section.all_words() for section in self.sections))


def merged(*groups: dict[str, float]) -> dict[str, float]:
    """Return all words of some groups; where several have one, the higher weight wins."""
    found: dict[str, float] = {}
    for words in groups:
        for word, weight in words.items():
            found[word] = max(weight, found.get(word, 0.0))
    return found


class Cause(Named):
    """A cause of "cannot be done" (办不成的原因)."""

    words: Words = Field(default_factory=dict)
    against: Words = Field(default_factory=dict)
    """Words that speak against this cause although its own words occur."""
    task_force: bool = False
    """No unit can lift it alone: the router proposes a task force."""
    domains: tuple[Slug, ...] = ()
    """Where given, the cause is looked for in these domains only."""


class NotAccepted(Named):
    """A matter that is declined on the spot, with the reason and the right door (不予受理, 一次性告知)."""

    words: Words
    reason: Text
    right_door: Text
    basis: Text
    channels: tuple[ChannelKind, ...] = ()
    """The kinds of channel at which it holds; empty means at all."""
    threshold: float = Field(default=4.0, gt=0)
    """The summed weight of its words from which it holds."""


class Knot(Rule):
    """One point of a calibration: what a raw score of the words has meant on texts that a person had judged."""

    raw: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)
    """The share that was right among texts of about this score."""
    precision: float = Field(ge=0, le=1)
    """The share that was right among texts of at least this score."""


class Confidence(Rule):
    """When the classifier's word is enough; below it a person decides (人工研判)."""

    domain: float = Field(default=0.5, ge=0, le=1)
    """Of the cases that go on without a person, so many shall be in the right field: the wanted precision."""
    cause: float = Field(default=0.5, ge=0, le=1)
    """How sure a cause must be to count."""
    title_weight: float = Field(default=2.0, ge=1, le=5)
    """How much more a word in the title counts than one in the body."""
    calibration: tuple[Knot, ...] = ()
    """For the policy's own words, by rising score (`bancheng evaluate` measures it); without it a score is as it is."""
