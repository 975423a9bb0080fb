"""Trained models: kept for as long as a prediction names them, and which one is in use."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("hash", sa.Text(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="the model file, byte for byte"),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        comment="every trained model that was ever in use here",
    )
    op.create_table(
        "activations",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("model", sa.Text(), comment="none where the policy's words alone judge again"),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.Text(), nullable=False, comment="the ledger record that says so"),
        comment="which model judged from when on; the newest row holds",
    )
