"""By what a submission is known again: keyed hashes of its words, and of its person together with its words.

Everything is an equality of keyed hashes. The same person brings the same matter again if the very words are known, or
one of eight bands of the text's signature: at a similarity of .8 they find 98 of 100 repeats, at .5 40, and at .15, two
matters in one person's style, 4 of 1 000. A title alone tells nothing: 市民来电反映有关问题 stands over any matter. A
person is known by an id number and by a phone, each by itself, and so are two persons told apart.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from router.matching.signature import Signer
from router.vault.keyring import Hasher, keyed_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from router.classify.classification import Text
    from router.messages.details import Person as Details

BANDS = 8
PLACES_A_BAND = 4
_CUTS = tuple(
    (bytes((band,)), slice(band * 2 * PLACES_A_BAND, (band + 1) * 2 * PLACES_A_BAND)) for band in range(BANDS)
)
"""Each band's number, and where its places (two bytes each) stand in a signature."""
_WORDS = 14
"""Characters from which the same words by different people are one matter: shorter ones happen to be the same."""
_PHONE, _NUMBER = 7, 6
"""The fewest figures of a phone number and characters of an id that tell a person."""
_ABROAD = re.compile(r"^(?:00)?86(?=\d{10,11}$)")


class Person(NamedTuple):
    """The keyed hashes of who brings a submission; what wasn't given, or tells nobody, is None."""

    number: bytes | None = None
    phone: bytes | None = None

    @property
    def known(self) -> tuple[bytes, ...]:
        """What there is of both."""
        return tuple(one for one in self if one is not None)


NOBODY = Person()


class ByPerson(NamedTuple):
    """The keyed hashes of a submission by one of its person's identifiers."""

    words: bytes
    """Of the very words."""
    bands: tuple[bytes, ...] = ()


class Lookups(NamedTuple):
    """The keyed hashes of a submission: of its words alone, and by each identifier of its person.

    One phone may be the helper's of many (帮办): of two submissions that both have an id number the phone says nothing.
    So a phone beside an id number is kept apart: left for those who give none, and theirs are sought by it.
    """

    words: bytes | None = None
    kinds: tuple[bytes, ...] = ()
    """Of the words and a kind of identifier: who shares one is known by the same kind."""
    known: tuple[ByPerson, ...] = ()
    """Claimed, and looked up."""
    sought: tuple[ByPerson, ...] = ()
    """Looked up only."""
    left: tuple[ByPerson, ...] = ()
    """Claimed only."""

    def claims(self) -> tuple[bytes, ...]:
        """Return those that others are to know this submission by."""
        told = self.kinds if self.words is None else (self.words, *self.kinds)
        return (*told, *_flat((*self.known, *self.left)))

    def asks(self) -> tuple[bytes, ...]:
        """Return those that only others claim."""
        return _flat(self.sought)


def _flat(persons: Sequence[ByPerson]) -> tuple[bytes, ...]:
    return tuple(digest for one in persons for digest in (one.words, *one.bands))


class Brought(NamedTuple):
    """A submission's normalised words, and who brings it."""

    words: Text
    person: Person


def signature_key(key: bytes) -> bytes:
    """Return the key of all signatures of an installation."""
    return keyed_hash(key, b"signatures")


def _bare(written: str | None, counts: Callable[[str], bool]) -> str:
    """Return the characters of a number that count; nothing of a masked one (138****0000) or a stopgap (0000000)."""
    if not written:
        return ""
    text = unicodedata.normalize("NFKC", written).upper()
    bare = "".join(character for character in text if counts(character))
    masked = "*" in text or text.count("X") > 1
    return "" if masked or len(set(bare)) == 1 else bare


class Finder:
    """Makes the look-ups of a batch."""

    def __init__(self, key: bytes) -> None:
        """`key` is the installation's key of look-ups."""
        self._number = Hasher(key, b"id")
        self._phone = Hasher(key, b"phone")
        self._words = Hasher(key, b"words")
        self._kind = Hasher(key, b"kind")
        self._of_person = Hasher(key, b"words of person")
        self._band = Hasher(key, b"band")
        self._signer = Signer(signature_key(key))

    def person(self, person: Details | None) -> Person:
        """Return the keyed hashes of a person, by the id number and by the phone."""
        if person is None:
            return NOBODY
        number = _bare(person.id_number, str.isalnum)
        phone = _ABROAD.sub("", _bare(person.phone, str.isdecimal))
        return Person(
            self._number.of(number.encode()) if len(number) >= _NUMBER else None,
            self._phone.of(phone.encode()) if len(phone) >= _PHONE else None,
        )

    def lookups(self, batch: Sequence[Brought]) -> list[Lookups]:
        """Return the look-ups of each submission; only those by a known person cost a signature."""
        known = [item for item in batch if item.person.known]
        signatures, enough = self._signer.sign([item.words.body for item in known])
        told = zip(signatures, enough, strict=True)
        return [self._of(item, next(told) if item.person.known else None) for item in batch]

    def _of(self, item: Brought, told: tuple[object, object] | None) -> Lookups:
        words, (number, phone) = item.words, item.person
        digest = hashlib.sha256((words.title + words.body).encode()).digest()
        telling = len(words.title + words.body) >= _WORDS
        alone = self._words.of(digest) if telling else None
        if told is None or not (words.title or words.body):
            return Lookups(alone)
        signature, enough = told
        places = bytes(memoryview(signature)) if enough else b""  # type: ignore[arg-type]  # a row of the array
        kinds = [kind for kind, known in ((b"id", number), (b"phone", phone)) if known is not None and telling]
        by_number = (self._by(number, b"n", digest, places),) if number is not None else ()
        by_phone = (self._by(phone, b"p", digest, places),) if phone is not None else ()
        beside = (self._by(phone, b"b", digest, places),) if phone is not None else ()
        return Lookups(
            words=alone,
            kinds=tuple(self._kind.of(kind, digest) for kind in kinds),
            known=by_number or by_phone,
            sought=by_phone if number is not None else beside,
            left=beside if number is not None else (),
        )

    def _by(self, who: bytes, kind: bytes, digest: bytes, places: bytes) -> ByPerson:
        """Return the hashes by one identifier; its hash and the kind's letter have fixed lengths, so they're joined."""
        prefix = who + kind
        bands = [prefix + number + places[cut] for number, cut in _CUTS] if places else ()
        return ByPerson(self._of_person.of(prefix + digest), self._band.each(bands))


def whole(words: Text) -> str:
    """Return title and body as one text to be signed."""
    return f"{words.title}\n{words.body}"


def similarity(bands: int) -> int:
    """Return the similarity, in thousandths, that so many bands in common speak for; 0 for none."""
    return round(1000 * float((bands / BANDS) ** (1 / PLACES_A_BAND)))
