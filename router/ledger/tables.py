"""The tables, as SQLAlchemy Core sees them; `migrations/` makes them, and a test holds the two equal."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

metadata = MetaData()
_moment = DateTime(timezone=True)

installation = Table(
    "installation",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("shards", SmallInteger, nullable=False),
    Column("created_at", _moment, nullable=False),
    Column("lookup_key", LargeBinary, nullable=False, comment="wrapped by the master key"),
    Column("time_source", Text, nullable=False, comment="system, or message in a demonstration"),
    Column("master", LargeBinary, comment="id of the master key that wraps now"),
    comment="what is fixed when the installation is made",
)
policies = Table(
    "policies",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False, comment="canonical JSON"),
    Column("activated_at", _moment, nullable=False),
    comment="every policy that a case began with",
)
models = Table(
    "models",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False, comment="the model file, byte for byte"),
    Column("kept_at", _moment, nullable=False),
    comment="every trained model that was ever in use here",
)
activations = Table(
    "activations",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("model", Text, comment="none where the policy's words alone judge again"),
    Column("activated_at", _moment, nullable=False),
    Column("record", Text, nullable=False, comment="the ledger record that says so"),
    comment="which model judged from when on; the newest row holds",
)
shards = Table(
    "shards",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False, comment="of the newest record"),
    Column("head", LargeBinary, nullable=False, comment="hash of the newest record"),
    Column("outputs", BigInteger, nullable=False, comment="position of the newest output"),
    comment="one row a shard; its row lock orders everything written to the shard",
)
records = Table(
    "records",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", Uuid(as_uuid=True), nullable=False),
    Column(
        "bytes",
        LargeBinary,
        nullable=False,
        comment="one CloudEvents JSON value, published as it is",
    ),
    Column("hash", LargeBinary, nullable=False),
    Index("records_by_case", "case_id", "sequence"),
    comment="one decision each; never updated, never deleted",
)
anchors = Table(
    "anchors",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", _moment, nullable=False),
    Column(
        "bytes",
        LargeBinary,
        nullable=False,
        comment="one CloudEvents JSON value, published as it is",
    ),
    comment="signed statements about where every chain ends; never updated, never deleted",
)
cases = Table(
    "cases",
    metadata,
    Column("id", Uuid(as_uuid=True), primary_key=True),
    Column("shard", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("disposition", Text, nullable=False, comment="where it first went"),
    Column("channel", Text, nullable=False),
    Column("domain", Text),
    Column("lead", Text),
    Column("reference", Text),
    Column("received_at", _moment, nullable=False),
    Column("changed_at", _moment, nullable=False),
    Column("next_due_at", _moment, comment="when the clock has to look at it"),
    Column(
        "provisional",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="due in a year whose holidays are not known",
    ),
    Column("state", LargeBinary, nullable=False, comment="the case as JSON; a fold of its records"),
    Index("cases_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    Index("cases_received", "received_at"),
    Index(
        "cases_settled",
        "domain",
        "changed_at",
        postgresql_where=text("stage = ANY (ARRAY['resolved', 'closed'])"),
    ),
    comment="the state of each case beside its records, rebuilt at will",
)
seen = Table(
    "seen",
    metadata,
    Column("message", LargeBinary, primary_key=True, comment="keyed hash of source and id"),
    Column("content", LargeBinary, nullable=False, comment="keyed hash of the whole value"),
    Column(
        "slot",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        server_default=text("seen_slot(now())"),
        comment="of three, by the time when it was taken",
    ),
    comment="every message taken lately, so that a repeat is known",
    postgresql_partition_by="LIST (slot)",
)
positions = Table(
    "positions",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("topic_id", Text, nullable=False, comment="a topic made anew begins anew"),
    Column("next_offset", BigInteger, nullable=False),
    comment="how far each partition is taken; the broker's own offsets are for monitoring",
)
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("received_at", _moment, nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="keyed hash of the bytes"),
    Column("wrapped", LargeBinary, comment="the data key of this row; none once it is discarded"),
    Column("sealed", LargeBinary, comment="key, value and headers, encrypted; none once discarded"),
    Column("status", Text, nullable=False, server_default="open"),
    comment="messages that could not be taken, kept whole until discarded",
)
inbox = Table(
    "inbox",
    metadata,
    Column("id", Text, primary_key=True, comment="deterministic: the record it follows from"),
    Column("case_id", Uuid(as_uuid=True), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", _moment, nullable=False),
    comment="commands that follow from decisions on other cases; a row goes when it is taken",
)
outputs = Table(
    "outputs",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("event", LargeBinary, nullable=False, comment="the message without its details"),
    Column("entries", LargeBinary, comment="the vault entries and notices its details are made of"),
    comment="messages to be published, in order",
)
parked = Table(
    "parked",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("parked_at", _moment, nullable=False),
    Column("retry_at", _moment, nullable=False),
    comment="outputs that could not be published yet; they block no other case",
)
relays = Table(
    "relays",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("owner", Text),
    Column("until", _moment),
    Column("epoch", BigInteger, nullable=False),
    Column("record", BigInteger, nullable=False, comment="sequence of the last record published"),
    Column("output", BigInteger, nullable=False, comment="position of the last output published"),
    comment="who publishes a shard, by lease, and how far",
)
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("service", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("begun_at", _moment, nullable=False),
    Column("beat_at", _moment, nullable=False),
    Column("worked_at", _moment, comment="when it last had something to do"),
    Column("done", BigInteger, nullable=False, comment="steps taken since it began"),
    Column("horizon", Integer, nullable=False, comment="last year whose holidays it knows"),
    comment="services that show that they run",
)
vault_keys = Table(
    "vault_keys",
    metadata,
    Column("case_id", Uuid(as_uuid=True), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False, comment="erasing a person removes this"),
    comment="one data key a case, wrapped by the master key",
)
vault_entries = Table(
    "vault_entries",
    metadata,
    Column("case_id", Uuid(as_uuid=True), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    comment="texts and personal fields, encrypted",
)
vault_lookups = Table(
    "vault_lookups",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="keyed hash of words, or of a person and words"),
    Column("case_id", Uuid(as_uuid=True), nullable=False),
    Index("vault_lookups_by_case", "case_id"),
    comment="which running case first brought these words, or which one of this person did",
)
vault_signatures = Table(
    "vault_signatures",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="in the order of matching"),
    Column("case_id", Uuid(as_uuid=True), nullable=False),
    Column("signature", LargeBinary, nullable=False, comment="keyed; tells nothing without the key"),
    Index("vault_signatures_by_case", "case_id", unique=True),
    comment="by what nearly equal texts are found",
)
vault_persons = Table(
    "vault_persons",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="keyed hash of an id number or a phone"),
    Column("case_id", Uuid(as_uuid=True), primary_key=True),
    Index("vault_persons_by_case", "case_id"),
    comment="whose cases are whose: to be asked for, and to be erased",
)
matched = Table(
    "matched",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("record", BigInteger, nullable=False, comment="sequence of the last record looked at"),
    comment="how far new cases were compared with earlier ones; its row locks keep one process at it",
)
access_changes = Table(
    "access_changes",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("changed_at", _moment, nullable=False),
    Column("changed_by", Text, nullable=False, comment="account and machine of who ran the command"),
    Column("account", Text, nullable=False, comment="the Kafka user concerned"),
    Column("change", Text, nullable=False),
    Column("rights", Text, nullable=False, comment="given with +, taken with -, one a line"),
    Index("access_changes_by_account", "account", "number"),
    comment="every change of who may read and write what; never a password",
)
sealing_keys = Table(
    "sealing_keys",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("changed_at", _moment, nullable=False),
    Column("owner", Text, nullable=False, comment="router, or the Kafka user of a unit or channel"),
    Column("change", Text, nullable=False, comment="registered or revoked"),
    Column("key", Text, nullable=False, comment="the key's id, as sealed blocks name it"),
    Column("public", LargeBinary, nullable=False, comment="X25519, 32 bytes"),
    Column("record", Text, nullable=False, comment="the ledger record that says so"),
    Index("sealing_keys_by_owner", "owner", "number"),
    comment="public keys that details are sealed to; the newest registered one of an owner holds",
)
