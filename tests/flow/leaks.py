"""Searching an installation for values that may stand nowhere in clear: topics, tables, files, pages, what was made.

`python tests/flow/leaks.py` runs `test_leaks.py` alone and prints, path by path, where anything of a person was found.
"""

from __future__ import annotations

import http.client
import stat
import sys
from base64 import b64encode, urlsafe_b64encode
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

import orjson
import pytest
from ahocorasick_rs import BytesAhoCorasick
from kafka import KafkaConsumer, TopicPartition
from zstandard import ZstdDecompressor

from router.ledger.database import cursor, transaction
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conftest import Wire
    from sqlalchemy.engine import Engine

    from bancheng.compose import House

MAY_HOLD = ("cases.", "responses.", "feedback.", "assignments.", "results.")
"""Topics in which details legitimately stand."""
PLACES = ("topics", "tables", "files", "pages", "said", "made")
_SHORTEST = 8
"""Bytes of an encoding; of fewer, any file holds some by chance."""
_PIECE = 1 << 23
Place = tuple[str, int, int]
"""A message's topic, partition and offset."""


class Leak(NamedTuple):
    """Something that stands where it must not: whose, what, how it is written, where."""

    path: str
    what: str
    encoding: str
    where: str


def encodings(value: str) -> dict[str, bytes]:
    """Return how a value may be written: as text, in JSON, in an address, as hex, within base64 at any place."""
    plain = value.encode()
    found = {
        "utf-8": plain,
        "gbk": value.encode("gb18030"),
        "utf-16-le": value.encode("utf-16-le"),
        "utf-16-be": value.encode("utf-16-be"),
        "\\u": orjson.dumps(value, option=0)[1:-1] if value.isascii() else _escaped(value),
        "\\U": value.encode() if value.isascii() else _escaped(value).upper().replace(b"\\U", b"\\u"),
        "percent": quote(value, safe="").encode(),
        "percent, lower": quote(value, safe="").lower().encode(),
        "plus": quote_plus(value).encode(),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "repr of bytes": repr(plain)[2:-1].encode(),
    }
    for shift in range(3):
        first, last = -(-shift * 4 // 3), (shift + len(plain)) * 4 // 3
        for name, encode in (("base64", b64encode), ("base64url", urlsafe_b64encode)):
            found[f"{name} {shift}"] = encode(bytes(shift) + plain + bytes(2))[first:last]
    return {name: written for name, written in found.items() if len(written) >= _SHORTEST}


def _escaped(value: str) -> bytes:
    return "".join(f"\\u{ord(sign):04x}" if ord(sign) > 126 else sign for sign in value).encode()


class Searcher:
    """All values of all paths in all encodings, looked for at once."""

    def __init__(self, canaries: Mapping[str, Mapping[str, str]]) -> None:
        """`canaries` has each path's values by what they are."""
        known = {
            written: (path, what, encoding)
            for path, values in canaries.items()
            for what, value in values.items()
            for encoding, written in reversed(encodings(value).items())
        }
        self._whose = list(known.values())
        self._automaton = BytesAhoCorasick(list(known))
        self._longest = max(map(len, known))

    def within(self, pieces: Iterable[tuple[str, bytes]]) -> set[Leak]:
        """Return what stands in named pieces of bytes."""
        return {
            Leak(*self._whose[number], where)
            for where, content in pieces
            for number, *_ in self._automaton.find_matches_as_indexes(content, overlapping=True)
        }

    def in_file(self, path: Path, where: str) -> set[Leak]:
        """Return what stands in a file, a piece of it at a time; in one that went meanwhile, nothing."""
        found, rest = set[Leak](), b""
        with suppress(FileNotFoundError), path.open("rb") as file:
            while piece := file.read(_PIECE):
                found |= self.within([(where, rest + piece)])
                rest = piece[-self._longest :]
        return found


def without_details(value: bytes | None) -> bytes:
    """Return a message's value without its plain details; sealed ones stay, for they hold nothing to be read."""
    try:
        event = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return value or b""
    for holder in (event, event.get("data")) if isinstance(event, dict) else ():
        details = holder.get("details") if isinstance(holder, dict) else None
        if isinstance(details, dict) and details.get("scheme", "plain") == "plain":
            del holder["details"]
    return orjson.dumps(event)


def topics(house: House, own: frozenset[Place]) -> Iterator[tuple[str, bytes]]:
    """Yield every message of every topic as raw bytes: key, headers, value; `own` are those the test itself sent."""
    client = admin(house.connection("admin"))
    names = [name for name in client.list_topics() if not name.startswith("__")]
    client.close()
    options = house.connection("admin").options()
    consumer = KafkaConsumer(enable_auto_commit=False, auto_offset_reset="none", **options)
    try:
        parts = [TopicPartition(name, part) for name in names for part in consumer.partitions_for_topic(name) or ()]
        consumer.assign(parts)
        begins, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
        left = {part for part in parts if begins[part] < ends[part]}
        for part in parts:
            consumer.seek(part, begins[part])
        consumer.pause(*(set(parts) - left))
        while left:
            for records in consumer.poll(500).values():
                for one in records:
                    if (one.topic, one.partition, one.offset) not in own:
                        cut = one.topic.startswith(MAY_HOLD)
                        value = without_details(one.value) if cut else one.value or b""
                        headers = b"\0".join(name.encode() + b"=" + (told or b"") for name, told in one.headers)
                        yield one.topic, b"\0".join((one.key or b"", headers, value))
            left = {part for part in left if consumer.position(part) < ends[part]}
    finally:
        consumer.close()


def tables(engine: Engine) -> Iterator[tuple[str, bytes]]:
    """Yield every table of the database twice: its columns' own bytes, and as text."""
    with transaction(engine) as connection:
        cur = cursor(connection)
        cur.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (name,) in cur.fetchall():
            for form in ("binary", "text"):
                rows_of = f"COPY (SELECT * FROM {str(name)}) TO STDOUT (FORMAT {form})"  # noqa: RUF010, S608 (a name of ours, a str)
                with cur.copy(rows_of) as rows:
                    yield str(name), b"".join(bytes(row) for row in rows)


def files(home: Path) -> Iterator[Path]:
    """Yield the files of a home: logs, settings, the database's own files and its WAL, the broker's but for details."""
    for path in home.rglob("*"):
        if not any(part.startswith(MAY_HOLD) for part in path.parts):
            with suppress(FileNotFoundError):  # the servers are at work: a file may go while we look
                held = path.lstat()
                if stat.S_ISREG(held.st_mode) and held.st_blocks:
                    yield path


def pages(home: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what each service's pages say: figures, health, and an address that doesn't exist."""
    for where in sorted((home / "run").glob("*.watch")):
        address = where.read_text(encoding="utf-8").removeprefix("http://")
        for page in ("/metrics", "/healthz", "/readyz", "/no-such-page"):
            with closing(http.client.HTTPConnection(address, timeout=5)) as connection:
                connection.request("GET", page)
                yield f"{where.stem}{page}", connection.getresponse().read()


def unpacked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a folder as it lies there, and unpacked where it is packed; their names are searched too."""
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(folder))
        yield where, where.encode()
        if path.is_file():
            yield where, path.read_bytes()
        if path.suffix == ".zst":
            with path.open("rb") as file, ZstdDecompressor().stream_reader(file, read_across_frames=True) as reader:
                yield f"{where}, unpacked", reader.read()


def searched(
    wire: Wire, searcher: Searcher, own: frozenset[Place], said: Iterable[tuple[str, bytes]], made: Path
) -> dict[str, set[Leak]]:
    """Return what is found, by place; `made` is the folder of what operators made."""
    home = wire.house.settings.home
    with transaction(wire.engine) as connection:
        cursor(connection).execute("CHECKPOINT")
    found = {
        "topics": searcher.within(topics(wire.house, own)),
        "tables": searcher.within(tables(wire.engine)),
        "pages": searcher.within(pages(home)),
        "said": searcher.within(said),
        "made": searcher.within(unpacked(made)),
    }
    in_files = (searcher.in_file(path, str(path.relative_to(home))) for path in files(home))
    return {**found, "files": set[Leak]().union(*in_files)}


def table(paths: Iterable[str], found: Mapping[str, set[Leak]]) -> str:
    """Return the result path by path: how many values were found in each place, and then each leak."""
    lines = [f"{'path':34}{''.join(f'{place:>8}' for place in PLACES)}"]
    for path in paths:
        counts = (len({leak.what for leak in found[place] if leak.path == path}) for place in PLACES)
        lines.append(f"{path:34}{''.join(f'{count or chr(0x2014):>8}' for count in counts)}")
    lines += [f"{place}: {leak}" for place in PLACES for leak in sorted(found[place])]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-s", "-p", "no:cacheprovider", str(Path(__file__).with_name("test_leaks.py"))]))
