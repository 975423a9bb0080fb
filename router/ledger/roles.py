"""The database's roles: what the services, the console and an auditor may do with each table, and no more.

The tables belong to whoever ran the migrations. Services log in as a member of `bancheng_router`, or take that role
when they connect (`router.ledger.database.connect`). Roles belong to the whole server and outlive a database, so
making them again must do nothing, and a login that may not make roles gets the words for somebody who may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from router.ledger.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

ROUTER: Final = "bancheng_router"
"""Router, relay, clock and matching."""
CONSOLE: Final = "bancheng_console"
"""Reads what people look at; what they do goes by Kafka, as everybody's does."""
AUDITOR: Final = "bancheng_auditor"
"""Reads records and what they can be checked against: nothing of the vault, no message that was set aside."""
ROLES: Final = (ROUTER, CONSOLE, AUDITOR)

_VERBS: Final = {"s": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}
_HIDDEN: Final = {"installation": ("lookup_key",), "quarantine": ("wrapped", "sealed")}
"""What `-` leaves out: the key of look-ups, and messages that nobody could read, with their keys."""
# Router, console, auditor: s(elect), i(nsert), u(pdate), d(elete); s- is select without the hidden columns. A row that
# is taken FOR UPDATE needs u, whatever becomes of it.
MAY: Final[dict[str, tuple[str, str, str]]] = {
    "alembic_version": ("s", "s", "s"),
    "installation": ("s", "s-", "s-"),
    "policies": ("si", "s", "s"),
    "models": ("s", "", "s"),
    "activations": ("s", "s", "s"),
    "shards": ("su", "s", "s"),
    "records": ("si", "s", "s"),
    "anchors": ("si", "s", "s"),
    "cases": ("siu", "s", "s"),
    "seen": ("si", "", ""),
    "positions": ("siu", "s", "s"),
    "quarantine": ("s-i", "s-", "s-"),
    "inbox": ("siud", "", ""),
    "outputs": ("sid", "", ""),
    "parked": ("siud", "s", ""),
    "relays": ("su", "s", ""),
    "heartbeats": ("siud", "s", ""),
    "matched": ("su", "s", ""),
    "vault_keys": ("si", "s", ""),
    "vault_entries": ("si", "s", ""),
    "vault_lookups": ("siu", "", ""),
    "vault_signatures": ("si", "", ""),
    "vault_persons": ("si", "", ""),
    "access_changes": ("", "s", "s"),
    "sealing_keys": ("s", "s", "s"),
}
_FORGETS: Final = "forget_seen()"
"""Empties, with its owner's rights, the slot of `seen` whose ids are old enough, and nothing else."""
_SEQUENCES: Final = ("quarantine_id_seq", "vault_signatures_number")

_OWNS = """
    SELECT has_schema_privilege(current_schema(), 'CREATE')
        AND coalesce(bool_and(pg_has_role(c.relowner, 'USAGE')), true)
    FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY(:tables)
"""
_STANDING = """
    SELECT wanted.name, r.oid IS NOT NULL AS made, coalesce(pg_has_role(r.oid, 'SET'), false) AS taken,
        coalesce(pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION'), false) AS given
    FROM unnest(CAST(:names AS text[])) AS wanted (name) LEFT JOIN pg_roles AS r ON r.rolname = wanted.name
"""
_MAKES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
_HOLDS = "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
_CREATE = """
    DO $$ BEGIN CREATE ROLE {0} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""


class RoleStanding(NamedTuple):
    """One role: whether the server has it, and whether this login may take it."""

    name: str
    made: bool
    taken: bool


def owns(connection: Connection) -> bool:
    """Whether this login may change the tables: they are its own, or it may make them."""
    return bool(connection.execute(text(_OWNS), {"tables": list(MAY)}).scalar())


def standing(connection: Connection) -> tuple[RoleStanding, ...]:
    """Return how each of the roles stands for this login."""
    rows = connection.execute(text(_STANDING), {"names": list(ROLES)})
    return tuple(RoleStanding(row.name, row.made, row.taken) for row in rows)


def ensure(connection: Connection) -> None:
    """Make the roles if this login may, and give those that there are what they may do: just that.

    The login must own the tables (`owns`). A role that is missing and can't be made is left to `script`.
    """
    for row in connection.execute(text(_STANDING), {"names": list(ROLES)}).all():
        if not row.made and connection.execute(text(_MAKES)).scalar():
            connection.execute(text(_CREATE.format(row.name)))
    found = connection.execute(text(_STANDING), {"names": list(ROLES)}).all()
    for row in found:
        if row.given and not row.taken:
            connection.execute(text(f"GRANT {row.name} TO CURRENT_USER"))
    made = [row.name for row in found if row.made]
    if made:
        connection.execute(text("; ".join(_grants(made))))
    if connection.execute(text(_HOLDS)).scalar():
        connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        database = connection.execute(text("SELECT quote_ident(current_database())")).scalar()
        connection.execute(text(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"))


def script(login: str) -> str:
    """Return the SQL that makes the roles and lets `login` take them, for somebody who may make roles."""
    name = '"' + login.replace('"', '""') + '"'
    lines = [_CREATE.format(role).strip() + ";" for role in ROLES]
    return "\n".join([*lines, *(f"GRANT {role} TO {name};" for role in ROLES)])


def _grants(roles: list[str]) -> Iterator[str]:
    """Yield statements that leave each role with what it may do and nothing else."""
    names = ", ".join(roles)
    yield f"REVOKE ALL ON {', '.join(MAY)} FROM {names}"
    for table in _HIDDEN:
        yield f"REVOKE ALL ({_columns(table)}) ON {table} FROM {names}"
    for table, verbs in MAY.items():
        for role, may in zip(ROLES, verbs, strict=True):
            if role in roles and may:
                yield f"GRANT {_privileges(table, may)} ON {table} TO {role}"
    if ROUTER in roles:
        yield f"GRANT USAGE ON SEQUENCE {', '.join(_SEQUENCES)} TO {ROUTER}"
        yield f"GRANT EXECUTE ON FUNCTION {_FORGETS} TO {ROUTER}"


def _privileges(table: str, may: str) -> str:
    words = [_VERBS[letter] for letter in may if letter != "-"]
    if "-" in may:
        words[0] = f"SELECT ({_columns(table, without=_HIDDEN[table])})"
    return ", ".join(words)


def _columns(table: str, *, without: tuple[str, ...] = ()) -> str:
    return ", ".join(f'"{column.name}"' for column in metadata.tables[table].c if column.name not in without)
