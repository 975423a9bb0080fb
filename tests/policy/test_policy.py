"""Policies: the shipped one stands, and every mistake is named by file, line, field and mend."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bancheng import policies
from router.cases.commands import ACTIONS, ROUTER_ONLY
from router.cases.proving import disagreements
from router.classify.lexicon import LexiconClassifier
from router.policy.load import Mistake, PolicyError, load
from router.policy.people import Authority, Role
from router.taskforces.progress import next_steps
from router.taskforces.state import SETTLED, Part, PartStage

SMALL = (Path(__file__).parent.parent / "data" / "small.yaml").read_text(encoding="utf-8")


def mistakes(text: str) -> list[Mistake]:
    """What is said of a policy."""
    with pytest.raises(PolicyError) as caught:
        load({"p.yaml": text})
    return list(caught.value.mistakes)


def line_of(part: str, text: str) -> int:
    """The line on which a piece of text stands."""
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "field", "says", "mend"),
    [
        ("id: small\n", "id: Small Banner\n", "id", "match pattern", "small letters"),
        ("lead: hrss, why: 主管", "lead: hrsss, why: 主管", "routes.0.lead", "no unit 'hrsss'", "name a unit"),
        ("{domain: housing, lead", "{domain: hosing, lead", "routes.1.domain", "no domain 'hosing'", "name a domain"),
        ("after: [accept]}\n        - {id: search-industry", "after: [acept]}\n        - {id: search-industry",
         "task_forces.templates.0", "'acept', which is not in the list", "correct"),
        ("words: {房屋: 4,", "words: {房…漏: 4,", "domains.1.words.房…漏", "on each side of …", "correct the value"),
        ("words: {房屋: 4,", "words: {房屋…: 4,", "domains.1.words.房屋…", "on each side of …", "correct the value"),
        ("working_days: 1, source", "workdays: 1, source", "limits.sign.workdays", "Extra inputs", "no such field"),
        ("sign_urgent: {hours: 2,", "sign_urgent: {hours: 2, working_days: 1,", "limits.sign_urgent",
         "give one of working_days", "correct"),
        ("role: supervisor", "role: unit", "units", "no unit has the role 'supervisor'", "add that office"),
        ("[designate, approve", "[approve", "roles", "nobody may send 'designate'", "give it to a role"),
        ("supervisor: [sign,", "supervisor: [sing,", "roles.supervisor", "no command 'sing'", "one of:"),
        ("aliases: [住建局]", "aliases: [人社局]", "units.3.name", "also a name of 'hrss'", "drop it"),
        ("  - {domain: housing, lead: housing, why: 主管}\n", "", "domains.1.id", "no route takes", "add a route"),
        ("{unit: urban, why", "{unit: housing, why", "routes.2.cooperating.0.unit", "leads already", "remove it"),
        ("words: {档案: 4, 找不到: 2}, task_force: true", "words: {档案: 4}", "task_forces.templates.0.cause",
         "opens no task force", "task_force: true"),
        ("by: leader, source", "causes: [file-lost], by: leader, source", "task_forces.delegations",
         "nobody to approve", "names no causes"),
        ("after: [accept]}\n        - {id: certify", "after: [accept, collect]}\n        - {id: certify",
         "task_forces.templates.0", "in a circle", "correct"),
        ("{domain: housing, lead", "{domain: housing, words: {漏水: 4}, lead", "routes.1.words", "Extra inputs",
         "write `when: 提到（甲、乙）`"),
        ("{社保: 4, 保险: 2}", "{社保: 4, 社保: 2}", "domains.0.words.社保", "stands twice", "keep one"),
        ("{社保: 4, 保险: 2}", "{社保: -4}", "domains.0.words.社保", "greater than 0", "correct"),
        ("archive_months: 12", "archive_months: 5", "privacy.archive_months", "greater than or equal to 6", "correct"),
        ("archive_months: 12", "archive_months: 1201", "privacy.archive_months", "or equal to 1200", "correct"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(old: str, new: str, field: str, says: str, mend: str) -> None:
    """File, line, field, what is wrong and how to mend it, for every kind of mistake."""
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    found = next((m for m in mistakes(text) if m.field == field), None)
    assert found, [str(m) for m in mistakes(text)]
    assert says in found.what
    assert mend in found.mend
    assert found.file == "p.yaml"
    assert found.line
    assert found.line <= len(text.splitlines())


def test_the_line_is_the_right_one() -> None:
    """A wrong lead is found on the line where it stands."""
    text = SMALL.replace("lead: housing, why: 主管", "lead: nobody, why: 主管")
    (found,) = mistakes(text)
    assert found.line == line_of("lead: nobody", text)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [1, 2\n", "a: b: c\n"])
def test_what_is_no_policy_at_all(text: str) -> None:
    """An empty file, a list, broken YAML: one sentence with a place."""
    (found, *_) = mistakes(text)
    assert found.file == "p.yaml"
    assert found.mend


def test_a_field_in_two_files() -> None:
    """A policy in several files may not say the same thing twice."""
    with pytest.raises(PolicyError, match=r"stands in a\.yaml too"):
        load({"a.yaml": SMALL, "b.yaml": "id: other\n"})


def test_the_same_rules_have_the_same_hash() -> None:
    """The hash is of what is said, not of how it is laid out."""
    assert load({"a": SMALL}).hash == load({"b": SMALL + "\n# a comment\n"}).hash
    assert load({"a": SMALL}).hash != load({"a": SMALL.replace("社保: 4", "社保: 5")}).hash


def test_the_shipped_policy_stands() -> None:
    """`otog` loads, has the units and fields that a banner needs, and everyone has a name in both languages."""
    otog = policies.read()
    departments = [u for u in otog.units if u.role is Role.UNIT]
    assert len(departments) >= 24
    assert len(otog.domains) >= 12
    assert {u.authority for u in otog.units} == set(Authority)
    assert all(u.english for u in otog.units)
    assert {verb for verbs in otog.roles.values() for verb in verbs} == set(ACTIONS) - ROUTER_ONLY
    causes = {"file-lost", "predecessor-dissolved", "materials-missing", "rules-conflict", "responsibility-unclear",
              "cross-region", "system-fault", "attitude", "beyond-law"}  # fmt: skip
    assert causes <= {cause.id for cause in otog.causes}


@pytest.mark.parametrize("decision", ["done", "impossible"])
def test_the_shipped_duty_lists_come_to_an_end(decision: str) -> None:
    """Every template of `otog` settles wholly, whether everything can be done or every last thing can't."""
    for template in policies.read().task_forces.templates:
        parts = [
            Part(p.id, p.unit, p.working_days, p.required, p.after, p.needs, p.only_if_failed)
            for p in template.parts
        ]  # fmt: skip
        end = PartStage.DONE if decision == "done" else PartStage.FAILED
        while (steps := next_steps(parts)).issue or steps.withdraw:
            now = dict.fromkeys(steps.issue, end) | dict.fromkeys(steps.withdraw, PartStage.WITHDRAWN)
            parts = [
                Part(p.id, p.unit, 1, p.required, p.after, p.needs, p.only_if_failed, now.get(p.id, p.stage))
                for p in parts
            ]
        assert all(part.stage in SETTLED for part in parts), template.id


def test_the_shipped_examples_come_out_as_they_say() -> None:
    """What the shipped policy says of its own examples is what its words and routes make of them."""
    otog = policies.read()
    assert len(otog.examples) >= 20
    assert list(disagreements(otog, LexiconClassifier(otog, otog.hash), datetime(2026, 3, 3, 2, tzinfo=UTC))) == []
