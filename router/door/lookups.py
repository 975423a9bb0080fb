"""By what a submission is known again: keyed hashes of its words, and of its person together with its words.

Everything is an equality of keyed hashes: the same person brings the same matter again if any of a person's hashes
is known. Besides the very words these are the title, where it says enough, and eight bands of the text's signature:
at a similarity of .8 they find 98 of 100 repeats, at .5 40, and at .15, two matters in one person's style, 4 of 1 000.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from router.matching.signature import Signer
from router.vault.keyring import keyed_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from router.classify.classification import Text
    from router.messages.details import Person

BANDS = 8
PLACES_A_BAND = 4
_TITLE = 10
"""Characters from which a title names one matter of a person: shorter ones (投诉, 求助) name any."""
_WORDS = 14
"""Characters from which the same words by different people are one matter: shorter ones happen to be the same."""
_PHONE, _NUMBER = 7, 6
"""The fewest figures of a phone number and characters of an id that tell a person."""
_ABROAD = re.compile(r"^(?:00)?86(?=\d{10,11}$)")


class Lookups(NamedTuple):
    """The keyed hashes of a submission: of its words alone, and of its person with its words."""

    words: bytes | None = None
    person: tuple[bytes, ...] = ()

    def all(self) -> tuple[bytes, ...]:
        """Return all of them."""
        return self.person if self.words is None else (self.words, *self.person)


class Brought(NamedTuple):
    """A submission's normalised words, and the keyed hash of who brings it."""

    words: Text
    person: bytes | None


def signature_key(key: bytes) -> bytes:
    """Return the key of all signatures of an installation."""
    return keyed_hash(key, b"signatures")


def person_hash(key: bytes, person: Person | None) -> bytes | None:
    """Return the keyed hash of a person: by the id number if there is one, else by the phone; None for neither."""
    if person is None:
        return None
    number = _bare(person.id_number, str.isalnum)
    if len(number) >= _NUMBER:
        return keyed_hash(key, b"id", number.encode())
    phone = _ABROAD.sub("", _bare(person.phone, str.isdecimal))
    return keyed_hash(key, b"phone", phone.encode()) if len(phone) >= _PHONE else None


def _bare(written: str | None, counts: Callable[[str], bool]) -> str:
    """Return the characters of a number that count; nothing of a masked one (138****0000) or a stopgap (0000000)."""
    text = unicodedata.normalize("NFKC", written or "").upper()
    bare = "".join(character for character in text if counts(character))
    masked = "*" in text or text.count("X") > 1
    return "" if masked or len(set(bare)) == 1 else bare


class Finder:
    """Makes the look-ups of a batch."""

    def __init__(self, key: bytes) -> None:
        """`key` is the installation's key of look-ups."""
        self._key = key
        self._signer = Signer(signature_key(key))

    def lookups(self, batch: Sequence[Brought]) -> list[Lookups]:
        """Return the look-ups of each submission; only those by a known person cost a signature."""
        known = [item for item in batch if item.person is not None]
        signatures, enough = self._signer.sign([whole(item.words) for item in known])
        told = zip(signatures, enough, strict=True)
        return [Lookups(self._words(item.words), self._person(item, told)) for item in batch]

    def _words(self, words: Text) -> bytes | None:
        return keyed_hash(self._key, b"words", _digest(words)) if len(words.title + words.body) >= _WORDS else None

    def _person(self, item: Brought, told: Iterator[tuple[object, object]]) -> tuple[bytes, ...]:
        person, words = item.person, item.words
        if person is None:
            return ()
        signature, enough = next(told)
        if not words.title and not words.body:
            return ()
        found = [(b"words", _digest(words))]
        if len(words.title) >= _TITLE:
            found.append((b"title", words.title.encode()))
        if enough:
            size = 2 * PLACES_A_BAND
            places = bytes(memoryview(signature))  # type: ignore[arg-type]  # a row of the array
            found += [(f"band-{n}".encode(), places[n * size : (n + 1) * size]) for n in range(BANDS)]
        return tuple(keyed_hash(self._key, b"person", person, kind, content) for kind, content in found)


def whole(words: Text) -> str:
    """Return title and body as one text to be signed."""
    return f"{words.title}\n{words.body}"


def similarity(shared: int) -> int:
    """Return the similarity, in thousandths, that so many shared hashes of a person speak for; 0 if none is a band."""
    return round(1000 * float(min(1.0, shared / BANDS) ** (1 / PLACES_A_BAND)))


def _digest(words: Text) -> bytes:
    return hashlib.sha256((words.title + words.body).encode()).digest()
