"""The clock: which due dates are guesses, and services that show that they run."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("cases", "next_due_at", comment="when the clock has to look at it")
    op.add_column(
        "cases",
        sa.Column(
            "provisional",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="due in a year whose holidays are not known",
        ),
    )
    op.create_table(
        "heartbeats",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), comment="when it last had something to do"),
        sa.Column("done", sa.BigInteger(), nullable=False, comment="steps taken since it began"),
        sa.Column("horizon", sa.Integer(), nullable=False, comment="last year whose holidays it knows"),
        sa.PrimaryKeyConstraint("service", "owner"),
        comment="services that show that they run",
    )
