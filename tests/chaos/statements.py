"""Death after each statement of one batch, one after the other; a fresh process takes over, and all promises hold.

Each round has a batch of its own, on top of what the rounds before it left. What the door does needs no broker; for
the relay there is a real one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from checker import Found, OutputRow, RecordRow, Sent, Stood, check
from looking import look, read_tables
from mortal import live
from traffic import shard

from bancheng import logs
from bancheng.compose import House
from producers.publisher import Publisher
from producers.relay import Relay
from producers.sealing import Sealing
from producers.waking import Waker
from producers.window import new_id
from router.door.received import Received
from router.ledger import claims
from router.ledger.claims import Advance
from router.ledger.database import cursor, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bancheng.settings import Settings

HEADERS = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
CASES, RESPONSES = "cases.hotline", "responses.housing"
_TOPICS = {CASES: "one", RESPONSES: "two"}
_TOLD = ("ledger", "quarantine", "results.hotline", "assignments.housing")
_MOST = 60
_DAYS = timedelta(days=3)


class Row(NamedTuple):
    """One death: in what, after which statement, what it left, and what is wrong after another took over."""

    work: str
    number: int
    after: str
    left: str
    wrong: tuple[str, ...]


@dataclass
class Surgery:
    """An installation whose processes die at chosen statements."""

    settings: Settings
    libpq: str
    broker: Mapping[str, Any] | None = None
    sent: list[Sent] = field(default_factory=list)
    stood: list[Stood] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    told: bool = False
    """What stands in the topics counts: before the relay's turn nothing is published."""
    ends: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the installation and a door to it, and let go of every connection: what is forked has none open."""
        self.house = House(self.settings)
        self.door = self.house.door()
        with transaction(self.house.engine) as connection:
            wanted = {(topic, number) for topic in _TOPICS for number in range(16)}
            claims.positions(cursor(connection), wanted, _TOPICS)
        self.door.take([], [])
        self.house.close()  # children must not share a session

    # what is done, each in a process of its own

    def take(self) -> None:
        """Take what stands in the topics, from where the database says."""
        with transaction(self.house.engine) as connection:
            positions = claims.positions(cursor(connection), set(self.ends), _TOPICS)
        batch = [one for one in self.stood if one.offset >= positions[one.topic, one.partition]]
        if batch:
            moves = {(one.topic, one.partition): self.ends[one.topic, one.partition] for one in batch}
            self.door.take(
                [Received(*one, HEADERS) for one in batch],
                [Advance(*name, positions[name], end) for name, end in moves.items()],
            )

    def take_inbox(self) -> None:
        """Take what decisions left for other cases."""
        while self.door.take_inbox(500):
            pass

    def take_due(self, now: datetime) -> None:
        """Let happen what is due by a moment."""
        while self.door.take_due(now, 500):
            pass

    def publish(self) -> None:
        """Publish what waits, as a relay would."""
        logs.configure("error")
        engine, name = self.house.working, f"relay-{os.getpid()}"
        publisher = Publisher(self.house.connection("router"), client=name)
        for topic in _TOLD:
            publisher._producer.partitions_for(topic)  # else the first send to each waits a second for it
        relay = Relay(
            engine, self.house.keyring, publisher, Waker(engine), Sealing(self.house.book.sealing), owner=name
        )
        while relay.step():
            pass

    # the rounds

    def through(self, name: str, prepare: Callable[[], object], work: Callable[[], object]) -> None:
        """Let a process die after its first statement, another after its second, until one comes to its end."""
        for number in range(1, _MOST):
            prepare()
            self._lapse()
            before = self._mark()
            death = live(work, die_after=number)
            left = "nothing" if self._mark() == before else "something"
            self._lapse()
            wrong = self._wrong(strict=False)
            live(lambda: (work(), self.take_inbox()))
            wrong += self._wrong(strict=True)
            self.rows.append(Row(name, number, death.after or "(came to its end)", left, tuple(wrong)))
            if not death.after:
                return
        raise AssertionError(f"{name} has more than {_MOST} statements")

    def bring(self, most: int = 8) -> None:
        """Put a batch into the topics: one of everything, or the first few of it."""
        for topic, key, value, rubbish in islice(_batch(), most):
            partition = shard(key.decode()) if topic == CASES and not rubbish else 0
            offset = self.ends.get((topic, partition), 0)
            self.ends[topic, partition] = offset + 1
            self.sent.append(Sent(topic, partition, key, value, rubbish))
            self.stood.append(Stood(topic, partition, offset, key, value))

    def bring_and_take(self, most: int = 8) -> None:
        """Have a batch taken: something is left for other cases, something is due, something is to be told."""
        self.bring(most)
        live(self.take)

    def _lapse(self) -> None:
        """Let the dead relay's lease run out now: a living one would wait ten seconds for it."""
        with psycopg.connect(self.libpq, autocommit=True) as connection:
            connection.execute("UPDATE relays SET until = now() - interval '1 s' WHERE owner IS NOT NULL")

    def _mark(self) -> object:
        """By what it is seen whether anything was kept."""
        query = (
            "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM inbox),"
            " (SELECT sum(next_offset) FROM positions), (SELECT sum(record + output + epoch) FROM relays),"
            " (SELECT sum(extract(epoch FROM next_due_at)) FROM cases)"
        )
        with psycopg.connect(self.libpq) as connection:
            return connection.execute(query).fetchone()

    def _wrong(self, *, strict: bool) -> list[str]:
        """Hold everything against what was sent; not strict: what is not taken or told yet may be missing."""
        if strict and self.told and self.broker is not None:
            found = replace(look(self.broker, self.libpq), inputs=self.stood)
        else:
            tables = read_tables(self.libpq)
            ledger, told = _as_told(tables["records"]), _published(tables["outputs"])
            found = Found(inputs=self.stood, ledger=ledger, told=told, **tables)
        complaints = check(self.sent, found).complaints
        ahead = () if strict else ("lost", "quarantine", "position", "left_over")
        return [one for one in complaints if not one.startswith(ahead)] if ahead else complaints


