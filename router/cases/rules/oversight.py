"""After a promise was missed: supervision signed and replied to, circulars issued by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.duties import Duty, duties
from router.cases.refusals import RefusedError
from router.policy.people import Role

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.commands import DropCircular, IssueCircular, ReplySupervision, SignSupervision
    from router.cases.draft import Draft
    from router.cases.matters import Notice


def sign_supervision(draft: Draft, action: SignSupervision) -> None:
    """The window's head signs: the unit owes a written reply from now."""
    duty, notice = _missed(draft, action.clock)
    if notice.drafted_at is None:
        raise RefusedError("no_draft", action.clock)
    if notice.supervised_at is not None:
        raise RefusedError("already_done", "sign_supervision")
    draft.expect_office(Role.WINDOW)
    reply = draft.due(draft.policy.limits.ladder.reply).at
    draft.add(
        ev.Supervised(duty.key, duty.holder, duty.clock.start, notice.drafted_at, by=draft.actor, reply_due=reply)
    )  # fmt: skip


def reply_supervision(draft: Draft, action: ReplySupervision) -> None:
    """The unit says in writing why; with reasons given no circular is drafted."""
    duty, notice = _missed(draft, action.clock)
    if draft.actor != duty.holder:
        raise RefusedError("not_assigned", action.clock)
    if notice.supervised_at is None:
        raise RefusedError("not_supervised", action.clock)
    if notice.replied_at is not None:
        raise RefusedError("already_done", "reply_supervision")
    draft.add(
        ev.SupervisionReplied(
            duty.key, duty.holder, duty.clock.start, notice.supervised_at, entries=draft.command.entries
        )
    )  # fmt: skip


def issue_circular(draft: Draft, action: IssueCircular) -> None:
    """A person issues what the system drafted."""
    duty, since = _circular(draft, action.clock)
    draft.add(ev.CircularIssued(duty.key, duty.holder, duty.clock.start, since, by=draft.actor))


def drop_circular(draft: Draft, action: DropCircular) -> None:
    """A person lets the draft go, with the reason."""
    duty, since = _circular(draft, action.clock)
    draft.add(
        ev.CircularDropped(
            duty.key, duty.holder, duty.clock.start, since, by=draft.actor, entries=draft.command.entries
        )
    )  # fmt: skip


def _missed(draft: Draft, clock: str) -> tuple[Duty, Notice]:
    """Return a duty that is owed now and how far its ladder has gone."""
    for duty in duties(draft.case, draft.policy):
        if duty.key == clock:
            notice = draft.case.notice(duty.key, duty.clock.start)
            if notice is None:
                raise RefusedError("not_overdue", clock)
            return duty, notice
    raise RefusedError("unknown_clock", clock)


def _circular(draft: Draft, clock: str) -> tuple[Duty, datetime]:
    duty, notice = _missed(draft, clock)
    if notice.circular_at is None:
        raise RefusedError("no_draft", clock)
    if notice.circular_ended_at is not None:
        raise RefusedError("already_done", "issue_circular")
    draft.expect_office(Role.SUPERVISOR)
    return duty, notice.circular_at
