"""How fast cases are rebuilt: replay of a long ledger from an export, the database and Kafka, import and export too.

    python bench/replay.py [--records 1000000] [--lives 2000]

Some lives go through the door (submitted, dispatched, signed, answered, followed up, rated as `life.py` plays them, but
without a broker); their records are then written again and again under other ids, each chained anew, as an export of
that many records. It is imported into an empty database, replayed from there and from the export with every field
compared, and exported. At last it is published to a real broker's `ledger` and replayed from there, beside a bare
`KafkaConsumer` that reads the same topic. Peak memory is of the process; the machine's other work shows in the figures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from ground import at_work
from ledger_topic import consume, publish
from life import answers
from matters import matters, received
from pydantic import SecretStr
from sqlalchemy import make_url

from bancheng.collecting import collect_rarely
from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from producers.window import new_id
from router.audit.comparing import Comparing
from router.audit.exported import MANIFEST, RECORDS, ExportSource
from router.audit.exporting import Wanted, export
from router.audit.importing import bring, proved
from router.audit.layout import STATE, read_manifest, store_lines
from router.audit.replaying import Replay
from router.audit.snapshot import snapshot, stored_records
from router.audit.sources import KafkaSource
from router.door.received import Received
from router.ledger.database import transaction
from router.ledger.record import GENESIS, chained
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BATCH = 1000
_OPEN = 50
"""Lives that go on side by side in a shard."""
_PLACE = re.compile(rb'"id":"\d+-\d+"|"shard":\d+|"sequence":\d+|"previous":"[0-9a-f]*"')


def play(house: House, lives: int) -> None:
    """Let so many cases come to their end at the house's own door."""
    door = house.door()
    number = 0
    for first in range(0, lives, _BATCH):
        door.take(received(matters(min(_BATCH, lives - first), first)), ())
    met: set[tuple[int, int]] = set()
    while True:
        with transaction(house.engine) as connection:
            rows = connection.exec_driver_sql(
                "SELECT shard, position, topic, event FROM outputs"
                " WHERE starts_with(topic, 'assignments.') ORDER BY shard, position"
            ).all()
        messages = []
        for shard, position, topic, event in rows:
            if (shard, position) not in met:
                met.add((shard, position))
                for where, case_id, value in answers(topic.partition(".")[2], orjson.loads(event)):
                    number += 1
                    messages.append(Received(where, 0, number, case_id.encode(), value, [CONTENT_TYPE]))
        if not messages:
            return
        for first in range(0, len(messages), _BATCH):
            door.take(messages[first : first + _BATCH], ())


def copies(histories: list[list[bytes]], shards: int, most: int) -> Iterator[bytes]:
    """Yield about so many records, shard by shard: whole lives under new ids, some of them side by side, chained."""
    a_shard = most // shards
    for shard in range(shards):
        sequence, previous, number = 0, GENESIS, shard
        open_: list[tuple[Iterator[bytes], bytes, bytes]] = []
        while sequence < a_shard or open_:
            while len(open_) < _OPEN and sequence < a_shard:
                history = histories[number % len(histories)]
                number += 1
                open_.append((iter(history), *_ids(history[0], shard, shards)))
            for life in list(open_):
                lines, old, new = life
                line = next(lines, None)
                if line is None:
                    open_.remove(life)
                    continue
                sequence += 1
                line = _placed(line.replace(old, new), shard, sequence, previous)
                previous = chained(previous, line)
                yield line


def _ids(first: bytes, shard: int, shards: int) -> tuple[bytes, bytes]:
    """Return a history's case id, and a new one that belongs to a shard."""
    old = orjson.loads(first)["subject"].encode()
    while shard_of(new := new_id(), shards) != shard:
        pass
    return old, new.encode()


def _placed(line: bytes, shard: int, sequence: int, previous: bytes) -> bytes:
    """Return a record at another place of a chain."""
    told = {
        b'"id"': b'"id":"%d-%d"' % (shard, sequence), b'"sh': b'"shard":%d' % shard,
        b'"se': b'"sequence":%d' % sequence, b'"pr': b'"previous":"%s"' % previous.hex().encode(),
    }  # fmt: skip
    return _PLACE.sub(lambda found: next(new for key, new in told.items() if found[0].startswith(key)), line, count=4)


