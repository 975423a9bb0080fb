"""Random lives of a case: whatever is asked, by whom, when, and under which policy, these things hold."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from acting import ACTORS, ANY, Act, sensible
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tools import TEXTS, Play

from router.cases import commands as do
from router.cases import events as ev
from router.cases.assignment import GONE, Held, Share
from router.cases.commands import Actor, Command
from router.cases.evolve import fold
from router.cases.state import OPEN, Stage
from router.cases.steps import upcoming
from router.cases.supervision import owed
from router.messages.telling import tell
from router.policy.people import Role
from router.policy.policy import Policy

if TYPE_CHECKING:
    from router.cases.decide import Decision

SMALL = Path(__file__).parent.parent / "data" / "small.yaml"
COMPLAINED = st.sampled_from([(), (), (), ("housing",), ("hrss",), ("window",), ("leader", "tax")])


@cache
def variant(days: int, returns: int, repeats: int, by: str, holidays: bool) -> Policy:  # noqa: FBT001 (drawn)
    """The small policy with other numbers, other delegations, and a week off of the centre's own."""
    content = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    limits = content["limits"]
    limits["ordinary"] = {"working_days": days, "source": "drawn"}
    limits["returns_before_conference"] = returns
    limits["ladder"]["repeat"] = {"working_days": repeats, "source": "drawn"}
    limits["extensions"]["times"] = returns - 1
    content["task_forces"]["propose_after"] = {"returns": returns, "missed": returns, "redos": 2, "source": "drawn"}
    for delegation in content["task_forces"]["delegations"]:
        delegation["by"] = by if delegation.get("causes") == ["file-lost"] else delegation["by"]
    if holidays:
        content["calendar"] = {"holidays": [f"2026-03-{day:02}" for day in range(9, 14)]}
    return Policy.model_validate(content)


POLICIES = st.builds(
    variant, st.sampled_from([2, 5, 9]), st.integers(2, 3), st.sampled_from([1, 5]),
    st.sampled_from(["rule", "leader", "window"]), st.booleans(),
)  # fmt: skip


class Life(RuleBasedStateMachine):
    """One case, from its submission on."""

    @initialize(
        policy=POLICIES, text=st.sampled_from(sorted(TEXTS)), complained=COMPLAINED, withheld=st.booleans(),
        first=st.integers(0, 24 * 9),
    )  # fmt: skip
    def submitted(self, policy: Policy, text: str, complained: tuple[str, ...], withheld: bool, first: int) -> None:  # noqa: FBT001 (drawn)
        """A channel brings the case at some hour of nine days."""
        self.play = Play(policy)
        self.play.now += timedelta(hours=first)
        self.closed_at_version: int | None = None
        self.accepted = None
        self.check(self.play.submit(text, withheld=withheld, complained_of=complained))

    @rule(data=st.data(), minutes=st.sampled_from([0, 1, 10, 60, 400, 1500]))
    def somebody_gets_on(self, data: st.DataObject, minutes: int) -> None:
        """Somebody does what may be done as the case stands: first what, then by whom and on what."""
        play = self.play
        play.now += timedelta(minutes=minutes)
        acts: dict[str, list[Act]] = {}
        for act in self.tried():
            if play.peek(act.who, act.action).refusal is None:
                acts.setdefault(act.action.verb, []).append(act)
        if len(acts) > 1:
            acts.pop("withdraw", None)
        if acts:
            verb = data.draw(st.sampled_from(sorted(acts)))
            act = data.draw(st.sampled_from(acts[verb]))
            self.check(play.act(act.who, act.action))

    @rule(data=st.data(), words=st.booleans())
    def somebody_tries(self, data: st.DataObject, words: bool) -> None:  # noqa: FBT001 (drawn)
        """Somebody tries what might be thought of as the case stands, with or without the words it needs."""
        act = data.draw(st.sampled_from(self.tried()))
        self.check(self.play.act(act.who, act.action, note=words))

    def tried(self) -> list[Act]:
        """What might be thought of, on the case as it stands."""
        assert self.play.case
        return sensible(self.play.case, self.play.policy, self.play.now)

    @rule(who=ACTORS, action=ANY, words=st.booleans())
    def anybody_acts(self, who: str, action: do.Action, words: bool) -> None:  # noqa: FBT001 (drawn)
        """Anybody does anything."""
        self.check(self.play.act(who, action, note=words))

    @rule(hours=st.sampled_from([0, 0, 0, 2, 24, 80, 300]))
    def time_passes(self, hours: int) -> None:
        """The clock looks again after some time, however long that was."""
        self.play.now += timedelta(hours=hours)
        self.check(self.play.tick())
        step = upcoming(self.play.case, self.play.policy) if self.play.case else None
        assert step is None or step.at > self.play.now, "a step that was due was left"

    def check(self, decision: Decision) -> None:
        """What must hold of a decision by itself."""
        case = self.play.case
        assert case
        if decision.refusal is not None:
            assert decision.events == ()
            assert decision.case == self.before if hasattr(self, "before") else True
            assert decision.refusal.sentence("zh")
            assert decision.refusal.sentence("en")
        if self.closed_at_version is not None and decision.events:
            assert isinstance(decision.events[0], ev.RedoOrdered), "only a redo follows a close"
            self.closed_at_version = None
        if case.stage is Stage.CLOSED:
            self.closed_at_version = case.version
        command = Command(case.id, Actor("router", Role.ROUTER), do.Tick())
        told = {output.topic for output in tell(self.play.policy, command, decision, "m")}
        assert not told & {f"assignments.{unit}" for unit in case.recused}, "who is complained of was told"
        self.before = case

    @invariant()
    def replay_is_state(self) -> None:
        """Folding the events gives the state."""
        if hasattr(self, "play") and self.play.case:
            assert fold(self.play.case.id, self.play.history) == self.play.case

    @invariant()
    def total_time_never_restarts(self) -> None:
        """First acceptance stays what it was."""
        if hasattr(self, "play") and self.play.case:
            assert self.accepted is None or self.play.case.accepted_at == self.accepted
            self.accepted = self.play.case.accepted_at

    @invariant()
    def somebody_owes_something(self) -> None:
        """An open case has a next moment, or is paused for a capped time; a duty's holder is never complained of."""
        if not hasattr(self, "play") or self.play.case is None:
            return
        case, policy = self.play.case, self.play.policy
        if case.stage in OPEN:
            assert upcoming(case, policy) is not None
            assert list(owed(case, policy))
        if case.stage in (Stage.CLOSED, Stage.WITHDRAWN, Stage.DECLINED, Stage.LINKED):
            assert upcoming(case, policy) is None

    @invariant()
    def work_is_sound(self) -> None:
        """Parts before answers, one lead, capped returns, binding designations, nobody complained of at work."""
        if not hasattr(self, "play") or self.play.case is None:
            return
        case, policy = self.play.case, self.play.policy
        force = case.task_force
        if force and force.at_work and case.stage in (Stage.RESOLVED, Stage.CLOSED):
            assert not force.open_required
        if case.stage not in OPEN:
            assert not any(held.live for held in case.assignments)
        leads = [a for a in case.assignments if a.role is Share.LEAD and a.live]
        assert len(leads) <= 1
        assert case.returns <= policy.limits.returns_before_conference
        assert all(part.returns <= policy.limits.returns_before_conference for part in force.parts) if force else True
        for held in case.assignments:
            assert not (held.designated and held.held is Held.RETURNED)
            assert held.due >= held.dispatched_at
            assert held.unit not in case.recused or held.held in GONE or held.done_at is not None


TestLife = Life.TestCase
