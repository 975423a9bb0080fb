"""Policies stored by earlier programs: read for ever, under the hash that cases name, meaning what they meant.

`tests/data/policies/v1-*.json` are rows as the program wrote them when routes asked for `words`: `v1-small` is the
tests' own policy of that time, `v1-words` has routes with words that conditions can't hold as they are. What their
routes must give was said by that program.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from router.cases.routing import units_of
from router.policy import conditions
from router.policy.conditions import Facts, Mentions
from router.policy.policy import Policy
from router.policy.renewing import renewed

STORED = sorted((Path(__file__).parent.parent / "data" / "policies").glob("*.json"))


def stored(name: str) -> tuple[Policy, bytes]:
    """An earlier program's policy as it is read now, and its row's content."""
    (file,) = (path for path in STORED if path.stem == name)
    content = file.read_bytes()
    return Policy.pinned(renewed(json.loads(content)), hashlib.sha256(content).hexdigest()), content


@pytest.mark.parametrize("name", [path.stem for path in STORED])
def test_a_stored_policy_is_read_under_its_own_hash(name: str) -> None:
    """It loads, and its hash is that of what was stored, not of what this program would write."""
    policy, content = stored(name)
    assert policy.hash == hashlib.sha256(content).hexdigest()
    assert hashlib.sha256(policy.model_dump_json().encode()).hexdigest() != policy.hash


def test_the_hash_is_the_one_that_cases_name() -> None:
    """The hash that the earlier program pinned on its cases."""
    assert stored("v1-small")[0].hash == "387bd32692493af83fbc7fa1e626e1cdd223f9005b96b050ccea27a55357b91b"


@pytest.mark.parametrize(
    ("domain", "section", "words", "lead", "cooperating"),
    [
        ("social-insurance", None, [], "hrss", ()),
        ("social-insurance", None, ["退休"], "benefits", ()),
        ("social-insurance", None, ["社保（转移）"], "benefits", ()),
        ("social-insurance", None, ["办 退休"], "benefits", ()),
        ("social-insurance", "pension", ["退休"], "benefits", ()),
        ("social-insurance", "pension", ["补缴、退费"], "industry", ("tax",)),
        ("social-insurance", "pension", ["退休", "退休或补缴", "档案"], "industry", ("archives", "tax")),
        ("social-insurance", "pension", ["“老厂”", "非法集资"], "industry", ("archives", "tax")),
        ("social-insurance", None, ["退休或补缴"], "hrss", ()),
        ("heating", None, ["第059种说法很长很长很长"], "urban", ()),
        ("heating", None, ["退休"], "housing", ("urban",)),
    ],
)
def test_old_routes_lead_where_they_led(
    domain: str, section: str | None, words: list[str], lead: str, cooperating: tuple[str, ...]
) -> None:
    """Words became conditions; the units are those that the earlier program named."""
    policy, _ = stored("v1-words")
    found = units_of(policy, Facts(domain=domain, section=section, words=frozenset(words)))
    assert (found.lead, found.cooperating) == (lead, cooperating)


def test_dots_in_an_old_word_are_dots() -> None:
    """Before a … parted the words of a cue, it stood for three dots."""
    policy, _ = stored("v1-words")
    assert policy.urgent == {"爆炸": 6.0, "救命......": 6.0}


def content(**changes: Any) -> dict[str, Any]:
    """Today's policy as it would be stored, with its first route changed."""
    policy, _ = stored("v1-small")
    made: dict[str, Any] = policy.model_dump(mode="json")
    made["routes"][0] |= changes
    return made


def test_what_is_of_today_comes_back_as_it_is() -> None:
    """Nothing is done twice."""
    today = content(when="提到（退休、补缴）且 非 紧急")
    assert renewed(today) == today
    assert renewed(renewed(today)) == today


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("提到 退休且提到档案", ("退休且提到档案",)),
        ("提到（退休，补缴、到龄）", ("退休，补缴", "到龄")),
        ("mentions (退休或补缴、“老厂”) and urgent", ("退休或补缴", "“老厂”")),
        ("非 提到到龄或退休", ("到龄或退休",)),
    ],
)
def test_a_condition_that_would_be_refused_now_is_read_as_before(when: str, words: tuple[str, ...]) -> None:
    """Conditions were read more leniently: such a word was one word, and stays one."""
    (route, *_) = renewed(content(when=when))["routes"]
    told = conditions.parts(conditions.read(route["when"]))
    assert [part.words for part in told if isinstance(part, Mentions)] == [words]


def test_an_enterprise_asked_its_unit_on_every_route() -> None:
    """Before a route said so itself; where a policy knows no enterprises nothing is asked."""
    old = content()
    for route in old["routes"]:
        del route["with_enterprise"]
    assert not any(route["with_enterprise"] for route in renewed(old)["routes"])
    old["enterprises"] = [{"id": "plant", "name": "化工厂", "under": "industry"}]
    assert all(route["with_enterprise"] for route in renewed(old)["routes"])
