"""Bringing an export into an empty installation: proved first, then written in one transaction, cases by replay."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import text

from router.audit import layout
from router.audit.comparing import case_rows, policies_of
from router.audit.exported import RECORDS, ExportSource, lines
from router.audit.layout import ExportError
from router.audit.replaying import Replay
from router.audit.restoring import count_on, opens, put_anchors, put_state, put_vault
from router.audit.troubles import Kind
from router.audit.verifying import Given, verify
from router.ledger import claims, house, revisions
from router.ledger.copying import copy
from router.ledger.database import cursor, transaction
from router.ledger.install import install
from router.ledger.record import GENESIS, UNREADABLE, Noted, chained, name
from router.ledger.sheet import CASE
from router.ledger.tables import cases, records
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection, Engine

    from router.audit.layout import Manifest
    from router.ledger.database import Cursor
    from router.vault.keyring import Keyring

_AT_A_TIME: Final = 2000
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name LIKE 'bancheng-%' AND application_name <> current_setting('application_name')
"""


_Row = TypeVar("_Row")


class NotEmptyError(SaidError):
    """Something stands here already, or is at work: an import only goes into an empty installation that rests."""


class Imported(NamedTuple):
    """What was brought in, and the record that says so."""

    records: int
    cases: int
    vault: bool
    record: str


class _Placed(msgspec.Struct, frozen=True):
    shard: int
    sequence: int
    previous: str
    case: str


class _Record(msgspec.Struct, frozen=True):
    data: _Placed


_decode = msgspec.json.Decoder(_Record).decode


def proved(folder: Path, manifest: Manifest, told: Callable[[int], None]) -> None:
    """Make sure that every record follows from the one before and that the chains end where the manifest says.

    Raises:
        ExportError: with the first record that doesn't.
    """
    ends = {head.shard: (head.sequence, bytes.fromhex(head.hash)) for head in manifest.after}
    shard = 0
    for line in lines(folder / RECORDS):
        placed = _placed(line)
        sequence, previous = ends.get(placed.shard, (0, GENESIS))
        if placed.shard < shard or (placed.sequence, placed.previous) != (sequence + 1, previous.hex()):
            raise _broken(name(placed.shard, placed.sequence))
        shard = placed.shard
        ends[placed.shard] = placed.sequence, chained(previous, line)
        told(1)
    for head in manifest.heads:
        if ends.get(head.shard) != (head.sequence, bytes.fromhex(head.hash)):
            raise _broken(name(head.shard, head.sequence))


def whole(folder: Path, keys: tuple[bytes, ...], told: Callable[[int], None]) -> None:
    """Make sure that nothing in an export was tampered with, as `bancheng verify` sees it; `keys` are trusted ones.

    A clock that was once set back is no reason to go on without the records that it wrote.

    Raises:
        ExportError: with what is wrong first.
        SourceError: it can't be read.
    """
    for trouble in verify(ExportSource(folder), Given(keys), told).troubles:
        if trouble.kind not in (Kind.CLOCK, Kind.ANCHOR_CLOCK):
            raise ExportError(
                f"导出不可信：{trouble.sentence('zh')}什么都没有写入；请用 bancheng verify 查看。",
                f"The export can't be trusted: {trouble.sentence('en')} Nothing was written; see `bancheng verify`.",
            )


def bring(
    engine: Engine, keyring: Keyring, folder: Path, manifest: Manifest, *, publish_ledger: bool,
    told: Callable[[int], None], first: Callable[[], None],
) -> Imported:  # fmt: skip
    """Write a proved export into an empty installation, or nothing at all; return what was brought.

    With `publish_ledger` the relay sends all records again, for a broker whose topic `ledger` is empty; otherwise
    nothing is published that was published before. `first` makes the master key of a new installation.

    Raises:
        ExportError: it is a part only, or from newer tables.
        NotEmptyError: records stand here, or services are at work.
        VaultError: its vault needs another master key.
        OtherTimeError: it is a demonstration's, or a real one's, and this installation isn't.
        NotNowError: the database is away.
    """
    _fits(manifest)
    if manifest.vault:
        opens(keyring, folder)
    made = install(engine, keyring, count=manifest.shards, time_source=manifest.time_source, first=first)
    with transaction(engine) as connection:
        cur = cursor(connection)
        cur.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        _empty(connection, cur, made.shards, manifest)
        policies = _policies(cur, folder, manifest)
        for used in manifest.models:
            content = (folder / "models" / used.hash).read_bytes()
            cur.execute(_KEEP.format("models", "kept_at"), (used.hash, content, used.since))
        replay = Replay()
        try:
            for some in _batches(_record_rows(folder, replay, told)):
                copy(cur, records, ("shard", "sequence", "case_id", "bytes", "hash"), some)
            if replay.missed:
                raise _misfit(replay.misfits[0].record, replay.misfits[0].why)
            count = 0
            for some in case_rows(replay.cases(), manifest.shards, policies):
                copy(cur, cases, CASE, some)
                count += len(some)
        finally:
            replay.close()
        cur.executemany(
            "UPDATE shards SET sequence = %s, head = %s WHERE shard = %s",
            [(head.sequence, bytes.fromhex(head.hash), head.shard) for head in manifest.heads],
        )
        put_anchors(cur, folder)
        put_state(cur, folder)
        if manifest.vault:
            put_vault(cur, folder)
        count_on(cur)
        if publish_ledger:
            cur.execute("UPDATE relays SET record = 0")
        facts: dict[str, str | int] = {
            "records": replay.records, "cases": count, "exported_at": manifest.made_at.isoformat(),
            "code": manifest.code, "vault": int(manifest.vault),
        }  # fmt: skip
        record = house.note(cur, datetime.now(UTC), Noted("imported", facts))
    return Imported(replay.records, count, manifest.vault, record)


