"""Building commands and playing cases for tests of the heart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from router.cases import commands as do
from router.cases.commands import Action, Actor, Command
from router.cases.decide import Decision, decide
from router.cases.entry import Entry, EntryKind
from router.cases.other import Other
from router.cases.state import Stage
from router.classify.classification import Text
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.events import AnyEvent
    from router.cases.state import Case
    from router.policy.policy import Policy

CASE = "01980000-0000-7000-8000-000000000001"
OTHER = "01980000-0000-7000-8000-000000000002"
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 10:00 in Shanghai."""
WORDS = frozenset({"text", "basis", "remedy", "signed_by"})
"""Everything that may come with a command in words."""
TEXTS = {
    "one": ("", "小区房屋漏水，物业不管"),
    "two": ("", "暖气不热，供热公司说管网坏了"),
    "force": ("", "社保断了多年，档案找不到，要退休"),
    "leader": ("社保", "社保养老，当年的厂子没了"),
    "window": ("社保", "社保养老，两个部门两头不认"),
    "unclear": ("", "气死我了，你们都不管"),
    "court": ("", "房屋漏水，法院已立案"),
}


def running(play: Play, **changes: Any) -> Other:
    """What is known of a running case with the same matter, under the same rules."""
    known = Other(OTHER, play.policy.id, Stage.HANDLING, received_at=START - timedelta(hours=1))
    return msgspec.structs.replace(known, **changes)


@dataclass
class Play:
    """A case being played: commands in, the state and all events kept."""

    policy: Policy
    now: datetime = START
    case: Case | None = None
    history: list[tuple[AnyEvent, datetime]] = field(default_factory=list)

    def submit(
        self, text: str, *, withheld: bool = False, other: Other | None = None, complained_of: tuple[str, ...] = (),
    ) -> Decision:  # fmt: skip
        """Submit one of the texts through the window."""
        classifier = LexiconClassifier(self.policy, "model")
        command = Command(
            CASE,
            Actor("window-system", Role.CHANNEL),
            do.Submit(occurred_at=self.now, withheld=withheld, complained_of=complained_of),
            entries=(Entry(CASE, "matter", EntryKind.MATTER), Entry(CASE, "person", EntryKind.PERSON)),
            classification=classifier.classify([Text(*map(normalise, TEXTS[text]))])[0],
            other=other,
        )
        return self.take(command)

    def act(self, who: str, action: Action, *, note: bool = True, later: timedelta = timedelta()) -> Decision:
        """Let a unit or office act, some time later; with a note unless told otherwise."""
        self.now += later
        entries = (Entry(CASE, f"note-{len(self.history)}", EntryKind.NOTE),) if note else ()
        given = WORDS if note else frozenset()
        return self.take(Command(CASE, self.actor(who), action, entries, given))

    def peek(self, who: str, action: Action) -> Decision:
        """What would be decided if somebody did something now, with all words."""
        return decide(self.case, Command(CASE, self.actor(who), action, (), WORDS), self.policy, self.now)

    def actor(self, who: str) -> Actor:
        """A unit or office by its name; `channel` and `rating` speak for the channel that brought the case."""
        if who in self.policy.unit_by_id:
            return Actor(who, self.policy.unit_by_id[who].role)
        return Actor("window-system" if who in ("channel", "rating") else who, Role(who))

    def tick(self, *, later: timedelta = timedelta()) -> Decision:
        """Let the clock look, some time later."""
        self.now += later
        return self.take(Command(CASE, Actor("router", Role.ROUTER), do.Tick()))

    def take(self, command: Command) -> Decision:
        """Decide, keep the events, and move on to the state after them."""
        decision = decide(self.case, command, self.policy, self.now)
        self.history += [(event, self.now) for event in decision.events]
        self.case = decision.case
        return decision

    def names(self) -> list[str]:
        """The tags of all events so far."""
        return [str(event.__struct_config__.tag) for event, _ in self.history]

    def close_part(self, part: str, *, result: str = "done") -> Decision:
        """Let the owner, the lead and the window close a part."""
        assert self.case
        assert self.case.task_force
        found = self.case.task_force.part(part)
        assert found
        self.act(found.unit, do.SubmitPart.model_validate({"part": part, "result": result}))
        self.act(self.case.task_force.lead, do.CheckPart(part=part))
        return self.act(self.case.task_force.office, do.VerifyPart(part=part))
