"""One case twice: as it was recorded, and as the same commands make it under other rules. Pure.

Before every command, time passes as the door lets it: what has come due is taken first. The recorded looks of the
clock are kept where something is due at them; what is due otherwise happens when it is due, as with a clock that runs.
With the first command that comes out the other way round (refused and now accepted, or accepted and now refused) the
case stands still: what people would have done then, nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.commands import Actor, Command, Tick
from router.cases.decide import decide
from router.cases.evolve import EventOutOfPlaceError, begin, evolve
from router.cases.steps import next_due
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from router.audit.whatif.inputs import History, Input
    from router.cases.decide import Decision
    from router.cases.state import Case
    from router.policy.policy import Policy

    Rules = Callable[[str], Policy]

_ROUTER = Actor("router", Role.ROUTER)
_STALE = "stale_version"
_ACCEPTED = "accepted"
_TICK = Tick.verb


class Taken(NamedTuple):
    """One decision on one side: when, what happened, and the case after it."""

    now: datetime
    events: tuple[ev.AnyEvent, ...]
    case: Case


class Parting(NamedTuple):
    """Where the two sides part: the record at which they do, and what it asked; none after the last record."""

    record: str | None
    verb: str


class Misfit(NamedTuple):
    """The first command that comes out the other way round."""

    verb: str
    code: str
    """Why it would be refused; `accepted` where it was refused and would be accepted."""
    left: int
    """Recorded commands from this one on, the clock's not counted: they can't be judged."""
    moves_due: bool
    """Among them is one that moved the due date."""


class Both(NamedTuple):
    """A case on both sides."""

    was: tuple[Taken, ...]
    would: tuple[Taken, ...]
    comparable: int
    """So many of `was` stand beside `would`; what came later can't be judged."""
    parting: Parting | None
    misfit: Misfit | None


_MOVING = (
    ev.ClockPaused, ev.ClockResumed, ev.SupplementRequested, ev.Supplemented, ev.ExtensionGranted, ev.OpinionApproved,
    ev.PutOnHold, ev.HoldReviewed, ev.RedoOrdered, ev.DuplicateLinked, ev.DuplicateUnlinked,
)  # fmt: skip
"""Events that move a case's due date for what somebody did."""


def rerun(history: History, own: Rules, rules: Rules, until: datetime) -> Both:
    """Take a case's recorded commands through the heart again.

    Args:
        history: what was recorded about it, in order.
        own: finds the policies that it was decided under.
        rules: finds the policies that are to hold instead.
        until: as far as time passes at the end (aware): the newest record's moment.

    Raises:
        KeyError: a policy isn't known.
        EventOutOfPlaceError: the recorded events don't follow one another.
    """
    side = _Sides(own, rules)
    for place, step in enumerate(history):
        side.take(step, history[place:])
    side.end(until)
    return side.both()


class _Side:
    """One side while a history is gone through: the case so far, under the rules that hold there."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.taken: list[Taken] = []

    @property
    def case(self) -> Case | None:
        return self.taken[-1].case if self.taken else None

    def next(self) -> datetime | None:
        """Return when time brings something."""
        case = self.case
        return next_due(case, self._rules(case.policy)) if case is not None else None

    def ask(self, command: Command, policy: str, now: datetime) -> Decision:
        """Decide a command and go on; `policy` is that of a case that isn't known yet."""
        case = self.case
        decision = decide(case, command, self._rules(case.policy if case else policy), now)
        if decision.case is not None and decision.events:
            self.taken.append(Taken(now, decision.events, decision.case))
        return decision

    def happened(self, step: Input, after: Case | None = None) -> None:
        """Take over what was recorded; `after` is the case then, where that is reckoned already."""
        if step.events:
            self.taken.append(Taken(step.now, step.events, after or _folded(self.case, step)))

    def look(self, due: datetime, at: datetime) -> None:
        """Let the clock look where it looked: what came due earlier happened when it was due."""
        self.pass_time(due, including=False)
        mine, case = self.next(), self.case
        if case is not None and mine is not None and mine <= at:
            self._tick(case, at)

    def pass_time(self, until: datetime, *, including: bool = True) -> None:
        """Let happen what comes due until then, each when it is due."""
        while (case := self.case) is not None:
            due = self.next()
            if due is None or due > until or (due == until and not including):
                return
            if self._tick(case, due).refusal is not None:  # nothing was due after all: the calendar knows more now
                return

    def _tick(self, case: Case, at: datetime) -> Decision:
        return self.ask(Command(case.id, _ROUTER, Tick()), case.policy, max(at, case.changed_at))


