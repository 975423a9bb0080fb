"""Who was given access and from whom it was taken, and rows that stay as they were written, whoever asks."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FINAL = ("policies", "models", "activations", "access_changes")
_FUNCTION = """
    CREATE FUNCTION rows_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME;
    END $$
"""
# ALWAYS: also for a session that calls itself a replica, which other triggers pass over
_TRIGGER = """
    CREATE TRIGGER rows_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {0}
        FOR EACH STATEMENT EXECUTE FUNCTION rows_are_final();
    ALTER TABLE {0} ENABLE ALWAYS TRIGGER rows_are_final
"""


def upgrade() -> None:
    op.create_table(
        "access_changes",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False, comment="account and machine of who ran the command"),
        sa.Column("account", sa.Text(), nullable=False, comment="the Kafka user concerned"),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False, comment="given with +, taken with -, one a line"),
        comment="every change of who may read and write what; never a password",
    )
    op.create_index("access_changes_by_account", "access_changes", ["account", "number"])
    op.execute(_FUNCTION)
    for table in _FINAL:
        op.execute(_TRIGGER.format(table))
    op.execute("ALTER TABLE records ENABLE ALWAYS TRIGGER records_are_final")
