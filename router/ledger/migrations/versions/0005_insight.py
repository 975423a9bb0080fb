"""Looking back: recent cases by when they came, and solved ones of a field by when they changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("cases_received", "cases", ["received_at"])
    op.create_index(
        "cases_settled",
        "cases",
        ["domain", "changed_at"],
        postgresql_where=sa.text("stage = ANY (ARRAY['resolved', 'closed'])"),
    )
