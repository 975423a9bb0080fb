"""One batch, one transaction: lock, recognise repeats, decide, write, and wake the relay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from router.cases.commands import KeepUp, Link, LinkFound, Submit
from router.door.deciding import Asked, Deciding
from router.door.inbox import unpack
from router.door.reading import Bad, Read, Reader, judged
from router.door.recall import of_old_cases, old, recall
from router.door.received import Taken
from router.door.repeats import Claims, hand_on, sort_out
from router.door.steps import Steps
from router.ledger import claims
from router.ledger.database import AtWork, cursor, together, transaction
from router.ledger.record import Cause
from router.ledger.seen import REMEMBERED
from router.ledger.shards import shard_of
from router.ledger.sheet import Quarantined, Sheet
from router.messages.trace import Passing
from router.vault.store import Vault, ask_keys, seal_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.engine import Engine

    from router.cases.commands import Command
    from router.classify.classification import Classifier
    from router.door.received import Received
    from router.door.repeats import Again
    from router.ledger.claims import Advance, Known
    from router.ledger.database import Cursor
    from router.ledger.policies import Policies
    from router.messages.trace import Tracing
    from router.vault.keyring import Keyring


class Now(Protocol):
    """Where the time of decisions comes from: the system, or (in a demonstration) the messages."""

    def __call__(self, message_time: datetime, wall: datetime) -> datetime:
        """Return the moment of a decision, aware; `wall` is the system's time when the batch began."""
        ...


