"""From bytes to a command, or to a named reason for quarantine; then a batch is classified at once. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import orjson
from msgspec.structs import replace

from router.cases.commands import Actor, Command, Submit
from router.cases.entry import Entry, EntryKind
from router.classify.classification import Text as Words
from router.classify.matcher import normalise
from router.door.lookups import NOBODY, Brought, Finder, Lookups, Person
from router.door.received import Received, sender
from router.door.unsealing import Unsealing
from router.ledger.shards import shard_of
from router.messages.envelope import BadMessageError, Envelope, opened, read
from router.messages.inbound import Content, content
from router.messages.trace import taken, without
from router.personal.outside import outside, strings
from router.vault.keyring import Hasher
from router.vault.sealing import NOBODY as NO_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from router.classify.classification import Classifier
    from router.messages.inbound import Kind
    from router.policy.book import Book
    from router.policy.policy import Policy
    from router.vault.sealing import Opens

LARGEST = 1_000_000
"""The largest message taken, in bytes; a longer one is quarantined whole."""
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A time outside these is a mistake, and too near the calendar's ends to reckon with."""
_AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead."""


_NONE = Lookups()


class Text(NamedTuple):
    """A text for the vault, with the entry it will be."""

    entry: Entry
    plain: bytes


class Read(msgspec.Struct, frozen=True):
    """A message that asks something: the command, its texts, and the hashes by which repeats are known."""

    received: Received
    message: str
    command: Command
    time: datetime
    shard: int
    seen_key: bytes
    content_digest: bytes
    texts: tuple[Text, ...] = ()
    person: Person = NOBODY
    """The keyed hashes of who brings a submission."""
    lookups: Lookups = _NONE
    """By what a submission is known again."""
    policy: str | None = None
    """The hash of the policy that a submission begins under."""
    words: Words | None = None
    """A submission's words, to be classified."""
    trace: str | None = None
    """The sender's trace, if it has one."""


class Bad(NamedTuple):
    """A message that can't be taken: why, where in it, its keyed hash, and the shard that tells of it."""

    received: Received
    shard: int
    code: str
    field: str
    digest: bytes


