"""Records case by case, each case's in the order in which they were decided: from the database or an export.

A case's records lie scattered in its shard. The database has an index by case; an export's are sorted in a temporary
SQLite file, which takes as much disk as the records and goes when it has been read. Memory stays flat either way.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psycopg
from sqlalchemy import func, select

from router.audit.exported import RECORDS, ExportSource
from router.audit.layout import ExportError, check_file, read_manifest
from router.audit.whatif.inputs import received, recorded
from router.ledger import revisions
from router.ledger.database import transaction
from router.ledger.policies import stored
from router.ledger.record import NO_CASE, UNREADABLE, decode, name
from router.ledger.tables import cases
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Engine

    from router.audit.whatif.inputs import History
    from router.policy.policy import Policy

_ROWS = 500
"""Records fetched at once: they are worked on within the database's five seconds, on a slow machine too."""
_AT_ONCE = 10_000
"""Records put into the temporary file at once."""
_BY_CASE = f"""
    SELECT r.case_id::text, r.bytes FROM records AS r LEFT JOIN cases AS c ON c.id = r.case_id
    WHERE r.case_id <> '{NO_CASE}'
    AND (c.id IS NULL OR ((%(since)s::timestamptz IS NULL OR c.received_at >= %(since)s)
                          AND (%(before)s::timestamptz IS NULL OR c.received_at < %(before)s)))
    ORDER BY r.case_id, r.sequence
"""  # noqa: S608 (a constant)


class UnreadableError(SaidError):
    """A record is none that this program can read."""

    def __init__(self, case: str) -> None:
        super().__init__(
            f"工单 {case} 有一条记录读不了：请先运行 bancheng verify。",
            f"A record of case {case} can't be read: run `bancheng verify` first.",
        )


class _Event(msgspec.Struct):
    case: str
    sequence: int
    now: datetime
    events: list[msgspec.Raw] = []


class _Line(msgspec.Struct):
    data: _Event


_line = msgspec.json.Decoder(_Line).decode


def newest(engine: Engine) -> datetime | None:
    """Return when a case changed last; None where there is none. Raises NotNowError."""
    with transaction(engine) as connection:
        return connection.execute(select(func.max(cases.c.changed_at))).scalar()


def of_database(engine: Engine, since: datetime | None, before: datetime | None) -> Iterator[History]:
    """Yield the cases received in a time, by id, with all their records, through a cursor of the server.

    Raises:
        NotNowError: the database is away.
        UnreadableError: a record can't be read.
    """
    with transaction(engine) as connection:
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the ledger needs psycopg 3: use a postgresql+psycopg:// address")
        with driver.cursor("bancheng_histories", binary=True) as cur:
            cur.itersize = _ROWS
            cur.execute(_BY_CASE, {"since": since, "before": before})
            yield from _within(_grouped(cur), since, before)


class Export:
    """An export's records by case; the temporary file lives as long as the block in which it is opened."""

    def __init__(self, records: sqlite3.Connection, newest: datetime | None) -> None:
        """Read from a table of records; `newest` is when a case changed last."""
        self._records = records
        self.newest = newest

    def histories(self, since: datetime | None, before: datetime | None) -> Iterator[History]:
        """Yield the cases received in a time, by id, with all their records; raises UnreadableError."""
        rows = self._records.execute("SELECT case_id, bytes FROM records ORDER BY case_id, sequence")
        yield from _within(_grouped(rows), since, before)


def whole_export(folder: Path) -> ExportSource:
    """Return an export whose cases can be gone through: all of them from their beginnings, nothing changed.

    Raises:
        ExportError: it is none, a part, from a newer version, or its records or policies aren't what it says.
    """
    manifest = read_manifest(folder)
    if not manifest.whole:
        raise ExportError(
            "这是部分导出，工单的开头不在其中：请用不带 --since 的导出。",
            "This is a part of a ledger, without the beginnings of its cases: use an export made without `--since`.",
        )
    if manifest.tables not in revisions.known():
        raise ExportError(
            f"导出来自更新的版本（表 {manifest.tables}）：请用 bancheng {manifest.code} 或更新的版本试算。",
            f"The export is from a newer version (tables {manifest.tables}): use bancheng {manifest.code}"
            " or a newer one.",
        )
    for file, listed in manifest.files.items():
        if file == RECORDS or file.startswith("policies/"):
            check_file(folder, file, listed)
    return ExportSource(folder)


@contextmanager
def of_export(source: ExportSource) -> Iterator[Export]:
    """Sort an export's records by case; raises SourceError, UnreadableError, OSError."""
    with (
        tempfile.TemporaryDirectory(prefix="bancheng-") as folder,
        closing(sqlite3.connect(Path(folder) / "records", isolation_level=None)) as made,
    ):
        made.execute("PRAGMA journal_mode = OFF")
        made.execute("PRAGMA synchronous = OFF")
        made.execute("CREATE TABLE records (case_id TEXT, sequence INTEGER, bytes BLOB)")
        last = _filled(made, source)
        made.execute("CREATE INDEX by_case ON records (case_id, sequence)")
        yield Export(made, last)


def policies_of(source: ExportSource, wanted: str) -> Policy:
    """Return a policy that an export holds, by its hash; raises KeyError, OtherPolicyError."""
    try:
        content = (source.folder / "policies" / f"{wanted}.json").read_bytes()
    except OSError:
        raise KeyError(wanted) from None
    return stored(content, wanted)


def _filled(made: sqlite3.Connection, source: ExportSource) -> datetime | None:
    """Put the records of cases into the table; return when a case changed last."""
    last: datetime | None = None
    rows: list[tuple[str, int, bytes]] = []
    for place in source.places():
        try:
            told = _line(place.data).data
        except UNREADABLE:
            raise UnreadableError("?") from None
        if told.case == NO_CASE:
            continue
        rows.append((told.case, told.sequence, place.data))
        if told.events and (last is None or told.now > last):
            last = told.now
        if len(rows) >= _AT_ONCE:
            _insert(made, rows)
            rows.clear()
    _insert(made, rows)
    return last


def _insert(made: sqlite3.Connection, rows: list[tuple[str, int, bytes]]) -> None:
    made.execute("BEGIN")
    made.executemany("INSERT INTO records VALUES (?, ?, ?)", rows)
    made.execute("COMMIT")


def _grouped(rows: Iterable[tuple[str, bytes]]) -> Iterator[History]:
    for case, found in groupby(rows, key=itemgetter(0)):
        try:
            told = [decode(data) for _, data in found]
        except (*UNREADABLE, KeyError):
            raise UnreadableError(case) from None
        yield tuple(recorded(record, name(record.shard, record.sequence)) for record in told)


def _within(histories: Iterable[History], since: datetime | None, before: datetime | None) -> Iterator[History]:
    for history in histories:
        at = received(history)
        if (since is None or at >= since) and (before is None or at < before):
            yield history
