"""Trying one case: is it decidable, does it differ, and is it the rules that make the difference? Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.audit.whatif.difference import Difference, compared
from router.audit.whatif.instead import Instead
from router.audit.whatif.knowing import Lacks, lacks
from router.audit.whatif.rerun import rerun

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from router.audit.whatif.inputs import History
    from router.clocks.calendar import WorkCalendar
    from router.policy.policy import Policy


class Tried(NamedTuple):
    """What came of one case: compared, or why it couldn't be; and what the tried policy lacks of it."""

    difference: Difference | None
    undecidable: str | None = None
    """unknown_channel, unknown_domain, unknown_policy, program; and from outside: erased, archived, hidden."""
    lacks: Lacks = Lacks()


class Trial:
    """Tries cases, one at a time; it keeps nothing of them."""

    def __init__(
        self, own: Callable[[str], Policy], tried: Policy | None, until: datetime, calendar: WorkCalendar
    ) -> None:
        """Prepare.

        Args:
            own: finds a recorded policy by its hash, or raises KeyError.
            tried: the policy to be tried; None where only the judgements differ.
            until: the newest record's moment, aware.
            calendar: whose days are counted when a due date moves.
        """
        self._own = own
        self._policy = tried
        self._rules = own if tried is None else Instead(tried, own)
        self._until = until
        self._calendar = calendar

    def case(self, history: History, judged: History | None = None) -> Tried:
        """Compare a case; `judged` is its history with other judgements in it, where those are tried.

        A case that differs is decided under its own rules as well: where today's program itself comes to something
        else than the record, the difference isn't the rules', and the case isn't judged.

        Raises:
            EventOutOfPlaceError: the recorded events don't follow one another.
        """
        asked = history if judged is None else judged
        missing = lacks(asked, self._policy) if self._policy is not None else Lacks()
        if missing.undecidable is not None:
            return Tried(None, missing.undecidable, missing)
        try:
            both = rerun(asked, self._own, self._rules, self._until)
            if both.parting is None:
                return Tried(compared(both, self._until, self._calendar), None, missing)
            control = rerun(history, self._own, self._own, self._until)
        except KeyError:
            return Tried(None, "unknown_policy", missing)
        if control.parting is not None:
            return Tried(None, "program", missing)
        return Tried(compared(both, self._until, self._calendar), None, missing)
