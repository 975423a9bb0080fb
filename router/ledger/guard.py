"""What keeps final rows final in this database: triggers, what the services' role may do, and who logs in as what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from router.ledger import roles

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from router.ledger.roles import RoleStanding

FINAL: Final = {
    "records": "records_are_final",
    "anchors": "rows_are_final",
    "policies": "rows_are_final",
    "models": "rows_are_final",
    "activations": "rows_are_final",
    "access_changes": "rows_are_final",
}
"""Tables whose rows are never changed or removed, and the trigger (and function) that refuses it."""
_CHANGES = "UPDATE, DELETE, TRUNCATE"
# A: also for a session that calls itself a replica
_TRIGGERS = """
    SELECT f.name, f.refuses, t.tgname IS NOT NULL AS made
    FROM unnest(CAST(:tables AS text[]), CAST(:triggers AS text[])) AS f (name, refuses)
    LEFT JOIN pg_trigger AS t ON t.tgrelid = to_regclass(f.name) AND t.tgname = f.refuses
    WHERE t.tgenabled IS DISTINCT FROM 'A'
"""
_MAY = """
    SELECT f.name FROM unnest(CAST(:tables AS text[])) AS f (name), pg_roles AS r
    WHERE r.rolname = :role AND has_table_privilege(r.oid, to_regclass(f.name), :changes)
"""
_LOGINS = """
    SELECT a.usename AS name, count(*) AS sessions, has_table_privilege(a.usesysid, 'records', :changes) AS changes,
        coalesce((SELECT pg_has_role(a.usesysid, oid, 'SET') FROM pg_roles WHERE rolname = :role), false) AS takes
    FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.application_name LIKE 'bancheng-%'
        AND a.application_name <> current_setting('application_name')
    GROUP BY a.usename, a.usesysid ORDER BY a.usename
"""


class Open(NamedTuple):
    """A table whose rows somebody could change: its trigger is switched off, or isn't `made` at all."""

    table: str
    trigger: str
    made: bool


class Login(NamedTuple):
    """As whom processes of ours are connected now, but the one that asks."""

    name: str
    sessions: int
    changes: bool
    """It may change or remove records by rights of its own, but for the trigger."""
    takes: bool
    """It may take the services' role, which every service then does when it connects."""


class Guard(NamedTuple):
    """How well what is written is guarded."""

    roles: tuple[RoleStanding, ...]
    open: tuple[Open, ...]
    surplus: tuple[str, ...]
    """Final tables that the services' role may change, but for the trigger."""
    logins: tuple[Login, ...]


def guard(connection: Connection) -> Guard:
    """Return how final rows are guarded; the tables must be there."""
    tables, may = list(FINAL), {"role": roles.ROUTER, "changes": _CHANGES}
    unguarded = connection.execute(text(_TRIGGERS), {"tables": tables, "triggers": list(FINAL.values())})
    surplus = connection.execute(text(_MAY), {"tables": tables, **may})
    logins = connection.execute(text(_LOGINS), may)
    return Guard(
        roles.standing(connection),
        tuple(Open(*row) for row in unguarded),
        tuple(surplus.scalars()),
        tuple(Login(*row) for row in logins),
    )
