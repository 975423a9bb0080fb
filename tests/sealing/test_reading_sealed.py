"""What the door makes of sealed details, without broker and database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from homes import SMALL
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bancheng import policies
from bancheng.contract.examples import example
from bancheng.contract.schemas import schemas
from router.door.reading import Bad, Read, Reader
from router.door.received import Received
from router.messages.envelope import CONTENT_TYPE
from router.messages.inbound import kinds
from router.policy.book import Book
from router.policy.sealing import Mode, Sealing
from router.policy.sense import complaints
from router.vault.sealing import Keys, PrivateKey, about_event

if TYPE_CHECKING:
    from router.policy.policy import Policy

KEY = PrivateKey.new()
TYPES = sorted(type_ for type_ in kinds() if "details" in example(type_)["data"])
contract = cache(schemas)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BINARY = ("id", "source", "type", "subject", "time", "specversion")


@pytest.fixture(scope="module")
def reader(policy: Policy) -> Reader:
    """What the router reads messages with, and the key that is sealed to."""
    return Reader(Book((policy,)), kinds(), shards=16, lookup_key=bytes(32), keys=Keys((KEY,)))


def sealed(event: dict[str, Any], to: PrivateKey = KEY, **changes: Any) -> dict[str, Any]:
    """The same event with its details sealed."""
    block = to.public.seal(orjson.dumps(event["data"]["details"]), about_event(event))
    return event | {"data": event["data"] | {"details": block | changes}}


def read(reader: Reader, event: dict[str, Any], *, binary: bool = False) -> Read | Bad:
    """What the router makes of an event on its sender's topic."""
    owner, key = event["source"].rpartition("/")[2], event["subject"].encode()
    topic = f"{kinds()[event['type']].family}.{owner}"
    if not binary:
        return reader.read(Received(topic, 0, 0, key, orjson.dumps(event), [CONTENT_TYPE]), NOW)
    headers = [(f"ce_{name}", str(event[name]).encode()) for name in BINARY]
    return reader.read(Received(topic, 0, 0, key, orjson.dumps(event["data"]), headers), NOW)


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("binary", [False, True])
def test_sealed_is_read_as_plain(reader: Reader, type_: str, binary: bool) -> None:  # noqa: FBT001
    """Every type with words comes to the same when sealed, and is the same message by which repeats are known."""
    event = example(type_)
    plain, twice = read(reader, event, binary=binary), [read(reader, sealed(event), binary=binary) for _ in range(2)]
    assert isinstance(plain, Read)
    for one in twice:
        assert isinstance(one, Read)
        assert (one.command, one.texts, one.words) == (plain.command, plain.texts, plain.words)
        assert (one.seen_key, one.content_digest) == (plain.seen_key, plain.content_digest)
    assert Draft202012Validator(contract()[type_]).is_valid(sealed(event))


def test_other_words_are_another_message(reader: Reader) -> None:
    """Other words, or other fields beside the same words, under the same id are a conflict; a trace is nothing."""
    event = example(TYPES[0])
    told = [
        sealed(event),
        sealed(event | {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}),
        sealed(event | {"data": event["data"] | {"details": event["data"]["details"] | {"narrative": "别的"}}}),
        sealed(event | {"data": event["data"] | {"reference": "OTHER-1"}}),
    ]
    digests = [found.content_digest for one in told if isinstance(found := read(reader, one), Read)]
    assert len(digests) == len(told)
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


WRONG = {
    "another key": (lambda event: sealed(event, PrivateKey.new()), "unsealable", "data.details.key"),
    "another case": (lambda event: sealed(event) | {"subject": "0195d39f-1c22-7d10-8e5b-6a7c8d9e0f10"}, "unsealable",
                     "data.details.sealed"),
    "another message": (lambda event: sealed(event) | {"id": "another"}, "unsealable", "data.details.sealed"),
    "altered": (lambda event: sealed(event, sealed="A" * 88), "unsealable", "data.details.sealed"),
    "no base64": (lambda event: sealed(event, sealed="%" * 88), "bad_field", "data.details.sealed"),
    "a field more": (lambda event: sealed(event, text="beside it"), "bad_field", "data.details.text"),
    "no key named": (lambda event: sealed(event, key="x"), "bad_field", "data.details.key"),
    "sealed twice": (lambda event: sealed(sealed(event)), "bad_field", "data.details.scheme"),
    "no block inside": (lambda event: sealed(event | {"data": event["data"] | {"details": ["x"]}}), "unsealable",
                        "data.details.sealed"),
    "wrong words inside": (lambda event: sealed(event | {"data": event["data"] | {"details": {"narrative": 1}}}),
                           "bad_field", "data.details.narrative"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_does_not_open_is_set_aside_by_name(reader: Reader, name: str) -> None:
    """A block that can't be opened, or holds what it shouldn't, is named by code and field, and kept as it came."""
    make, code, field = WRONG[name]
    event = make(example("cn.bancheng.case.submitted.v1"))
    found = read(reader, event)
    assert isinstance(found, Bad)
    assert (found.code, found.field) == (code, field)
    assert found.received.value == orjson.dumps(event)


@cache
def fuzzed() -> Reader:
    """The reader for many tries."""
    return Reader(Book((policies.read(SMALL),)), kinds(), shards=16, lookup_key=bytes(32), keys=Keys((KEY,)))


VALUES = st.one_of(st.none(), st.just("sealed"), st.text(max_size=90), st.integers(-9, 9), st.binary().map(bytes.hex))


@given(st.dictionaries(st.sampled_from(("scheme", "key", "sealed", "text", "x")), VALUES))
def test_no_block_breaks_the_reading(block: dict[str, Any]) -> None:
    """Whatever stands in details, reading ends in a command or a code."""
    event = example("cn.bancheng.case.submitted.v1")
    assert isinstance(
        read(fuzzed(), event | {"data": {"details": {"scheme": "sealed", "key": KEY.public.id} | block}}), Bad
    )


def test_where_sealing_is_required_plain_is_refused(policy: Policy) -> None:
    """The policy's word binds the channel or unit that it names; a message without details has nothing to seal."""
    strict = policy.model_copy(update={"sealing": Sealing(by={"window-system": Mode.REQUIRED})})
    one = Reader(Book((strict,)), kinds(), shards=16, lookup_key=bytes(32), keys=Keys((KEY,)))
    event = example("cn.bancheng.case.submitted.v1")
    refused = read(one, event)
    assert isinstance(refused, Bad)
    assert (refused.code, refused.field) == ("unsealed", "data.details")
    assert isinstance(read(one, sealed(event)), Read)
    assert isinstance(read(one, event | {"source": "/channels/hotline"}), Read)
    bare = example("cn.bancheng.case.withdrawn.v1") | {"data": {}}
    assert isinstance(read(one, bare), Read)


def test_a_policy_names_only_whom_it_knows(policy: Policy) -> None:
    """A mode for somebody unknown is a mistake that `policy check` tells."""
    wrong = policy.model_copy(update={"sealing": Sealing(by={"nobody": Mode.OFF})})
    assert [(path, what) for path, what, _ in complaints(wrong)] == [
        (("sealing", "by", "nobody"), "there is no channel or unit 'nobody'")
    ]
