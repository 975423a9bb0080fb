"""What a classifier says of a text, and the protocol every classifier follows."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Cue(msgspec.Struct, frozen=True, array_like=True):
    """A word of the policy that spoke for something: never a word that only the citizen used."""

    word: str
    weight: int
    """In thousandths of the policy's scale; negative where it spoke against."""
    title: bool
    """It stood in the title."""


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question answered: the choice, how sure, the runner-up, and the words."""

    choice: str | None = None
    confidence: int = 0
    """In thousandths."""
    runner_up: str | None = None
    cues: tuple[Cue, ...] = ()


class Classification(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that a classifier says of one text: codes, numbers and the policy's own words."""

    model: str
    """The hash of the classifier's model; for the lexicon, the policy's hash."""
    domain: Verdict
    cause: Verdict = Verdict()
    section: str | None = None
    kind: str | None = None
    urgent: bool = False
    not_accepted: tuple[str, ...] = ()
    """The policy's rules of refusal whose words reached their threshold."""
    words: tuple[str, ...] = ()
    """Every word of the routing table that occurred; routes are chosen by them."""


class Classifier(Protocol):
    """Anything that judges texts in batches. It must be deterministic and must not raise on any text."""

    @property
    def model(self) -> str:
        """The hash under which its judgements are recorded."""
        ...

    def classify(self, title: str, body: str) -> Classification:
        """Judge one text, as `matcher.normalise` leaves it; `title` may be empty. Never raises."""
        ...
