"""Single cases under other rules: what differs, where histories part, and what can't be judged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from keeping import Kept, changed, led_by, limits, small
from tools import START, running

from router.audit.whatif.difference import Kind, Shift
from router.audit.whatif.inputs import recorded
from router.audit.whatif.intime import Timely
from router.audit.whatif.rerun import Misfit
from router.audit.whatif.trial import Trial
from router.cases import commands as do
from router.cases.state import Stage

if TYPE_CHECKING:
    from router.audit.whatif.outline import Dispatch
    from router.policy.policy import Policy

DAY = timedelta(days=1)
SHORTER = changed(limits=limits(ordinary={"working_days": 3}))
OTHER_LEAD = changed(routes=led_by("housing", "urban"))


@pytest.fixture
def kept(policy: Policy) -> Kept:
    """A case that has not been submitted yet, under the small policy."""
    return Kept(policy)


def dispatch(found: Dispatch | None) -> tuple[str, tuple[str, ...]]:
    """Who got it."""
    assert found
    return found.lead, found.cooperating


def test_a_shorter_limit_moves_the_dates(kept: Kept) -> None:
    """Three working days instead of five: person and unit are due earlier, and nothing else differs."""
    kept.submit("one")
    found = kept.differs(SHORTER)
    assert found.kinds == {Kind.DUE, Kind.UNIT_DUE}
    assert found.due == Shift(later=False, days=-4)  # Thursday instead of the Monday after
    assert found.unit_due == (found.due,)
    assert found.parting == ("0-0", "submit")


def test_another_lead_is_seen_and_stops_the_old_one(kept: Kept) -> None:
    """Another unit leads; the first thing that the recorded one did no longer fits, and nothing is made up after it."""
    kept.submit("one")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    kept.act("housing", do.Contact(), later=timedelta(hours=1))
    kept.act("housing", do.Answer(), later=DAY)
    found = kept.differs(OTHER_LEAD)
    assert found.kinds == {Kind.LEAD}
    assert (dispatch(found.was.dispatch), dispatch(found.would.dispatch)) == (("housing", ()), ("urban", ()))
    assert found.misfit == Misfit("sign", "not_assigned", 3, moves_due=False)
    assert found.timely == Timely(judged=True, was=True, would=True)


def test_the_answer_is_held_against_the_new_date(kept: Kept) -> None:
    """What was answered on the fifth day is in time for five and late for three, whoever leads."""
    kept.submit("one")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    kept.act("housing", do.Contact(), later=timedelta(hours=1))
    kept.act("housing", do.Answer(), later=6 * DAY)
    shorter = kept.differs(SHORTER)
    assert shorter.timely == Timely(judged=True, was=True, would=False)
    assert {Kind.ON_TIME, Kind.STEPS} <= shorter.kinds
    assert shorter.would.steps["overdue_noticed"] == shorter.was.steps["overdue_noticed"] + 1
    both = changed(limits=limits(ordinary={"working_days": 3}), routes=led_by("housing", "urban"))
    assert kept.differs(both).timely == Timely(judged=True, was=True, would=False)


def test_a_date_that_a_lost_command_moved_is_not_judged(kept: Kept) -> None:
    """The recorded lead paused; the other lead never did: nobody knows its date, so neither side counts."""
    kept.submit("one")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    kept.act("housing", do.Contact(), later=timedelta(hours=1))
    kept.act("housing", do.Pause.model_validate({"kind": "statutory"}), later=DAY)
    kept.act("housing", do.Resume(), later=3 * DAY)
    kept.act("housing", do.Answer(), later=4 * DAY)
    assert kept.differs(OTHER_LEAD).timely == Timely(judged=False)
    assert kept.differs(SHORTER).timely.judged


def test_what_time_brings_is_reckoned_anew(kept: Kept) -> None:
    """Nobody acts: under a shorter limit the warnings and the notice come earlier, more of them by the same day."""
    kept.submit("one")
    kept.now += 6 * DAY
    kept.tick()
    found = kept.differs(SHORTER)
    assert found.would.steps["overdue_noticed"] > found.was.steps["overdue_noticed"]
    assert found.timely == Timely(judged=True, was=None, would=False)
    assert found.misfit is None


def test_missed_limits_propose_a_task_force_earlier(kept: Kept) -> None:
    """Two missed limits propose a task force: under shorter limits they are missed, recorded they were not."""
    kept.submit("one")
    kept.now += 8 * DAY
    kept.act("housing", do.Sign())
    shortest = changed(
        limits=limits(ordinary={"working_days": 2}),
        task_forces={**small()["task_forces"], "propose_after": {"returns": 2, "missed": 1, "redos": 2, "source": "t"}},
    )
    found = kept.differs(shortest)
    assert Kind.TASK_FORCE in found.kinds
    assert ("missed", None) in found.would.proposed


def test_a_late_clock_is_no_difference(policy: Policy) -> None:
    """A clock that looked days late is taken as it looked: under the same rules nothing differs."""
    late = Kept(policy, punctual=False)
    late.submit("one")
    late.act("housing", do.Sign(), later=9 * DAY)
    late.act("housing", do.Answer(), later=9 * DAY)
    found = late.differs(policy)
    assert (found.kinds, found.parting) == (frozenset(), None)


def test_a_clock_that_has_not_looked_yet_is_no_difference(kept: Kept) -> None:
    """What was due when the records end, and wasn't taken yet, is waited for on both sides."""
    kept.submit("one")
    found = kept.tried(kept.policy, until=START + 30 * DAY).difference
    assert found
    assert (found.kinds, found.parting) == (frozenset(), None)
    shorter = kept.tried(SHORTER, until=START + 30 * DAY).difference
    assert shorter
    assert shorter.was.steps["overdue_noticed"]
    assert shorter.would.steps["overdue_noticed"]


