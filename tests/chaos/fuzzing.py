"""Messages of every shape, from nearly right to plain noise, for the door to take."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

from router.messages.inbound import Kind, kinds

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CHANNELS, UNITS = ("window-system", "hotline"), (
    "hrss", "archives", "industry", "housing", "urban", "sumu", "benefits", "tax", "dispatcher", "window",
    "supervisor", "leader",
)  # fmt: skip
PARTS = ("accept", "search-archive", "search-industry", "certify", "decide", "collect", "new-part")
CASES = tuple(f"0197{n:04x}-0000-7000-8000-{n:012x}" for n in range(1, 25))
"""The cases that fuzzed messages speak of."""
FUZZ_TIME = "2026-03-02T09:30:00+08:00"
STRUCTURED = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
_SHARDS = 16


class Made(NamedTuple):
    """A message as Kafka would hand it over, before it has an offset."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Raw(str):
    """A piece of JSON to be written as it is: NaN, an endless number, an escape of half a character."""

    __slots__ = ()


class Twice(dict[str, Any]):
    """An object whose first field is written twice."""


def written(value: Any) -> str:
    """Return JSON text of a value that may hold what no JSON library writes."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        fields = [f"{json.dumps(name, ensure_ascii=False)}:{written(one)}" for name, one in value.items()]
        return "{" + ",".join(fields + (fields[:1] if isinstance(value, Twice) else [])) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _nested(depth: int, opening: str, closing: str) -> Raw:
    return Raw(opening * depth + closing * depth)


EXTREMES = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        1,
        2**31,
        2**53,
        2**63 - 1,
        2**63,
        2**64,
        -(2**63),
        10**30,
        1.5,
        1e300,
        -0.0,
        "",
        " ",
        "0",
        "1" * 40,
        "1" * 5000,
        "-1",
        "1e400",
        "true",
        "\x00",
        "a\x00b",
        "\x7f",
        "\u202e",
        "\ufeff",
        "\uffff",
        "𝟘",
        "é" * 300,
        "长" * 500,
        "x" * 100_001,
        "9999-12-31",
        "0001-01-01",
        "9999-12-31T23:59:59+00:00",
        "2026-02-30",
        "null",
        "{}",
        "[]",
        "../../etc",
        "'; DROP TABLE cases; --",
        "%s%n",
        "${jndi:x}",
        "13800000000",
        {"\x00": 1},
        {"13800000000": "x"},
        {"": ""},
        {"a" * 3000: 1},
        [],
        {},
        [[]],
        [None],
        [""] * 300,
    ]
)
BROKEN = st.sampled_from([
    Raw("NaN"), Raw("Infinity"), Raw("-Infinity"), Raw("1e999"), Raw("1" * 400), Raw("-" + "9" * 400), Raw("0" * 30),
    Raw('"\\ud83d"'), Raw('"\\udc00\\ud800"'), Raw('"\\u0000"'), Raw("1" + "0" * 5000), Raw("undefined"), Raw(""),
    _nested(100, "[", "]"), _nested(100_000, "[", "]"), _nested(300, '{"a":', "}").replace("}", "1}", 1),
])  # fmt: skip
TEXT = st.sampled_from([
    "房屋漏水，物业不管", "暖气不热", "社保断了多年，档案找不到", "气死我了", "房屋漏水，法院已立案", "社保", "爆炸",
    "投诉住建局",
]) | st.text(max_size=60)  # fmt: skip
JUNK = EXTREMES | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_units, _days = st.sampled_from(UNITS), st.sampled_from([1, 5, 120, 250])
_dates = st.sampled_from(["2026-12-01", "2027-05-01", "2099-01-01", "9999-12-31", "9000-01-01", "2026-01-01"])
_slugs = st.lists(st.sampled_from(PARTS), max_size=3)
_item = st.fixed_dictionaries(
    {"id": st.sampled_from(["new-part", "x", "accept"]), "unit": _units, "working_days": _days},
    optional={"required": st.booleans(), "after": _slugs, "needs": _slugs, "only_if_failed": _slugs},
)
_person = st.fixed_dictionaries({}, optional={
    "name": TEXT, "phone": st.sampled_from(["13800000001", "0", "１３８００００００００", ""]),
    "id_number": st.sampled_from(["150102195001010011", "X", "15010219500101001X"]), "address": TEXT,
})  # fmt: skip
NOTE = st.fixed_dictionaries(
    {"text": TEXT}, optional={"scheme": st.just("plain"), "basis": TEXT, "remedy": TEXT, "signed_by": TEXT}
)
MATTER = st.fixed_dictionaries({"narrative": TEXT}, optional={"title": TEXT, "person": _person})
SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "version": st.integers(1, 40), "assignment": st.integers(1, 4), "part": st.sampled_from(PARTS),
    "clock": st.sampled_from(["case", "unit-1", "sign-1", "part-accept", "triage"]),
    "grade": st.sampled_from(["very_satisfied", "satisfied", "dissatisfied", "very_dissatisfied"]),
    "result": st.sampled_from(["fault", "remediable", "lawful", "set_aside", "done", "impossible"]),
    "agree": st.booleans(), "resume": st.booleans(), "done_by": _dates, "item": _item,
    "items": st.lists(_item, max_size=3), "unit": _units, "post": st.sampled_from(["head", "responsible", "liaison"]),
    "to": _units, "cause": st.sampled_from(["file-lost", "rules-conflict", "unheard-of"]),
    "reference": st.sampled_from(["A-1", "2026/77", "x" * 60]), "withheld": st.booleans(), "guided": st.booleans(),
    "complained_of": st.lists(_units | st.just("nobody"), max_size=3),
    "domain": st.sampled_from(["housing", "heating", "social-insurance", "unheard-of"]), "lead": _units,
    "cooperating": st.lists(_units, max_size=3), "rule": st.sampled_from(["litigation", "unheard-of"]),
    "policy": st.sampled_from(["0" * 64, "13800000000"]), "primary": st.sampled_from(CASES),
    "relation": st.sampled_from(["same_person", "supporter"]),
    "reason": st.sampled_from(["not-ours", "recusal", "beyond-law", "unheard-of"]),
    "kind": st.sampled_from(["citizen", "statutory", "inquiry", "court", "force_majeure"]), "days": _days,
}  # fmt: skip
"""For each field of each kind of message, values that make sense somewhere."""


@st.composite
def data_of(draw: st.DrawFn, kind: Kind, *, wrong: bool) -> dict[str, Any]:
    """The data of a message of some kind: all its fields or some; if `wrong`, one or two hold something else."""
    details = MATTER if kind.family == "cases" and kind.name.endswith("submitted.v1") else NOTE
    fields = {name: details if name == "details" else SENSIBLE[name] for name in kind.data.model_fields}
    needed = [name for name, field in kind.data.model_fields.items() if field.is_required() or name == "details"]
    rest = sorted(set(fields) - set(needed))
    names = [*needed, *(draw(st.lists(st.sampled_from(rest), unique=True, max_size=2)) if rest else ())]
    made = {name: draw(fields[name]) for name in names}
    if wrong:
        for _ in range(draw(st.integers(1, 2))):
            _spoil(draw, made)
    return Twice(made) if wrong and draw(st.booleans()) else made


def _spoil(draw: st.DrawFn, made: dict[str, Any]) -> None:
    inner = [one for one in made.values() if isinstance(one, dict)]
    where = draw(st.sampled_from([made, *inner])) if inner else made
    names = draw(st.sampled_from([*where, "phone", "x\x00", "13800000000", "", "a.b", "张三", "verb", "occurred_at"]))
    if draw(st.integers(0, 4)) == 0:
        where.pop(names, None)
    else:
        where[names] = draw(BROKEN if draw(st.integers(0, 9)) == 0 else JUNK)


def sender_of(draw: st.DrawFn, kind: Kind) -> tuple[str, str]:
    """Return the topic a kind of message comes by, and who it is from."""
    likely = [unit for unit in UNITS if kind.action.verb in _allowed(unit)] or UNITS
    own = likely if draw(st.integers(0, 4)) else UNITS
    owner = draw(st.sampled_from(own if kind.family == "responses" else CHANNELS))
    return f"{kind.family}.{owner}", f"/units/{owner}" if kind.family == "responses" else f"/channels/{owner}"


_ids = st.integers(0, 2**64).map(lambda number: f"a/b:{number}")


@cache
def _allowed(unit: str) -> frozenset[str]:
    """Return what the small policy lets a unit or office ask."""
    rules = yaml.safe_load((EXAMPLES.parents[1] / "tests" / "data" / "small.yaml").read_text(encoding="utf-8"))
    role = next(one.get("role", "unit") for one in rules["units"] if one["id"] == unit)
    return frozenset(rules["roles"][role])


@st.composite
def structured(draw: st.DrawFn) -> Made:
    """A message that follows its model, or nearly."""
    kind = draw(st.sampled_from(list(kinds().values())))
    topic, source = sender_of(draw, kind)
    wrong = draw(st.integers(0, 2)) == 0
    subject = draw(st.sampled_from(CASES))
    event: dict[str, Any] = {
        "specversion": "1.0", "id": "again" if draw(st.integers(0, 30)) == 7 else draw(_ids),
        "source": source, "type": kind.name, "subject": subject, "time": FUZZ_TIME,
        "datacontenttype": "application/json", "data": draw(data_of(kind, wrong=wrong)),
    }  # fmt: skip
    if draw(st.integers(0, 9)) == 0:
        event[draw(st.sampled_from([*event, "traceparent", "x\x00"]))] = draw(JUNK)
    key: bytes | None = subject.encode()
    if draw(st.integers(0, 20)) == 0:
        key = draw(st.none() | st.binary(max_size=20))
    partition = draw(st.integers(0, _SHARDS - 1))
    if draw(st.integers(0, 3)) == 0:
        return _binary(draw, Made(topic, partition, key, None, ()), event)
    return Made(topic, partition, key, written(event).encode("utf-8", "surrogatepass"), draw(headers()))


def _binary(draw: st.DrawFn, made: Made, event: dict[str, Any]) -> Made:
    names = [name for name in event if name not in ("data", "datacontenttype")]
    given: list[tuple[str, bytes | None]] = [("content-type", b"application/json")]
    for name in names:
        told = event[name] if isinstance(event[name], str) else written(event[name])
        given.append((f"ce_{name}", told.encode("utf-8", "surrogatepass")))
    if draw(st.integers(0, 2)) == 0:
        at = draw(st.integers(0, len(given) - 1))
        content = draw(st.none() | st.binary(max_size=8))
        given[at] = (draw(st.sampled_from([given[at][0], "ce_", "ce_\x00", "ce_张三", "ce_13800000000"])), content)
    value = written(event.get("data")).encode("utf-8", "surrogatepass")
    return made._replace(value=value, headers=tuple(given))


def headers() -> st.SearchStrategy[tuple[tuple[str, bytes | None], ...]]:
    """The header of a structured message, mostly."""
    odd = st.tuples(st.text(max_size=8) | st.just("content-type"), st.none() | st.binary(max_size=12))
    return st.just(STRUCTURED) | st.just(()) | st.lists(odd, max_size=3).map(tuple)


def examples() -> list[tuple[str, bytes]]:
    """The inbound examples of the documentation, each with the topic it comes by."""
    found = []
    for file in sorted(EXAMPLES.glob("cn.bancheng.*.json")):
        event = json.loads(file.read_bytes())
        kind = kinds().get(event["type"])
        if kind is not None:
            found.append((f"{kind.family}.{event['source'].rsplit('/', 1)[1]}", file.read_bytes()))
    return found


VALID = examples()


@st.composite
def mutated(draw: st.DrawFn) -> Made:
    """A valid message with some bytes changed."""
    topic, value = draw(st.sampled_from(VALID))
    subject = json.loads(value)["subject"].encode()
    changed = bytearray(value)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        until = min(len(changed), at + draw(st.integers(1, 30)))
        what = draw(st.integers(0, 5))
        if what == 0 and changed:
            changed[at] ^= 1 << draw(st.integers(0, 7))
        elif what == 1:
            del changed[at:until]
        elif what == 2:
            changed[at:at] = changed[at:until]
        elif what == 3:
            changed[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif what == 4:
            del changed[at:]
        else:
            changed[at:until] = draw(st.sampled_from(VALID))[1][at:until]
    owner = draw(st.sampled_from(CHANNELS)) if topic.startswith(("cases", "feedback")) else draw(st.sampled_from(UNITS))
    family = topic.split(".")[0]
    return Made(f"{family}.{owner}", draw(st.integers(0, 15)), subject, bytes(changed), STRUCTURED)


NOISE = st.builds(
    Made, st.sampled_from(["cases.hotline", "responses.hrss", "feedback.hotline", "cases.ghost", "responses.ghost"]),
    st.integers(0, _SHARDS - 1), st.none() | st.binary(max_size=40),
    st.none() | st.binary(max_size=200) | JUNK.map(lambda value: written(value).encode("utf-8", "surrogatepass")),
    headers(),
)  # fmt: skip
MESSAGE = st.one_of(*(structured() for _ in range(7)), mutated(), mutated(), NOISE)
BATCH = st.lists(MESSAGE, min_size=30, max_size=60)
