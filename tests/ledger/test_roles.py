"""The database's roles, tried one by one; and rows that nobody changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from router.ledger import roles
from router.ledger.database import connect, transaction
from router.ledger.guard import FINAL, Open, guard
from router.ledger.install import NotPreparedError, install
from router.ledger.tables import metadata
from router.vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Engine

    from bancheng.compose import House

TABLES = (*metadata.tables, "alembic_version")
# For router, console, auditor: what goes through of s(elect), i(nsert), u(pdate), d(elete), t(runcate); written out
# here once more, so that a change of rights is a decision. `c` is select without the hidden columns only.
EXPECTED = """
    access_changes    -     s     s
    activations       s     s     s
    anchors           si    s     s
    alembic_version   s     s     s
    cases             siu   s     s
    heartbeats        siud  s     -
    inbox             siud  -     -
    installation      s     c     c
    matched           su    s     -
    models            s     -     s
    outputs           sid   -     -
    parked            siud  s     -
    policies          si    s     s
    positions         siu   s     s
    quarantine        ci    c     c
    records           si    s     s
    relays            su    s     -
    sealing_keys      s     s     s
    seen              si    -     -
    shards            su    s     s
    vault_entries     si    s     -
    vault_keys        si    s     -
    vault_lookups     siu   -     -
    vault_persons     si    -     -
    vault_signatures  si    -     -
"""
SHOWN = {
    "installation": sql.SQL("SELECT one, shards FROM installation"),
    "quarantine": sql.SQL("SELECT id, topic, partition, status, digest FROM quarantine"),
}


def trials(table: str) -> dict[str, sql.Composed]:
    """One statement a verb that does nothing if it goes through, or fails on its values: after the right was asked."""
    name = sql.Identifier(table)
    column = "version_num" if table == "alembic_version" else list(metadata.tables[table].c.keys())[-1]
    return {
        "s": sql.SQL("SELECT * FROM {} LIMIT 0").format(name),
        "i": sql.SQL("INSERT INTO {} DEFAULT VALUES").format(name),
        "u": sql.SQL("UPDATE {} SET {} = DEFAULT WHERE false").format(name, sql.Identifier(column)),
        "d": sql.SQL("DELETE FROM {} WHERE false").format(name),
        "t": sql.SQL("TRUNCATE {}").format(name),
    }


def allowed(connection: psycopg.Connection, statement: sql.Composable) -> bool:
    """Whether the database let a statement past its question for rights; nothing of it stays."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.IntegrityError:
        return True
    return True


@pytest.fixture(scope="module")
def driver(house: House) -> Iterator[psycopg.Connection]:
    """A plain connection as the tables' owner, who may take every role."""
    url = house.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_each_role_may_do_with_each_table_just_what_is_written(driver: psycopg.Connection) -> None:
    """Every verb on every table is tried as every role; what goes through is the table above."""
    found: dict[str, list[str]] = {table: [] for table in sorted(TABLES)}
    for role in roles.ROLES:
        driver.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        for table, verbs in found.items():
            may = "".join(verb for verb, statement in trials(table).items() if allowed(driver, statement))
            if "s" not in may and table in SHOWN and allowed(driver, SHOWN[table]):
                may = f"c{may}"
            verbs.append(may or "-")
        driver.execute("RESET ROLE")
    assert found == {words[0]: words[1:] for words in map(str.split, EXPECTED.strip().splitlines())}


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_role_changes_the_tables(driver: psycopg.Connection, role: str) -> None:
    """Nothing is made, altered, dropped or switched off, not even for a session, and no role is made or taken."""
    driver.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    try:
        for statement in (
            "CREATE TABLE mine (a int)",
            "CREATE TEMPORARY TABLE mine (a int)",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE records ADD COLUMN a int",
            "ALTER TABLE records DISABLE TRIGGER records_are_final",
            "DROP TABLE records",
            "DROP TRIGGER records_are_final ON records",
            "SET session_replication_role = replica",
            "CREATE ROLE mine",
            f"GRANT {role} TO postgres",
        ):
            assert not allowed(driver, sql.SQL(statement)), statement
    finally:
        driver.execute("RESET ROLE")


@pytest.mark.parametrize("table", FINAL)
@pytest.mark.parametrize("session", ["origin", "replica"])
def test_rows_that_are_final_are_final_for_their_owner(driver: psycopg.Connection, table: str, session: str) -> None:
    """Update, delete and truncate are refused with a clear word, even where nothing would match, even to a replica."""
    with driver.transaction(force_rollback=True):
        driver.execute(f"SET LOCAL session_replication_role = {session}")
        for verb in ("u", "d", "t"):
            statement = trials(table)[verb]
            with pytest.raises(psycopg.errors.RaiseException, match="never changed"), driver.transaction():
                driver.execute(statement)


