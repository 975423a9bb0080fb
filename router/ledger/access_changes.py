"""Who was given access and from whom it was taken: written before it is done, read to know what is meant to be.

The broker says what is; these rows say what somebody wanted, when and who. A user whose newest word is `revoked`
stays out until somebody grants access again, whatever a plan made from the policy says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sqlalchemy import insert, select

from router.ledger.tables import access_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

Kind = Literal["granted", "revoked", "rotated", "handed_over", "replaced"]
"""Given or repaired; taken back; a new password beside the old one; the old one ended; a new one at once."""
_PASSWORD: Final = ("rotated", "replaced")


class Change(NamedTuple):
    """One change of a Kafka user: its rights given and taken, as a person reads them. Never a password."""

    account: str
    change: Kind
    given: Sequence[str] = ()
    taken: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What was done to one user until now; moments are aware (UTC)."""

    granted_at: datetime | None = None
    """Since when it has access without a break."""
    revoked_at: datetime | None = None
    rotated_at: datetime | None = None
    handing_over: bool = False
    """A new password was made and the old one is still good."""

    def after(self, change: str, at: datetime) -> History:
        """Return the history with one more change."""
        if change == "revoked":
            return History(revoked_at=at)
        if change == "granted":
            return History(self.granted_at or at, None, self.rotated_at, self.handing_over)
        return History(
            self.granted_at, None, at if change in _PASSWORD else self.rotated_at, handing_over=change == "rotated"
        )


def note(connection: Connection, changes: Iterable[Change], *, by: str, at: datetime) -> None:
    """Write changes down. `by` is the account and machine of who makes them; `at` is aware."""
    rows = [
        {
            "changed_at": at,
            "changed_by": by,
            "account": one.account,
            "change": one.change,
            "rights": "\n".join([*(f"+ {right}" for right in one.given), *(f"- {right}" for right in one.taken)]),
        }
        for one in changes
    ]
    if rows:
        connection.execute(insert(access_changes), rows)


def histories(connection: Connection) -> dict[str, History]:
    """Return the history of every user of whom anything was written down."""
    found: dict[str, History] = {}
    columns = access_changes.c.account, access_changes.c.change, access_changes.c.changed_at
    for account, change, at in connection.execute(select(*columns).order_by(access_changes.c.number)):
        found[account] = found.get(account, History()).after(change, at)
    return found