class _Sides:
    """Both sides while a history is gone through."""

    def __init__(self, own: Rules, rules: Rules) -> None:
        self._was = _Side(own)
        self._would = _Side(rules)
        self._comparable: int | None = None
        self._parting: Parting | None = None
        self._misfit: Misfit | None = None

    def both(self) -> Both:
        was, would = tuple(self._was.taken), tuple(self._would.taken)
        comparable = len(was) if self._comparable is None else self._comparable
        return Both(was, would, comparable, self._parting, self._misfit)

    def take(self, step: Input, rest: History) -> None:
        """Take the next record on both sides; `rest` begins with it."""
        if self._misfit is not None:
            self._was.happened(step)
            return
        old = len(self._would.taken)
        decision = self._decided(step)
        if decision is not None and (decision.refusal is None) == (step.refused is not None):
            code = decision.refusal.code if decision.refusal else _ACCEPTED
            self._misfit = Misfit(step.verb, code, *_left(rest))
            self._comparable = len(self._was.taken)
        came = self._would.taken[old:]
        same = [one.events for one in came] == ([step.events] if step.events else [])
        if self._parting is None and (not same or self._misfit is not None):
            self._parting = Parting(step.record, step.verb)
        self._was.happened(step, came[0].case if came and self._parting is None else None)

    def _decided(self, step: Input) -> Decision | None:
        """Let the other side go on; return what it decided, if somebody asked for it."""
        if step.clock is not None:
            self._would.look(step.clock, step.now)
            return None
        self._would.pass_time(step.now)
        if step.command is None:  # not the heart's to decide: it happened
            if self._would.case is not None:
                self._would.happened(step)
            return None
        command = self._asked(step, step.command)
        return self._would.ask(command, step.policy, step.now) if command is not None else None

    def _asked(self, step: Input, command: Command) -> Command | None:
        """Return a command as it would have been sent: who had seen the case's version has seen the other one's.

        None for one that was refused only because its sender had seen an older one.
        """
        if step.refused == _STALE:
            return None
        action = command.action
        if self._parting is None or action.version is None:
            return command
        return replace(command, action=action.model_copy(update={"version": None}))

    def end(self, until: datetime) -> None:
        """Let time pass on both sides up to `until`, unless they are one and the clock just hadn't looked."""
        if self._misfit is not None:
            return
        due = self._would.next()
        if self._parting is None:
            if due is None or due > until or self._was.next() == due:
                return
            self._parting = Parting(None, _TICK)
        self._would.pass_time(until)
        self._was.pass_time(until)


def _folded(case: Case | None, step: Input) -> Case:
    """Return the recorded case after a record's events."""
    events: Iterable[ev.AnyEvent] = step.events
    if case is None:
        first, *rest = step.events
        if not isinstance(first, ev.Submitted):
            raise EventOutOfPlaceError(f"record {step.record} begins a case with {type(first).__name__}")
        case, events = begin(step.case, first, step.now), rest
    for event in events:
        case = evolve(case, event, step.now)
    return case


def _left(rest: History) -> tuple[int, bool]:
    """Return how many commands are left, and whether one of them moved the due date."""
    asked = [step for step in rest if step.clock is None]
    return len(asked), any(isinstance(event, _MOVING) for step in asked for event in step.events)
