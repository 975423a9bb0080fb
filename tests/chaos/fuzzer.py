"""Batches of fuzzed messages through the real door: each message ends in exactly one way, and nothing stops it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzzing import BATCH, CASES, FUZZ_TIME, STRUCTURED, UNITS, Made
from hypothesis import HealthCheck, Phase, given, seed, settings
from pydantic import SecretStr

from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from producers.details import complete, needs, wanted
from producers.window import new_id
from router.cases.evolve import fold
from router.door.received import Received
from router.ledger import claims, outbox, reading
from router.ledger.claims import Advance
from router.ledger.database import cursor, transaction
from router.ledger.shards import shard_of
from router.vault.store import open_entries, open_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

POLICY = Path(__file__).parents[1] / "data" / "small.yaml"
BATCH_SECONDS = 20.0
"""A batch of at most forty messages takes a tenth of a second; one that takes this long hangs."""
_TEXTS = ("社保断了多年，档案找不到", "房屋漏水，物业不管", "暖气不热", "气死我了", "两头不认社保", "投诉房屋漏水")
_EVER = timedelta(days=400)


class HungError(Exception):
    """The door did not come back in time."""


class CountError(AssertionError):
    """What became of a batch doesn't add up."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise HungError in the middle of whatever takes longer; main thread only."""

    def over(*_: object) -> None:
        raise HungError(f"not back within {seconds:.0f} s")

    kept = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)


@dataclass
class Fuzzer:
    """An installation with some cases in every state of life, and what has been fed to it."""

    house: House
    offsets: Counter[tuple[str, int]] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)
    """What went wrong, by where, each with the message that did it."""
    batches: int = 0

    def __post_init__(self) -> None:
        """Make the cases that messages speak of."""
        self.door = self.house.door()
        with transaction(self.house.engine) as connection:
            topics = [f"{family}.{one}" for family in ("cases", "feedback") for one in ("window-system", "hotline")]
            topics += [f"responses.{unit}" for unit in UNITS] + ["cases.ghost", "responses.ghost", *_of_examples()]
            partitions = {(topic, number) for topic in topics for number in range(16)}
            claims.positions(cursor(connection), partitions, dict.fromkeys(topics, "fuzz"))
        self._take([self.good(_TEXTS[n % len(_TEXTS)], case) for n, case in enumerate(CASES[:18])])

    def good(self, text: str, case_id: str | None = None) -> Made:
        """A submission with nothing wrong: the canary of a batch."""
        subject = case_id or new_id()
        event = {
            "specversion": "1.0", "id": new_id(), "source": "/channels/hotline", "subject": subject,
            "type": "cn.bancheng.case.submitted.v1", "time": FUZZ_TIME,
            "data": {"details": {"narrative": f"{text} {subject}", "person": {"name": "张三"}}},
        }  # fmt: skip
        value = json.dumps(event, ensure_ascii=False).encode()
        return Made("cases.hotline", shard_of(subject, 16), subject.encode(), value, STRUCTURED)

    def feed(self, batch: Sequence[Made]) -> None:
        """Take one batch with a canary; what goes wrong is found out message by message and kept."""
        canary = self.good("房屋漏水")
        self.batches += 1
        try:
            self._take([*batch, canary], canary)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is what we look for)
            self._find(batch, error)

    def _find(self, batch: Sequence[Made], error: Exception) -> None:
        for one in batch:
            try:
                self._take([one])
            except Exception as alone:  # noqa: BLE001
                self.findings.setdefault(_where(alone), f"{_said(alone)}\n    {_short(one)}")
                return
        self.findings.setdefault(_where(error), f"{_said(error)}\n    {[_short(one) for one in batch]}")

    def _take(self, batch: Sequence[Made], canary: Made | None = None) -> None:
        """Take a batch as the consumer would, and hold what became of it against what was given."""
        place: Counter[tuple[str, int]] = Counter()
        received = []
        for one in batch:
            at = one.topic, one.partition
            received.append(Received(*at, self.offsets[at] + place[at], one.key, one.value, one.headers))  # type: ignore[arg-type]
            place[at] += 1
        advances = [Advance(*at, self.offsets[at], self.offsets[at] + count) for at, count in place.items()]
        before = self._heads()
        with limited(BATCH_SECONDS):
            outcomes = self.door.take(received, advances).outcomes
        self.offsets.update(place)
        self.outcomes.update(outcomes)
        self._account(received, outcomes, before, canary)
        with limited(BATCH_SECONDS):
            while self.door.take_inbox(500):
                pass
            if self.batches % 10 == 0:
                while self.door.take_due(datetime.now(UTC) + (self.batches % 4) * _EVER, 500):
                    pass
        self._read_back(before)

    def _heads(self) -> dict[int, tuple[int, int]]:
        with transaction(self.house.engine) as connection:
            rows = connection.exec_driver_sql("SELECT shard, sequence, outputs FROM shards").all()
        return {row[0]: (row[1], row[2]) for row in rows}

    def _account(
        self, received: Sequence[Received], outcomes: Counter[str], before: dict[int, tuple[int, int]],
        canary: Made | None,
    ) -> None:  # fmt: skip
        """Each message is in exactly one of: a record of its own, the quarantine, or known from before."""
        places = {(one.topic, one.partition, one.offset) for one in received}
        recorded = Counter(
            (cause["topic"], cause["partition"], cause["offset"])
            for record in self._records(before)
            if "topic" in (cause := record["cause"])
        )
        with transaction(self.house.engine) as connection:
            rows = reading.list_quarantine(connection, most=len(received) + 1, status=None)
            aside = {(row.topic, row.partition, row.offset): row for row in rows}
            for place in places & aside.keys():
                row = reading.find_quarantined(connection, aside[place].id)
                assert row
                whole = open_message(self.house.keyring, "/".join(map(str, place)), row.wrapped, row.sealed)
                given_as = next(one for one in received if (one.topic, one.partition, one.offset) == place)
                if (whole.key, whole.value) != (given_as.key, given_as.value):
                    raise CountError(f"{place} is not kept as it came")
        set_aside = places & aside.keys()
        self.codes.update(aside[place].code for place in set_aside)
        told = outcomes["decided"] + outcomes["refused"], outcomes["quarantined"], outcomes.total()
        found = sum(recorded[place] for place in places), len(set_aside), len(places)
        if told != found:
            raise CountError(f"said {told}, found {found}")
        if set_aside & recorded.keys() or max(recorded.values(), default=0) > 1:
            raise CountError("a message ended in two ways")
        if canary is not None and recorded[received[-1].topic, received[-1].partition, received[-1].offset] != 1:
            raise CountError("the good message was not decided")

    def _records(self, before: dict[int, tuple[int, int]]) -> list[dict[str, Any]]:
        with transaction(self.house.engine) as connection:
            cur = cursor(connection)
            cur.execute(
                "SELECT r.bytes FROM records r JOIN unnest(%s::int[], %s::bigint[]) AS v (shard, after) USING (shard)"
                " WHERE r.sequence > v.after",
                (list(before), [at[0] for at in before.values()]),
            )
            return [json.loads(bytes(row[0]))["data"] for row in cur]  # type: ignore[arg-type]

    def _read_back(self, before: dict[int, tuple[int, int]]) -> None:
        """What was written can be published and replayed."""
        touched = {record["case"] for record in self._records(before)}
        with transaction(self.house.engine) as connection:
            cur = cursor(connection)
            leases = [outbox.Lease(shard, 0, *at) for shard, at in before.items()]
            pending = outbox.pending(cur, leases, 10_000)[1]
            wants = {output: needs(output) for output in pending}
            texts = open_entries(cur, self.house.keyring, wanted(wants.values()))
            for output, what in wants.items():
                json.loads(complete(output.event, what, texts))
            for case_id in touched:
                history = reading.history(connection, case_id)
                replayed = fold(case_id, ((event, record.now) for record in history for event in record.events))
                if replayed != reading.find_case(connection, case_id):
                    raise CountError(f"case {case_id} is not what its records say")