def lengthened(folder: Path, seed: Path, most: int) -> int:
    """Write an export of many records from one of few; return how many it holds."""
    seed.rename(folder)
    manifest = read_manifest(folder)
    histories: dict[str, list[bytes]] = {}
    for place in ExportSource(folder).places():
        subject = orjson.loads(place.data)["subject"]
        histories.setdefault(subject, []).append(place.data)
    ends: dict[int, dict[str, Any]] = {
        n: {"shard": n, "sequence": 0, "hash": GENESIS.hex()} for n in range(manifest.shards)
    }

    def counted(lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            shard = int(line.split(b'"shard":', 1)[1].split(b",", 1)[0])
            end = ends[shard]
            end |= {"sequence": end["sequence"] + 1, "hash": chained(bytes.fromhex(end["hash"]), line).hex()}
            yield line

    files = json.loads((folder / MANIFEST).read_text())
    stored = store_lines(folder / RECORDS, counted(copies(list(histories.values()), manifest.shards, most)))
    state = store_lines(folder / STATE, iter(()))
    files["files"][RECORDS] = {"sha256": stored.sha256, "bytes": stored.bytes, "lines": stored.lines}
    files["files"][STATE] = {"sha256": state.sha256, "bytes": state.bytes, "lines": state.lines}
    files |= {"records": stored.lines, "heads": list(ends.values())}
    (folder / MANIFEST).write_text(json.dumps(files))
    return stored.lines


class Timing:
    """What was measured by step: time, CPU of this process alone, and its peak memory until then."""

    def __init__(self, records: int) -> None:
        self.found: dict[str, Any] = {"measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}Z", "records": records}
        self._records = records
        self._began, self._spent = time.perf_counter(), time.process_time()

    def begin(self) -> None:
        """Begin a step."""
        self._began, self._spent = time.perf_counter(), time.process_time()

    def took(self, name: str) -> None:
        """Note how long a step has taken."""
        took, spent = time.perf_counter() - self._began, time.process_time() - self._spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.found[name] = {
            "seconds": round(took, 1), "records/s": round(self._records / took),
            "CPU µs a record": round(1e6 * spent / self._records, 1), "peak MiB": peak,
        }  # fmt: skip
        print(name, self.found[name], flush=True)


def measure(*, records: int = 1_000_000, lives: int = 2_000) -> dict[str, Any]:
    """Make the ledger, and time each step; seconds, and records a second."""
    collect_rarely()
    with tempfile.TemporaryDirectory(prefix="bancheng-bench-") as temporary:
        home = Path(temporary)
        server = Database.start(home, progress=SilentProgress())
        try:
            seed, full = house_in(home, server.url, "seed"), house_in(home, server.url, "full")
            play(seed, lives)
            export(seed.engine, home / "seed", Wanted("bench", {}), lambda _: lambda _: None)
            timing = Timing(lengthened(home / "long", home / "seed", records))
            seed.close()
            _outside(home / "long", timing)
            _inside(full, home, timing)
            full.close()
        finally:
            server.stop()
        _streamed(home / "long", timing)
    return timing.found


def _outside(folder: Path, timing: Timing) -> None:
    """Read and replay an export without any database."""
    timing.begin()
    source = ExportSource(folder)
    digest = hashlib.sha256()
    for place in source.places():
        digest.update(place.data)
    timing.took("reading an export alone, with SHA-256")
    timing.begin()
    replay = Replay()
    for place in source.places():
        replay.take(place.data)
    timing.found["cases"] = sum(1 for _ in replay.cases())
    timing.took("replay of an export")
    replay.close()


def _inside(full: House, home: Path, timing: Timing) -> None:
    """Import, replay and compare, and export again."""
    manifest = read_manifest(home / "long")
    timing.begin()
    proved(home / "long", manifest, lambda _: None)
    timing.took("import: proving the chain")
    timing.begin()
    bring(
        full.engine, full.keyring, home / "long", manifest, publish_ledger=False, told=lambda _: None,
        first=full.master_key.make,
    )  # fmt: skip
    timing.took("import: writing and rebuilding")
    timing.begin()
    with snapshot(full.engine) as connection:
        replay = Replay()
        for data in stored_records(connection, dict.fromkeys(range(manifest.shards), 0)):
            replay.take(data)
        timing.took("replay of the database")
        timing.found["differing"] = sum(1 for _ in Comparing(connection, replay).differences())
    timing.took("the same with every field compared")
    timing.found["misfits"] = replay.missed
    replay.close()
    timing.begin()
    export(full.engine, home / "again", Wanted("bench", {}), lambda _: lambda _: None)
    timing.took("export")


def _streamed(folder: Path, timing: Timing) -> None:
    """Read a broker's `ledger` with a bare consumer, and replay it."""
    with at_work() as at:
        publish(at.house, folder)
        timing.begin()
        consume(at.house)
        timing.took("reading Kafka alone, a bare consumer")
        timing.begin()
        replay = Replay()
        for place in KafkaSource(at.house.connection("auditor")).places():
            replay.take(place.data)
        cases = sum(1 for _ in replay.cases())
        timing.took("replay of Kafka")
        assert (cases, replay.missed) == (timing.found["cases"], 0)
        replay.close()
    bare, ours = (
        timing.found[name]["records/s"] for name in ("reading Kafka alone, a bare consumer", "replay of Kafka")
    )
    timing.found["replay of Kafka, share of the bare consumer"] = round(ours / bare, 2)


def house_in(home: Path, url: str, name: str) -> House:
    """Return an installation in a database of its own."""
    base = House(Settings(home=home, kafka="none:0", database=SecretStr(url)))
    with base.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE bench_{name}")
    base.close()
    own = make_url(url).set(database=f"bench_{name}").render_as_string(hide_password=False)
    return House(Settings(home=home, kafka="none:0", database=SecretStr(own)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("records", 1_000_000), ("lives", 2_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    print(json.dumps(measure(**vars(parser.parse_args())), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
