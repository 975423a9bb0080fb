"""How fast a log is verified: from Kafka, beside a bare consumer of the same topic; from the database; from an export.

    python bench/verify.py [--records 1000000] [--lives 1000] [--times 3]

True records (lives of cases, written again and again under other ids, each chained anew, as `replay.py` makes them) are
published to a real broker's `ledger`, a partition a shard. A bare `KafkaConsumer` with the same settings reads them,
and so does `verify`, in turns; the median counts. Then the database and the export. Memory is this process's growth
while it verifies. And what the chain costs: its part of the time that the door needs for a record.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from ground import at_work
from ledger_topic import consume, publish
from replay import lengthened, play
from sqlalchemy import create_engine, text

from bancheng.collecting import collect_rarely
from router.audit.exporting import Wanted, export
from router.audit.sources import DatabaseSource, ExportSource, KafkaSource
from router.audit.verifying import verify
from router.ledger.database import cursor, transaction
from router.ledger.record import GENESIS, chained

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

    from bancheng.compose import House
    from router.audit.source import Source


def measure(*, records: int = 1_000_000, lives: int = 1_000, times: int = 3) -> dict[str, Any]:
    """Make the log three times over, and time each way of reading it."""
    collect_rarely()
    found: dict[str, Any] = {"measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}Z"}
    with at_work() as at, tempfile.TemporaryDirectory(prefix="bancheng-bench-") as temporary:
        began, folder = time.process_time(), Path(temporary) / "long"
        play(at.house, lives)
        spent = time.process_time() - began
        export(at.house.engine, Path(temporary) / "seed", Wanted("bench", {}), lambda _: lambda _: None)
        made = sum(1 for _ in ExportSource(Path(temporary) / "seed").places())
        found["chain"] = chain(Path(temporary) / "seed", 1e6 * spent / made)
        found["records"] = count = lengthened(folder, Path(temporary) / "seed", records)
        found["bytes a record"] = publish(at.house, folder) // count
        connection = at.house.connection("auditor")
        bare, ours = [], []
        for _ in range(times):
            bare.append(count / timed(lambda: consume(at.house)))
            ours.append(count / timed(lambda: whole(KafkaSource(connection))))
        found["bare consumer, records/s"] = round(statistics.median(bare))
        found["verify --kafka, records/s"] = round(statistics.median(ours))
        found["share of the bare consumer"] = round(statistics.median(ours) / statistics.median(bare), 2)
        engine = stored(at.house, folder)
        for name, source in (("export", ExportSource(folder)), ("database", DatabaseSource(engine))):
            before = psutil.Process().memory_info().rss
            found[f"verify {name}, records/s"] = round(count / timed(lambda source=source: whole(source)))  # type: ignore[misc]
            found[f"verify {name}, MiB more"] = (psutil.Process().memory_info().rss - before) >> 20
        engine.dispose()
    return found


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def whole(source: Source) -> None:
    """Verify, and make sure that it was whole."""
    verdict = verify(source)
    assert verdict.whole, verdict.troubles[:3]


def stored(house: House, folder: Path) -> Engine:
    """Copy an export's records into tables beside the installation's own; return an engine that sees those."""
    with transaction(house.engine) as connection:
        connection.execute(text("CREATE SCHEMA long"))
        for table in ("installation", "anchors", "shards"):
            connection.execute(text(f"CREATE TABLE long.{table} AS TABLE public.{table}"))
        connection.execute(text("CREATE TABLE long.records (LIKE public.records INCLUDING ALL)"))
        hashes: dict[int, bytes] = {}
        sequences: dict[int, int] = {}
        with cursor(connection).copy("COPY long.records (shard, sequence, case_id, bytes, hash) FROM STDIN") as copy:
            for place in ExportSource(folder).places():
                data = json.loads(place.data)["data"]
                shard = data["shard"]
                hashes[shard] = chained(hashes.get(shard, GENESIS), place.data)
                sequences[shard] = data["sequence"]
                copy.write_row((shard, data["sequence"], data["case"], place.data, hashes[shard]))
        for shard, digest in hashes.items():
            connection.execute(
                text("UPDATE long.shards SET sequence = :sequence, head = :head WHERE shard = :shard"),
                {"sequence": sequences[shard], "head": digest, "shard": shard},
            )
    return create_engine(house.engine.url, connect_args={"options": "-c search_path=long,public"})


def chain(folder: Path, door: float) -> dict[str, Any]:
    """Return what hash and `previous` cost a record, beside what the door needs for one; microseconds of CPU."""
    found = [place.data for place in ExportSource(folder).places()]
    began, head = time.process_time(), GENESIS
    for data in found:
        head = chained(head, data)
        head.hex()
    each = 1e6 * (time.process_time() - began) / len(found)
    return {"µs a record": round(each, 2), "the door, µs a record": round(door, 1), "share": round(each / door, 4)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("records", 1_000_000), ("lives", 1_000), ("times", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    print(json.dumps(measure(**vars(parser.parse_args())), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
