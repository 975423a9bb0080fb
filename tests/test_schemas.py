"""The contract for others: generated from the models, checked in, and true."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from bancheng.access_plan import plan_access
from bancheng.contract.examples import example
from bancheng.contract.schemas import QUARANTINED, Quarantined, files, schemas
from router.audit import anchor
from router.door.reading import Bad, Read, Reader
from router.door.received import Received
from router.ledger import record
from router.ledger.install import SHARDS
from router.messages.envelope import CONTENT_TYPE
from router.messages.faults import codes
from router.messages.inbound import kinds
from router.messages.outbound import OUTBOUND, Rung, Task
from router.policy.book import Book

if TYPE_CHECKING:
    from router.policy.policy import Policy

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"
SPECS = Path(__file__).parent / "data" / "specs"
TYPES = sorted(schemas())


contract = cache(schemas)


@cache
def validator(type_: str) -> Draft202012Validator:
    """What judges events of a type as a sender would."""
    return Draft202012Validator(contract()[type_], format_checker=Draft202012Validator.FORMAT_CHECKER)


def short(type_: str) -> str:
    """A type's name as the guide has it."""
    return type_.removeprefix("cn.bancheng.").removesuffix(".v1")


def valid(type_: str, event: object) -> bool:
    """Whether an event satisfies the schema of a type."""
    return validator(type_).is_valid(event)


@pytest.fixture(scope="module")
def reader(policy: Policy) -> Reader:
    """What the router reads messages with."""
    return Reader(Book((policy,)), kinds(), shards=SHARDS, lookup_key=bytes(32), judge_time=True)


def read(reader: Reader, type_: str, event: dict[str, Any]) -> Read | Bad:
    """What the router makes of an event on the topic of who sends the example of its type."""
    sender = example(type_)["source"].rpartition("/")[2]
    value = json.dumps(event, ensure_ascii=False).encode()
    key = str(event.get("subject")).encode()
    message = Received(f"{kinds()[type_].family}.{sender}", 0, 0, key, value, [CONTENT_TYPE])
    return reader.read(message, datetime(2026, 3, 2, 8, tzinfo=UTC))


def test_what_is_checked_in_is_what_the_models_say() -> None:
    """Schemas, examples and AsyncAPI in docs/ equal what `scripts/schemas` would write, no file more or less."""
    made = files()
    for path, text in made.items():
        assert (DOCS / path).read_text(encoding="utf-8") == text, f"{path} is stale: run scripts/schemas"
    there = {f"{room}/{file.name}" for room in ("schemas", "examples") for file in (DOCS / room).iterdir()}
    assert there == {path for path in made if "/" in path}


@pytest.mark.parametrize("type_", TYPES)
def test_an_example_satisfies_its_schema(type_: str) -> None:
    """Every type has an example, a whole CloudEvent, that its schema allows; the schema itself is one."""
    Draft202012Validator.check_schema(validator(type_).schema)
    assert example(type_)["type"] == type_
    assert valid(type_, example(type_))


@pytest.mark.parametrize("type_", sorted(kinds()))
def test_the_router_takes_the_examples_of_what_it_reads(reader: Reader, type_: str) -> None:
    """An inbound example passes the door's own reading."""
    assert isinstance(read(reader, type_, example(type_)), Read)


@pytest.mark.parametrize("type_", sorted(kinds()))
def test_an_example_is_sent_by_who_may_with_the_words_it_needs(reader: Reader, policy: Policy, type_: str) -> None:
    """An inbound example's sender has the role for it, and nothing that the action needs is left out."""
    asked = read(reader, type_, example(type_))
    assert isinstance(asked, Read)
    verb, role = asked.command.action.verb, asked.command.actor.role
    assert verb in policy.allowed[role], f"{role} may not {verb}"
    assert set(asked.command.action.needs) <= asked.command.given


