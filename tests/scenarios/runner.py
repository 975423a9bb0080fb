"""Plays a story against the pure heart: nothing may happen silently, and every step is checked."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import checks
import expecting
import moments
import show
from centre import amended, centre, classifier
from names import ROUTER, Names, UnknownNameError
from pydantic import ValidationError
from script import MAIN, Expected, Outcome, Says, Step, Story

from router.cases.commands import ACTIONS, Action, Actor, Command, KeepUp, MovePolicy, Tick
from router.cases.decide import Decision, decide
from router.cases.entry import Entry, EntryKind
from router.cases.other import Other, Relation, other
from router.cases.steps import next_due
from router.classify.classification import Text
from router.classify.matcher import normalise
from router.messages.telling import tell
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from router.cases.state import Case
    from router.messages.telling import Output
    from router.policy.policy import Policy


class StoryFailedError(AssertionError):
    """A step did not come out as the story says; the sentence names the step and both."""


class Happened(NamedTuple):
    """What one decision brought, on which case, and who was told what."""

    case: str
    decision: Decision
    outputs: tuple[Output, ...]


@dataclass
class _Kept:
    """One case of a story."""

    id: str
    words: tuple[str, str]
    case: Case | None = None
    history: checks.History = field(default_factory=list)


class Play:
    """One story being played."""

    def __init__(self, story: Story) -> None:
        """Make the story's policies; nothing has been submitted yet."""
        self._story = story
        self._policy = amended(centre(), story.policy)
        others = {name: amended(self._policy, changes) for name, changes in story.policies.items()}
        self._hash_of = {name: policy.hash for name, policy in others.items()}
        self._by_hash = {policy.hash: policy for policy in (self._policy, *others.values())}
        self._names = Names(self._policy)
        self._calendar = self._policy.work_calendar
        self._zone = self._calendar.zone
        self._kept: dict[str, _Kept] = {}
        self._began = moments.read(story.begins).absolute.replace(tzinfo=self._zone)  # type: ignore[union-attr]  # the schema says so
        self._now = self._began
        self._where = "提交"

    def play(self) -> None:
        """Play the whole story.

        Raises:
            StoryFailedError: at the first step that comes out otherwise than the story says.
        """
        try:
            self._open()
            for number, step in enumerate(self._story.steps, start=1):
                self._step(number, step)
            self._where = "结局"
            self._fail_on(expecting.of_state(self._case(MAIN), self._ids(self._story.ends), self._zone))
            for name, kept in self._kept.items():
                self._fail_on(checks.of_records(self._case(name), kept.history))
        except UnknownNameError as error:
            raise StoryFailedError(f"{self._where}：{error}") from None

    @property
    def days(self) -> int:
        """How many days of the calendar have passed since the story began."""
        return (self._now.date() - self._began.date()).days

    def _open(self) -> None:
        story = self._story
        using = {"withheld": story.withheld, "guided": story.guided, "complained_of": list(story.complained_of)}
        brought = moments.resolve(moments.read(story.brought or story.begins), self._now, self._calendar)
        self._expect(story.opens, MAIN, self._submit(MAIN, story.channel, using, story.says, brought))

    def _step(self, number: int, step: Step) -> None:
        at = moments.resolve(moments.read(step.at), self._now, self._calendar)
        said = f"{step.who} {step.does}" if step.clock is None else "时间到了"
        self._where = f"第 {number} 步（{at.strftime(moments.FORMAT)} {said}）"
        if at < self._now:
            raise StoryFailedError(f"{self._where}：早于前一步 {self._now.strftime(moments.FORMAT)}")
        if step.clock != "late":
            self._expect_events("其间", step.meanwhile, list(self._until(at, including=step.clock is None)))
        self._now = at
        if step.clock is not None:
            came = list(self._late() if step.clock == "late" else self._until(at, including=True))
            came = [happened._replace(case=step.case) for happened in came]
        elif step.says is not None:
            came = self._submit(step.case, step.who or "", step.using, step.says, at)
        else:
            came = self._take(step.case, self._command(step))
        if step.refused is not None:
            self._expect_refusal(step, came[0].decision)
        self._expect(step, step.case, came)

    def _until(self, until: datetime, *, including: bool) -> Iterator[Happened]:
        """Let the clock look at the cases at just the moments when something is due."""
        while True:
            waiting = [(due, name) for name in self._kept if (due := self._due(name)) is not None]
            due, name = min(waiting, default=(until, ""))
            if not name or due > until or (due == until and not including):
                return
            yield from self._tick(name, max(due, self._case(name).changed_at))

    def _late(self) -> Iterator[Happened]:
        """Let the clock look at each case once, long after something was due."""
        for name in self._kept:
            due = self._due(name)
            if due is not None and due <= self._now:
                yield from self._tick(name, self._now)

    def _tick(self, name: str, at: datetime) -> list[Happened]:
        command = Command(self._kept[name].id, ROUTER, Tick())
        came = self._take(name, command, at)
        if came[0].decision.refusal is not None:
            raise StoryFailedError(f"{self._where}：{at} 有事到期，却什么都没发生：计时服务会空转")
        again = decide(self._case(name), command, self._rules(name), at)
        if again.refusal is None or again.refusal.code != "nothing_due":
            raise StoryFailedError(f"{self._where}：{at} 再看一次，又发生了 {again.events}")
        return came

    def _due(self, name: str) -> datetime | None:
        return next_due(self._case(name), self._rules(name))

    def _submit(
        self, name: str, channel: str, using: Mapping[str, Any], says: Says, brought: datetime
    ) -> list[Happened]:
        words = (normalise(says.title), normalise(says.text))
        case_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._story.story}/{name}"))
        first = next((kept.id for kept in self._kept.values() if kept.words == words), case_id)
        self._kept.setdefault(name, _Kept(case_id, words))
        command = Command(
            case_id,
            Actor(self._names.channel(channel), Role.CHANNEL),
            self._action("submit", {**using, "occurred_at": brought}),
            entries=(Entry(case_id, "matter", EntryKind.MATTER), Entry(case_id, "person", EntryKind.PERSON)),
            classification=classifier(self._policy.hash).classify([Text(*words)])[0],
            other=self._earlier(first) if first != case_id else None,
        )
        return self._take(name, command)

    def _earlier(self, case_id: str) -> Other | None:
        """What is known of the case that another person brought first in the very same words."""
        name = next(name for name, kept in self._kept.items() if kept.id == case_id)
        return other(self._case(name), self._rules(name).id, Relation.SUPPORTER)

    def _command(self, step: Step) -> Command:
        kept = self._kept.get(step.case)
        if kept is None:
            raise StoryFailedError(f"{self._where}：“{step.case}”还没有提交")
        action = self._action(step.does or "", step.using)
        given = frozenset(action.needs if step.words is None else step.words)
        entries = (Entry(kept.id, f"note-{len(kept.history)}", EntryKind.NOTE),) if given else ()
        knows = isinstance(action, MovePolicy) and action.policy in self._by_hash
        actor = self._names.actor(step.who or "", action.verb)
        return Command(kept.id, actor, action, entries, given, knows_policy=knows)

    def _action(self, verb: str, using: Mapping[str, Any]) -> Action:
        given = {name: self._names.within(name, value) for name, value in using.items()}
        if "policy" in given:
            name = given["policy"]
            given["policy"] = self._hash_of.get(name) or hashlib.sha256(name.encode()).hexdigest()
        try:
            return ACTIONS[verb].model_validate(given)
        except ValidationError as error:
            faults = "；".join(f"with.{'.'.join(map(str, item['loc']))}：{item['msg']}" for item in error.errors())
            raise StoryFailedError(f"{self._where}：{faults}") from None

    def _take(self, name: str, command: Command, at: datetime | None = None) -> list[Happened]:
        """Decide a command and, at once, what follows from it on other cases; check what must always hold."""
        now, kept, rules = at or self._now, self._kept[name], self._rules(name)
        before = kept.case
        decision = decide(before, command, rules, now)
        if decision.refusal is not None and (decision.case != before or decision.events or decision.follows):
            raise StoryFailedError(f"{self._where}：被拒绝的命令改变了工单")
        kept.case = decision.case
        kept.history += [(event, now) for event in decision.events]
        outputs = tuple(tell(rules, command, decision, "message"))
        if decision.case is not None:
            self._fail_on(checks.of_state(before, decision.case, kept.history, self._rules(name)))
            self._fail_on(checks.of_telling(decision.case, outputs, rules))
        telling = [output for output in outputs if not checks.says_nothing(output)]
        self._fail_on(expecting.of_silence([self._names.topic(one) for one in self._story.never_told], telling))
        came = [Happened(name, decision, outputs)]
        for follow in decision.follows:
            other = next(name for name, kept in self._kept.items() if kept.id == follow.case_id)
            ahead = self._earlier(follow.action.primary) if isinstance(follow.action, KeepUp) else None
            came += self._take(other, Command(follow.case_id, ROUTER, follow.action, follow.entries, other=ahead), now)
        return came

    def _expect_refusal(self, step: Step, decision: Decision) -> None:
        refusal = decision.refusal
        if refusal is None:
            came = [str(show.of_event(event, self._zone)) for event in decision.events]
            raise StoryFailedError(f"{self._where}：应当被拒绝（{step.refused}），却办成了：{came}")
        found = {"refused": refusal.code, "about": refusal.about, "sentence": refusal.sentence()}
        for name, value in found.items():
            expected = getattr(step, name)
            if expected not in (None, value):
                raise StoryFailedError(f"{self._where}：拒绝的 {name} 应当是“{expected}”，实际是 {found}")

    def _expect(self, outcome: Outcome, name: str, came: list[Happened]) -> None:
        refused = isinstance(outcome, Step) and outcome.refused is not None
        for refusal in (h.decision.refusal for h in came if not refused):
            if refusal is not None:
                sentence = refusal.sentence()
                raise StoryFailedError(f"{self._where}：被拒绝 {refusal.code}（{refusal.about}）：{sentence}")
        own = [happened for happened in came if happened.case == name]
        one = sum(len(happened.decision.events) for happened in own) == 1
        if not refused and not (one and outcome.then is None):
            self._expect_events("这一步", outcome.then or (), own)
        for also in {h.case for h in came if h.case != name} | outcome.follows.keys():
            self._expect_events(f"{also}随之", outcome.follows.get(also, ()), [h for h in came if h.case == also])
        self._expect_state(outcome, self._case(name), self._rules(name))
        self._expect_told(outcome, [output for happened in own for output in happened.outputs])

    def _expect_events(self, what: str, expected: Sequence[Expected], came: list[Happened]) -> None:
        facts = [show.of_event(event, self._zone) for h in came for event in h.decision.events]
        self._fail_on(filter(None, [show.compared(what, self._by_id(expected), facts)]))

    def _expect_state(self, outcome: Outcome, case: Case, rules: Policy) -> None:
        holders = None if outcome.holds is None else [self._names.unit(name) for name in outcome.holds]
        self._fail_on(expecting.of_due(case, rules, outcome.due))
        self._fail_on(expecting.of_holders(case, holders))
        self._fail_on(expecting.of_state(case, self._ids(outcome.stands), self._zone))
        self._fail_on(expecting.of_parts(case, outcome.parts))

    def _expect_told(self, outcome: Outcome, outputs: list[Output]) -> None:
        topic = self._names.topic
        told = {topic(name): tuple(self._by_id(expected)) for name, expected in outcome.told.items()}
        self._fail_on(expecting.of_told(told, outputs, self._zone))
        self._fail_on(expecting.of_silence([topic(name) for name in outcome.not_told], outputs))
        self._fail_on(expecting.of_texts({topic(name): kinds for name, kinds in outcome.shows.items()}, outputs))

    def _by_id(self, expected: Sequence[Expected]) -> Iterator[Expected]:
        """Yield what was expected with ids in place of units' names."""
        for one in expected:
            subject = self._names.any(one.subject) if one.subject is not None else None
            yield Expected(one.code, subject, tuple(self._ids(dict(one.fields)).items()))

    def _ids(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._names.within("unit", value) for name, value in values.items()}

    def _rules(self, name: str) -> Policy:
        case = self._kept[name].case
        return self._by_hash[case.policy] if case is not None else self._policy

    def _case(self, name: str) -> Case:
        case = self._kept[name].case
        if case is None:
            raise StoryFailedError(f"{self._where}：“{name}”没有提交成")
        return case

    def _fail_on(self, faults: Iterable[str]) -> None:
        for fault in faults:
            raise StoryFailedError(f"{self._where}：{fault}")
