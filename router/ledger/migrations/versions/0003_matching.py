"""Duplicates: signatures of texts, how far cases were compared, and look-ups by person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_signatures",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="in the order of matching"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False, comment="keyed; tells nothing without the key"),
        sa.PrimaryKeyConstraint("number"),
        comment="by what nearly equal texts are found",
    )
    op.execute("CREATE SEQUENCE vault_signatures_number")
    op.create_index("vault_signatures_by_case", "vault_signatures", ["case_id"], unique=True)
    op.create_table(
        "matched",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False, comment="sequence of the last record looked at"),
        sa.PrimaryKeyConstraint("shard"),
        comment="how far new cases were compared with earlier ones; its row locks keep one process at it",
    )
    op.execute("INSERT INTO matched (shard, record) SELECT shard, 0 FROM shards")
    op.alter_column("vault_lookups", "digest", comment="keyed hash of words, or of a person and words")
    op.create_table_comment(
        "vault_lookups", "which running case first brought these words, or which one of this person did"
    )
