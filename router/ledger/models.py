"""Trained models in use: kept whole, and each activation written to the ledger's chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from router.ledger import house
from router.ledger.database import cursor, transaction
from router.ledger.record import Activated

if TYPE_CHECKING:
    from psycopg import Cursor
    from sqlalchemy.engine import Engine

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
        before = next((found.model for found in _newest(cur, 1)), None)
        name = house.note_activation(cur, wall, Activated(model, before, forced, figures), policy)
        if model is not None:
            cur.execute(
                "INSERT INTO models (hash, content, kept_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (model, content, wall),
            )
        cur.execute("INSERT INTO activations (model, activated_at, record) VALUES (%s, %s, %s)", (model, wall, name))
    return name


def _newest(cur: Cursor[tuple[object, ...]], most: int) -> list[Activation]:
    cur.execute(_ACTIVE, (most,))
    return [Activation(*row) for row in cur]  # type: ignore[arg-type]  # the columns' types
