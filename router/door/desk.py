"""What is asked where the vault can be opened: one command, decided and recorded like any other, with its effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from router.door.deciding import Asked, Deciding
from router.ledger import claims
from router.ledger.database import cursor, transaction
from router.ledger.record import Cause, decode
from router.ledger.shards import shard_of
from router.ledger.sheet import Sheet
from router.vault.keyring import Keyring
from router.vault.store import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

    from router.cases.commands import Command
    from router.ledger.database import Cursor
    from router.ledger.policies import Policies
    from router.ledger.record import Record

_NEWEST = "SELECT bytes FROM records WHERE case_id = %s ORDER BY sequence DESC LIMIT 1"


class Asking(NamedTuple):
    """A command for a case, and what is done in the same transaction if it isn't refused."""

    command: Command
    effect: Callable[[Cursor], None] = lambda _cur: None


@dataclass(frozen=True)
class Desk:
    """Takes commands that no message brings: a look at details, the erasing of a person."""

    engine: Engine
    policies: Policies
    shards: int
    simulated: bool = False
    """Time stands still between messages, as in a demonstration."""

    def take(self, asking: Asking) -> Record:
        """Decide, record and do it, or none of these; return the record, which may be a refusal.

        Raises:
            NotNowError: the database is away; nothing was done.
        """
        command, wall = asking.command, datetime.now(UTC)
        shard = shard_of(command.case_id, self.shards)
        with transaction(self.engine) as connection:
            cur = cursor(connection)
            sheet = Sheet(claims.hold(cur, (), {shard}), wall)
            known = claims.load_cases(cur, {command.case_id})
            case = known[command.case_id].case if command.case_id in known else None
            now = case.changed_at if self.simulated and case is not None else wall
            deciding = Deciding(sheet, self.policies, known, Vault(Keyring(), {}))
            if deciding.take(Asked(command, shard, Cause(), now)) is None:
                asking.effect(cur)
            sheet.write(cur)
            cur.execute(_NEWEST, (UUID(command.case_id),))
            ((data,),) = cur.fetchall()
        return decode(data)  # type: ignore[arg-type]  # bytea
