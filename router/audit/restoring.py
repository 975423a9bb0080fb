"""The rows of an export back into their tables: anchors, what a system goes on from, and the vault's, still sealed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
import psycopg

from router.audit import layout, rows
from router.audit.exported import ANCHORS, lines
from router.audit.layout import ExportError
from router.ledger.copying import copy
from router.ledger.install import OWNER
from router.ledger.record import UNREADABLE
from router.ledger.tables import anchors, metadata
from router.vault.keyring import VaultError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from router.ledger.database import Cursor
    from router.vault.keyring import Keyring

_AT_A_TIME: Final = 2000
_MOVED: Final = {
    "shards": ("outputs", "shard"),
    "relays": ("record", "output", "shard"),
    "matched": ("record", "shard"),
    "quarantine": ("wrapped", "sealed", "id"),
    "installation": ("lookup_key", "master"),
}
"""Rows that are there already, by the last column of these where there are several: the others move."""
_NUMBERED: Final = (
    ("activations", "number", "pg_get_serial_sequence('activations', 'number')"),
    ("quarantine", "id", "pg_get_serial_sequence('quarantine', 'id')"),
    ("vault_signatures", "number", "'vault_signatures_number'"),
)
_KEPT: Final = ("access_changes", "sealing_keys")
"""Told of the users of another broker and of their keys: both stay in the export, as a proof."""


class _Numbered(msgspec.Struct, frozen=True):
    number: int
    made_at: datetime


class _Anchor(msgspec.Struct, frozen=True):
    data: _Numbered


def opens(keyring: Keyring, folder: Path) -> None:
    """Make sure that the master key opens the vault in an export.

    Raises:
        VaultError: it is another one's.
        ExportError: the file can't be read.
    """
    for table, row in _rows(folder, layout.VAULT):
        if table == "installation":
            try:
                keyring.unwrap_secret(row["lookup_key"], OWNER)
            except VaultError:
                raise VaultError(
                    "用这里的主密钥打不开导出中的保险库：请把原安装的主密钥文件放到这里（master.key 或"
                    " BANCHENG_MASTER_KEY_FILE），或者导入不带 --with-vault 的导出；什么都没有写入。",
                    "The vault in the export can't be opened with the master key here: bring the old installation's"
                    " key (master.key, or BANCHENG_MASTER_KEY_FILE), or import an export made without --with-vault."
                    " Nothing was written.",
                ) from None
            return
    raise ExportError(
        f"导出中的 {layout.VAULT} 缺少查找密钥：文件被改动过，请重新导出。",
        f"{layout.VAULT} in the export lacks the key of look-ups: it was changed. Export again.",
    )


def put_anchors(cur: Cursor, folder: Path) -> None:
    """Write the anchors as they were signed."""
    decode = msgspec.json.Decoder(_Anchor).decode
    found = lines(folder / ANCHORS)
    with fitting(ANCHORS):
        while some := list(islice(found, _AT_A_TIME)):
            told = [(decode(line).data, line) for line in some]
            copy(cur, anchors, ("number", "made_at", "bytes"), [(one.number, one.made_at, line) for one, line in told])


def put_state(cur: Cursor, folder: Path) -> None:
    """Write what the system goes on from: cursors, positions, what waits, what was set aside."""
    _put(cur, folder, layout.STATE, moved=("shards", "relays", "matched"))


def put_vault(cur: Cursor, folder: Path) -> None:
    """Write the vault's rows as they were, sealed, and the key of look-ups under which they were hashed."""
    _put(cur, folder, layout.VAULT, moved=("installation", "quarantine"))


def count_on(cur: Cursor) -> None:
    """Let the numbers of rows go on behind those that were brought."""
    for table, column, sequence in _NUMBERED:
        cur.execute(
            f"SELECT setval({sequence}, coalesce(max({column}), 1), max({column}) IS NOT NULL) FROM {table}"  # noqa: S608
        )


def _rows(folder: Path, file: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return (rows.read(line, file) for line in lines(folder / file))


def _put(cur: Cursor, folder: Path, file: str, *, moved: tuple[str, ...]) -> None:
    """Write the rows of a file, table by table, some at a time."""
    for table, of in groupby(_rows(folder, file), key=lambda pair: pair[0]):
        while some := [row for _, row in islice(of, _AT_A_TIME)]:
            with fitting(file):
                if table in moved:
                    _move(cur, table, some)
                elif table not in _KEPT:
                    columns = tuple(some[0])
                    copy(cur, metadata.tables[table], columns, [tuple(row[name] for name in columns) for row in some])


@contextmanager
def fitting(file: str) -> Iterator[None]:
    """Say of rows that their tables can't hold that somebody changed the file in which they stand."""
    try:
        yield
    except (KeyError, OverflowError, *UNREADABLE, psycopg.DataError, psycopg.IntegrityError):
        raise rows.strange(file) from None


def _move(cur: Cursor, table: str, some: list[dict[str, Any]]) -> None:
    *columns, key = _MOVED[table] if table != "installation" else (*_MOVED[table], "")
    sets = ", ".join(f"{column} = %s" for column in columns)
    where = f" WHERE {key} = %s" if key else ""
    values = [tuple(row[column] for column in (*columns, *([key] if key else []))) for row in some]
    cur.executemany(f"UPDATE {table} SET {sets}{where}", values)  # noqa: S608 (names of our own)
