"""What the usual peer stands on: the router's tables by the ORM, topics beside its own, and the message's model."""

from typing import Any, Literal

from kafka.admin import NewTopic
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Column, MetaData, Table, text
from sqlalchemy.orm import registry

from bancheng.compose import House
from router.ledger import tables
from router.messages.base import CaseId, MessageId
from router.messages.inbound import kinds
from router.wire.connection import admin

SCHEMA = "usual"
PREFIX = "usual."
"""Before the names of topics that the router writes: the peer's outputs stand apart."""
SHARDS = 16
_OURS = ("records", "cases", "seen", "shards", "vault_keys", "vault_entries", "vault_lookups")


def mapped() -> tuple[MetaData, dict[str, Any]]:
    """Return the router's own tables in a schema of the peer's, each with a class of the ORM."""
    models = registry(metadata=MetaData(schema=SCHEMA))
    made: dict[str, Any] = {}
    for table in _OURS:
        made[table] = type(table.title().replace("_", ""), (), {})
        models.map_imperatively(made[table], _own(getattr(tables, table), models.metadata))
    return models.metadata, made


def _own(ours: Table, metadata: MetaData) -> Table:
    """Return a table in the peer's schema; it keeps ids of messages for ever, in one table by one key."""
    if ours is tables.seen:
        columns = [Column(c.name, c.type, primary_key=c.name == "message") for c in ours.c if c.name != "slot"]
        return Table(ours.name, metadata, *columns, schema=SCHEMA)
    return ours.to_metadata(metadata, schema=SCHEMA)


def row(model: Any, **values: object) -> Any:
    """Return a new object of the ORM with these attributes."""
    made = model()
    for attribute, value in values.items():
        setattr(made, attribute, value)
    return made


async def prepare(house: House, metadata: MetaData, engine: Any) -> None:
    """Make the peer's tables and topics where they are missing."""
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        await connection.run_sync(metadata.create_all)
        await connection.execute(text(
            f"INSERT INTO {SCHEMA}.shards SELECT n, 0, sha256(''), 0 FROM generate_series(0, {SHARDS - 1}) AS n"
            " ON CONFLICT DO NOTHING"
        ))  # fmt: skip
    client = admin(house.connection("admin"))
    there = set(client.list_topics())
    wanted = {t for t in there if t == "ledger" or t.startswith(("assignments.", "results."))}
    missing = sorted(t for t in wanted if PREFIX + t not in there)
    if missing:
        client.create_topics([NewTopic(PREFIX + t, SHARDS if t == "ledger" else 1, 1) for t in missing])
    client.close()


def submitted() -> type[BaseModel]:
    """Return the model of the message: CloudEvents' attributes around the router's own model of a submission."""
    submission = kinds()["cn.bancheng.case.submitted.v1"].data

    class Submitted(BaseModel):
        specversion: Literal["1.0"]
        id: MessageId
        source: Literal["/channels/import"]
        type: Literal["cn.bancheng.case.submitted.v1"]
        subject: CaseId
        time: AwareDatetime
        datacontenttype: Literal["application/json"]
        data: submission  # type: ignore[valid-type]

    return Submitted