_KEEP = "INSERT INTO {} (hash, content, {}) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def _fits(manifest: Manifest) -> None:
    """Refuse what no system could go on from."""
    if not manifest.whole or layout.STATE not in manifest.files:
        raise ExportError(
            "这是一段时间的部分导出，只能核验，不能导入：请用不带 --since 的导出。",
            "This is a part of a ledger: it can be verified, not imported. Use an export without --since.",
        )
    if manifest.tables not in revisions.known():
        raise ExportError(
            f"导出来自更新的版本（表 {manifest.tables}）：请用 bancheng {manifest.code} 或更新的版本导入。",
            f"The export is from a newer version (tables {manifest.tables}): import it with bancheng {manifest.code}"
            " or a newer one.",
        )


def _empty(connection: Connection, cur: Cursor, shards: int, manifest: Manifest) -> None:
    """Take hold of all shards, and make sure that nothing stands here and that nobody is at work."""
    heads = claims.hold(cur, (), range(shards))
    if shards != manifest.shards:
        raise NotEmptyError(
            f"这里分为 {shards} 个分片，导出为 {manifest.shards} 个：请另建一个安装（另设 BANCHENG_HOME 或数据库）。",
            f"This installation has {shards} shards and the export {manifest.shards}: use a new one"
            " (another BANCHENG_HOME or database).",
        )
    if any(head.sequence for head in heads.values()):
        raise NotEmptyError(
            "这里已经有记录：导入只能进入空的安装，请另设 BANCHENG_HOME 或另用数据库；什么都没有写入。",
            "Records stand here already: an import only goes into an empty installation. Set BANCHENG_HOME to another"
            " folder, or use another database. Nothing was written.",
        )
    if connection.execute(text(_OTHERS)).scalar_one():
        raise NotEmptyError(
            "有服务正在使用这个数据库：请先停下 bancheng up（或 router、relay、clock、match）再导入；什么都没有写入。",
            "Services are at work on this database: stop `bancheng up` (or router, relay, clock, match) and import"
            " again. Nothing was written.",
        )


def _policies(cur: Cursor, folder: Path, manifest: Manifest) -> dict[str, Any]:
    """Keep the policies of the export; return them by their hashes."""
    found = [
        (used, (folder / "policies" / f"{used.hash}.json").read_bytes()) for used in manifest.policies
    ]  # fmt: skip
    for used, content in found:
        cur.execute(_KEEP.format("policies", "activated_at"), (used.hash, content, used.since))
    return policies_of((used.hash, content) for used, content in found)


def _record_rows(folder: Path, replay: Replay, told: Callable[[int], None]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of all records, each replayed on the way."""
    ends: dict[int, bytes] = {}
    for line in lines(folder / RECORDS):
        placed = _placed(line)
        digest = ends[placed.shard] = chained(ends.get(placed.shard, GENESIS), line)
        replay.take(line)
        yield placed.shard, placed.sequence, UUID(placed.case), line, digest
        told(1)


def _placed(line: bytes) -> _Placed:
    try:
        return _decode(line).data
    except UNREADABLE:
        raise _broken("?") from None


def _batches(given: Iterator[_Row]) -> Iterator[list[_Row]]:
    while some := list(islice(given, _AT_A_TIME)):
        yield some


def _broken(record: str) -> ExportError:
    return ExportError(
        f"导出中的记录 {record} 与哈希链不符：记录被改动、调换或缺失；什么都没有写入。请用 bancheng verify 查看。",
        f"Record {record} in the export breaks the hash chain: a record was changed, swapped or is missing. Nothing"
        " was written; see `bancheng verify`.",
    )


def _misfit(record: str, why: str) -> ExportError:
    return ExportError(
        f"导出中的记录 {record} 接不上前面的记录（{why}）：什么都没有写入。",
        f"Record {record} in the export doesn't follow from those before it ({why}): nothing was written.",
    )
