"""Caution: the wanted precision, contradictions between heads, and recusal that the text itself asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools import CASE, START

from router.cases.commands import Actor, Command, Submit
from router.cases.decide import decide
from router.cases.proving import disagreements, outcome
from router.classify.classification import Classification, Text, Verdict
from router.classify.lexicon import LexiconClassifier
from router.policy.examples import Example
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.decide import Decision
    from router.policy.policy import Policy


def submitted(policy: Policy, judged: Classification) -> Decision:
    """Submit a matter that was judged so."""
    command = Command(CASE, Actor("hotline", Role.CHANNEL), Submit(occurred_at=START), classification=judged)
    return decide(None, command, policy, START)


def names(decision: Decision) -> list[str]:
    """What happened."""
    return [type(event).__struct_config__.tag for event in decision.events]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("confidence", "precision", "goes_on"),
    [(900, None, True), (400, None, False), (400, 500, True), (900, 499, False), (500, 500, True)],
)
def test_the_measured_precision_decides_where_it_is_known(
    policy: Policy, confidence: int, precision: int | None, *, goes_on: bool
) -> None:
    """A case goes on by itself where texts judged as surely were right as often as the policy wants."""
    verdict = Verdict("housing", confidence, "heating", precision=precision)
    decision = submitted(policy, Classification("m", verdict))
    assert (names(decision)[-1] == "assigned") is goes_on
    assert ("triage_requested" in names(decision)) is not goes_on


def test_heads_that_contradict_each_other_ask_a_person(policy: Policy) -> None:
    """However sure the field is, a contradiction is put to a person, with the two best."""
    verdict = Verdict("housing", 990, "heating", precision=990)
    decision = submitted(policy, Classification("m", verdict, doubt="cause_elsewhere"))
    asked = decision.events[-1]
    assert (asked.reason, asked.offered) == ("cause_elsewhere", ("housing", "heating"))  # type: ignore[union-attr]


def test_who_the_text_complains_of_never_gets_it(policy: Policy) -> None:
    """A unit that the text itself complains of is passed over, and so are the units below it."""
    verdict = Verdict("social-insurance", 990)
    decision = submitted(policy, Classification("m", verdict, complained_of=("hrss",)))
    assert decision.case
    assert decision.case.recused == ("hrss", "benefits")
    assert [held.unit for held in decision.case.assignments] == ["supervisor"]


def test_units_follow_from_facts_in_the_text(policy: Policy) -> None:
    """The row whose condition holds is taken; a cooperating unit's own condition decides whether it is needed."""
    rows = [route.model_dump() for route in policy.routes]
    beside = [{"unit": "archives", "why": "查档"}, {"unit": "tax", "why": "征收", "when": "提到 补缴"}]
    row = {"domain": "social-insurance", "when": "提到 老厂", "lead": "hrss", "why": "主管", "cooperating": beside}
    rows.append(row)
    own = type(policy).model_validate(policy.model_dump() | {"routes": rows})
    classifier = LexiconClassifier(own, "m")

    def units(text: str) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        found = outcome(own, classifier, Text("", text), START)
        return found.lead, found.cooperating, found.letters

    assert units("社保养老") == ("hrss", (), ())
    assert units("社保养老老厂") == ("hrss", ("archives",), ())
    assert units("社保养老老厂补缴") == ("hrss", ("archives", "tax"), ("tax",))


def test_examples_of_a_policy_are_tried(policy: Policy) -> None:
    """`policy check` names each thing in which an example comes out otherwise than it says, and nothing else."""
    right = Example(text="小区房屋漏水，物业不管", domain="housing", lead="housing", cooperating=(), triage=False)
    wrong = Example(text="暖气不热，供热管网坏了", domain="housing", lead="housing", cooperating=("tax",))
    own = policy.model_copy(update={"examples": (right, wrong)})
    found = list(disagreements(own, LexiconClassifier(own, "m"), START))
    assert [(d.example, d.field, d.said, d.found) for d in found] == [
        (1, "domain", "housing", "heating"),
        (1, "cooperating", "tax", "urban"),
    ]


def test_an_enterprise_brings_its_unit_only_where_the_row_asks(policy: Policy) -> None:
    """Who took over the department above a plant cooperates on its papers, not on everything that names the plant."""
    firm = {"id": "plant", "name": "毛纺厂", "under": "industry"}
    told = {}
    for asks in (True, False):
        rows = [route.model_dump() | {"with_enterprise": asks} for route in policy.routes]
        own = type(policy).model_validate(policy.model_dump() | {"routes": rows, "enterprises": [firm]})
        told[asks] = outcome(own, LexiconClassifier(own, "m"), Text("", "社保养老毛纺厂"), START).cooperating
    assert told == {True: ("industry",), False: ()}


def test_an_enterprise_that_another_policy_named_is_passed_over(policy: Policy) -> None:
    """A case that was moved to a policy without the enterprise goes on under it."""
    own = policy.model_copy(
        update={"routes": tuple(row.model_copy(update={"with_enterprise": True}) for row in policy.routes)}
    )
    decision = submitted(own, Classification("m", Verdict("housing", 990), enterprises=("gone",)))
    assert names(decision)[-1] == "assigned"