def test_what_guards_final_rows_is_seen(house: House) -> None:
    """A trigger off or gone, a role that may too much, and as whom others work: each is told, and nothing otherwise."""
    role = f"SELECT set_config('role', '{roles.ROUTER}', false)"
    with house.working.connect() as other, house.engine.connect() as connection:
        assert other.execute(text(role)).scalar()
        well = guard(connection)
        assert (well.open, well.surplus) == ((), ())
        assert all(one.made and one.taken for one in well.roles)
        connection.execute(text("ALTER TABLE records DISABLE TRIGGER records_are_final"))
        connection.execute(text("DROP TRIGGER rows_are_final ON models"))
        connection.execute(text(f"GRANT DELETE ON policies TO {roles.ROUTER}"))
        connection.execute(text("SET LOCAL application_name = 'psql'"))
        found = guard(connection)
        assert set(found.open) == {Open("records", "records_are_final", True), Open("models", "rows_are_final", False)}
        assert found.surplus == ("policies",)
        [login] = found.logins
        assert (login.changes, login.takes) == (True, True)
        connection.rollback()


def test_a_working_connection_has_the_rights_of_its_role(house: House) -> None:
    """It keeps them over a rollback, and in every connection of its pool."""
    with house.working.connect() as one, house.working.connect() as two:
        for connection in (one, two):
            connection.rollback()
            assert connection.execute(text("SELECT current_user")).scalar() == roles.ROUTER


def test_without_the_role_a_connection_works_with_its_login(house: House) -> None:
    """A server without our roles still works, with the login's own rights."""
    engine = connect(house.engine.url.render_as_string(hide_password=False), name="test", role="bancheng_nobody")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user = session_user")).scalar()
    engine.dispose()


def test_roles_are_brought_back_to_what_they_may(house: House) -> None:
    """What somebody gave or took by hand is put right by the next installation."""
    with transaction(house.engine) as connection:
        connection.execute(text(f"GRANT UPDATE ON records TO {roles.ROUTER}"))
        connection.execute(text(f"GRANT SELECT (sealed) ON quarantine TO {roles.AUDITOR}"))
        connection.execute(text(f"REVOKE ALL ON cases FROM {roles.CONSOLE}"))
    house.install()
    ask = "SELECT has_table_privilege('{}', '{}', '{}')"
    with transaction(house.engine) as connection:
        assert not connection.execute(text(ask.format(roles.ROUTER, "records", "UPDATE"))).scalar()
        assert connection.execute(text(ask.format(roles.CONSOLE, "cases", "SELECT"))).scalar()
        sealed = f"SELECT has_column_privilege('{roles.AUDITOR}', 'quarantine', 'sealed', 'SELECT')"
        assert not connection.execute(text(sealed)).scalar()


class Server:
    """A database server of its own, whose roles are nobody else's."""

    def __init__(self, database: Database) -> None:
        self.superuser = connect(database.url, name="test-roles")

    def engine(self, login: str, *, role: str | None = None) -> Engine:
        """The database `centre` as a login without a password (the socket is its owner's alone)."""
        url = self.superuser.url.set(username=login, database="centre")
        return connect(url.render_as_string(hide_password=False), name="test-roles", role=role)

    def run(self, *statements: str) -> None:
        """Run statements as the superuser, outside of any transaction."""
        with self.superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with a database that belongs to a plain login, and no role of ours yet."""
    database = Database.start(tmp_path, progress=SilentProgress(), fast=True)
    made = Server(database)
    made.run("CREATE ROLE centre LOGIN", "CREATE DATABASE centre OWNER centre")
    try:
        yield made
    finally:
        made.superuser.dispose()
        database.stop()


@pytest.mark.slow
def test_an_owner_who_may_make_no_roles(server: Server) -> None:
    """It works with its own rights, and is told what to run; after that its services have the role's."""
    engine, keyring = server.engine("centre", role=roles.ROUTER), Keyring(bytes(32))
    install(engine, keyring)
    with transaction(engine) as connection:
        assert [one.made for one in roles.standing(connection)] == [False, False, False]
        assert connection.execute(text("SELECT current_user")).scalar() == "centre"
    engine.dispose()
    server.run(roles.script("centre"))
    server.run(roles.script("centre"))  # again does nothing
    owner = server.engine("centre")
    install(owner, keyring)
    with transaction(owner) as connection:
        assert all(one.made and one.taken for one in roles.standing(connection))
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == roles.ROUTER
    engine.dispose()
    owner.dispose()


@pytest.mark.slow
def test_a_login_that_is_only_a_member(server: Server) -> None:
    """A service's own login finds the installation and changes nothing; tables of another version it refuses."""
    keyring = Keyring(bytes(32))
    server.run(roles.script("centre"))
    owner, service, stranger = server.engine("centre"), server.engine("service"), server.engine("stranger")
    server.run(f"CREATE ROLE service LOGIN IN ROLE {roles.ROUTER}", "CREATE ROLE stranger LOGIN")
    made = install(owner, keyring)
    assert install(service, keyring) == made
    with pytest.raises(NotPreparedError, match="none"):
        install(stranger, keyring)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(NotPreparedError, match="0001"):
        install(service, keyring)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0010'"))
    for engine in (owner, service, stranger):
        engine.dispose()


@pytest.mark.slow
def test_a_login_that_makes_roles_makes_ours(server: Server) -> None:
    """A plain owner with CREATEROLE needs nobody: it makes the roles and may take them."""
    server.run("ALTER ROLE centre CREATEROLE")
    owner, working = server.engine("centre"), server.engine("centre", role=roles.ROUTER)
    install(owner, Keyring(bytes(32)))
    with transaction(working) as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == roles.ROUTER
        assert not roles.owns(connection)
    for engine in (owner, working):
        engine.dispose()
