"""Many short byte strings as one parameter: psycopg writes a list of them one by one, which costs more than the query.

Digests have a fixed size, so a column of them is joined here and cut apart by the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 16
"""Bytes of a keyed hash, and of a UUID."""


def packed(*columns: Sequence[bytes]) -> dict[str, bytes | int]:
    """Return the parameters of a query that has these columns, all of one length, of strings of 16 bytes."""
    joined = {f"c{number}": b"".join(column) for number, column in enumerate(columns)}
    return {**joined, "last": len(columns[0]) - 1}


NUMBERS = "generate_series(0, %(last)s) AS n"
"""The rows, to select `column` and `uuids` from."""


def column(number: int) -> str:
    """Return the SQL of a column of digests, the `number`-th that was packed."""
    return f"substr(%(c{number})b, n * {SIZE} + 1, {SIZE})"


def uuids(number: int) -> str:
    """Return the SQL of a column of UUIDs."""
    return f"encode({column(number)}, 'hex')::uuid"
