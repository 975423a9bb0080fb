"""Rows of tables as lines of an export: which tables go along, and how a row is written and read back.

A line is `{"in": table, "row": {column: value}}`; bytes in base64, moments in RFC 3339, ids as UUIDs.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Integer, LargeBinary, SmallInteger, Text, Uuid

from router.audit.layout import ExportError
from router.audit.snapshot import stream
from router.ledger.record import UNREADABLE
from router.ledger.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection

_WAITING: Final = """
    AS t WHERE position > (SELECT output FROM relays WHERE shard = t.shard)
        OR EXISTS (SELECT FROM parked WHERE shard = t.shard AND position = t.position)
"""
STATE: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "shards": (("shard", "outputs"), ""),
    "relays": (("shard", "record", "output"), ""),
    "matched": ((), ""),
    "positions": ((), ""),
    "activations": ((), "ORDER BY number"),
    "inbox": ((), ""),
    "outputs": ((), _WAITING),
    "parked": ((), ""),
    "quarantine": (
        ("id", "topic", "partition", "offset", "code", "field", "received_at", "digest", "status"),
        "ORDER BY id",
    ),
    "access_changes": ((), "ORDER BY number"),
    "sealing_keys": ((), "ORDER BY number"),
}
"""What an empty system needs to go on, and what shall stay known: columns (none named: all), and which rows."""
VAULT: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "installation": (("lookup_key", "master"), ""),
    "vault_keys": ((), ""),
    "vault_entries": ((), ""),
    "vault_lookups": ((), ""),
    "vault_signatures": ((), "ORDER BY number"),
    "vault_persons": ((), ""),
    "seen": (("message", "content"), ""),  # taken here, as far as the new system is concerned, when it is imported
    "quarantine": (("id", "wrapped", "sealed"), "WHERE sealed IS NOT NULL"),
}
"""What the master key opens, and what was hashed under the key of look-ups: useless or dangerous without it."""
ELSEWHERE: Final = {
    "records": "a file of their own", "anchors": "a file of their own", "policies": "a file each",
    "models": "a file each", "cases": "rebuilt from records", "heartbeats": "of running services",
}  # fmt: skip
"""Tables that are in neither, and why."""
_TYPES: Final[dict[type, type]] = {
    Boolean: bool, SmallInteger: int, Integer: int, BigInteger: int, Text: str, Uuid: UUID, LargeBinary: bytes,
    DateTime: datetime,
}  # fmt: skip


class _Line(msgspec.Struct, rename={"table": "in"}):
    table: str
    row: msgspec.Raw


_decode = msgspec.json.Decoder(_Line).decode
_encode = msgspec.json.Encoder().encode


def lines(connection: Connection, tables: Mapping[str, tuple[tuple[str, ...], str]]) -> Iterator[bytes]:
    """Yield the rows of tables as lines, table by table."""
    for table, (chosen, rows) in tables.items():
        columns = chosen or tuple(column.name for column in metadata.tables[table].c)
        quoted = ", ".join(f'"{column}"' for column in columns)
        for row in stream(connection, f"SELECT {quoted} FROM {table} {rows}"):  # noqa: S608 (names of our own)
            yield line(table, columns, row)


def line(table: str, columns: Sequence[str], row: Sequence[object]) -> bytes:
    """Return a row as a line."""
    return _encode({"in": table, "row": dict(zip(columns, row, strict=True))})


def read(told: bytes, file: str) -> tuple[str, dict[str, Any]]:
    """Return the table and the values of a line; raises ExportError if it is no row that this version knows."""
    try:
        found = _decode(told)
        row = msgspec.json.decode(found.row, type=_shape(found.table))
    except (*UNREADABLE, KeyError):
        raise strange(file) from None
    return found.table, {
        name: value for name, value in msgspec.structs.asdict(row).items() if value is not msgspec.UNSET
    }


def strange(file: str) -> ExportError:
    """Return what to say of a line that is no row, or of a row that its table can't hold."""
    return ExportError(
        f"导出中的 {file} 有一行读不懂：文件被改动过，请重新导出。",
        f"A line of {file} in the export can't be understood: it was changed. Export again.",
    )


@cache
def _shape(table: str) -> type[msgspec.Struct]:
    """Return what a row of a table looks like; raises KeyError where there is no such table in an export."""
    if table not in STATE and table not in VAULT:
        raise KeyError(table)
    fields = [(str(column.name), _TYPES[type(column.type)] | None | msgspec.UnsetType, msgspec.UNSET)
              for column in metadata.tables[table].c]  # fmt: skip
    return msgspec.defstruct(table, fields, forbid_unknown_fields=True)
