"""`examples/labelled.jsonl`: the cases that every head of the classifier is measured on."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from bancheng import policies
from router.classify.matcher import normalise

FILE = Path(__file__).parents[2] / "examples" / "labelled.jsonl"
KINDS = {"consultation", "help", "complaint", "report", "suggestion", "demand"}
FIELDS = [
    "id", "half", "title", "text", "domain", "section", "cause", "kind", "urgent", "lead", "cooperating",
    "complained_of",
]  # fmt: skip


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """Every case of the file."""
    return tuple(orjson.loads(line) for line in FILE.read_bytes().splitlines())


def test_every_name_is_the_policys() -> None:
    """Domains, sections, causes, kinds and units exist in the shipped policy; who is complained of takes no part."""
    policy = policies.read()
    for case in cases():
        assert list(case) == FIELDS, case["id"]
        domain = policy.domain_by_id[case["domain"]]
        assert case["section"] is None or case["section"] in {section.id for section in domain.sections}, case["id"]
        assert case["cause"] is None or case["cause"] in policy.cause_by_id, case["id"]
        assert case["kind"] in KINDS
        part = [case["lead"], *case["cooperating"]]
        assert {*part, *case["complained_of"]} <= policy.unit_by_id.keys(), case["id"]
        assert len(part) == len(set(part)), case["id"]
        assert not {*part} & {*case["complained_of"]}, case["id"]


def test_the_texts_are_distinct_and_as_long_as_people_write() -> None:
    """120 cases of 15 to 120 characters, numbered, no two of the same words."""
    assert [case["id"] for case in cases()] == [f"L{number:03}" for number in range(1, 121)]
    assert all(15 <= len(case["text"]) <= 120 for case in cases())
    assert len({normalise(case["text"]) for case in cases()}) == 120


@pytest.mark.parametrize("field", ["domain", "kind", "cause", "urgent"])
def test_the_halves_are_balanced(field: str) -> None:
    """What is tuned on and what is kept have sixty cases each, as many of each label."""
    tune, kept = (Counter(case[field] for case in cases() if case["half"] == half) for half in ("tune", "kept"))
    assert tune.total() == kept.total() == 60
    assert tune == kept


def test_there_is_enough_of_each() -> None:
    """A task force's causes, cases without a cause, urgent ones and complaints about units are all there."""
    forces = {cause.id for cause in policies.read().causes if cause.task_force}
    assert sum(case["cause"] in forces for case in cases()) == 30
    assert sum(case["cause"] is None for case in cases()) == 40
    assert sum(case["urgent"] for case in cases()) == 12
    assert sum(bool(case["complained_of"]) for case in cases()) >= 8
