"""Trained models in use: kept whole, and each activation written to the ledger's chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from router.ledger import claims
from router.ledger.database import cursor, transaction
from router.ledger.record import NO_CASE, Activated, Cause, Record, Who
from router.ledger.sheet import Sheet

if TYPE_CHECKING:
    from psycopg import Cursor
    from sqlalchemy.engine import Engine

_SHARD = 0
"""Where records of no case stand."""
_ACTIVE = """
    SELECT a.number, a.model, a.activated_at, a.record FROM activations AS a ORDER BY a.number DESC LIMIT %s
"""


class Activation(NamedTuple):
    """One change of what judges: the model's hash (none for the policy's words alone), when, by which record."""

    number: int
    model: str | None
    at: datetime
    record: str


def activations(engine: Engine, most: int = 1) -> list[Activation]:
    """Return the newest activations, the one that holds first."""
    with transaction(engine) as connection:
        return _newest(cursor(connection), most)


def content(engine: Engine, model: str) -> bytes:
    """Return a model that is or was in use, as it was activated; raises KeyError if it never was here."""
    with transaction(engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT content FROM models WHERE hash = %s", (model,))
        row = cur.fetchone()
    if row is None:
        raise KeyError(model)
    return row[0]  # type: ignore[return-value]  # bytea


def activate(
    engine: Engine, *, model: str | None, content: bytes, policy: str, forced: bool, figures: dict[str, int]
) -> str:
    """Let a model judge from now on, or with None the policy's words alone; return the name of the record that says so.

    One transaction: the model, the activation and the record stand together or not at all. Routers see it within
    seconds; what they had begun to read stays judged by what judged before, as its record says.
    """
    wall = datetime.now(UTC)
    with transaction(engine) as connection:
        cur = cursor(connection)
        sheet = Sheet(claims.hold(cur, (), {_SHARD}), wall)
        before = next((found.model for found in _newest(cur, 1)), None)
        name = sheet.record(
            Record(
                shard=_SHARD,
                sequence=0,
                previous="",
                recorded_at=wall,
                now=wall,
                case=NO_CASE,
                version=0,
                policy=policy,
                cause=Cause(),
                actor=Who("operator", "operator"),
                command={"verb": "activate_model", "model": model},
                activated=Activated(model, before, forced, figures),
            )
        )
        if model is not None:
            cur.execute(
                "INSERT INTO models (hash, content, kept_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (model, content, wall),
            )
        cur.execute("INSERT INTO activations (model, activated_at, record) VALUES (%s, %s, %s)", (model, wall, name))
        sheet.write(cur)
    return name


def _newest(cur: Cursor[tuple[object, ...]], most: int) -> list[Activation]:
    cur.execute(_ACTIVE, (most,))
    return [Activation(*row) for row in cur]  # type: ignore[arg-type]  # the columns' types