def _as_told(records: list[RecordRow]) -> list[Stood]:
    return [Stood("ledger", row.shard, row.sequence, None, row.data) for row in sorted(records)]


def _published(outputs: list[OutputRow]) -> list[Stood]:
    return [Stood(row.topic, 0, n, row.key.encode(), row.event) for n, row in enumerate(sorted(outputs))]


def _batch() -> Iterator[tuple[str, bytes, bytes, bool]]:
    """Yield one of everything: two cases, one matter brought twice, follow-ups, a repeat, a refusal, rubbish."""
    one, other, again, nobody = new_id(), new_id(), new_id(), new_id()
    words = f"房屋漏水，物业不管，同一件事又来反映 {one}"
    person = {"name": "张三", "phone": f"138{int(one[-8:], 16) % 10**8:08d}"}
    first = _event("/channels/hotline", "case.submitted", one, {"details": {"narrative": words, "person": person}})
    yield CASES, one.encode(), first, False
    yield CASES, nobody.encode(), b"no JSON " + nobody.encode(), True
    text = {"details": {"narrative": f"社保断了多年，档案找不到 {other}"}}
    yield CASES, other.encode(), _event("/channels/hotline", "case.submitted", other, text), False
    same = {"details": {"narrative": words, "person": person}}
    yield CASES, again.encode(), _event("/channels/hotline", "case.submitted", again, same), False
    yield CASES, one.encode(), first, False
    more = {"details": {"text": "补充"}}
    yield CASES, one.encode(), _event("/channels/hotline", "case.supplemented", one, more), False
    yield RESPONSES, one.encode(), _event("/units/housing", "response.sign", one, {}), False
    yield RESPONSES, nobody.encode(), _event("/units/housing", "response.sign", nobody, {}), False


def _event(source: str, kind: str, case_id: str, data: dict[str, Any]) -> bytes:
    event = {
        "specversion": "1.0", "id": new_id(), "source": source, "type": f"cn.bancheng.{kind}.v1",
        "subject": case_id, "time": "2026-03-02T09:30:00+08:00", "data": data,
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False).encode()


def all_deaths(surgery: Surgery) -> list[Row]:
    """Die at each statement of every piece of work; of the relay's only where there is a broker."""
    days = count(1)
    now = moment = datetime.now(UTC)

    def later() -> None:
        nonlocal moment
        surgery.bring_and_take(1)
        moment = now + next(days) * _DAYS

    surgery.through("due", later, lambda: surgery.take_due(moment))  # first: the fewer cases, the less is due
    surgery.through("take", surgery.bring, surgery.take)
    surgery.through("inbox", surgery.bring_and_take, surgery.take_inbox)
    if surgery.broker is not None:
        surgery.told = True
        live(surgery.publish)
        surgery.through("relay", lambda: surgery.bring_and_take(2), surgery.publish)
    return surgery.rows


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [f"{'work':<8} {'n':>3}  {'killed after':<48} {'kept':<10} outcome"]
    lines += [
        f"{row.work:<8} {row.number:>3}  {row.after:<48} {row.left:<10} {'; '.join(row.wrong) or 'all promises hold'}"
        for row in rows
    ]
    return "\n".join(lines)
