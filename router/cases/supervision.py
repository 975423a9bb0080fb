"""What a missed promise makes others owe: a signature, a written reply, a decision on a circular. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases.duties import Duty, Rungs, duties
from router.cases.offices import issuer, signer
from router.cases.state import OPEN, Stage
from router.clocks.limits import Clock, ends

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.matters import Notice
    from router.cases.state import Case
    from router.policy.limits import Limit
    from router.policy.policy import Policy

SIGN = "sign_supervision"
REPLY = "reply"
ISSUE = "issue_circular"


def owed(case: Case, policy: Policy) -> Iterator[Duty]:
    """Yield everything that is owed on a case: its duties, and what has become of those that were missed."""
    if not case.notices:
        yield from duties(case, policy)
        return
    running = set()
    for duty in duties(case, policy):
        running.add((duty.key, duty.clock.start))
        yield duty
    if case.stage in OPEN or case.stage is Stage.RESOLVED:
        for notice in case.notices:
            yield from _because_of(case, notice, policy, runs=(notice.clock, notice.start) in running)


def _because_of(case: Case, notice: Notice, policy: Policy, *, runs: bool) -> Iterator[Duty]:
    """A signature is owed while the promise is still broken; a reply and a decision once they were asked for."""
    ladder = policy.limits.ladder
    if runs and notice.drafted_at is not None and notice.supervised_at is None:
        who = signer(case, policy, notice.holder)
        yield _of(policy, f"{SIGN}-{notice.clock}", who, ladder.sign_supervision, notice.drafted_at)
    if notice.supervised_at is not None and notice.replied_at is None:
        yield _of(policy, f"{REPLY}-{notice.clock}", notice.holder, ladder.reply, notice.supervised_at)
    if notice.circular_at is not None and notice.circular_ended_at is None:
        who = issuer(case, policy, notice.holder)
        yield _of(policy, f"{ISSUE}-{notice.clock}", who, ladder.issue_circular, notice.circular_at)


def _of(policy: Policy, key: str, holder: str, limit: Limit, since: datetime) -> Duty:
    clock = Clock(limit, since)
    return Duty(key, holder, Rungs.DESK, clock, ends(clock, policy.work_calendar).at)
