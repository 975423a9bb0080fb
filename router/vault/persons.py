"""Whose cases are whose, by keyed hashes of an id number or a phone; never by what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from router.ledger.database import Cursor

_LISTED = "SELECT case_id::text, array_agg(digest) FROM vault_persons WHERE case_id = ANY(%s) GROUP BY 1"
_ENTRIES = "SELECT case_id::text, name FROM vault_entries WHERE case_id = ANY(%s) AND name LIKE 'person%%'"
_UNLISTED = """
    SELECT e.case_id::text, e.name FROM vault_entries AS e JOIN vault_keys AS k USING (case_id)
    WHERE e.case_id > %s AND e.name LIKE 'person%%'
        AND NOT EXISTS (SELECT FROM vault_persons AS p WHERE p.case_id = e.case_id)
    ORDER BY e.case_id LIMIT %s
"""


def cases_of(cur: Cursor, digests: Collection[bytes]) -> list[str]:
    """Return the cases of whoever has one of these identifiers, by id."""
    cur.execute("SELECT DISTINCT case_id::text FROM vault_persons WHERE digest = ANY(%s) ORDER BY 1", (list(digests),))
    return [str(row[0]) for row in cur]


def digests_of(cur: Cursor, case_ids: Collection[str]) -> dict[str, frozenset[bytes]]:
    """Return the identifiers of each case's person; a case without any is missing."""
    cur.execute(_LISTED, ([UUID(case_id) for case_id in case_ids],))
    return {str(case_id): frozenset(digests) for case_id, digests in cur}  # type: ignore[call-overload]  # bytea[]


def entries_of(cur: Cursor, case_ids: Collection[str]) -> list[tuple[str, str]]:
    """Return the entries (case, name) in which the persons of these cases told of themselves."""
    cur.execute(_ENTRIES, ([UUID(case_id) for case_id in case_ids],))
    return [(str(case_id), str(name)) for case_id, name in cur]


def unlisted(cur: Cursor, after: str, most: int) -> list[tuple[str, str]]:
    """Return up to `most` entries (case, name) of persons in cases behind `after` of which nothing is listed."""
    cur.execute(_UNLISTED, (UUID(after), most))
    return [(str(case_id), str(name)) for case_id, name in cur]


def enlist(cur: Cursor, case_id: str, digests: Sequence[bytes]) -> None:
    """Note whose case it is; again changes nothing."""
    if digests:
        cur.executemany(
            "INSERT INTO vault_persons (digest, case_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(digest, UUID(case_id)) for digest in digests],
        )
