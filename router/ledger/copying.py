"""Rows into a table: many by COPY, the fastest way PostgreSQL takes them; a few by INSERT, which waits for nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from psycopg import sql
from sqlalchemy import BigInteger, Boolean, DateTime, Integer, LargeBinary, SmallInteger, Text, Uuid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table

    from router.ledger.database import Cursor

_TYPES = {
    Boolean: "bool",
    SmallInteger: "int2",
    Integer: "int4",
    BigInteger: "int8",
    Text: "text",
    Uuid: "uuid",
    LargeBinary: "bytea",
    DateTime: "timestamptz",
}


def copy(
    cursor: Cursor,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Copy `rows`, in the order of `columns`, in binary form; nothing is sent where there are none."""
    if not rows:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(statement) as writer:
        writer.set_types([_TYPES[type(table.c[name].type)] for name in columns])
        for row in rows:
            writer.write_row(row)


def insert(cursor: Cursor, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert a few `rows`, in the order of `columns`; within `together` they go out with what else is sent."""
    if rows:
        cursor.executemany(_insertion(table.name, tuple(columns)), rows)


@cache
def _insertion(table: str, columns: tuple[str, ...]) -> bytes:
    """Return the statement; putting it together takes longer than sending it."""
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
    ).as_bytes()  # fmt: skip
