"""`bancheng access …` on a running installation: given, listed, renewed, taken back; every change leaves a trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import text
from typer.testing import CliRunner

from bancheng.access import give, set_logins, take
from bancheng.access_plan import Right
from bancheng.cli import app
from bancheng.credentials import Login
from bancheng.up import prepare
from router.ledger.database import transaction
from router.wire.connection import BadCredentialsError, Connection, admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bancheng.compose import House

    Run = Callable[..., Any]

USER = "auditor-court"
pytestmark = pytest.mark.slow


@pytest.fixture
def access(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run `bancheng access …` in English; return what it said as data, or as text where it failed or has no data."""
    monkeypatch.setenv("BANCHENG_HOME", str(house.settings.home))
    monkeypatch.setenv("BANCHENG_POLICY", str(house.settings.policy))
    monkeypatch.setenv("BANCHENG_LANG", "en")

    def run(*words: str, code: int = 0, data: bool = True) -> Any:
        result = CliRunner().invoke(app, ["access", *words, *(["--json"] if data and not code else [])])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        secrets = [house.credentials.password(user) for user in house.credentials.known()]
        assert "--show" in words or not [word for word in secrets if word in result.output]
        return json.loads(result.stdout) if data and not code else result.output

    yield run
    structlog.reset_defaults()


@pytest.fixture
def court(access: Run) -> Iterator[str]:
    """A further auditor, for as long as the test runs."""
    access("grant", "--auditor", "court")
    yield USER
    access("revoke", USER, "--yes")


def one(access: Run, user: str) -> dict[str, Any]:
    """A user's line of the list."""
    return next(line for line in access("list") if line["user"] == user)


def connection(house: House, user: str, login: Login) -> Connection:
    """How to reach the broker with a certain password."""
    own = house.connection(user)
    return Connection(own.bootstrap, user, login.password, login.mechanism)


def logs_in(house: House, user: str, login: Login) -> bool:
    """Whether the broker takes a password."""
    try:
        admin(connection(house, user, login)).close()
    except BadCredentialsError:
        return False
    return True


def changes(house: House, user: str) -> list[tuple[str, str]]:
    """What stands of a user in the trace: the change, and the rights."""
    query = text("SELECT change, rights, changed_by FROM access_changes WHERE account = :user ORDER BY number")
    with transaction(house.engine) as found:
        rows = found.execute(query, {"user": user}).all()
    assert all("@" in row.changed_by for row in rows)
    return [(row.change, row.rights) for row in rows]


def test_every_user_is_listed_as_planned(access: Run, house: House) -> None:
    """Each has its owner and since when; none differs; those who may do everything are no part of it."""
    listed = access("list")
    assert all(line["agrees"] and line["granted_at"] for line in listed if not line["revoked_at"])
    users = {line["user"]: line for line in listed}
    assert {"router", "auditor", "operator", "channel-hotline", "unit-tax", "unit-leader"} <= set(users)
    assert not {"admin", "broker"} & set(users)
    assert users["unit-tax"]["whose"] == "unit Tax Bureau"
    assert "All " in access("list", "--wrong", data=False)


def test_a_further_auditor_from_grant_to_revoke(access: Run, house: House) -> None:
    """Made once, shown on demand, gone at once, brought back; and each of it is in the trace, without a password."""
    before = len(changes(house, USER))
    made = access("grant", "--auditor", "court", "--show")
    assert (made["user"], made["login"]) == (USER, "made")
    assert made["given"] == ["READ GROUP auditor-court", "READ GROUP auditor-court.*", "READ TOPIC ledger"]
    login = Login(made["password"], made["mechanism"])
    assert login == house.credentials.find(USER)
    assert logs_in(house, USER, login)
    assert access("grant", "court") == {"user": USER, "login": "kept", "given": [], "taken": []}
    gone = access("revoke", "court", "--yes")
    assert (gone["login"], gone["taken"]) == ("ended", made["given"])
    assert house.credentials.find(USER) is None
    assert not logs_in(house, USER, login)
    assert access("revoke", "court", "--yes")["login"] == "none"
    assert (line := one(access, USER))["agrees"]
    assert line["revoked_at"]
    assert prepare(house).users == ()
    assert access("grant", "court")["login"] == "made"
    assert access("revoke", "court", "--yes")["login"] == "ended"
    trace = changes(house, USER)[before:]
    assert [change for change, _ in trace] == ["granted", "revoked", "granted", "revoked"]
    assert trace[0][1].splitlines() == [f"+ {right}" for right in made["given"]]
    assert trace[1][1].splitlines() == [f"- {right}" for right in made["given"]]
    log = (house.settings.home / "log" / "access.log").read_text(encoding="utf-8")
    assert log.count(f'"user": "{USER}"') >= 4
    assert login.password not in log


