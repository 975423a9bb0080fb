"""Whose cases are whose, and by which master key the vault is wrapped now."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("installation", sa.Column("master", sa.LargeBinary(), comment="id of the master key that wraps now"))
    op.create_table(
        "vault_persons",
        sa.Column("digest", sa.LargeBinary(), primary_key=True, comment="keyed hash of an id number or a phone"),
        sa.Column("case_id", sa.Uuid(), primary_key=True),
        comment="whose cases are whose: to be asked for, and to be erased",
    )
    op.create_index("vault_persons_by_case", "vault_persons", ["case_id"])