def _of_examples() -> set[str]:
    return {f"{family}.{one}" for family in ("cases", "feedback") for one in ("import", "app")}


def _where(error: BaseException) -> str:
    """The kind of an error and the innermost places in our own code, by which one bug is known from another."""
    root = str(Path(__file__).parents[2])
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)
              if f.filename.startswith(root)]  # fmt: skip
    return f"{type(error).__name__} at {' > '.join(places[-3:])}"


def _said(error: BaseException) -> str:
    return str(error).split("\n", 1)[0][:300]


def _short(one: Made) -> str:
    value = one.value if one.value is None or len(one.value) < 1200 else one.value[:600] + b" ... " + one.value[-200:]
    return f"{one.topic} {one.key!r} {value!r} {one.headers!r}"


def fuzz(house: House, *, seconds: float, first_seed: int = 0) -> Fuzzer:
    """Feed batches for so long, each twenty from a seed of their own."""
    fuzzer = Fuzzer(house)
    until = time.monotonic() + seconds
    number = first_seed

    while time.monotonic() < until:

        @seed(number)
        @settings(
            max_examples=20, deadline=None, database=None, phases=[Phase.generate], derandomize=False,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(BATCH)
        def batches(batch: list[Made]) -> None:
            if time.monotonic() < until:
                fuzzer.feed(batch)

        batches()
        number += 1
    return fuzzer


def report(fuzzer: Fuzzer) -> str:
    """What was fed, what became of it, and what went wrong."""
    lines = [f"batches {fuzzer.batches}, messages {fuzzer.outcomes.total()}"]
    lines += [f"  {name:<12} {count:>8}" for name, count in fuzzer.outcomes.most_common()]
    lines += [f"    {name:<16} {count:>6}" for name, count in fuzzer.codes.most_common()]
    lines += [f"FOUND {where}: {what}" for where, what in fuzzer.findings.items()]
    return "\n".join(lines)


@contextmanager
def fuzzed_house(home: Path) -> Iterator[House]:
    """An installation with a database and no broker, in a home of its own."""
    database = Database.start(home, progress=SilentProgress(), fast=True)
    try:
        made = House(Settings(home=home, policy=POLICY, database=SecretStr(database.url)))
        made.install()
        yield made
        made.close()
    finally:
        database.stop()


def main() -> None:
    """Fuzz for some minutes; 1 as exit code if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        Path(folder).chmod(0o755)
        with fuzzed_house(Path(folder)) as house:
            fuzzer = fuzz(house, seconds=options.minutes * 60, first_seed=options.seed)
    print(report(fuzzer))
    sys.exit(1 if fuzzer.findings else 0)


if __name__ == "__main__":
    main()
