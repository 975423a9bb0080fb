"""The usual way to do the router's work: FastStream, pydantic, the SQLAlchemy ORM, commit and send message by message.

    python bench/peer_usual.py --count 2000 --workers 1

A service as an experienced developer would write it today, on the router's own topic and bytes, with the router's own
policy, classifier and heart (`decide`), its tables (mapped by the ORM, in the schema `usual`), its vault and its output
messages. What differs is the manner: one message, one transaction, one commit, its outputs sent and awaited, its offset
committed. Made as quick as that allows: uvloop, asyncpg with prepared statements, rows of one table in one statement,
a message's outputs sent at once and awaited together, no logging, and with `--workers` one partition beside the other.
It doesn't promise what the router promises: killed between commit and send, it loses the outputs. Run by `usual.py`.
"""

import argparse
import asyncio
import gc
import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import orjson
import uvloop
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.security import SASLScram256
from matters import TOPIC
from peer_tables import PREFIX, SHARDS, mapped, prepare, row, submitted
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bancheng import settings
from bancheng.compose import House
from producers.details import NOTHING, Needs, complete
from router.cases.commands import Actor, Command, Submit
from router.cases.decide import Decision, decide
from router.cases.entry import Entry, EntryKind
from router.cases.steps import next_due
from router.classify.classification import Text
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise
from router.door.lookups import Brought, Finder
from router.ledger.record import Cause, Record, Who, chained, encode, name
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE, write
from router.messages.telling import disposition, tell
from router.policy.people import Role
from router.vault.keyring import keyed_hash

GROUP = "usual"
_WARM = 10
"""Of so many messages one is for warming up, and isn't timed."""
_SETTLE_SECONDS = 0.3
"""For each worker: its group has its partitions before the first message is taken."""


class RepeatedError(Exception):
    """A message that was taken before."""


class Asked(NamedTuple):
    """What a record is made of: its shard, the command, the decision, the message, and when."""

    shard: int
    command: Command
    decision: Decision
    cause: Cause
    wall: datetime


class Usual:
    """The service: one handler, with everything that it needs made once."""

    def __init__(
        self, house: House, models: dict[str, Any], sessions: async_sessionmaker[AsyncSession], count: int
    ) -> None:
        """`count` messages are taken, then no more."""
        self._models = models
        self._sessions = sessions
        self._policy = house.policy
        self._classifier = LexiconClassifier(house.policy, house.policy.hash)
        self._keyring = house.keyring
        self._key = house.install().lookup_key
        self._finder = Finder(self._key)
        self._count = count
        self._begun_with = 0
        self.warm = count // _WARM
        self.gate, self.done = asyncio.Event(), asyncio.Event()
        self.began = self.ended = self.cpu = 0.0
        self.records = 0
        self.failed: list[Exception] = []
        self.outputs: Counter[str] = Counter()
        self.broker: KafkaBroker

    async def handle(self, event: Any, raw: Any) -> None:
        """Take one message, from its model to its acknowledged outputs."""
        await self.gate.wait()
        if self._begun_with >= self._count:
            await asyncio.Event().wait()  # what comes after is left for the next run: it isn't acknowledged
        self._begun_with += 1
        try:
            async with self._sessions() as session, session.begin():
                messages = await self._decide(session, event, raw)
        except (RepeatedError, IntegrityError):  # a partition changed hands and its message came again
            self._begun_with -= 1
            return
        await asyncio.gather(*(
            self.broker.publish(
                value, PREFIX + topic, key=key, partition=partition, headers={CONTENT_TYPE[0]: CONTENT_TYPE[1].decode()}
            )
            for topic, partition, key, value in messages
        ))  # fmt: skip
        self.records += 1
        self.outputs.update(topic for topic, *_ in messages)
        if self.records == self.warm:
            self.began, self.cpu = time.perf_counter(), time.process_time()
        if self.records == self._count:
            self.ended, self.cpu = time.perf_counter(), time.process_time() - self.cpu
            self.done.set()

    async def _decide(self, session: AsyncSession, event: Any, raw: Any) -> list[tuple[str, int, bytes, bytes]]:
        """Do everything inside the transaction; return the messages to be sent (topic, partition, key, value)."""
        models, wall, case_id = self._models, datetime.now(UTC), event.subject
        key, content = keyed_hash(self._key, event.source.encode(), event.id.encode()), keyed_hash(self._key, raw.value)
        if await session.get(models["seen"], key) is not None:
            raise RepeatedError
        if await session.get(models["cases"], UUID(case_id)):
            raise ValueError("the messages of this measure hold no second submission of a case")
        session.add(row(models["seen"], message=key, content=content))
        details = event.data.details
        words = Text(normalise(details.title), normalise(details.narrative))
        await self._known_by(session, case_id, Brought(words, self._finder.person(details.person)))
        texts = self._texts(session, case_id, details)
        command = Command(
            case_id=case_id,
            actor=Actor(event.source.rpartition("/")[2], Role.CHANNEL),
            action=Submit(occurred_at=event.time),
            entries=tuple(texts),
            classification=self._classifier.classify([words])[0],
        )
        decision = decide(None, command, self._policy, wall)
        assert decision.case is not None
        cause = Cause(event.id, raw.topic, raw.partition, raw.offset)
        shard = shard_of(case_id, SHARDS)
        sequence, record = await self._record(session, Asked(shard, command, decision, cause, wall))
        case, state = decision.case, msgspec.json.encode(decision.case)
        session.add(row(
            models["cases"], id=UUID(case_id), shard=shard, version=case.version, stage=case.stage.value,
            disposition=disposition(case), channel=case.channel, domain=case.domain, lead=case.lead,
            reference=case.reference, received_at=case.received_at, changed_at=case.changed_at,
            next_due_at=next_due(case, self._policy), provisional=case.provisional, state=state,
        ))  # fmt: skip
        plain = {(entry.case, entry.name): text for entry, text in texts.items()}
        messages = [("ledger", shard, case_id.encode(), record)]
        for index, output in enumerate(tell(self._policy, command, decision, event.id)):
            data = output.data.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            value = write(
                id=f"{name(shard, sequence)}-{index}", source="/router", type=output.data.type, subject=case_id,
                time=wall.isoformat(), data=data,
            )  # fmt: skip
            entries = tuple((entry.case, entry.name, entry.kind.value) for entry in output.entries)
            asked = Needs(entries, output.notice, output.marked) if entries or output.notice else NOTHING
            whole = complete(value, asked, plain)
            messages.append((output.topic, 0, case_id.encode(), whole))
        return messages

    async def _known_by(self, session: AsyncSession, case_id: str, brought: Brought) -> None:
        """Ask for and leave the hashes by which the same matter is known again."""
        lookup, found = self._models["vault_lookups"], self._finder.lookups([brought])[0]
        digests = list(dict.fromkeys(found.claims()))
        asked = await session.scalars(select(lookup.case_id).where(lookup.digest.in_([*digests, *found.asks()])))
        if asked.first() is not None:
            raise ValueError("the messages of this measure hold no matter twice")
        session.add_all(row(lookup, digest=digest, case_id=UUID(case_id)) for digest in digests)

    def _texts(self, session: AsyncSession, case_id: str, details: Any) -> dict[Entry, bytes]:
        """Put the texts into the vault; return them."""
        texts = {
            Entry(case_id, "matter", EntryKind.MATTER): details.model_dump_json(include={"title", "narrative"}).encode()
        }
        if details.person is not None:
            texts[Entry(case_id, "person", EntryKind.PERSON)] = details.person.model_dump_json(
                exclude_none=True
            ).encode()
        key = self._keyring.new(case_id)
        session.add(row(self._models["vault_keys"], case_id=UUID(case_id), wrapped=key.wrapped))
        session.add_all(
            row(
                self._models["vault_entries"], case_id=UUID(case_id), name=entry.name,
                sealed=key.sealer.seal(plain, f"{case_id}/{entry.name}"),
            )
            for entry, plain in texts.items()
        )  # fmt: skip
        return texts

    async def _record(self, session: AsyncSession, asked: Asked) -> tuple[int, bytes]:
        """Append the decision to its shard's chain, under the shard's row lock."""
        number, command, decision, cause, wall = asked
        shard = await session.get(self._models["shards"], number, with_for_update=True)
        action = command.action
        data = encode(Record(
            shard=number, sequence=shard.sequence + 1, previous=shard.head.hex(), recorded_at=wall, now=wall,
            case=command.case_id, version=decision.case.version if decision.case else 0, policy=self._policy.hash,
            cause=cause, actor=Who(command.actor.id, command.actor.role.value),
            command={"verb": action.verb, **action.model_dump(mode="json", exclude_defaults=True)},
            entries=command.entries, classification=command.classification, events=decision.events,
        ))  # fmt: skip
        shard.head, shard.sequence = chained(shard.head, data), shard.sequence + 1
        session.add(row(
            self._models["records"], shard=number, sequence=shard.sequence, case_id=UUID(command.case_id), bytes=data,
            hash=shard.head,
        ))  # fmt: skip
        return shard.sequence, data


