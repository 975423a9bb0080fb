"""Ids of messages taken are kept in three slots by turns, of which the oldest is emptied at once.

A slot holds what was taken in sixty days; the one that is filled next is emptied when the present one is between ten
and fifty days old. So an id stays for seventy days at least, and no clock that is off by some days does any harm. Only
the tables' owner may empty a table: services may call `forget_seen`, which empties that one slot or none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SLOTS = 3
_FUNCTIONS = """
    CREATE FUNCTION seen_slot(at timestamptz) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (floor(date_part('epoch', at) / (60 * 86400))::bigint % 3)::smallint
    $$;
    CREATE FUNCTION seen_forgettable(at timestamptz) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN floor(date_part('epoch', at) / 86400)::bigint % 60 BETWEEN 10 AND 49
            THEN seen_slot(at + interval '60 days') END
    $$
"""
_FORGET = """
    CREATE FUNCTION forget_seen_at(at timestamptz) RETURNS boolean LANGUAGE plpgsql
    SET search_path = {schema}, pg_temp SET lock_timeout = '200ms' AS $$
    DECLARE
        slot text := 'seen_' || seen_forgettable(at);
        filled boolean;
    BEGIN
        IF slot IS NULL OR NOT EXISTS (SELECT FROM installation WHERE time_source = 'system') THEN
            RETURN false;
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', slot) INTO filled;
        IF filled THEN
            EXECUTE format('TRUNCATE %I', slot);
        END IF;
        RETURN filled;
    EXCEPTION WHEN lock_not_available THEN
        RETURN false;
    END $$;
    CREATE FUNCTION forget_seen() RETURNS boolean LANGUAGE sql SECURITY DEFINER
    SET search_path = {schema}, pg_temp AS $$ SELECT forget_seen_at(now()) $$;
    REVOKE ALL ON FUNCTION forget_seen_at(timestamptz), forget_seen() FROM PUBLIC
"""


def upgrade() -> None:
    op.execute("ALTER TABLE seen RENAME TO seen_before")
    op.execute("ALTER INDEX seen_pkey RENAME TO seen_before_pkey")
    op.execute(_FUNCTIONS)
    op.create_table(
        "seen",
        sa.Column("message", sa.LargeBinary(), primary_key=True, comment="keyed hash of source and id"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="keyed hash of the whole value"),
        sa.Column(
            "slot",
            sa.SmallInteger(),
            primary_key=True,
            autoincrement=False,
            server_default=sa.text("seen_slot(now())"),
            comment="of three, by the time when it was taken",
        ),
        comment="every message taken lately, so that a repeat is known",
        postgresql_partition_by="LIST (slot)",
    )
    for slot in range(_SLOTS):
        op.execute(f"CREATE TABLE seen_{slot} PARTITION OF seen FOR VALUES IN ({slot})")
    op.execute("INSERT INTO seen (message, content) SELECT message, content FROM seen_before")
    op.execute("DROP TABLE seen_before")
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.execute(_FORGET.format(schema=schema))
