"""What might be done on a case: sensible acts built from where it stands, and any acts at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from router.cases import commands as do
from router.cases.supervision import owed
from router.policy.limits import PauseKind
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.state import Case
    from router.policy.policy import Policy

OTHER = "01980000-0000-7000-8000-000000000002"


class Act(NamedTuple):
    """Somebody does something."""

    who: str
    action: do.Action


def sensible(case: Case, policy: Policy, now: datetime) -> list[Act]:
    """Return acts that somebody might well try on a case as it stands, in a fixed order."""
    return [*_of_units(case, now), *_of_offices(case, policy), *_of_clocks(case, policy), *_of_person()]


def _of_units(case: Case, now: datetime) -> Iterator[Act]:
    for held in case.assignments:
        if not held.live:
            continue
        unit, number = held.unit, held.number
        yield Act(unit, do.Sign(assignment=number))
        yield Act(unit, do.Contact(assignment=number))
        yield Act(unit, do.ApplyReturn(assignment=number, reason="not-ours"))
        yield Act(unit, do.Answer(assignment=number))
        yield Act(unit, do.Pause(assignment=number, kind=PauseKind.STATUTORY))
        yield Act(unit, do.Resume(assignment=number))
        yield Act(unit, do.ApplyExtension(assignment=number, days=number * 4))
        yield Act(unit, do.ProposeNegative(assignment=number, reason="beyond-law"))
        yield Act(unit, do.ProposeHold(assignment=number))
        yield Act(unit, do.RequestSupplement())
        if held.part is not None:
            result = "impossible" if "search" in held.part else "done"
            yield Act(unit, do.SubmitPart.model_validate({"part": held.part, "result": result}))
    if case.lead is not None:
        day = (now + timedelta(days=30)).date()
        yield Act(case.lead, do.GiveOpinion(done_by=day))
        item = do.Item(id=f"extra-{case.version}"[:60], unit="archives", working_days=2, required=False)
        yield Act(case.lead, do.AddPart(item=item))
    for part in case.task_force.parts if case.task_force else ():
        if part.stage is PartStage.SUBMITTED and case.lead:
            yield Act(case.lead, do.CheckPart(part=part.id))
            yield Act(case.lead, do.RejectPart(part=part.id))
        if part.stage is PartStage.CHECKED and case.task_force:
            yield Act(case.task_force.office, do.VerifyPart(part=part.id))


def _of_offices(case: Case, policy: Policy) -> Iterator[Act]:
    for held in case.assignments:
        if held.held == "returning":
            yield Act("dispatcher", do.GrantReturn(assignment=held.number, to="urban"))
            yield Act("dispatcher", do.RefuseReturn(assignment=held.number))
    yield Act("dispatcher", do.Triage(domain="social-insurance", cause="file-lost"))
    yield Act("dispatcher", do.Triage(domain="housing", lead="housing", cooperating=("urban",)))
    yield Act("dispatcher", do.AnswerDirectly())
    for office in ("window", "leader", "supervisor"):
        for action in (
            do.ApproveTaskForce(), do.RefuseTaskForce(), do.ApproveOpinion(), do.GrantExtension(), do.RefuseExtension(),
            do.ApproveNegative(), do.RefuseNegative(), do.ApproveHold(), do.ReviewHold(resume=False),
            do.ReviewHold(resume=True), do.FollowUp(), do.FollowUp(grade=do.Grade.DISSATISFIED),
            do.CheckRating(result="fault"), do.CheckRating(result="lawful"), do.CheckRating(result="set_aside"),
            do.ConfirmSetAside(agree=True), do.ConfirmSetAside(agree=False), do.OrderRedo(), do.DissolveTaskForce(),
            do.HoldMeeting(), do.Designate(), do.Designate(unit="housing"), do.HandOver(to="urban"),
        ):  # fmt: skip
            if action.verb in policy.allowed[policy.unit_by_id[office].role]:
                yield Act(office, action)


def _of_clocks(case: Case, policy: Policy) -> Iterator[Act]:
    for duty in owed(case, policy):
        if case.notice(duty.key, duty.clock.start) is not None:
            yield Act("window", do.SignSupervision(clock=duty.key))
            yield Act(duty.holder, do.ReplySupervision(clock=duty.key))
            yield Act("supervisor", do.IssueCircular(clock=duty.key))
            yield Act("supervisor", do.DropCircular(clock=duty.key))


def _of_person() -> Iterator[Act]:
    yield Act("channel", do.Supplement())
    yield Act("channel", do.Withdraw())
    yield Act("rating", do.Rate(grade=do.Grade.VERY_DISSATISFIED))
    yield Act("rating", do.Rate(grade=do.Grade.SATISFIED))
    yield Act("rating", do.ObjectRating())
    yield Act("router", do.LinkRepeat(repeat=OTHER))


PARTS = st.sampled_from(["accept", "search-archive", "search-industry", "certify", "decide", "collect", "no-such"])
UNITS = st.sampled_from(["hrss", "archives", "industry", "housing", "urban", "tax", "window", "sumu", "nobody"])
NUMBERS = st.none() | st.integers(1, 5)
CLOCKS = st.sampled_from(["case", "unit-1", "sign-1", "contact-2", "triage", "nothing"])
ANY = st.one_of(
    st.builds(do.Sign, assignment=NUMBERS),
    st.builds(do.Contact, assignment=NUMBERS),
    st.builds(do.ApplyReturn, assignment=NUMBERS, reason=st.sampled_from(["not-ours", "recusal", "no-such"])),
    st.builds(do.GrantReturn, assignment=st.integers(1, 5), to=st.none() | UNITS),
    st.builds(do.RefuseReturn, assignment=st.integers(1, 5)),
    st.builds(do.Designate, unit=st.none() | UNITS),
    st.builds(do.ReportProgress, assignment=NUMBERS),
    st.builds(do.Answer, assignment=NUMBERS),
    st.builds(do.ProposeNegative, assignment=NUMBERS, reason=st.just("beyond-law")),
    st.builds(do.Pause, assignment=NUMBERS, kind=st.sampled_from(PauseKind)),
    st.builds(do.Resume, assignment=NUMBERS),
    st.builds(do.ApplyExtension, assignment=NUMBERS, days=st.integers(1, 80)),
    st.builds(do.SubmitPart, part=PARTS, result=st.sampled_from(["done", "impossible"])),
    st.builds(do.CheckPart, part=PARTS),
    st.builds(do.VerifyPart, part=PARTS),
    st.builds(do.RejectPart, part=PARTS),
    st.builds(do.Triage, domain=st.sampled_from(["heating", "social-insurance"]), lead=st.none() | UNITS),
    st.builds(do.NameMember, unit=UNITS, post=st.sampled_from(["head", "responsible", "liaison"])),
    st.builds(do.HandOver, to=UNITS),
    st.builds(do.SignSupervision, clock=CLOCKS),
    st.builds(do.ReplySupervision, clock=CLOCKS),
    st.builds(do.IssueCircular, clock=CLOCKS),
    st.builds(do.DropCircular, clock=CLOCKS),
    st.builds(do.CheckRating, result=st.sampled_from(["fault", "remediable", "lawful", "set_aside"])),
    st.sampled_from([do.ApproveTaskForce(), do.RefuseTaskForce(), do.ApproveNegative(), do.RefuseNegative()]),
    st.sampled_from([do.FollowUp(), do.Withdraw(), do.Supplement(), do.Rate(grade=do.Grade.SATISFIED)]),
    st.sampled_from([do.RefuseOpinion(), do.RefuseHold(), do.Decline(rule="litigation"), do.Decline(rule="none")]),
    st.sampled_from([do.LinkRepeat(repeat=OTHER), do.MergeAnswer(primary=OTHER, outcome="resolved")]),
    st.sampled_from([do.KeepUp(primary=OTHER, why="extension"), do.KeepUp(primary=OTHER, why="on_hold")]),
)
"""Any act, sensible or not."""
ACTORS = st.sampled_from(
    ["hrss", "archives", "industry", "housing", "urban", "tax", "dispatcher", "window", "supervisor", "leader",
     "channel", "rating", "router"]
)  # fmt: skip
