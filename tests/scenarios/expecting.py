"""Whether what came of a step is what the story says: due dates, who is told, who holds what, where things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import show

from router.cases.state import Case
from router.cases.supervision import owed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from script import Expected

    from router.messages.telling import Output
    from router.policy.policy import Policy
    from router.taskforces.state import TaskForce

STANDS_STILL = "暂停"


def of_due(case: Case, policy: Policy, expected: Mapping[str, str]) -> Iterator[str]:
    """Yield every clock that is due at another moment than a person has counted."""
    zone = policy.work_calendar.zone
    dues = {duty.key: duty.due for duty in owed(case, policy)}
    found = {key: show.written(due, zone) if due else STANDS_STILL for key, due in dues.items()}
    found["case"] = STANDS_STILL if case.standing else show.written(case.due, zone)
    for key, due in expected.items():
        actual = found.get(key, show.NOTHING)
        if actual != due:
            yield f"{key} 应当到期 {due}，实际是 {actual}；正在计时的有 {found}"


def of_told(told: Mapping[str, tuple[Expected, ...]], outputs: Sequence[Output], zone: ZoneInfo) -> Iterator[str]:
    """Yield every topic on which something else is told than the story says."""
    for topic, expected in told.items():
        facts = [show.of_message(output, zone) for output in outputs if output.topic == topic]
        if fault := show.compared(f"告知 {topic} 的", expected, facts):
            yield fault


def of_silence(silent: Sequence[str], outputs: Sequence[Output]) -> Iterator[str]:
    """Yield whatever is told on a topic on which nothing may be told."""
    for output in outputs:
        if output.topic in silent:
            yield f"不该告知 {output.topic}，却告知了 {output.data.type}"


def of_texts(shows: Mapping[str, tuple[str, ...]], outputs: Sequence[Output]) -> Iterator[str]:
    """Yield every topic on which other kinds of text are shown than the story says."""
    for topic, kinds in shows.items():
        found = {entry.kind.value for output in outputs if output.topic == topic for entry in output.entries}
        if found != set(kinds):
            yield f"{topic} 应当看到 {sorted(kinds)}，实际看到 {sorted(found)}"


def of_holders(case: Case, expected: Sequence[str] | None) -> Iterator[str]:
    """Yield a fault if others hold open tasks than the story says."""
    holders = sorted(held.unit for held in case.assignments if held.live)
    if expected is not None and sorted(expected) != holders:
        yield f"手里有任务的应当是 {sorted(expected)}，实际是 {holders}"


def of_parts(case: Case, expected: Mapping[str, str]) -> Iterator[str]:
    """Yield every item of the duty list that stands elsewhere than the story says."""
    found = {part.id: part.stage.value for part in case.task_force.parts} if case.task_force else {}
    for part, stage in expected.items():
        if found.get(part) != stage:
            yield f"条目 {part} 应当是 {stage}，实际是 {found.get(part)}；全部：{found}"


def of_state(case: Case, expected: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """Yield every field of the case that holds something else than the story says."""
    for name, value in expected.items():
        found = show.written(_field(case, name), zone)
        if found != value:
            yield f"工单的 {name} 应当是 {value}，实际是 {found}"


def _field(case: Case, name: str) -> Any:
    """Return a field of the case, or one of those that a story knows besides."""
    force = case.task_force
    besides: dict[str, Any] = {
        "accepted": case.accepted_at,
        "hold": case.hold is not None and case.hold.approved,
        "lead": case.lead,
        "rating": case.rating.result if case.rating else None,
        "task_force": _stands(force),
        "leads_force": force.lead if force else None,
        "approver": force.approver if force else None,
        "meetings": force.meetings if force else 0,
        "members": [f"{member.unit} {member.post}" for member in force.members] if force else [],
    }
    if name in besides:
        return besides[name]
    return getattr(case, name) if name in Case.__struct_fields__ else f"（工单没有“{name}”这一项）"


def _stands(force: TaskForce | None) -> str:
    if force is None:
        return "none"
    return "dissolved" if force.dissolved_at else "open" if force.opened_at else "proposed"