def test_rights_lost_and_rights_too_many_are_shown_and_mended(access: Run, house: House, court: str) -> None:
    """Somebody changed the broker by hand: the list names both, `check` finds them by asking, `grant` mends them."""
    own, extra = Right(court, "TOPIC", "ledger", "READ"), Right(court, "TOPIC", "responses.tax", "WRITE")
    client = admin(house.connection("admin"))
    take(client, [own])
    give(client, [extra])
    client.close()
    line = one(access, court)
    assert (line["agrees"], line["missing"], line["surplus"]) == (False, [str(own)], [str(extra)])
    told = access("check", code=1, data=False)
    assert f"{court}: may not READ ledger; may WRITE responses.tax" in told
    assert "1 of " in access("list", "--wrong", data=False)
    done = access("grant", court)
    assert (done["login"], done["given"], done["taken"]) == ("kept", [str(own)], [str(extra)])
    assert one(access, court)["agrees"]
    assert all(trial["wrong"] == [] for trial in access("check"))


def test_a_password_is_handed_over_without_a_cut(access: Run, house: House, court: str) -> None:
    """Old and new are both good until `--finish`; a session that is open outlives it; then only the new one is."""
    old = house.credentials.login(court)
    consumer = KafkaConsumer(group_id=None, auto_offset_reset="earliest", **connection(house, court, old).options())
    consumer.assign([TopicPartition("ledger", 0)])
    assert access("rotate", court)["step"] == "begun"
    new = house.credentials.login(court)
    assert new.mechanism != old.mechanism
    assert logs_in(house, court, old)
    assert logs_in(house, court, new)
    assert access("rotate", court)["step"] == "under way"
    assert house.credentials.login(court) == new
    assert len(one(access, court)["mechanisms"]) == 2
    assert access("rotate", court, "--finish")["step"] == "finished"
    assert not logs_in(house, court, old)
    assert logs_in(house, court, new)
    assert consumer.end_offsets([TopicPartition("ledger", 0)])
    consumer.close()
    assert access("rotate", court, "--finish")["step"] == "nothing to finish"
    assert one(access, court)["rotated_at"]
    assert access("rotate", court)["step"] == "begun"
    assert house.credentials.login(court).mechanism == old.mechanism
    assert access("rotate", court, "--finish")["step"] == "finished"


def test_a_password_that_became_known_is_changed_at_once(access: Run, house: House, court: str) -> None:
    """`--now` ends every password there was, also in the midst of a change."""
    first = house.credentials.login(court)
    access("rotate", court)
    second = house.credentials.login(court)
    shown = access("rotate", court, "--now", "--show")
    third = Login(shown["password"], shown["mechanism"])
    assert third == house.credentials.login(court)
    assert [logs_in(house, court, login) for login in (first, second, third)] == [False, False, True]
    assert len(one(access, court)["mechanisms"]) == 1
    assert [change for change, _ in changes(house, court)][-2:] == ["rotated", "replaced"]


def test_a_torn_change_of_password_is_begun_anew(access: Run, house: House, court: str) -> None:
    """A command that died between broker and file left a password nobody knows: the next one makes another."""
    old = house.credentials.login(court)
    client = admin(house.connection("admin"))
    set_logins(client, {court: old.successor()})
    client.close()
    assert access("rotate", court)["step"] == "begun"
    assert logs_in(house, court, house.credentials.login(court))
    assert logs_in(house, court, old)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grant", "nobody-here"), "There is no user nobody-here"),
        (("grant", "hotlin"), "hotline"),
        (("grant", "admin"), "docs/access.md"),
        (("grant", "--auditor", "No Good"), "can't be a name"),
        (("revoke", "broker", "--yes"), "superuser"),
        (("rotate", "nobody-here"), "There is no user"),
    ],
)
def test_what_cannot_be_is_one_sentence(access: Run, words: tuple[str, ...], said: str) -> None:
    """A wrong name is told in one line that says what to do."""
    told = access(*words, code=1, data=False)
    assert said in told
    assert told.count("\n") == 1


def test_what_is_asked_wrongly_is_one_sentence(access: Run) -> None:
    """Two ways at once, or none, is misuse."""
    assert "Name one user" in access("grant", code=2, data=False)
    assert "Name one user" in access("grant", "tax", "--auditor", "court", code=2, data=False)
    assert "not both" in access("rotate", "tax", "--now", "--finish", code=2, data=False)


def test_a_name_that_may_be_two_users_is_asked_back(access: Run, house: House) -> None:
    """An auditor named like a unit: the id alone is not enough, the user's whole name is."""
    access("grant", "--auditor", "tax")
    try:
        assert "auditor-tax or unit-tax" in access("rotate", "tax", code=1, data=False)
        assert access("grant", "unit-tax")["login"] == "kept"
    finally:
        access("revoke", "auditor-tax", "--yes")


def test_who_was_never_given_a_password_cannot_change_it(access: Run, house: House) -> None:
    """Taken back is taken back: a new password is no way in."""
    access("grant", "--auditor", "court")
    access("revoke", "court", "--yes")
    assert "grant it access first" in access("rotate", "court", code=1, data=False)


def test_the_databases_roles_are_shown(access: Run) -> None:
    """All three stand and may be taken; the SQL for a DBA makes them."""
    assert {(line["name"], line["made"], line["taken"]) for line in access("database")} == {
        (name, True, True) for name in ("bancheng_router", "bancheng_console", "bancheng_auditor")
    }
    assert 'GRANT bancheng_router TO "postgres"' in access("database", "--sql", data=False)