def test_a_person_is_asked_less_or_more(kept: Kept) -> None:
    """With a higher wanted precision a case waits for a person, and what the unit did no longer fits."""
    kept.submit("two")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    found = kept.differs(changed(confidence={"domain": 1.0}))
    assert {Kind.WENT, Kind.TRIAGE} <= found.kinds
    assert (found.was.went, found.would.went, found.would.triage) == ("units", "triage", "not_sure")
    assert found.would.dispatch is None
    assert found.timely == Timely(judged=False)


def test_a_person_s_decision_goes_on_where_it_fits(kept: Kept) -> None:
    """A triage is taken over: without a lead of its own it follows the tried routes."""
    kept.submit("unclear")
    kept.act("dispatcher", do.Triage(domain="housing"), later=timedelta(hours=1))
    found = kept.differs(OTHER_LEAD)
    assert found.kinds == {Kind.LEAD}
    assert found.parting == ("0-1", "triage")


def test_not_accepted_no_longer(kept: Kept) -> None:
    """A rule of refusal that the tried policy lacks: the matter goes to a unit."""
    kept.submit("court")
    rule = {**small()["not_accepted"][0], "id": "another"}
    found = kept.differs(changed(not_accepted=[rule]))
    assert {Kind.WENT, Kind.DECLINED} <= found.kinds
    assert (found.was.went, found.would.went) == ("declined", "unit")


def test_a_task_force_less(kept: Kept) -> None:
    """A cause that calls no task force any more: ordinary work instead."""
    kept.submit("force")
    causes = [{**cause, "task_force": cause["id"] != "file-lost"} for cause in small()["causes"]]
    found = kept.differs(changed(causes=causes))
    assert {Kind.WENT, Kind.TASK_FORCE} <= found.kinds
    assert (len(found.was.proposed), found.was.opened, found.would.proposed, found.would.opened) == (1, 1, (), 0)


def test_a_refused_command_that_would_be_accepted(kept: Kept) -> None:
    """What was refused then and would be accepted now is where judging ends: nobody answered it."""
    kept.submit("one")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    kept.act("housing", do.Contact())
    assert kept.act("housing", do.ApplyReturn(reason="not-ours"), later=4 * DAY).refusal
    found = kept.differs(changed(limits=limits(return_window={"working_days": 9})))
    assert found.misfit
    assert (found.misfit.verb, found.misfit.code) == ("apply_return", "accepted")
    assert Kind.LATER in found.kinds


def test_a_submission_that_would_be_refused(kept: Kept) -> None:
    """A complaint about a unit that the tried policy lacks is refused there."""
    kept.submit("one", complained_of=("sumu",))
    without = changed(units=[unit for unit in small()["units"] if unit["id"] != "sumu"])
    found = kept.tried(without)
    assert found.difference
    assert found.difference.kinds == {Kind.INTAKE}
    assert found.difference.misfit == Misfit("submit", "unknown_unit", 1, moves_due=False)
    assert found.lacks.units == {"sumu"}


