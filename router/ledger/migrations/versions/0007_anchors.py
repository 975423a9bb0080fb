"""Signed statements about where every chain ends, kept as they were signed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchors",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False, comment="one CloudEvents JSON value, published as it is"),
        comment="signed statements about where every chain ends; never updated, never deleted",
    )
    op.execute(
        """
        CREATE TRIGGER rows_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON anchors
            FOR EACH STATEMENT EXECUTE FUNCTION rows_are_final();
        ALTER TABLE anchors ENABLE ALWAYS TRIGGER rows_are_final
        """
    )
