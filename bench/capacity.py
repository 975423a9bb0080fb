"""What one installation carries, reckoned from measured unit costs: the tables of docs/scale.md.

    python bench/capacity.py [docs/measured/scale.json] [--write docs/scale.md]

Without `--write` the tables are printed; with it they are put between their markers in the document. Nothing is
measured here: `scale.py` makes the JSON. What is neither measured nor reckoned is an assumption and stands in
`Assumed`, and in a table of its own.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wording import Table, lasting, marked, number, sized

from router.ledger.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "docs" / "measured" / "scale.json"
DOCUMENT = ROOT / "docs" / "scale.md"
YEARS = (100_000, 1_000_000, 10_000_000, 100_000_000)
CENTRES = (("a banner or county", 1), ("a prefecture", 10), ("a province", 120), ("the nation", 3_000))
SECONDS_A_YEAR = 365 * 24 * 3600
PARTS = ("router", "relay", "database", "broker")
KINDS = ("cases", "responses", "feedback", "assignments", "results", "ledger")


@dataclass(frozen=True)
class Assumed:
    """What nobody measured: change it here, and write the tables anew. The docstring of a field is its row's text."""

    working_days: int = 250
    """working days a year, on which all cases come"""
    busy_day: float = 1.5
    """the busiest day against the mean working day (a Monday, after holidays)"""
    busy_hour: float = 0.2
    """share of a day's cases in its busiest hour"""
    busy_minute: float = 3.0
    """the busiest minute against the mean minute of that hour"""
    load: float = 0.5
    """share of a core that is planned to be used, so that a failed neighbour's work fits in"""
    replicas: int = 3
    """copies of every Kafka partition"""
    retention_days: int = 30
    """days that Kafka keeps messages other than the ledger (DESIGN §5)"""
    wal_mb: float = 60.0
    """MB/s of WAL that one PostgreSQL writes and a standby takes over 1 Gbit/s, day in, day out"""
    base_backup_mb: float = 300.0
    """MB/s at which a physical base backup is taken or put back (network or disk of a plain server)"""
    partitions_a_broker: int = 4_000
    """partition copies that a Kafka broker holds without care"""


def unit_costs(found: dict[str, Any], _: Assumed) -> Table:
    """What a submitted case costs with one, two and four routers."""
    rows: Table = [("routers", "cases/s", *(f"{part}, µs" for part in PARTS), "together, µs", "WAL, bytes", "commits")]
    for one in found["bursts"]:
        cpu = [one["cpu_us"][part] for part in PARTS]
        rows.append((
            str(one["routers"]), number(one["cases_a_second"]), *map(number, cpu), number(sum(cpu)),
            number(one["wal_bytes"]), f"{one['commits']:.4f}",
        ))  # fmt: skip
    return rows


def idle(found: dict[str, Any], _: Assumed) -> Table:
    """What is spent while nothing happens."""
    return [PARTS, tuple(f"{found['life']['idle_cpu'][part]:.1%}" for part in PARTS)]


def life(found: dict[str, Any], _: Assumed) -> Table:
    """What a whole life costs."""
    whole = found["life"]
    cpu = [whole["cpu_us"][part] for part in PARTS]
    return [
        ("messages in", "records", "outputs", *(f"{part}, µs" for part in PARTS), "together, µs", "WAL, bytes"),
        (
            f"{whole['messages_in']:.1f}", f"{whole['records']:.1f}", f"{whole['outputs']:.1f}", *map(number, cpu),
            number(sum(cpu)), number(whole["wal_bytes"]),
        ),
    ]  # fmt: skip


def disk(found: dict[str, Any], _: Assumed) -> Table:
    """What a whole life leaves in the database, table by table, the largest first."""
    tables = found["life"]["database_bytes"]
    largest = sorted(tables, key=lambda name: -sum(tables[name].values()))
    rows: Table = [("table", "rows, bytes a life", "indexes, bytes a life", "together")]
    rows += [
        (f"`{name}`", number(tables[name]["rows"]), number(tables[name]["indexes"]), number(sum(tables[name].values())))
        for name in largest
        if sum(tables[name].values()) >= 1
    ]
    parts = [sum(own[part] for own in tables.values()) for part in ("rows", "indexes")]
    return [*rows, ("together", number(parts[0]), number(parts[1]), number(sum(parts)))]


