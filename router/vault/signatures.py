"""Signatures of texts: keyed, one a case, and gone with the person: `DELETE … WHERE case_id`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from router.ledger.copying import copy
from router.ledger.tables import vault_signatures

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from psycopg import Cursor


def after(cur: Cursor[tuple[object, ...]], number: int, most: int) -> list[tuple[int, str, bytes]]:
    """Return up to `most` signatures behind a number, in order: number, case id, bytes."""
    cur.execute(
        "SELECT number, case_id::text, signature FROM vault_signatures WHERE number > %s ORDER BY number LIMIT %s",
        (number, most),
    )
    return cur.fetchall()  # type: ignore[return-value]  # bigint, text and bytea columns


def known(cur: Cursor[tuple[object, ...]], case_ids: Collection[str]) -> set[str]:
    """Return which of these cases have a signature."""
    cur.execute(
        "SELECT case_id::text FROM vault_signatures WHERE case_id = ANY(%s)", ([UUID(one) for one in case_ids],)
    )
    return {str(row[0]) for row in cur}


def keep(cur: Cursor[tuple[object, ...]], made: Sequence[tuple[str, bytes]]) -> list[tuple[int, str, bytes]]:
    """Write new signatures (case id, bytes) and return them with their numbers, which only ever grow."""
    if not made:
        return []
    cur.execute("SELECT nextval('vault_signatures_number') FROM generate_series(1, %s)", (len(made),))
    numbers = sorted(int(row[0]) for row in cur)  # type: ignore[call-overload]  # bigint
    rows = [(number, case_id, signature) for number, (case_id, signature) in zip(numbers, made, strict=True)]
    copy(cur, vault_signatures, ("number", "case_id", "signature"), [(n, UUID(c), s) for n, c, s in rows])
    return rows
