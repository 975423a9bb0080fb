"""The ledger, the vault, the outbox; records can't be changed or removed, whoever asks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_APPEND_ONLY = """
    CREATE FUNCTION records_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'records are never changed or removed';
    END $$;
    CREATE TRIGGER records_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON records
        FOR EACH STATEMENT EXECUTE FUNCTION records_are_final();
"""


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False, comment="where it first went"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.LargeBinary(),
            nullable=False,
            comment="the case as JSON; a fold of its records",
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="the state of each case beside its records, rebuilt at will",
    )
    op.create_index(
        "cases_due",
        "cases",
        ["next_due_at"],
        unique=False,
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text(), nullable=False, comment="deterministic: the record it follows from"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="commands that follow from decisions on other cases; a row goes when it is taken",
    )
    op.create_table(
        "installation",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("shards", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lookup_key", sa.LargeBinary(), nullable=False, comment="wrapped by the master key"),
        sa.Column(
            "time_source",
            sa.Text(),
            nullable=False,
            comment="system, or message in a demonstration",
        ),
        sa.PrimaryKeyConstraint("one"),
        comment="what is fixed when the installation is made",
    )
    op.create_table(
        "outputs",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False, comment="the message without its details"),
        sa.Column(
            "entries",
            sa.LargeBinary(),
            nullable=True,
            comment="the vault entries and notices its details are made of",
        ),
        sa.PrimaryKeyConstraint("shard", "position"),
        comment="messages to be published, in order",
    )
    op.create_table(
        "parked",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shard", "position"),
        comment="outputs that could not be published yet; they block no other case",
    )
    op.create_table(
        "policies",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="canonical JSON"),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
        comment="every policy that a case began with",
    )
    op.create_table(
        "positions",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False, comment="a topic made anew begins anew"),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
        comment="how far each partition is taken; the broker's own offsets are for monitoring",
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed hash of the bytes"),
        sa.Column("wrapped", sa.LargeBinary(), comment="the data key of this row; none once it is discarded"),
        sa.Column("sealed", sa.LargeBinary(), comment="key, value and headers, encrypted; none once discarded"),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="messages that could not be taken, kept whole until discarded",
    )
    op.create_table(
        "records",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "bytes",
            sa.LargeBinary(),
            nullable=False,
            comment="one CloudEvents JSON value, published as it is",
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "sequence"),
        comment="one decision each; never updated, never deleted",
    )
    op.create_index("records_by_case", "records", ["case_id", "sequence"], unique=False)
    op.create_table(
        "relays",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column(
            "record",
            sa.BigInteger(),
            nullable=False,
            comment="sequence of the last record published",
        ),
        sa.Column(
            "output",
            sa.BigInteger(),
            nullable=False,
            comment="position of the last output published",
        ),
        sa.PrimaryKeyConstraint("shard"),
        comment="who publishes a shard, by lease, and how far",
    )
    op.create_table(
        "seen",
        sa.Column("message", sa.LargeBinary(), nullable=False, comment="keyed hash of source and id"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="keyed hash of the whole value"),
        sa.PrimaryKeyConstraint("message"),
        comment="every message taken, so that a repeat is known",
    )
    op.create_table(
        "shards",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False, comment="of the newest record"),
        sa.Column("head", sa.LargeBinary(), nullable=False, comment="hash of the newest record"),
        sa.Column("outputs", sa.BigInteger(), nullable=False, comment="position of the newest output"),
        sa.PrimaryKeyConstraint("shard"),
        comment="one row a shard; its row lock orders everything written to the shard",
    )
    op.create_table(
        "vault_entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "name"),
        comment="texts and personal fields, encrypted",
    )
    op.create_table(
        "vault_keys",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False, comment="erasing a person removes this"),
        sa.PrimaryKeyConstraint("case_id"),
        comment="one data key a case, wrapped by the master key",
    )
    op.create_table(
        "vault_lookups",
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed hash of a normalised text"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        comment="which case first brought these very words",
    )
    op.create_index("vault_lookups_by_case", "vault_lookups", ["case_id"], unique=False)
    op.execute(_APPEND_ONLY)
