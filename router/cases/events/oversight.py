"""Steps of the ladder (预警 催办 督办 通报): each says which clock it is about and when it was due."""

from __future__ import annotations

from datetime import datetime

from router.cases.entry import Entry
from router.cases.events.base import Event


class OfLadder(Event, frozen=True):
    """A step about one clock that began at `start`; `due` is when the step was due, the record says when it came."""

    clock: str
    holder: str
    start: datetime
    due: datetime


class Warned(OfLadder, frozen=True, tag="warned"):
    """预警 (黄灯): a share of the limit's own time has passed, in thousandths."""

    share: int


class OverdueNoticed(OfLadder, frozen=True, tag="overdue_noticed"):
    """催办 (红灯): the limit has passed; the superior is told."""

    round: int = 1
    missed: bool = False
    """A limit of the case or of a unit's work: it counts."""


class SupervisionDrafted(OfLadder, frozen=True, tag="supervision_drafted"):
    """Supervision is drafted, for the window's head to sign."""


class Supervised(OfLadder, frozen=True, tag="supervised"):
    """督办, signed: the unit owes a written reply by `reply_due`."""

    by: str
    reply_due: datetime


class SupervisionReplied(OfLadder, frozen=True, tag="supervision_replied"):
    """The unit gave its reasons in writing."""

    entries: tuple[Entry, ...] = ()


class CircularDrafted(OfLadder, frozen=True, tag="circular_drafted"):
    """通报, drafted; only a person issues it."""


class CircularIssued(OfLadder, frozen=True, tag="circular_issued"):
    """通报, issued by a person."""

    by: str


class CircularDropped(OfLadder, frozen=True, tag="circular_dropped"):
    """A person let the draft go, with the reason."""

    by: str
    entries: tuple[Entry, ...] = ()
