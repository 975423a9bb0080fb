"""After a promise was missed: supervision signed and replied to, circulars issued by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.duties import duties
from router.cases.offices import issuer, signer
from router.cases.refusals import RefusedError
from router.cases.state import OPEN, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.commands import DropCircular, IssueCircular, ReplySupervision, SignSupervision
    from router.cases.draft import Draft
    from router.cases.matters import Notice


def sign_supervision(draft: Draft, action: SignSupervision) -> None:
    """The window's head signs, while the promise is still broken: the unit owes a written reply from now."""
    notice = _noticed(draft, action.clock)
    if notice.drafted_at is None or not any(duty.key == action.clock for duty in duties(draft.case, draft.policy)):
        raise RefusedError("no_draft", action.clock)
    if notice.supervised_at is not None:
        raise RefusedError("already_done", "sign_supervision")
    _expect(draft, signer(draft.case, draft.policy, notice.holder))
    reply = draft.due(draft.policy.limits.ladder.reply).at
    draft.add(ev.Supervised(*_about(notice), notice.drafted_at, by=draft.actor, reply_due=reply))


def reply_supervision(draft: Draft, action: ReplySupervision) -> None:
    """The unit says in writing why; with reasons given no circular is drafted."""
    notice = _noticed(draft, action.clock)
    if draft.actor != notice.holder:
        raise RefusedError("not_assigned", action.clock)
    if notice.supervised_at is None:
        raise RefusedError("not_supervised", action.clock)
    if notice.replied_at is not None:
        raise RefusedError("already_done", "reply_supervision")
    draft.add(ev.SupervisionReplied(*_about(notice), notice.supervised_at, entries=draft.command.entries))


def issue_circular(draft: Draft, action: IssueCircular) -> None:
    """A person issues what the system drafted."""
    notice, since = _drafted(draft, action.clock)
    draft.add(ev.CircularIssued(*_about(notice), since, by=draft.actor))


def drop_circular(draft: Draft, action: DropCircular) -> None:
    """A person lets the draft go, with the reason."""
    notice, since = _drafted(draft, action.clock)
    draft.add(ev.CircularDropped(*_about(notice), since, by=draft.actor, entries=draft.command.entries))


def _noticed(draft: Draft, clock: str) -> Notice:
    """Return how far the ladder has gone for a clock; what was asked for because of it outlives the duty itself."""
    draft.expect(*OPEN, Stage.RESOLVED)
    found = next((notice for notice in draft.case.notices if notice.clock == clock), None)
    if found is not None:
        return found
    runs = any(duty.key == clock for duty in duties(draft.case, draft.policy))
    raise RefusedError("not_overdue" if runs else "unknown_clock", clock)


def _drafted(draft: Draft, clock: str) -> tuple[Notice, datetime]:
    notice = _noticed(draft, clock)
    if notice.circular_at is None:
        raise RefusedError("no_draft", clock)
    if notice.circular_ended_at is not None:
        raise RefusedError("already_done", "issue_circular")
    _expect(draft, issuer(draft.case, draft.policy, notice.holder))
    return notice, notice.circular_at


def _expect(draft: Draft, who: str) -> None:
    if draft.actor != who:
        raise RefusedError("not_the_office", who)


def _about(notice: Notice) -> tuple[str, str, datetime]:
    return notice.clock, notice.holder, notice.start
