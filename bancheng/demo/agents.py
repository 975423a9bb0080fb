"""What a demonstration's unit or office does when it is told something. Pure: message in, steps out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from router.cases import commands as do
from router.cases.assignment import Share
from router.messages.details import NoteDetails
from router.messages.outbound import Dispatched, Requested, Returned, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.demo.script import CasePlay, Return
    from router.clocks.calendar import WorkCalendar
    from router.messages.outbound import Outbound

_HOUR = timedelta(hours=1)
_OPENS = 9
_SHUTS = 17


class Step(NamedTuple):
    """An action to be sent by a unit at a simulated moment; `name` makes its message id."""

    at: datetime
    unit: str
    name: str
    action: do.Action
    note: NoteDetails | None = None


class Agent:
    """Plays one unit or office for one case."""

    def __init__(self, unit: str, play: CasePlay, calendar: WorkCalendar) -> None:
        """Follow `play`, in working time."""
        self._unit = unit
        self._play = play
        self._calendar = calendar

    def told(self, data: Outbound, now: datetime) -> Iterator[Step]:
        """Yield what the unit does about a message that reached it at `now` (simulated)."""
        if isinstance(data, Dispatched):
            yield from self._dispatched(data, now)
        elif isinstance(data, Returned) and not data.granted and data.alone:
            yield from self._work(data.assignment, None, now)
        elif isinstance(data, Requested):
            yield from self._requested(data, now)

    def _dispatched(self, data: Dispatched, now: datetime) -> Iterator[Step]:
        number = data.assignment
        yield self._step(now + _HOUR, f"sign-{number}", do.Sign(assignment=number))
        contacted = self._working(now + 3 * _HOUR)
        yield self._step(contacted, f"contact-{number}", do.Contact(assignment=number))
        giving_back = self._return()
        if giving_back is not None and not data.designated and data.part is None:
            note = NoteDetails(text=giving_back.say, basis=giving_back.basis, signed_by="分管副局长")
            action = do.ApplyReturn(assignment=number, reason=giving_back.reason)
            yield self._step(contacted + _HOUR, f"return-{number}", action, note)
        elif data.part is not None:
            yield self._part(data.part, now)
        elif data.task_force:
            named = NoteDetails(text="责任人：分管副局长（演示）。")
            member = do.NameMember(unit=self._unit, post="responsible")
            yield self._step(now + 2 * _HOUR, f"member-{number}", member, named)
            yield from self._opinion(now)
        elif data.alone or data.role is Share.COOPERATING:
            yield from self._work(number, data.role, now)

    def _return(self) -> Return | None:
        return next((entry for entry in self._play.returns if entry.unit == self._unit), None)

    def _part(self, part: str, now: datetime) -> Step:
        played = self._play.parts.get(part)
        result = played.result if played else "done"
        said = (played.say if played else None) or "已按要求办理，材料已归入专班卷宗。"
        days = (played.days if played else None) or self._play.days
        action = do.SubmitPart(part=part, result=result)
        return self._step(self._days(now, days), f"submit-{part}", action, NoteDetails(text=said))

    def _opinion(self, now: datetime) -> Iterator[Step]:
        given = self._play.opinion
        if given is not None:
            later = self._days(now, given.days)
            done_by = self._calendar.after(self._calendar.date_of(later), given.done_in)
            note = NoteDetails(text=given.say)
            yield self._step(later, "opinion", do.GiveOpinion(done_by=done_by), note)

    def _work(self, number: int | None, role: Share | None, now: datetime) -> Iterator[Step]:
        later = self._days(now, self._play.days)
        if role is Share.COOPERATING:
            said = self._play.answers.get(self._unit, "本单位负责的部分已经办理完毕。")
            yield self._step(later, f"answer-{number}", do.Answer(assignment=number), NoteDetails(text=said))
        else:
            yield self._final(later)

    def _final(self, at: datetime) -> Step:
        negative = self._play.negative
        if negative is None:
            return self._step(at, "answer", do.Answer(), NoteDetails(text=self._play.answer))
        note = NoteDetails(text=negative.say, basis=negative.basis, remedy=negative.remedy, signed_by="局主要负责人")
        return self._step(at, "negative", do.ProposeNegative(reason=negative.reason), note)

    def _requested(self, data: Requested, now: datetime) -> Iterator[Step]:
        yield from self._of_force(data, now)
        yield from self._of_desk(data, now)

    def _of_force(self, data: Requested, now: datetime) -> Iterator[Step]:
        """What a task force's leader, lead and office are asked for."""
        soon, part = now + _HOUR, data.part or ""
        match data.task:
            case Task.APPROVE_TASK_FORCE if data.reason == "returns":
                note = NoteDetails(text="会商指定即可理清职责，暂不成立专班。")
                yield self._step(soon, "refuse-force", do.RefuseTaskForce(), note)
            case Task.APPROVE_TASK_FORCE:
                yield self._step(soon, "approve", do.ApproveTaskForce())
            case Task.APPROVE_OPINION:
                yield self._step(soon, "approve-opinion", do.ApproveOpinion())
            case Task.HOLD_MEETING:
                note = NoteDetails(text="各责任单位报告进展，无新的议定事项，按任务清单继续推进。")
                yield self._step(self._days(now, 8), f"meeting-{data.version}", do.HoldMeeting(), note)
            case Task.DISSOLVE_TASK_FORCE:
                note = NoteDetails(text="事项已办结，专班任务完成；形成原因和改进建议已归入原因台账。")
                yield self._step(self._days(now, 1), "dissolve", do.DissolveTaskForce(), note)
            case Task.CHECK_PART:
                yield self._step(soon, f"check-{part}", do.CheckPart(part=part))
            case Task.VERIFY_PART:
                yield self._step(soon, f"verify-{part}", do.VerifyPart(part=part))
            case _:
                pass

    def _of_desk(self, data: Requested, now: datetime) -> Iterator[Step]:
        """What offices and a lead are asked for besides."""
        match data.task:
            case Task.TRIAGE if self._play.triage is not None:
                decided = self._play.triage
                yield self._step(now + _HOUR, "triage", do.Triage(**decided.model_dump(exclude_none=True)))
            case Task.REVIEW_RETURN if data.assignment is not None:
                yield self._review(data.assignment, data.version, now)
            case Task.DESIGNATE if self._play.designate is not None:
                named = self._play.designate
                note = NoteDetails(text=named.say, basis=named.basis)
                yield self._step(self._days(now, 1), "designate", do.Designate(unit=named.unit), note)
            case Task.MERGE_ANSWER | Task.REWORK_ANSWER:
                yield self._final(self._days(now, 1))
            case Task.REVIEW_NEGATIVE:
                yield self._step(self._days(now, 1), "approve-negative", do.ApproveNegative())
            case Task.FOLLOW_UP:
                yield from self._follow_up(now)
            case _:
                pass

    def _review(self, number: int, version: int, now: datetime) -> Step:
        entries = self._play.returns
        entry = entries[min(number, len(entries)) - 1]
        if entry.outcome == "granted":
            action: do.Action = do.GrantReturn(assignment=number, to=entry.to)
            return self._step(now + 2 * _HOUR, f"grant-{number}-{version}", action)
        note = NoteDetails(text=entry.refusal or "理由不成立，请继续办理。")
        return self._step(now + 2 * _HOUR, f"refuse-{number}-{version}", do.RefuseReturn(assignment=number), note)

    def _follow_up(self, now: datetime) -> Iterator[Step]:
        asked = self._play.follow_up
        if asked is not None:
            note = NoteDetails(text=asked.say)
            yield self._step(self._days(now, 2), "follow-up", do.FollowUp(grade=asked.grade), note)

    def _step(self, at: datetime, name: str, action: do.Action, note: NoteDetails | None = None) -> Step:
        return Step(self._working(at), self._unit, f"{self._unit}-{name}", action, note)

    def _days(self, now: datetime, days: int) -> datetime:
        day = self._calendar.after(self._calendar.date_of(now), days)
        local = now.astimezone(self._calendar.zone)
        return local.replace(year=day.year, month=day.month, day=day.day)

    def _working(self, at: datetime) -> datetime:
        """Return the moment, or the next opening if nobody works then."""
        local = at.astimezone(self._calendar.zone)
        day = local.date()
        if self._calendar.is_working(day) and _OPENS <= local.hour < _SHUTS:
            return local
        later = local.hour >= _SHUTS or not self._calendar.is_working(day)
        opening = self._calendar.after(day, 1) if later else day
        return local.replace(year=opening.year, month=opening.month, day=opening.day, hour=_OPENS, minute=local.minute)
