"""Who is told of a step of the ladder: who owes it, and the named superior. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.offices import signer, superior
from router.messages.outbound import Noticed, Rung
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.entry import Entry
    from router.cases.state import Case
    from router.policy.policy import Policy

Told = tuple[str, Noticed, tuple["Entry", ...]]
"""Which unit or office, what, and with which texts."""


def noticed(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Told]:
    """Yield the notices that follow from a step of the ladder.

    An early warning goes to who owes it; from the notice on the superior is copied; a circular goes to every office.
    """
    match event:
        case ev.Warned():
            yield event.holder, _notice(case, event, Rung.WARNED), ()
        case ev.OverdueNoticed():
            told = _notice(case, event, Rung.OVERDUE, round=event.round)
            yield event.holder, told, ()
            yield superior(case, policy, event.holder), told.model_copy(update={"copied": True}), ()
            if event.clock.startswith("letter-"):
                yield case.assignments[int(event.clock.removeprefix("letter-")) - 1].unit, told, ()
        case ev.Supervised():
            told = _notice(case, event, Rung.SUPERVISED, reply_due=event.reply_due)
            yield event.holder, told, ()
            yield superior(case, policy, event.holder), told.model_copy(update={"copied": True}), ()
        case ev.SupervisionReplied():
            told = _notice(case, event, Rung.SUPERVISED).model_copy(update={"copied": True})
            yield signer(case, policy, event.holder), told, event.entries
        case ev.CircularIssued():
            told = _notice(case, event, Rung.CIRCULAR)
            yield event.holder, told, ()
            copied = told.model_copy(update={"copied": True})
            offices = [u.id for u in policy.units if u.role in (Role.WINDOW, Role.SUPERVISOR, Role.LEADER)]
            for unit in dict.fromkeys((superior(case, policy, event.holder), *offices)):
                yield unit, copied, ()
        case _:
            pass


def _notice(
    case: Case,
    event: ev.Warned | ev.OverdueNoticed | ev.Supervised | ev.SupervisionReplied | ev.CircularIssued,
    rung: Rung,
    **more: object,
) -> Noticed:
    return Noticed(
        version=case.version, reference=case.reference, rung=rung, clock=event.clock, holder=event.holder,
        was_due=event.due, **more,
    )  # fmt: skip
