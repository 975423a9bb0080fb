"""Ids of messages taken, by which a repeat is known: the oldest are forgotten, a whole slot at once.

They stand in three slots of sixty days, filled by turns (migration 0010 says how). Emptying a table costs the same
whatever it holds and leaves nothing to be vacuumed. What was forgotten the records know (`router.door.recall`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from router.ledger.database import Cursor

REMEMBERED: Final = timedelta(days=60)
"""Within this time no id is forgotten. The slots keep it for 70 days; ten of them are for clocks that are wrong."""


def forget(cur: Cursor) -> bool:
    """Empty the slot that is to be filled next, if it is time and nobody is busy with it; return whether it was done.

    It never waits for long, and by the database's own clock. Nothing is forgotten where time is simulated.
    """
    cur.execute("SELECT forget_seen()")
    return cur.fetchall() == [(True,)]
