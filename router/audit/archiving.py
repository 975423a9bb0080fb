"""Words of cases that ended long ago leave the database for a folder, sealed as they are; every record stays.

Their data keys stay in the vault: who has the folder alone can read nothing, and erasing a person empties the folder
too, wherever its copies lie. Records, case rows, look-ups and access logs are never archived.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from sqlalchemy import MetaData

from router.audit import rows
from router.audit.exported import lines
from router.audit.exporting import beside
from router.audit.layout import VAULT, ExportError, Stored, check_file, store, store_lines
from router.audit.restoring import fitting
from router.audit.snapshot import stream
from router.cases.state import Stage
from router.ledger import house
from router.ledger.copying import copy
from router.ledger.database import cursor, transaction
from router.ledger.record import UNREADABLE, Noted
from router.ledger.tables import vault_entries

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Engine

FORMAT: Final = "bancheng.archive.v1"
_MANIFEST: Final = "archive.json"
_MONTH: Final = timedelta(days=31)
_AT_A_TIME: Final = 2000
_COLUMNS: Final = ("case_id", "name", "sealed")
_SCRATCH: Final = vault_entries.to_metadata(MetaData(), name="coming")
_ENDED: Final = tuple(stage.value for stage in (Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN))
_LEAVING: Final = """
    CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS
    SELECT e.case_id, e.name FROM vault_entries AS e JOIN cases AS c ON c.id = e.case_id
    WHERE c.stage = ANY(%s) AND c.changed_at < %s AND c.next_due_at IS NULL
"""
_ENTRIES: Final = "SELECT case_id, name, sealed FROM vault_entries JOIN leaving USING (case_id, name) ORDER BY 1, 2"
_GO: Final = "DELETE FROM vault_entries AS e USING leaving AS l WHERE e.case_id = l.case_id AND e.name = l.name"
_COMING: Final = "CREATE TEMPORARY TABLE coming (LIKE vault_entries) ON COMMIT DROP"
_RETURN: Final = """
    INSERT INTO vault_entries (case_id, name, sealed) SELECT r.case_id, r.name, r.sealed FROM coming AS r
    WHERE EXISTS (SELECT FROM vault_keys AS k WHERE k.case_id = r.case_id) ON CONFLICT DO NOTHING
"""


class _Archive(msgspec.Struct, frozen=True):
    format: str
    made_at: datetime
    ended_before: datetime
    cases: int
    file: Stored


class Archived(NamedTuple):
    """What left or came back: cases and texts, and the record that says so (none where there was nothing)."""

    cases: int
    texts: int
    record: str | None


def archive(engine: Engine, folder: Path, months: int) -> Archived:
    """Move the words of cases that ended at least so many months ago into a new folder.

    The folder is on the disk before anything is removed, in one transaction.

    Raises:
        ExportError: the folder is there already, or can't be written.
        NoRightError: this login doesn't own the tables.
        NotNowError: the database is away.
    """
    now = datetime.now(UTC)
    before = now - months * _MONTH
    with transaction(engine) as connection:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        cur = cursor(connection)
        cur.execute(_LEAVING, (list(_ENDED), before))
        cases = connection.exec_driver_sql("SELECT count(DISTINCT case_id) FROM leaving").scalar_one()
        if not cases:
            return Archived(0, 0, None)
        with beside(folder) as making:
            told = (rows.line("vault_entries", _COLUMNS, row) for row in stream(connection, _ENTRIES))
            stored = store_lines(making / VAULT, told)
            manifest = _Archive(FORMAT, now, before, cases, stored)
            store(making / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        cur.execute(_GO)
        facts: dict[str, str | int] = {"cases": cases, "texts": stored.lines, "sha256": stored.sha256}
        record = house.note(cur, now, Noted("archived", facts))
    return Archived(cases, stored.lines, record)


def restore(engine: Engine, folder: Path) -> Archived:
    """Bring the words in an archive back, but those of persons who were erased since; the folder stays as it is.

    Raises:
        ExportError: the folder is no archive, or was changed.
        NotNowError: the database is away.
    """
    found = _read(folder)
    check_file(folder, VAULT, found.file)
    with transaction(engine) as connection:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        cur = cursor(connection)
        cur.execute(_COMING)
        told = (rows.read(line, VAULT)[1] for line in lines(folder / VAULT))
        with fitting(VAULT):
            while some := [tuple(row[name] for name in _COLUMNS) for row in islice(told, _AT_A_TIME)]:
                copy(cur, _SCRATCH, _COLUMNS, some)
        cur.execute(_RETURN)
        texts = cur.rowcount
        record = None
        if texts:
            facts: dict[str, str | int] = {"texts": texts, "sha256": found.file.sha256}
            record = house.note(cur, datetime.now(UTC), Noted("archive_restored", facts))
    return Archived(found.cases, texts, record)


def _read(folder: Path) -> _Archive:
    try:
        found = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Archive)
    except (OSError, *UNREADABLE):
        raise _none(folder) from None
    if found.format != FORMAT:
        raise _none(folder)
    return found


def _none(folder: Path) -> ExportError:
    return ExportError(
        f"{folder} 不是本程序能读的归档目录：里面没有可用的 {_MANIFEST}。",
        f"{folder} is no archive that this program can read: there is no usable {_MANIFEST} in it.",
    )
