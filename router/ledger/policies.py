"""Policies that cases began with: kept for as long as a case is pinned to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from router.ledger.database import transaction
from router.ledger.tables import policies
from router.policy.policy import Policy

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


class Policies:
    """The active policy, and every earlier one by its hash."""

    def __init__(self, engine: Engine, active: Policy) -> None:
        """Write the active policy down where it is new."""
        self.active = active
        self._engine = engine
        self._known = {active.hash: active}
        row = {
            "hash": active.hash,
            "content": active.model_dump_json().encode(),
            "activated_at": datetime.now(UTC),
        }
        with transaction(engine) as connection:
            connection.execute(insert(policies).values(row).on_conflict_do_nothing())

    def by_hash(self, wanted: str) -> Policy:
        """Return the policy that a case is pinned to; raises KeyError if it was never active here."""
        if wanted not in self._known:
            with transaction(self._engine) as connection:
                query = select(policies.c.content).where(policies.c.hash == wanted)
                content = connection.execute(query).scalar_one_or_none()
            if content is None:
                raise KeyError(wanted)
            self._known[wanted] = Policy.model_validate_json(content)
        return self._known[wanted]