async def serve(house: House, *, count: int, workers: int) -> dict[str, Any]:
    """Take `count` messages; return how long that took, and what came of it."""
    engine = create_async_engine(house.engine.url.set(drivername="postgresql+asyncpg"), pool_size=workers + 1)
    metadata, models = mapped()
    await prepare(house, metadata, engine)
    service = Usual(house, models, async_sessionmaker(engine, expire_on_commit=False, autoflush=False), count)
    link = house.connection("admin")
    broker = KafkaBroker(
        link.bootstrap, security=SASLScram256(link.user or "", link.password or ""), acks="all",
        enable_idempotence=True, logger=None, graceful_timeout=1,
    )  # fmt: skip
    service.broker = broker
    model = submitted()
    concurrently = {"max_workers": workers} if workers > 1 else {}

    async def decode(message: KafkaMessage) -> Any:  # FastStream knows application/json only
        return orjson.loads(message.body)

    @broker.subscriber(
        TOPIC, group_id=GROUP, auto_offset_reset="earliest", ack_policy=AckPolicy.ACK, max_poll_records=500,
        decoder=decode, **concurrently,
    )  # fmt: skip
    async def take(event: model, message: KafkaMessage) -> None:  # type: ignore[valid-type]
        try:
            await service.handle(event, message.raw_message)
        except Exception as error:
            service.failed.append(error)
            service.done.set()
            raise

    gc.collect()
    gc.freeze()
    await broker.start()
    await asyncio.sleep(_SETTLE_SECONDS * (workers + 2))
    service.gate.set()
    await service.done.wait()
    if service.failed:
        raise service.failed[0]
    await asyncio.sleep(0.1)  # the last message's offset
    await broker.stop()
    await engine.dispose()
    return {
        "cases": service.records - service.warm, "seconds": service.ended - service.began, "cpu_seconds": service.cpu,
        "outputs": dict(service.outputs),
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve, and print what was measured."""
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args(arguments)
    house = House(settings.load())
    print(json.dumps(uvloop.run(serve(house, count=asked.count, workers=asked.workers))))


if __name__ == "__main__":
    main()
