"""Writing an export: everything of one moment, streamed into a folder beside and renamed at the end.

Half an export is never mistaken for one: until the rename the folder has another name, and no manifest.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from router.audit import layout, rows
from router.audit.exported import ANCHORS, FORMAT, MANIFEST, RECORDS
from router.audit.layout import ExportError, Head, Manifest, Used, store, store_lines
from router.audit.snapshot import snapshot, stored_records, stream
from router.ledger import revisions
from router.ledger.record import GENESIS
from router.ledger.standing import written_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy.engine import Connection, Engine

    from router.audit.layout import Stored


class Wanted(NamedTuple):
    """What is to be exported, and what the composition root knows to say about it."""

    code: str
    """The version of this program."""
    schemas: Mapping[str, bytes]
    """JSON Schemas of all messages by their names."""
    since: datetime | None = None
    """Only records written from then on (aware), and nothing that a system could go on from."""
    vault: bool = False


def export(engine: Engine, folder: Path, wanted: Wanted, begun: Callable[[int], Callable[[int], None]]) -> Manifest:
    """Write an export into `folder`, which must not be there yet; return its manifest.

    `begun` is told the number of records and returns what is called for each that is written.

    Raises:
        ExportError: the folder is there already, or can't be written.
        NotNowError: the database is away.
    """
    with beside(folder) as making, snapshot(engine) as connection:
        manifest = _write(connection, making, wanted, begun)
        store(making / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return manifest


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Give a new folder that gets its true name at the end, and is gone if anything fails."""
    if folder.exists():
        raise ExportError(
            f"{folder} 已经存在：请换一个还没有的目录，原有内容不会被覆盖。",
            f"{folder} exists already: name a folder that isn't there; nothing is overwritten.",
        )
    making = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        making.mkdir(mode=0o700, parents=True)
        yield making
        making.rename(folder)
    except OSError as error:
        raise ExportError(
            f"写不了 {folder}：{error.strerror}。", f"{folder} can't be written: {error.strerror}."
        ) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _write(
    connection: Connection, folder: Path, wanted: Wanted, begun: Callable[[int], Callable[[int], None]]
) -> Manifest:
    made_at = datetime.now(UTC)
    shards, time_source = connection.exec_driver_sql("SELECT shards, time_source FROM installation").one()
    heads = [Head(*row) for row in stream(connection, _HEADS)]
    after = [_before(connection, head, wanted.since) for head in heads]
    count = sum(head.sequence for head in heads) - sum(head.sequence for head in after)
    files: dict[str, Stored] = {}
    behind = {head.shard: head.sequence for head in after}
    files[RECORDS] = store_lines(folder / RECORDS, stored_records(connection, behind), begun(count))
    files[ANCHORS] = store_lines(folder / ANCHORS, (row[0] for row in stream(connection, _ANCHORED)))
    policies = _kept(connection, folder, _POLICIES, files)
    models = _kept(connection, folder, _MODELS, files)
    for name, schema in wanted.schemas.items():
        files[f"schemas/{name}"] = store(folder / "schemas" / name, schema)
    if wanted.since is None:
        files[layout.STATE] = store_lines(folder / layout.STATE, rows.lines(connection, rows.STATE))
    if wanted.vault:
        files[layout.VAULT] = store_lines(folder / layout.VAULT, rows.lines(connection, rows.VAULT))
    return Manifest(
        format=FORMAT, made_at=made_at, code=wanted.code, tables=revisions.installed(connection) or "",
        shards=shards, time_source=time_source, since=wanted.since, records=count, after=tuple(after),
        heads=tuple(heads), policies=policies, models=models, schemas=tuple(wanted.schemas), vault=wanted.vault,
        files=files,
    )  # fmt: skip


_ANCHORED = "SELECT bytes FROM anchors ORDER BY number"
_HEADS = "SELECT shard, sequence, encode(head, 'hex') FROM shards ORDER BY shard"


def _before(connection: Connection, head: Head, since: datetime | None) -> Head:
    """Return the newest record of a shard that was written before a moment, by bisection over its sequence."""
    first = Head(head.shard, 0, GENESIS.hex())
    if since is None:
        return first
    low, high = 0, head.sequence
    while low < high:
        middle = (low + high + 1) // 2
        data = connection.exec_driver_sql(_ONE, (head.shard, middle)).scalar_one()
        at = written_at(bytes(data))
        low, high = (middle, high) if at is not None and at < since else (low, middle - 1)
    if not low:
        return first
    digest = connection.exec_driver_sql(_HASH, (head.shard, low)).scalar_one()
    return Head(head.shard, low, digest)


_ONE = "SELECT substring(bytes FROM 1 FOR 400) FROM records WHERE shard = %s AND sequence = %s"
_HASH = "SELECT encode(hash, 'hex') FROM records WHERE shard = %s AND sequence = %s"


class _Kind(NamedTuple):
    """A table of contents by their hashes: since when each is known, and how its files end."""

    table: str
    since: str
    ending: str


_POLICIES = _Kind("policies", "activated_at", ".json")
_MODELS = _Kind("models", "kept_at", "")


def _kept(connection: Connection, folder: Path, kind: _Kind, files: dict[str, Stored]) -> tuple[Used, ...]:
    """Write the contents of a table a file each; return since when each was known."""
    used: list[Used] = []
    rows_ = stream(connection, f"SELECT hash, content, {kind.since} FROM {kind.table} ORDER BY 3, 1")  # noqa: S608
    for digest, content, at in rows_:
        file = f"{kind.table}/{digest}{kind.ending}"
        files[file] = store(folder / file, content)
        used.append(Used(digest, at))
    return tuple(used)