def test_an_unknown_channel_or_domain_is_not_judged(kept: Kept) -> None:
    """Where the tried policy lacks the channel or what the matter was taken for, the case can't be decided."""
    kept.submit("two")
    channels = [channel for channel in small()["channels"] if channel["id"] == "hotline"]
    found = kept.tried(changed(channels=channels))
    assert (found.difference, found.undecidable, found.lacks.channels) == (None, "unknown_channel", {"window-system"})
    domains = [domain for domain in small()["domains"] if domain["id"] != "heating"]
    routes = [route for route in small()["routes"] if route["domain"] != "heating"]
    found = kept.tried(changed(domains=domains, routes=routes))
    assert (found.difference, found.undecidable, found.lacks.domains) == (None, "unknown_domain", {"heating"})


def test_an_unknown_cause_says_nothing(kept: Kept) -> None:
    """Where the tried policy lacks the cause, it is named, and the case goes where its domain leads."""
    kept.submit("force")
    causes = [cause for cause in small()["causes"] if cause["id"] != "file-lost"]
    forces = {**small()["task_forces"], "templates": [], "delegations": small()["task_forces"]["delegations"][-1:]}
    found = kept.tried(changed(causes=causes, task_forces=forces))
    assert found.lacks.causes == {"file-lost"}
    assert found.difference
    assert found.difference.would.went == "unit"


def test_who_named_a_version_is_understood(kept: Kept) -> None:
    """A command that names the case's version means the case as its sender saw it, on the other side too."""
    kept.submit("two")
    assert kept.case
    kept.act("housing", do.Sign(version=kept.case.version), later=timedelta(hours=1))
    alone = [{**route, "cooperating": []} for route in small()["routes"]]
    found = kept.differs(changed(routes=alone))
    assert found.kinds >= {Kind.WENT, Kind.COOPERATING}
    assert found.misfit is None


def test_what_the_heart_does_not_decide_is_taken_over(kept: Kept) -> None:
    """A record of a verb that today's heart doesn't know stands on both sides as it is."""
    kept.submit("one")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    foreign = msgspec.structs.replace(kept.records[-1], command={"verb": "of_another_time"})
    history = (*kept.recorded()[:-1], recorded(foreign, "0-1"))
    trial = Trial({kept.policy.hash: kept.policy}.__getitem__, kept.policy, kept.now, kept.policy.work_calendar)
    found = trial.case(history).difference
    assert found
    assert (found.kinds, found.parting) == (frozenset(), None)


def test_looks_and_erasures_are_taken_over(kept: Kept) -> None:
    """A look that the tried policy knows no purpose for doesn't end the judging, nor does the person's erasure."""
    kept.submit("two")
    kept.act("housing", do.Sign(), later=timedelta(hours=1))
    purpose = kept.policy.privacy.purposes[0].id
    assert kept.act("housing", do.ViewDetails(why=purpose), later=timedelta(hours=1)).refusal is None
    reason = next(one.id for one in kept.policy.privacy.erase_reasons if one.before_end)
    assert kept.act("window", do.EraseSubject(why=reason), later=timedelta(hours=1)).refusal is None
    other = {"id": "another", "name": "另一目的"}
    found = kept.differs(changed(privacy={**kept.policy.privacy.model_dump(mode="json"), "purposes": [other]}))
    assert (found.kinds, found.misfit) == (frozenset(), None)


def test_what_the_program_itself_decides_otherwise_is_not_the_policy_s(kept: Kept) -> None:
    """Records that today's program can't make again under their own rules are counted apart."""
    kept.submit("one")
    events = kept.records[0].events
    strange = msgspec.structs.replace(events[-1], unit="archives")
    record = msgspec.structs.replace(kept.records[0], events=(*events[:-1], strange))
    trial = Trial({kept.policy.hash: kept.policy}.__getitem__, SHORTER, kept.now, kept.policy.work_calendar)
    found = trial.case((recorded(record, "0-0"),))
    assert (found.difference, found.undecidable) == (None, "program")


def test_a_policy_that_is_not_here_is_said(kept: Kept) -> None:
    """Without the recorded policy nobody can tell whether the rules make the difference."""
    kept.submit("one")
    trial = Trial({}.__getitem__, SHORTER, kept.now, kept.policy.work_calendar)
    assert trial.case(kept.recorded()).undecidable == "unknown_policy"


def test_linked_cases_go_by_what_was_known(policy: Policy) -> None:
    """A repeat is linked again by what the record holds of the running case, under a policy of another name too."""
    kept = Kept(policy)
    kept.submit("one", other=running(kept, due=START + 5 * DAY))
    assert kept.case
    assert kept.case.stage is Stage.LINKED
    found = kept.differs(changed(id="renamed", limits=limits(ordinary={"working_days": 3})))
    assert found.kinds == frozenset()
