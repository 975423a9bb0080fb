"""Removing what is kept of a person: wrapped keys, and with them all that only they open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from router.vault.store import open_message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from router.ledger.database import Cursor
    from router.vault.keyring import Keyring
    from router.vault.store import Whole

_TABLES = ("vault_keys", "vault_entries", "vault_lookups", "vault_signatures", "vault_persons")
_AT_A_TIME = 200
_KEPT = """
    SELECT id, topic || '/' || partition || '/' || "offset", wrapped, sealed FROM quarantine
    WHERE id > %s AND sealed IS NOT NULL ORDER BY id LIMIT %s
"""
_EMPTY = "UPDATE quarantine SET status = %s, wrapped = NULL, sealed = NULL WHERE id = ANY(%s)"
_MATCHING = "SELECT FROM matched ORDER BY shard FOR UPDATE"
_OLD = "SELECT id FROM quarantine WHERE received_at < %s AND sealed IS NOT NULL"


def forget(cur: Cursor, case_id: str) -> None:
    """Remove a case's key, what was sealed by it, and by what its person and its words are known again.

    A round of the matching service that may have opened its words is waited for: it would sign them afterwards.
    """
    cur.execute(_MATCHING)
    for table in _TABLES:
        cur.execute(f"DELETE FROM {table} WHERE case_id = %s", (UUID(case_id),))  # noqa: S608 (a constant)


def discard_mentioning(
    cur: Cursor, keyring: Keyring, needles: Collection[bytes], unsealed: Callable[[Whole], bytes]
) -> int:
    """Empty every message set aside that holds one of these strings; return how many. Each has to be opened.

    A number is known with blanks, dashes or brackets in it too. `unsealed` gives what stands sealed in a message.
    """
    known = re.compile(b"|".join(map(_loosely, needles)), re.IGNORECASE)
    found = [number for number, whole in _opened(cur, keyring) if known.search(_all(whole) + b"\n" + unsealed(whole))]
    cur.execute(_EMPTY, ("discarded", found))
    return len(found)


def expire(cur: Cursor, before: datetime) -> int:
    """Empty what was set aside before an aware moment; where and why it was stays known. Return how many."""
    cur.execute(_OLD, (before,))
    found = [row[0] for row in cur.fetchall()]
    cur.execute(_EMPTY, ("expired", found))
    return len(found)


def _loosely(needle: bytes) -> bytes:
    """Return the pattern of a number or an id that may be written with other marks between its signs."""
    bare = re.sub(rb"[ ()-]", b"", needle)
    return rb"[ ()-]*".join(re.escape(bare[at : at + 1]) for at in range(len(bare)))


def _all(whole: Whole) -> bytes:
    return b"\n".join((whole.key or b"", whole.value or b"", *(value for _, value in whole.headers)))


def _opened(cur: Cursor, keyring: Keyring) -> Iterator[tuple[int, Whole]]:
    last = 0
    while True:
        cur.execute(_KEPT, (last, _AT_A_TIME))
        rows = cur.fetchall()
        if not rows:
            return
        for number, place, wrapped, sealed in rows:
            whole = open_message(keyring, str(place), wrapped, sealed)  # type: ignore[arg-type]  # bytea
            last = int(number)  # type: ignore[call-overload]  # bigint
            yield last, whole