def topics(found: dict[str, Any], assumed: Assumed) -> Table:
    """What a whole life leaves in the broker's logs, one copy, as compressed."""
    kept = {"ledger": "for ever"}
    rows: Table = [("topics", "bytes a life", "kept")]
    rows += [
        (f"`{kind}{'' if kind == 'ledger' else '.*'}`", number(found["life"]["topic_bytes"][kind]),
         kept.get(kind, f"{assumed.retention_days} days"))
        for kind in KINDS
    ]  # fmt: skip
    return rows


def years(found: dict[str, Any], assumed: Assumed) -> Table:
    """What so many cases a year ask for."""
    rows: Table = [("", *(f"{number(cases)} a year" for cases in YEARS))]

    def row(name: str, of: Callable[[int], str]) -> None:
        rows.append((name, *(of(cases) for cases in YEARS)))

    whole, per_life = found["life"], database_bytes(found)
    router = whole["cpu_us"]["router"]
    row("busiest minute, cases/s", lambda cases: number(busiest(cases, assumed)))
    row("routers for it", lambda cases: str(needed(busiest(cases, assumed) * router / 1e6, assumed)))
    row("cores: relays", lambda cases: cores(cases, "relay", found, assumed))
    row("cores: database", lambda cases: cores(cases, "database", found, assumed))
    row("cores: brokers", lambda cases: cores(cases, "broker", found, assumed))
    row("WAL in that minute, MB/s", lambda cases: number(busiest(cases, assumed) * whole["wal_bytes"] / 1e6))
    row("database grows, a year", lambda cases: sized(cases * per_life))
    row("WAL to be archived, a year", lambda cases: sized(cases * whole["wal_bytes"]))
    row(
        f"Kafka, {assumed.retention_days} days, {assumed.replicas} copies",
        lambda cases: sized(passing(cases, found, assumed)),
    )
    row(f"`ledger`, a year, {assumed.replicas} copies",
        lambda cases: sized(cases * whole["topic_bytes"]["ledger"] * assumed.replicas))  # fmt: skip
    return rows


def ceilings(found: dict[str, Any], assumed: Assumed) -> Table:
    """Where one database ends: whole lives a second, and cases a year at that peak."""
    whole, shards = found["life"], found["policy"]["shards"]
    limits = [
        (f"shard locks: S = {shards} batches at once, a core each", shards / whole["cpu_us"]["router"] * 1e6),
        (f"WAL of {assumed.wal_mb:g} MB/s", assumed.wal_mb * 1e6 / whole["wal_bytes"]),
        (f"16 cores of database at {assumed.load:.0%}", 16 * assumed.load / whole["cpu_us"]["database"] * 1e6),
    ]
    rows: Table = [("what ends", "whole lives/s", "cases a year with that peak")]
    rows += [
        (name, number(rate), number(rate / busiest(1, assumed)))
        for name, rate in sorted(limits, key=lambda limit: limit[1])
    ]
    return rows


