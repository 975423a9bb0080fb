"""Plan and broker side by side, without a broker."""

from __future__ import annotations

from dataclasses import replace

from bancheng.access_compare import Holdings, compare, differences
from bancheng.access_plan import Right, plan_access
from router.wire.login import SHA_256

PLAN = plan_access(channels=("hall",), units=("tax", "tax-b"), shards=4, auditors=("court",))
SAME = Holdings(dict.fromkeys((*PLAN.users, "admin", "broker"), (SHA_256,)), frozenset(PLAN.rights))


def test_a_broker_as_planned_differs_in_nothing() -> None:
    """Every planned user is there, in the plan's order; the broker's superusers are nobody's concern."""
    assert differences(PLAN, SAME) == ()
    assert tuple(account.user for account in compare(PLAN, SAME)) == PLAN.users


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    """A right that was lost, one too many, a refusal, a user without login and a stranger are each found."""
    lost = next(right for right in PLAN.rights if right.user == "unit-tax" and right.operation == "WRITE")
    extra = Right("unit-tax-b", "TOPIC", "ledger", "WRITE")
    denied = replace(lost, permission="DENY")
    logins = {user: how for user, how in SAME.logins.items() if user != "channel-hall"} | {"guest": (SHA_256,)}
    found = {a.user: a for a in differences(PLAN, Holdings(logins, SAME.rights - {lost} | {extra, denied}))}
    assert set(found) == {"unit-tax", "unit-tax-b", "channel-hall", "guest"}
    assert (found["unit-tax"].missing, found["unit-tax"].surplus) == ((lost,), (denied,))
    assert found["unit-tax-b"].surplus == (extra,)
    assert found["channel-hall"].mechanisms == ()
    assert (found["guest"].planned, found["guest"].rights) == (False, ())


def test_rights_left_behind_by_a_user_that_is_gone_are_found() -> None:
    """Rights outlive the login they were meant for; whoever gets the name next would have them."""
    left = Right("unit-old", "TOPIC", "assignments.old", "READ")
    [found] = differences(PLAN, Holdings(SAME.logins, SAME.rights | {left}))
    assert (found.user, found.mechanisms, found.surplus) == ("unit-old", (), (left,))


def test_who_is_taken_out_of_the_plan_is_out_altogether() -> None:
    """Without a user the plan has neither its login nor its rights; its topics stay, and so does everybody else."""
    less = PLAN.without({"unit-tax"})
    assert less.topics == PLAN.topics
    assert set(PLAN.users) - set(less.users) == {"unit-tax"}
    assert {right.user for right in PLAN.rights} - {right.user for right in less.rights} == {"unit-tax"}
    assert [a.user for a in differences(less, SAME)] == ["unit-tax"]


def test_a_further_auditor_may_read_the_ledger_and_nothing_else() -> None:
    """Its rights are the first auditor's, in groups of its own."""
    own = [right for right in PLAN.rights if right.user == "auditor-court"]
    assert [str(right) for right in own if right.resource == "TOPIC"] == ["READ TOPIC ledger"]
    assert {right.name for right in own if right.resource == "GROUP"} == {"auditor-court", "auditor-court."}


def test_a_right_reads_like_a_sentence() -> None:
    """A prefix has an asterisk; what isn't plainly allowed to everywhere says so."""
    right = Right("a", "TOPIC", "cases.", "READ", "PREFIXED")
    assert str(right) == "READ TOPIC cases.*"
    assert str(replace(right, permission="DENY", host="10.0.0.1")) == "DENY READ TOPIC cases.* from 10.0.0.1"
