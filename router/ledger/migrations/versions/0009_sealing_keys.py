"""Public keys that details are sealed to: whose, since when, and taken back by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TRIGGER = """
    CREATE TRIGGER rows_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON sealing_keys
        FOR EACH STATEMENT EXECUTE FUNCTION rows_are_final();
    ALTER TABLE sealing_keys ENABLE ALWAYS TRIGGER rows_are_final
"""


def upgrade() -> None:
    op.create_table(
        "sealing_keys",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False, comment="router, or the Kafka user of a unit or channel"),
        sa.Column("change", sa.Text(), nullable=False, comment="registered or revoked"),
        sa.Column("key", sa.Text(), nullable=False, comment="the key's id, as sealed blocks name it"),
        sa.Column("public", sa.LargeBinary(), nullable=False, comment="X25519, 32 bytes"),
        sa.Column("record", sa.Text(), nullable=False, comment="the ledger record that says so"),
        comment="public keys that details are sealed to; the newest registered one of an owner holds",
    )
    op.create_index("sealing_keys_by_owner", "sealing_keys", ["owner", "number"])
    op.execute(_TRIGGER)
