"""Policies that cases began with: kept for as long as a case is pinned to them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from router.ledger.database import transaction
from router.ledger.tables import policies
from router.policy.policy import Policy
from router.policy.renewing import renewed
from router.saying import SaidError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from router.policy.book import Book


class OtherPolicyError(SaidError):
    """What stands under a policy's hash isn't that policy."""

    def __init__(self, own: str) -> None:
        super().__init__(
            f"规则 {own} 的内容与其哈希不符，已被改动：请执行 bancheng verify，并从备份或导出恢复这一份。",
            f"The policy {own} isn't what its hash says: it was changed. Run `bancheng verify`, and bring it back from"
            " a backup or an export.",
        )


class Policies:
    """The policies in use, and every earlier one by its hash."""

    def __init__(self, engine: Engine, book: Book) -> None:
        """Write the policies in use down where they are new."""
        self._engine = engine
        self._known = {policy.hash: policy for policy in book.policies}
        self._in_use = frozenset(self._known)
        self.newest = book.newest.hash
        """The hash of the policy under which a message about no known case is refused."""
        now = datetime.now(UTC)
        rows = [
            {"hash": policy.hash, "content": policy.model_dump_json().encode(), "activated_at": now}
            for policy in book.policies
        ]
        with transaction(engine) as connection:
            connection.execute(insert(policies).values(rows).on_conflict_do_nothing())

    def knows(self, wanted: str) -> bool:
        """Whether a policy of that hash is or was in use here."""
        try:
            self.by_hash(wanted)
        except KeyError:
            return False
        return True

    def listed(self) -> list[tuple[Policy, datetime, bool]]:
        """Return every policy that cases may be pinned to: when it was first used here, and whether it is in use."""
        query = select(policies.c.hash, policies.c.activated_at).order_by(policies.c.activated_at.desc())
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
        return [(self.by_hash(row.hash), row.activated_at, row.hash in self._in_use) for row in rows]

    def by_hash(self, wanted: str) -> Policy:
        """Return the policy that a case is pinned to; raises KeyError if it was never active here."""
        if wanted not in self._known:
            self._known[wanted] = fetched(self._engine, wanted)
        return self._known[wanted]


def fetched(engine: Engine, wanted: str) -> Policy:
    """Return a policy that a case began with, by its hash; writes nothing, raises KeyError if it was never active."""
    with transaction(engine) as connection:
        query = select(policies.c.content).where(policies.c.hash == wanted)
        content = connection.execute(query).scalar_one_or_none()
    if content is None:
        raise KeyError(wanted)
    return stored(content, wanted)


def stored(content: bytes, own: str) -> Policy:
    """Return a policy as it was written down here, under the hash by which cases name it.

    Raises:
        OtherPolicyError: it is another one now; nothing is decided by that.
    """
    if hashlib.sha256(content).hexdigest() != own:
        raise OtherPolicyError(own)
    return Policy.pinned(renewed(msgspec.json.decode(content)), own)
