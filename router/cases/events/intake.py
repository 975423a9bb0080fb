"""From submission to acceptance: what came, what it is about, whether it is taken."""

from __future__ import annotations

from datetime import datetime

from router.cases.entry import Entry
from router.cases.events.base import Event


class Submitted(Event, frozen=True, tag="submitted"):
    """A channel brought the case."""

    channel: str
    policy: str
    occurred_at: datetime
    reference: str | None = None
    withheld: bool = False
    complained_of: tuple[str, ...] = ()
    """Units that must never see it (回避): those complained of, and their children."""
    guided: bool = False
    entries: tuple[Entry, ...] = ()


class Acknowledged(Event, frozen=True, tag="acknowledged"):
    """The receipt is durable."""


class Supplemented(Event, frozen=True, tag="supplemented"):
    """What was missing came."""

    entries: tuple[Entry, ...] = ()


class SupplementRequested(Event, frozen=True, tag="supplement_requested"):
    """What is missing was asked for, once and completely (一次性告知)."""

    by: str
    due: datetime
    entries: tuple[Entry, ...] = ()


class Classified(Event, frozen=True, tag="classified"):
    """The classifier judged; confidences in thousandths."""

    model: str
    domain: str | None = None
    section: str | None = None
    cause: str | None = None
    kind: str | None = None
    urgent: bool = False
    confidence: int = 0
    cause_confidence: int = 0
    words: tuple[str, ...] = ()
    """Words of the routing table that occurred: units are chosen by them."""
    regions: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    complained_of: tuple[str, ...] = ()
    """Units that the text complains of, and their children: they must never see it (回避)."""


class TriageRequested(Event, frozen=True, tag="triage_requested"):
    """A person has to decide (人工研判)."""

    reason: str
    offered: tuple[str, ...] = ()
    """The best domains, at most two."""
    other: str | None = None
    """The earlier case of the same person and matter."""


class Triaged(Event, frozen=True, tag="triaged"):
    """A person decided what it is about."""

    by: str
    domain: str
    cause: str | None = None
    complained_of: tuple[str, ...] = ()
    guided: bool = False


class Accepted(Event, frozen=True, tag="accepted"):
    """受理; the person's total time runs from the first of these."""

    due: datetime
    limit: str = ""
    """The policy's limit that it stands on."""
    start: datetime | None = None
    """Since when that runs, where it is not now: an urgent one runs from the submission."""
    provisional: bool = False
    """The due date reaches beyond the years whose working days are known."""


class Declined(Event, frozen=True, tag="declined"):
    """不予受理, by a rule of the policy that names reason, basis and the right door."""

    rule: str


class DuplicateLinked(Event, frozen=True, tag="duplicate_linked"):
    """The same matter as another case: `primary` on the repeat, `repeat` on the running case."""

    primary: str | None = None
    repeat: str | None = None
    relation: str = "same_words"
    """same_words, same_person or supporter."""
    similarity: int = 1000
    """In thousandths: 1000 for the very same words, 0 where it wasn't measured."""
    by: str = "router"
    entries: tuple[Entry, ...] = ()


class PolicyMoved(Event, frozen=True, tag="policy_moved"):
    """An office moved the case to another policy."""

    policy: str
    by: str
    entries: tuple[Entry, ...] = ()


class DuplicateUnlinked(Event, frozen=True, tag="duplicate_unlinked"):
    """It stands on its own again: `primary` on the repeat, `repeat` on the running case."""

    primary: str | None = None
    repeat: str | None = None
    by: str = "router"
    entries: tuple[Entry, ...] = ()
