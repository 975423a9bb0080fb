"""What a missed promise makes others owe: a signature, a written reply, a decision on a circular. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases.duties import Duty, Rungs, duties
from router.cases.offices import office
from router.clocks.limits import Clock, ends
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.state import Case
    from router.policy.limits import Limit
    from router.policy.policy import Policy

SIGN = "sign_supervision"
REPLY = "reply"
ISSUE = "issue_circular"


def owed(case: Case, policy: Policy) -> Iterator[Duty]:
    """Yield everything that is owed on a case: its duties, and what has become of those that were missed."""
    for duty in duties(case, policy):
        yield duty
        yield from _because_of(case, duty, policy)


def _because_of(case: Case, duty: Duty, policy: Policy) -> Iterator[Duty]:
    notice = case.notice(duty.key, duty.clock.start)
    if notice is None:
        return
    ladder = policy.limits.ladder
    if notice.drafted_at is not None and notice.supervised_at is None:
        signer = office(case, policy, Role.WINDOW)
        yield _of(policy, f"{SIGN}-{duty.key}", signer, ladder.sign_supervision, notice.drafted_at)
    if notice.supervised_at is not None and notice.replied_at is None:
        yield _of(policy, f"{REPLY}-{duty.key}", duty.holder, ladder.reply, notice.supervised_at)
    if notice.circular_at is not None and notice.circular_ended_at is None:
        issuer = office(case, policy, Role.SUPERVISOR)
        yield _of(policy, f"{ISSUE}-{duty.key}", issuer, ladder.issue_circular, notice.circular_at)


def _of(policy: Policy, key: str, holder: str, limit: Limit, since: datetime) -> Duty:
    clock = Clock(limit, since)
    return Duty(key, holder, Rungs.DESK, clock, ends(clock, policy.work_calendar).at)
