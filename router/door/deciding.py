"""Deciding within a batch: each command sees the effects of those before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from router.cases.decide import decide
from router.door.inbox import pack
from router.ledger.record import Cause, Record, Refusing, Who
from router.messages.telling import disposition, tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from router.cases.commands import Command
    from router.cases.decide import Decision
    from router.cases.state import Case
    from router.door.reading import Text
    from router.ledger.policies import Policies
    from router.ledger.sheet import Sheet
    from router.policy.policy import Policy
    from router.vault.store import Vault


@dataclass(frozen=True, slots=True)
class Asked:
    """A command with everything known about it before it is decided."""

    command: Command
    shard: int
    cause: Cause
    now: datetime
    texts: tuple[Text, ...] = ()
    repeat_of: str | None = None


class Deciding:
    """One batch's cases; lives inside one transaction."""

    def __init__(self, sheet: Sheet, policies: Policies, cases: Mapping[str, tuple[Case, str]], vault: Vault) -> None:
        """`cases` are those known before the batch, with the disposition each first had."""
        self._sheet = sheet
        self._policies = policies
        self._cases = dict(cases)
        self._vault = vault

    def take(self, asked: Asked) -> str | None:
        """Decide and write down one command; return the refusal's code, if it was refused.

        A second submission of a known case is written nowhere: the caller quarantines it.
        """
        command = replace(asked.command, repeat_of=asked.repeat_of)
        case, disposed = self._cases.get(command.case_id, (None, ""))
        policy = self._policies.by_hash(case.policy) if case else self._policies.active
        now = max(asked.now, case.changed_at) if case else asked.now
        decision = decide(case, command, policy, now)
        refusal = decision.refusal
        if refusal is not None and refusal.code == "known_case":
            return refusal.code
        name = self._record(asked, command, decision, policy, now)
        self._keep(asked)
        self._tell(asked, command, decision, policy, name)
        if refusal is not None:
            return refusal.code
        if decision.case is not None:
            state = decision.case
            disposed = disposed or disposition(state)
            self._cases[state.id] = (state, disposed)
            self._sheet.case(state, asked.shard, disposed, new=case is None)
        for index, follow in enumerate(decision.follows):
            self._sheet.follow(f"{name}-{index}", follow.case_id, pack(follow, name, now))
        return None

    def _keep(self, asked: Asked) -> None:
        """Put what came in words into the vault, a refused command's words too: nothing is lost."""
        for text in asked.texts:
            self._sheet.text(text.entry, self._vault.seal(text.entry, text.plain))
        if (key := self._vault.made_for(asked.command.case_id)) is not None:
            self._sheet.key(asked.command.case_id, key)

    def _record(self, asked: Asked, command: Command, decision: Decision, policy: Policy, now: datetime) -> str:
        action = command.action
        refusal = decision.refusal
        return self._sheet.record(
            Record(
                shard=asked.shard,
                sequence=0,
                previous="",
                recorded_at=self._sheet.wall,
                now=now,
                case=command.case_id,
                version=decision.case.version if decision.case else 0,
                policy=policy.hash,
                cause=asked.cause,
                actor=Who(command.actor.id, command.actor.role.value),
                command={
                    "verb": action.verb,
                    **action.model_dump(mode="json", exclude_defaults=True),
                },
                entries=command.entries,
                classification=command.classification,
                repeat_of=command.repeat_of,
                events=decision.events,
                refusal=Refusing(refusal.code, refusal.about) if refusal else None,
            )
        )

    def _tell(self, asked: Asked, command: Command, decision: Decision, policy: Policy, record: str) -> None:
        outputs = tell(policy, command, decision, asked.cause.message or record)
        for index, output in enumerate(outputs):
            needs = {
                "entries": [[e.case, e.name, e.kind.value] for e in output.entries],
                "notice": output.notice,
            }
            self._sheet.output(
                asked.shard,
                f"{record}-{index}",
                command.case_id,
                topic=output.topic,
                data=output.data,
                needs=orjson.dumps(needs) if output.entries or output.notice else None,
            )
