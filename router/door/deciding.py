"""Deciding within a batch: each command sees the effects of those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from msgspec.structs import replace

from router.cases import events as ev
from router.cases.commands import AT_THE_VAULT, Command, KeepUp, Link, LinkFound, MovePolicy, Submit, Tick
from router.cases.decide import decide
from router.cases.other import Other, other
from router.cases.state import OPEN, Stage
from router.cases.steps import next_due
from router.door.inbox import ROUTER, pack
from router.ledger.claims import Known
from router.ledger.record import Cause, Record, Refusing, Who
from router.messages.telling import disposition, tell
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from router.cases.commands import Action
    from router.cases.decide import Decision
    from router.cases.state import Case
    from router.door.reading import Text
    from router.door.repeats import Again
    from router.ledger.policies import Policies
    from router.ledger.sheet import Sheet
    from router.policy.policy import Policy
    from router.vault.store import Vault


class Asked(NamedTuple):
    """A command with everything known about it before it is decided."""

    command: Command
    shard: int
    cause: Cause
    now: datetime
    texts: tuple[Text, ...] = ()
    again: tuple[Again, ...] = ()
    """Earlier cases by which a submission is known again, the likeliest first."""
    policy: str | None = None
    """The hash of the policy that a new case begins under."""
    trace: str | None = None
    """What the messages that follow carry as `traceparent`."""


class Deciding:
    """One batch's cases; lives inside one transaction."""

    def __init__(
        self, sheet: Sheet, policies: Policies, cases: Mapping[str, Known], vault: Vault,
        others: Mapping[str, Case] | None = None,
    ) -> None:  # fmt: skip
        """`cases` are those known before the batch; `others` may bring the same matter and are only looked at."""
        self._others = dict(others or {})
        self._sheet = sheet
        self._policies = policies
        self._cases = dict(cases)
        self._vault = vault

    def take(self, asked: Asked) -> str | None:
        """Decide and write down one command; return the refusal's code, if it was refused.

        What time had asked of the case before comes first, as a decision of its own: nothing overtakes the clock.
        A second submission of a known case is written nowhere: the caller quarantines it.
        """
        known = self._cases.get(asked.command.case_id)
        now = max(asked.now, known.case.changed_at) if known else asked.now
        if known is not None:
            self._catch_up(known, asked.shard, now)
        return self._decide(asked if now is asked.now else asked._replace(now=now))

    def pass_time(self, case_id: str, shard: int, now: datetime) -> bool:
        """Let happen what has come due on a case by `now`; return whether the clock had to look at it."""
        known = self._cases.get(case_id)
        return known is not None and self._catch_up(known, shard, max(now, known.case.changed_at))

    def _catch_up(self, known: Known, shard: int, now: datetime) -> bool:
        due = known.next_due_at
        if due is None or due > now:
            return False
        command = Command(known.case.id, ROUTER, Tick())
        if self._decide(Asked(command, shard, Cause(clock=due), now)) is not None:
            self._look_later(known, shard)
        return True

    def _look_later(self, known: Known, shard: int) -> None:
        """Nothing was due after all (the calendar knows more now, say): the row gets its true next moment."""
        policy = self._policies.by_hash(known.case.policy)
        moved = known._replace(next_due_at=next_due(known.case, policy))
        self._cases[known.case.id] = moved
        self._sheet.case(moved, shard, new=False)

    def _decide(self, asked: Asked) -> str | None:
        command = asked.command
        known = self._cases.get(command.case_id)
        if known is not None and isinstance(command.action, Submit):
            return "known_case"
        policy = self._rules_of(command, known.case if known else None, asked.policy)
        if isinstance(command.action, MovePolicy):
            command = replace(command, knows_policy=self._policies.knows(command.action.policy))
        command, decision = self._with_other(asked, command, known.case if known else None, policy)
        refusal = decision.refusal
        if refusal is not None and refusal.code == "nothing_due":
            return refusal.code
        if refusal is not None and isinstance(command.action, Submit):
            asked = _apart(asked)
            command = replace(command, entries=asked.command.entries)
        name = self._record(asked, command, decision, policy)
        self._keep(asked)
        self._tell(asked, command, decision, policy, name)
        if refusal is not None:
            return refusal.code
        if decision.case is not None and decision.events:
            state = decision.case
            rules = policy if state.policy == policy.hash else self._policies.by_hash(state.policy)
            changed = Known(state, known.disposition if known else disposition(state), next_due(state, rules))
            self._cases[state.id] = changed
            self._sheet.case(changed, asked.shard, new=known is None)
        for index, follow in enumerate(decision.follows):
            self._sheet.follow(f"{name}-{index}", follow.case_id, pack(follow, name, asked.now, asked.trace))
        return None

    def _rules_of(self, command: Command, case: Case | None, begun: str | None) -> Policy:
        """Return the policy of a decision: the case's own; who may look and what is erased, by today's."""
        pinned = case is not None and command.action.verb not in AT_THE_VAULT
        return self._policies.by_hash(case.policy if case and pinned else begun or self._policies.newest)

    def leading(self, case_id: str) -> Case | None:
        """Return the case that goes for this one: itself, or the running one that it is linked with."""
        met: set[str] = set()
        case = self._seen(case_id)
        while case is not None and case.stage is Stage.LINKED and case.primary is not None and case.id not in met:
            met.add(case.id)
            case = self._seen(case.primary)
        return case

    def _seen(self, case_id: str) -> Case | None:
        known = self._cases.get(case_id)
        return known.case if known is not None else self._others.get(case_id)

    def _with_other(
        self, asked: Asked, command: Command, case: Case | None, policy: Policy
    ) -> tuple[Command, Decision]:
        """Decide with the first of the other cases that makes a difference; where none does, with the first."""
        tried = [replace(command, other=one) for one in self._others_of(asked)] or [command]
        decisions: list[tuple[Command, Decision]] = []
        for each in tried:
            decision = decide(case, each, policy, asked.now)
            decisions.append((each, decision))
            if each.other is not None and _counted(decision, each.other.id):
                return each, decision
        return decisions[0]

    def _others_of(self, asked: Asked) -> list[Other]:
        """Return what is to be known of cases that bring the same matter, each once: those that run before the rest."""
        action = asked.command.action
        if isinstance(action, Link | LinkFound | KeepUp):
            named = self.leading(action.primary)
            return [other(named, self._policy_of(named))] if named is not None else []
        found: dict[str, tuple[Case, Again]] = {}
        for one in asked.again:
            case = self.leading(one.case_id)
            if case is not None and case.stage is Stage.CLOSED and case.primary is not None:  # it shared that one's end
                case = self.leading(case.primary)
            if case is not None:
                found.setdefault(case.id, (case, one))
        ordered = sorted(found.values(), key=lambda pair: pair[0].stage not in OPEN)
        return [other(case, self._policy_of(case), one.relation, one.similarity) for case, one in ordered]

    def _policy_of(self, case: Case) -> str:
        return self._policies.by_hash(case.policy).id

    def _keep(self, asked: Asked) -> None:
        """Put what came in words into the vault, a refused command's words too: nothing is lost."""
        for text in asked.texts:
            self._sheet.text(text.entry, self._vault.seal(text.entry, text.plain))
        if (key := self._vault.made_for(asked.command.case_id)) is not None:
            self._sheet.key(asked.command.case_id, key)

    def _record(self, asked: Asked, command: Command, decision: Decision, policy: Policy) -> str:
        action = command.action
        refusal = decision.refusal
        return self._sheet.record(
            Record(
                shard=asked.shard,
                sequence=0,
                previous="",
                recorded_at=self._sheet.wall,
                now=asked.now,
                case=command.case_id,
                version=decision.case.version if decision.case else 0,
                policy=policy.hash,
                cause=asked.cause,
                actor=Who(command.actor.id, command.actor.role.value),
                command=recorded(action),
                entries=command.entries,
                given=tuple(sorted(command.given)),
                classification=command.classification,
                other=command.other,
                events=decision.events,
                refusal=Refusing(refusal.code, refusal.about) if refusal else None,
            )
        )

    def _masked(self, topic: str) -> bool:
        """Whether who reads a topic is to see the person masked, by today's policy."""
        rules = self._policies.by_hash(self._policies.newest)
        unit = rules.unit_by_id.get(topic.removeprefix("assignments."))
        return rules.privacy.messages == "masked" and unit is not None and unit.role in (Role.UNIT, Role.TEAM)

    def _tell(self, asked: Asked, command: Command, decision: Decision, policy: Policy, record: str) -> None:
        outputs = tell(policy, command, decision, asked.cause.message or record)
        for index, output in enumerate(outputs):
            needs: dict[str, object] = {
                "entries": [[e.case, e.name, e.kind.value] for e in output.entries],
                "notice": output.notice,
            }
            if output.marked:
                needs["marked"] = True
            if self._masked(output.topic):
                needs["masked"] = True
            self._sheet.output(
                asked.shard,
                f"{record}-{index}",
                command.case_id,
                topic=output.topic,
                data=output.data,
                needs=orjson.dumps(needs) if output.entries or output.notice else None,
                trace=asked.trace,
            )


def recorded(action: Action) -> dict[str, Any]:
    """Return how a record tells what was asked: the verb, and whatever isn't as it would be unsaid."""
    return {"verb": action.verb, **action.model_dump(mode="json", exclude_defaults=True)}


def _apart(asked: Asked) -> Asked:
    """Keep a refused submission's words under names of their own: the corrected one brings the case's."""
    by = f"{asked.cause.topic}-{asked.cause.message}"
    texts = tuple(text._replace(entry=replace(text.entry, name=f"{text.entry.name}-{by}")) for text in asked.texts)
    command = replace(asked.command, entries=tuple(text.entry for text in texts))
    return asked._replace(texts=texts, command=command)


def _counted(decision: Decision, other: str) -> bool:
    """Whether another case made a difference to a decision: linked with it, or a person looks at both."""
    return any(
        (isinstance(event, ev.DuplicateLinked) and event.primary == other)
        or (isinstance(event, ev.TriageRequested) and event.other == other)
        for event in decision.events
    )
