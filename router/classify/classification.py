"""What a classifier says of a text, and the protocol every classifier follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class Text(NamedTuple):
    """One matter's words, as `matcher.normalise` leaves them; the title may be empty."""

    title: str
    body: str


class Cue(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A word of the policy that spoke for something: never a word that only the citizen used."""

    word: str
    weight: int
    """In thousandths of the policy's scale; negative where it spoke against."""
    title: bool
    """It stood in the title."""


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One question answered: the choice, how sure, the runner-up, and the words."""

    choice: str | None = None
    confidence: int = 0
    """The calibrated probability that the choice is right, in thousandths."""
    runner_up: str | None = None
    cues: tuple[Cue, ...] = ()
    rival_cues: tuple[Cue, ...] = ()
    """The words for the runner-up."""
    precision: int | None = None
    """Of texts judged at least this surely, so many in a thousand were right; None where nobody has measured it."""

    @property
    def surely(self) -> int:
        """What the policy's wanted precision is held against, in thousandths."""
        return self.confidence if self.precision is None else self.precision


class Classification(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """All that a classifier says of one text: codes, numbers and the policy's own words."""

    model: str
    """The hash of the model that chose the domain; for the lexicon, the policy's hash."""
    domain: Verdict = Verdict()
    cause: Verdict = Verdict()
    kind: Verdict = Verdict()
    urgency: Verdict = Verdict()
    """Its choice is `urgent`, or nothing."""
    section: str | None = None
    not_accepted: tuple[str, ...] = ()
    """The policy's rules of refusal whose words reached their threshold."""
    words: tuple[str, ...] = ()
    """Every word of the routing table that occurred; routes are chosen by them."""
    regions: tuple[str, ...] = ()
    """Regions whose places were named."""
    enterprises: tuple[str, ...] = ()
    """Enterprises of the policy's register that were named, under whatever name."""
    complained_of: tuple[str, ...] = ()
    """Units that the text complains of, not only names."""
    doubt: str | None = None
    """Why its heads contradict each other, where they do: then a person decides."""


class Classifier(Protocol):
    """Anything that judges texts in batches. It must be deterministic and must not raise on any text.

    Caution isn't its business: the policy's wanted precision, repeats, refusals and recusal are the heart's.
    An engine that is slow or may fail (a language model behind an address, say) answers with what it has at its
    deadline: a `Classification` without a choice sends the case to a person.
    """

    @property
    def model(self) -> str:
        """The hash under which its judgements are recorded."""
        ...

    def classify(self, texts: Sequence[Text]) -> list[Classification]:
        """Judge a batch, one answer a text in their order. Never raises."""
        ...
