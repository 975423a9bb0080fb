"""Whether a case was, and would have been, answered in time: units answer when they did, only the dates move. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases.state import Stage
from router.report.indicators import answered_in_time

if TYPE_CHECKING:
    from datetime import datetime

    from router.audit.whatif.rerun import Both
    from router.cases.state import Case

_APART = frozenset({Stage.WITHDRAWN, Stage.DECLINED})


class Timely(NamedTuple):
    """Of 按时办结率 on both sides: in time or not; None where a case counts as neither."""

    judged: bool
    """Whether the other side's date can be known; where not, neither side counts."""
    was: bool | None = None
    would: bool | None = None


def timely(both: Both, now: datetime) -> Timely:
    """Compare the recorded moment of the answer with the due date of either side.

    As in `bancheng report`: answered at or before the due date, of what is answered or overdue by `now`. It can't be
    judged where the other side waits for a person's decision that was never asked for, or where a recorded command
    that moved the date no longer fits.
    """
    if not both.was:
        return Timely(judged=True)
    was = both.was[-1].case
    if not both.would:
        return Timely(judged=True, was=_counts(was, now))
    would, misfit = both.would[-1].case, both.misfit
    if misfit is not None and (misfit.moves_due or would.stage is Stage.TRIAGE or would.standing):
        return Timely(judged=False)
    if was.stage is Stage.WITHDRAWN:
        return Timely(judged=True)
    if would.outcome is None and was.outcome is not None and not _apart(would):
        in_time = None if would.due is None or was.resolved_at is None else was.resolved_at <= would.due
        return Timely(judged=True, was=_counts(was, now), would=in_time)
    return Timely(judged=True, was=_counts(was, now), would=_counts(would, now))


def _apart(case: Case) -> bool:
    return case.primary is not None or case.stage in _APART or case.accepted_at is None


def _counts(case: Case, now: datetime) -> bool | None:
    if _apart(case):
        return None
    if case.outcome is not None:
        return answered_in_time(case)
    overdue = case.due is not None and case.due < now and not case.standing and case.stage is not Stage.ON_HOLD
    return False if overdue else None
