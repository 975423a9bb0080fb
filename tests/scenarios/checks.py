"""What must hold after every step of every story, whatever the story is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from router.cases.assignment import GONE, Share
from router.cases.entry import EntryKind
from router.cases.events import AnyEvent
from router.cases.evolve import fold
from router.cases.state import OPEN, Case
from router.cases.steps import next_due
from router.messages.outbound import Refused
from router.messages.telling import assignments
from router.policy.catalogue import Kind
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from router.messages.telling import Output
    from router.policy.policy import Policy

History = list[tuple[AnyEvent, "datetime"]]
_WORKERS = (Role.UNIT, Role.TEAM)


def of_state(before: Case | None, case: Case, history: History, policy: Policy) -> Iterator[str]:
    """Yield what is wrong with a case as it stands."""
    if fold(case.id, history) != case:
        yield "重放事件得出的工单和现在的不一样"
    if case.version != len(history):
        yield f"工单版本是 {case.version}，事件有 {len(history)} 个"
    if before is not None and before.accepted_at is not None and case.accepted_at != before.accepted_at:
        yield f"总历时重新起算了：{before.accepted_at} → {case.accepted_at}"
    if case.stage in OPEN and next_due(case, policy) is None and not _capped(case):
        yield "工单还没办结，却没有任何到期的事，也没有有上限的暂停：会无人过问"
    leads = [a for a in case.assignments if a.role is Share.LEAD and a.part is None and a.held not in GONE]
    if len([a for a in leads if a.live]) > 1:
        yield "同时有两个主办：" + "、".join(a.unit for a in leads)
    for held in case.assignments:
        if held.live and held.unit in case.recused:
            yield f"被反映单位 {held.unit} 手里还有任务"


def _capped(case: Case) -> bool:
    return any(pause.end is None and pause.until is not None for pause in case.pauses)


def of_telling(case: Case, outputs: Sequence[Output], policy: Policy) -> Iterator[str]:
    """Yield whatever is told to somebody who must not know it."""
    barred = {assignments(unit): unit for unit in case.recused}
    workers = {assignments(unit.id): unit.id for unit in policy.units if unit.role in _WORKERS}
    withheld = case.withheld or case.kind == Kind.REPORT
    for output in outputs:
        if output.topic in barred and not says_nothing(output):
            yield f"告知了被反映单位 {barred[output.topic]}：{output.data.type}"
        shown = {entry.kind for entry in output.entries}
        if withheld and output.topic in workers and EntryKind.PERSON in shown:
            yield f"把举报人告诉了 {workers[output.topic]}：{output.data.type}"


def says_nothing(output: Output) -> bool:
    """Whether it says no more than what is said to anybody who asks for a case that there isn't."""
    data = output.data
    return isinstance(data, Refused) and (data.code, data.version) == ("unknown_case", 0)


def of_records(case: Case, history: History) -> Iterator[str]:
    """Yield what is lost where events are written down and read again."""
    kept = msgspec.json.encode([event for event, _ in history])
    again = msgspec.json.decode(kept, type=list[AnyEvent])
    times = [now for _, now in history]
    if fold(case.id, zip(again, times, strict=True)) != case:
        yield "事件写进台账再读出来，重放得出的工单不一样"