@dataclass(frozen=True)
class Door:
    """Takes batches. It holds no state between them; many processes may each have one."""

    engine: Engine
    keyring: Keyring
    policies: Policies
    reader: Reader
    engines: Callable[[], Mapping[str, Classifier]]
    """What judges under each policy now, by its hash."""
    shards: int
    now: Now
    tracing: Tracing = field(default_factory=Passing)
    remembered: timedelta = REMEMBERED
    """For how long no message's id is forgotten."""

    def take(self, messages: Sequence[Received], advances: Sequence[Advance]) -> Taken:
        """Take messages of Kafka and move the positions behind them, or leave no trace.

        Raises:
            NotNowError: the database is away; try again.
            FencedError: another process has taken these positions on; read them anew.
        """
        wall = datetime.now(UTC)
        read = self.reader.known_by([self.reader.read(message, wall) for message in messages])
        read = judged(read, self.engines())
        asked = [item for item in read if isinstance(item, Read)]
        bad = [item for item in read if isinstance(item, Bad)]
        outcomes: Counter[str] = Counter()
        steps = Steps(self.tracing)
        with transaction(self.engine) as connection:
            cur = cursor(connection)
            sheet = Sheet(claims.hold(cur, advances, {item.shard for item in read}), wall)
            new = sort_out(cur, asked)
            # before look-ups are claimed: a copy from somebody who was erased must not bring theirs back
            recalled = recall(cur, self.keyring, new.fresh, old(new.fresh, wall - self.remembered))
            known, vault, again = self._known(cur, recalled.fresh)
            late = of_old_cases(recalled.fresh, known, wall - self.remembered)
            still = recall(cur, self.keyring, recalled.fresh, late)
            fresh = still.fresh
            for each in (new, recalled, still):
                outcomes["repeated"] += each.repeats
                bad += each.conflicts
            others = {one.case_id for each in again.values() for one in each} | _named(item.command for item in fresh)
            deciding = Deciding(sheet, self.policies, known, vault, claims.load_leading(cur, others))
            at_work = AtWork(cur)
            for item in fresh:
                at_work.show()
                trace = steps.begin(item, "decide", **item.received.place) if item.trace else None
                refused = deciding.take(self._asked(item, again.get(item.command.case_id, ()), wall, trace))
                if refused and trace:
                    steps.refused(refused)
                if refused == "known_case" and isinstance(item.command.action, Submit):
                    bad.append(Bad(item.received, item.shard, "conflict", "subject", item.content_digest))
                else:
                    outcomes["refused" if refused else "decided"] += 1
                    sheet.person(item.command.case_id, item.person.known)
            hand_on(cur, fresh, again, deciding)
            for message in bad:
                sheet.quarantine(_sealed(message, vault))
            outcomes["quarantined"] = len(bad)
            sheet.write(cur)
        steps.end()
        return Taken(outcomes, Counter(message.received.topic for message in bad), sheet.leaves)

    def take_inbox(self, most: int) -> int:
        """Take up to `most` commands that decisions on other cases have left; return how many.

        Raises:
            NotNowError: the database is away; try again.
        """
        wall = datetime.now(UTC)
        steps = Steps(self.tracing)
        with transaction(self.engine) as connection:
            cur = cursor(connection)
            waiting = [unpack(row) for row in claims.take_inbox(cur, most)]
            if not waiting:
                return 0
            shards = [shard_of(item.command.case_id, self.shards) for item in waiting]
            sheet = Sheet(claims.hold(cur, (), set(shards)), wall)
            known = claims.load_cases(cur, {item.command.case_id for item in waiting})
            others = claims.load_leading(cur, _named(item.command for item in waiting))
            deciding = Deciding(sheet, self.policies, known, Vault(self.keyring, {}), others)
            at_work = AtWork(cur)
            for item, shard in zip(waiting, shards, strict=True):
                at_work.show()
                now = self.now(item.time, wall)
                trace = steps.begin(item, "follow") if item.trace else None
                refused = deciding.take(Asked(item.command, shard, item.cause, now, trace=trace))
                if refused and trace:
                    steps.refused(refused)
            sheet.write(cur)
        steps.end()
        return len(waiting)

    def take_due(self, now: datetime, most: int) -> int:
        """Let happen what is due by `now` (aware) on up to `most` cases; return on how many something did.

        Many processes may ask at once: shards that another one holds are left to it, and what it has dealt with is no
        longer due here.

        Raises:
            NotNowError: the database is away; try again.
        """
        with transaction(self.engine) as connection:
            cur = cursor(connection)
            found = claims.find_due(cur, now, most)
            heads = claims.try_shards(cur, found) if found else {}
            if not heads:
                return 0
            sheet = Sheet(heads, datetime.now(UTC))
            shards = {case_id: shard for shard in heads for case_id in found[shard]}
            known = claims.load_cases(cur, shards.keys())
            deciding = Deciding(sheet, self.policies, known, Vault(self.keyring, {}))
            at_work, taken = AtWork(cur), 0
            for case_id, shard in shards.items():
                at_work.show()
                taken += deciding.pass_time(case_id, shard, now)
            sheet.write(cur)
        return taken

    def _asked(self, item: Read, again: tuple[Again, ...], wall: datetime, trace: str | None) -> Asked:
        received = item.received
        cause = Cause(item.message, received.topic, received.partition, received.offset)
        now = self.now(item.time, wall)
        return Asked(item.command, item.shard, cause, now, item.texts, again, item.policy, trace)

    def _known(
        self, cur: Cursor, fresh: Sequence[Read]
    ) -> tuple[dict[str, Known], Vault, dict[str, tuple[Again, ...]]]:
        """Return what is known of a batch's cases, the keys of those that bring texts, and what comes again."""
        lookups = Claims(fresh)
        with together(cur) as another:
            claiming, seeking, keys, cases = another(), another(), another(), another()
            lookups.ask(claiming, seeking)
            ask_keys(keys, {item.command.case_id for item in fresh if item.texts})
            claims.ask_cases(cases, {item.command.case_id for item in fresh})
        return claims.told_cases(cases), Vault.told(keys, self.keyring), lookups.again(claiming, seeking)


def _sealed(bad: Bad, vault: Vault) -> Quarantined:
    received = bad.received
    key = vault.new(f"{received.topic}/{received.partition}/{received.offset}")
    return Quarantined(
        shard=bad.shard,
        topic=received.topic,
        partition=received.partition,
        offset=received.offset,
        code=bad.code,
        field=bad.field,
        digest=bad.digest,
        wrapped=key.wrapped,
        sealed=seal_message(key, received.key, received.value, received.headers),
    )


def _named(commands: Iterable[Command]) -> set[str]:
    """Return the cases that commands want to link others with, or that linked ones keep up with."""
    return {command.action.primary for command in commands if isinstance(command.action, Link | LinkFound | KeepUp)}