def test_readers_models_take_the_examples_of_what_is_written() -> None:
    """An outbound example is one of the model that clients read it with; a record is read back as one."""
    for model in OUTBOUND:
        model.model_validate(example(model.type)["data"])
    Quarantined.model_validate(example(QUARANTINED)["data"])
    assert record.decode(json.dumps(example(record.TYPE), ensure_ascii=False).encode()).events


def test_the_examples_anchor_is_signed_by_the_key_that_it_introduces() -> None:
    """The signature in the example is a true one, so that whoever writes a verifier may try it there."""
    written = json.dumps(example(anchor.TYPE), ensure_ascii=False).encode()
    told = anchor.decode(written)
    assert told.introduces is not None
    public = anchor.public_of(told.introduces, told.previous)
    assert public is not None
    assert anchor.sound(written, public)
    assert not valid(anchor.TYPE, {**example(anchor.TYPE), "data": {"number": 1}})


def without(name: str) -> Any:
    """Leave an attribute out."""
    return lambda event: event.pop(name)


WRONG = {
    "no id": without("id"),
    "no time": without("time"),
    "no data": without("data"),
    "no subject": without("subject"),
    "another version": lambda event: event.update(specversion="0.3"),
    "an id with blanks": lambda event: event.update(id="a b"),
    "a subject that is no UUID": lambda event: event.update(subject="case-1"),
    "another's source": lambda event: event.update(source="/somebody"),
    "a time without a zone": lambda event: event.update(time="2026-03-02T09:30:00"),
    "an unknown field": lambda event: event["data"].update(surprise=1),
    "details that are a text": lambda event: event["data"].update(details="text"),
    "an unknown scheme": lambda event: event["data"].update(details={"scheme": "other", "text": "x"}),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_the_router_refuses_the_schema_refuses(reader: Reader, name: str) -> None:
    """A sender who validates against the schema is never quarantined for the form of a message."""
    for type_ in kinds():
        event = example(type_)
        WRONG[name](event)
        assert isinstance(read(reader, type_, event), Bad), type_
        assert not valid(type_, event), type_


def test_asyncapi_is_what_it_says() -> None:
    """The AsyncAPI document satisfies the specification's own schema, and every file it refers to exists."""
    text = (DOCS / "asyncapi.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    Draft7Validator(json.loads((SPECS / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))).validate(document)
    named = [line.split("$ref:")[1].strip() for line in text.splitlines() if "$ref: schemas/" in line]
    assert sorted(Path(path).stem for path in named) == TYPES
    assert all((DOCS / path).exists() for path in named)


def test_asyncapi_tells_the_topics_as_they_are_made() -> None:
    """Partitions and retention in the document are those of the topics that `bancheng topics create` makes."""
    channels = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))["channels"]
    for topic in plan_access(channels=("c",), units=("u",), shards=SHARDS).topics:
        told = channels[topic.name.partition(".")[0]]["bindings"]["kafka"]
        assert told["partitions"] == topic.partitions
        assert told["topicConfiguration"]["retention.ms"] == topic.retention_ms


def test_the_guide_leaves_nothing_out() -> None:
    """`docs/messages.md` tells of every message type, task and rung, and of every code of quarantine."""
    guide = (DOCS / "messages.md").read_text(encoding="utf-8")
    for type_ in TYPES:
        assert f"`{short(type_)}`" in guide, type_
    for code in (*codes(), *Task, *Rung):
        assert f"`{code}`" in guide, code


@pytest.mark.parametrize("type_", sorted(kinds()))
def test_the_guide_names_the_words_that_an_action_needs(type_: str) -> None:
    """Behind a type's name in `docs/messages.md` stand, in brackets, the words without which it is refused."""
    guide = (DOCS / "messages.md").read_text(encoding="utf-8")
    told = re.search(rf"[|,] `{re.escape(short(type_))}`(?: \(([a-z_, ]+)\))?(?: \||, `)", guide)
    assert told is not None
    assert (told[1] or "") == ", ".join(kinds()[type_].action.needs)
