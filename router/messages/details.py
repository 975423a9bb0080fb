"""The block `details`: all free text and personal fields of a message, plain or sealed to its reader."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from router.messages.base import Line, Message, Prose


class SealedDetails(Message):
    """A whole plain block as JSON bytes, sealed to the reader's public key by HPKE (RFC 9180)."""

    scheme: Literal["sealed"]
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    """Which of the reader's keys: the first 8 bytes of the SHA-256 of its public key."""
    sealed: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{64,}={0,2}$")]
    """HPKE's encapsulated key and ciphertext, in base64."""


class Person(Message):
    """Who brings the case. Every field may be missing: a nameless complaint is a complaint."""

    name: Line | None = None
    phone: Line | None = None
    id_number: Line | None = None
    address: Line | None = None


class CaseDetails(Message):
    """What a submission says: the person and the matter."""

    scheme: Literal["plain"] = "plain"
    title: Line = ""
    narrative: Prose
    person: Person | None = None


class NoteDetails(Message):
    """What a unit, an office or a channel writes: the text, and where needed basis, remedy, signature."""

    scheme: Literal["plain"] = "plain"
    text: Prose
    basis: Line | None = None
    """The legal basis of a return or a negative answer."""
    remedy: Line | None = None
    """What the person may do against a negative answer."""
    signed_by: Line | None = None
    """Who signs for the unit (分管领导 or head)."""

    def given(self) -> frozenset[str]:
        """Return which words it holds: the heart asks for them by name, and never sees them."""
        filled = {"basis": self.basis, "remedy": self.remedy, "signed_by": self.signed_by, "text": self.text}
        return frozenset(name for name, words in filled.items() if words and words.strip())


class Mark(Message):
    """A place in the title or the narrative that a clerk looks for; characters from `start` up to `end`."""

    where: Literal["title", "narrative"]
    kind: Literal["place", "organisation", "amount", "date", "wish"]
    start: int
    end: int


class OutDetails(Message):
    """What a unit or channel is told in words; each field only where it is needed."""

    scheme: Literal["plain"] = "plain"
    title: str | None = None
    narrative: str | None = None
    person: Person | None = None
    notes: tuple[NoteDetails, ...] = ()
    marks: tuple[Mark, ...] = ()
    """Where a person decides (人工研判): places, organisations, amounts, dates, and what the person wants."""
    notice: dict[str, str] | None = None
    """Sentences of the policy: reason and right door of a refusal, task and standard of a part."""