class Reader:
    """Reads messages under the policies in use, with the installation's key for hashes."""

    def __init__(
        self,
        book: Book,
        kinds: Mapping[str, Kind],
        *,
        shards: int,
        lookup_key: bytes,
        judge_time: bool = True,
        keys: Opens = NO_KEYS,
    ) -> None:
        """`judge_time` is off only where messages are the clock; `keys` open what is sealed to the router."""
        self._book = book
        self._kinds = kinds
        self._shards = shards
        self._hasher = Hasher(lookup_key)
        self._finder = Finder(lookup_key)
        self._judge_time = judge_time
        self._unsealing = Unsealing(book, keys)

    def read(self, received: Received, now: datetime) -> Read | Bad:
        """Return what a message asks; never raises, whatever it holds."""
        try:
            return self._read(received, now)
        except BadMessageError as bad:
            shard = received.partition % self._shards
            return Bad(received, shard, bad.code, bad.field, self.digest(received, received.value))

    def known_by(self, items: Sequence[Read | Bad]) -> list[Read | Bad]:
        """Return the batch with every submission's look-ups."""
        found = list(items)
        asked = [(at, item, item.words) for at, item in enumerate(items) if isinstance(item, Read) and item.words]
        made = self._finder.lookups([Brought(words, item.person) for _, item, words in asked])
        for (at, item, _), lookups in zip(asked, made, strict=True):
            found[at] = replace(item, lookups=lookups)
        return found

    def digest(self, received: Received, value: bytes | None) -> bytes:
        """Return the keyed hash of a message's key and of `value`, the whole of its bytes or what counts of them."""
        return self._hasher.of(received.key or b"", value or b"")

    def _read(self, received: Received, now: datetime) -> Read:
        if received.fault:
            raise BadMessageError(received.fault, received.span)
        value = received.value
        if value is not None and len(value) > LARGEST:
            raise BadMessageError("too_large")
        by = sender(received.topic, self._book)
        if by is None:
            raise BadMessageError("unknown_sender")
        envelope = read(value, received.headers)
        kind = self._kinds.get(envelope.type)
        if kind is None or kind.family != by.family:
            raise BadMessageError("unknown_type", "type")
        if envelope.source != by.source:
            raise BadMessageError("other_sender", "source")
        if not received.key:
            raise BadMessageError("empty_key", "key")
        if received.key != envelope.subject.encode():
            raise BadMessageError("key_differs", "key")
        if not _EARLIEST <= envelope.time < _LATEST:
            raise BadMessageError("bad_field", "time")
        if self._judge_time and envelope.time > now + _AHEAD:
            raise BadMessageError("future_time", "time")
        return self._asking(received, envelope, by.actor, kind, now)

    def _asking(self, received: Received, envelope: Envelope, actor: Actor, kind: Kind, now: datetime) -> Read:
        value = received.value or b""
        plain = self._unsealing.plain(envelope, actor.id)
        if plain is not None:
            envelope = envelope.model_copy(update={"data": {**envelope.data, "details": plain}})
            value = opened(value, received.headers, plain)
        elif envelope.traceparent is not None:
            value = without(value)
        asked = _without_persons(kind, envelope)
        case_id = envelope.subject
        seen_key = self._hasher.of(envelope.source.encode(), envelope.id.encode())
        policy = self._policy_for(actor, asked, now if self._judge_time else envelope.time)
        texts, words = self._texts(case_id, seen_key, asked, policy)
        return Read(
            received=received,
            message=envelope.id,
            command=Command(
                case_id=case_id,
                actor=actor,
                action=asked.action,
                entries=tuple(text.entry for text in texts),
                given=asked.note.given() if asked.note is not None else frozenset(),
            ),
            time=envelope.time,
            shard=shard_of(case_id, self._shards),
            seen_key=seen_key,
            content_digest=self.digest(received, value),
            texts=texts,
            person=self._finder.person(asked.case_details.person) if asked.case_details is not None else NOBODY,
            policy=policy.hash if words and policy else None,
            words=words,
            trace=taken(envelope.traceparent),
        )

    def _policy_for(self, actor: Actor, asked: Content, now: datetime) -> Policy | None:
        """Return the policy that a submission begins under; other messages are judged under their case's."""
        if not isinstance(asked.action, Submit):
            return None
        day = self._book.newest.work_calendar.date_of(now)
        policy = self._book.for_channel(actor.id, day)
        if policy is None:
            raise BadMessageError("no_policy")
        return policy

    def _texts(
        self, case_id: str, seen_key: bytes, asked: Content, policy: Policy | None
    ) -> tuple[tuple[Text, ...], Words | None]:
        if asked.note is not None:
            entry = Entry(case_id, f"note-{seen_key.hex()}", EntryKind.NOTE)
            return (Text(entry, asked.note.model_dump_json(exclude_none=True).encode()),), None
        details = asked.case_details
        if details is None or policy is None:
            return (), None
        matter = orjson.dumps({"title": details.title, "narrative": details.narrative})
        texts = [Text(Entry(case_id, "matter", EntryKind.MATTER), matter)]
        if details.person is not None:
            person = details.person.model_dump_json(exclude_none=True).encode()
            texts.append(Text(Entry(case_id, "person", EntryKind.PERSON), person))
        return tuple(texts), Words(normalise(details.title), normalise(details.narrative))


def _without_persons(kind: Kind, envelope: Envelope) -> Content:
    """Return what an event asks; what stands outside its details goes into records, so no person may stand there."""
    asked = content(kind, envelope)
    field = outside(_codes(envelope), lambda: _words(asked))
    if field is not None:
        raise BadMessageError("personal_outside", field)
    return asked


def _codes(envelope: Envelope) -> Iterator[tuple[str, str]]:
    """Yield what goes into records: the message's id, and every field outside of its details."""
    yield "id", envelope.id
    yield from strings(envelope.data)


def _words(asked: Content) -> Iterator[str]:
    """Yield the words of a message's details, a field at a time."""
    for details in (asked.case_details, asked.note):
        if details is not None:
            yield from (value for value in details.model_dump(exclude={"person"}).values() if isinstance(value, str))
    if asked.case_details is not None and asked.case_details.person is not None:
        yield from asked.case_details.person.model_dump(exclude_none=True).values()


def judged(items: Sequence[Read | Bad], classifiers: Mapping[str, Classifier]) -> list[Read | Bad]:
    """Return a batch with every submission classified under its policy; `classifiers` has one a policy, by its hash."""
    found = list(items)
    for policy, classifier in classifiers.items():
        asked = [(at, item) for at, item in enumerate(items) if isinstance(item, Read) and item.policy == policy]
        told = classifier.classify([item.words for _, item in asked if item.words is not None])
        for (at, item), classified in zip(asked, told, strict=True):
            found[at] = replace(item, command=replace(item.command, classification=classified), words=None)
    return found