def centres(found: dict[str, Any], assumed: Assumed) -> Table:
    """Topics and partitions when one installation serves so many centres."""
    policy = found["policy"]
    rows: Table = [("one installation for", "centres", "units", "topics", "partitions", "brokers for their copies")]
    for name, count in CENTRES:
        channels, units = policy["channels"] * count, policy["units"] * count
        made = 3 * channels + 2 * units + 2
        partitions = channels * (policy["shards"] + 2) + 2 * units + policy["shards"] + 1
        brokers = max(assumed.replicas, -(-partitions * assumed.replicas // assumed.partitions_a_broker))
        rows.append((name, *map(number, (count, units, made, partitions, brokers))))
    return rows


def recovery(found: dict[str, Any], assumed: Assumed) -> Table:
    """How long it takes to save and to bring back what a year leaves."""
    dump = found["dump"]
    rows: Table = [("", *(f"{number(cases)} a year" for cases in YEARS))]
    sizes = [cases * database_bytes(found) for cases in YEARS]
    rows.append(("database after a year", *(sized(size) for size in sizes)))
    for name, rate in (("pg_dump", dump["dump_mib_a_second"]), ("pg_restore", dump["restore_mib_a_second"])):
        rows.append((f"`{name}` at {rate:g} MiB/s (measured)", *(lasting(size / (rate * 2**20)) for size in sizes)))
    physical = (lasting(size / (assumed.base_backup_mb * 1e6)) for size in sizes)
    rows.append((f"base backup or its return at {assumed.base_backup_mb:g} MB/s (assumed)", *physical))
    replay = (
        lasting(cases / assumed.working_days * found["life"]["wal_bytes"] / (assumed.wal_mb * 1e6)) for cases in YEARS
    )
    rows.append(("a day's WAL replayed behind it", *replay))
    return rows


def keys(_: dict[str, Any], __: Assumed) -> Table:
    """Which tables a distribution by shard could take as they are."""
    rows: Table = [("table", "primary key", "by shard")]
    for table in metadata.sorted_tables:
        key = [column.name for column in table.primary_key]
        if "shard" in key:
            verdict = "as it is"
        elif "shard" in table.columns:
            verdict = "after `shard` joins its key"
        elif "case_id" in table.columns:
            verdict = "after it gets a column `shard`"
        else:
            verdict = "no: the same on every node, or spread by its own key"
        rows.append((f"`{table.name}`", ", ".join(f"`{name}`" for name in key), verdict))
    return [rows[0], *sorted(rows[1:], key=lambda row: (row[2], row[0]))]


def assumptions(_: dict[str, Any], assumed: Assumed) -> Table:
    """What is assumed."""
    texts = re.findall(
        r'^    (\w+): \w+ = .*\n    """(.*)"""', Path(__file__).read_text(encoding="utf-8"), re.MULTILINE
    )
    said = dict(texts)
    return [("assumed", "value"), *((said[f.name], f"{getattr(assumed, f.name):g}") for f in fields(assumed))]


TABLES: dict[str, Callable[[dict[str, Any], Assumed], Table]] = {
    "unit-costs": unit_costs, "idle": idle, "life": life, "disk": disk, "topics": topics, "years": years,
    "ceilings": ceilings, "centres": centres, "recovery": recovery, "keys": keys, "assumptions": assumptions,
}  # fmt: skip


def busiest(cases: int, assumed: Assumed) -> float:
    """Return the cases a second in the busiest minute of a year."""
    hour = cases / assumed.working_days * assumed.busy_day * assumed.busy_hour
    return hour / 3600 * assumed.busy_minute


def needed(used: float, assumed: Assumed) -> int:
    """Return how many processes of one core each carry that much CPU; two at least, for one may fail."""
    return max(2, -int(-used // assumed.load))


def cores(cases: int, part: str, found: dict[str, Any], assumed: Assumed) -> str:
    """Return the cores that a part needs in the busiest minute."""
    return f"{busiest(cases, assumed) * found['life']['cpu_us'][part] / 1e6 / assumed.load:.2g}"


def database_bytes(found: dict[str, Any]) -> float:
    """Return what a whole life leaves in the database."""
    return float(sum(sum(own.values()) for own in found["life"]["database_bytes"].values()))


def passing(cases: int, found: dict[str, Any], assumed: Assumed) -> float:
    """Return the bytes that Kafka keeps of what passes, all copies."""
    a_life = sum(count for kind, count in found["life"]["topic_bytes"].items() if kind != "ledger")
    return cases / 365 * assumed.retention_days * float(a_life) * assumed.replicas


def written(document: str, found: dict[str, Any], assumed: Assumed) -> str:
    """Return the document with every table between its markers as it comes out now; raises KeyError on another name."""

    def fresh(match: re.Match[str]) -> str:
        return f"<!-- table: {match[1]} -->\n{marked(TABLES[match[1]](found, assumed))}\n<!-- end -->"

    place = f"{found['machine']}, load {found['load_before']:g} before it began"
    about = f"<!-- about -->\n`{found['command']}`, {found['measured_at']}, {place}.\n<!-- end -->"
    document = re.sub(r"<!-- about -->\n.*?<!-- end -->", lambda _: about, document, flags=re.DOTALL)
    return re.sub(r"<!-- table: ([a-z-]+) -->\n.*?<!-- end -->", fresh, document, flags=re.DOTALL)


def named(document: str) -> Iterable[str]:
    """Return the names of the tables that a document has."""
    return re.findall(r"<!-- table: ([a-z-]+) -->", document)


def main() -> None:
    """Print the tables, or write them into the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", type=Path, nargs="?", default=MEASURED)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    found = json.loads(asked.json.read_text(encoding="utf-8"))
    if asked.write:
        asked.write.write_text(written(asked.write.read_text(encoding="utf-8"), found, Assumed()), encoding="utf-8")
        return
    for name, table in TABLES.items():
        print(f"\n{name}\n{marked(table(found, Assumed()))}")


if __name__ == "__main__":
    main()
