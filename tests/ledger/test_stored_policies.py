"""Policies in the ledger: an earlier program's row is read under the hash that cases are pinned to."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from router.ledger.database import transaction
from router.ledger.policies import Policies
from router.ledger.tables import policies

if TYPE_CHECKING:
    from bancheng.compose import House

CONTENT = (Path(__file__).parent.parent / "data" / "policies" / "v1-words.json").read_bytes()


def test_a_case_is_decided_under_its_own_policy_for_ever(house: House) -> None:
    """A row that an earlier program wrote is found, listed, and carries its row's hash."""
    own = hashlib.sha256(CONTENT).hexdigest()
    then = datetime(2025, 1, 6, tzinfo=UTC)
    with transaction(house.engine) as connection:
        connection.execute(policies.insert().values(hash=own, content=CONTENT, activated_at=then))
    try:
        kept = Policies(house.engine, house.book)
        assert kept.by_hash(own).hash == own
        assert kept.knows(own)
        assert not kept.knows("0" * 64)
        assert [(policy.hash, since, used) for policy, since, used in kept.listed() if policy.hash == own] == [
            (own, then, False)
        ]
        with pytest.raises(KeyError):
            kept.by_hash("0" * 64)
    finally:
        with transaction(house.engine) as connection:
            connection.exec_driver_sql("ALTER TABLE policies DISABLE TRIGGER rows_are_final")
            connection.execute(policies.delete().where(policies.c.hash == own))
            connection.exec_driver_sql("ALTER TABLE policies ENABLE ALWAYS TRIGGER rows_are_final")
