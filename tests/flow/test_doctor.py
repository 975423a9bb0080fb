"""`bancheng doctor` on real parts: a healthy installation, and one broken in one place after the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from homes import installation
from kafka.admin import ConfigResource, ConfigResourceType
from pydantic import SecretStr

from bancheng.access import TopicSpec, _acl, plan_access
from bancheng.compose import House
from bancheng.doctor.examine import examine
from bancheng.settings import Settings
from bancheng.up import prepare, services
from router.ledger.database import transaction
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said
    from kafka import KafkaAdminClient

    from bancheng.doctor.finding import Finding

SECONDS = 30.0
"""The most that an examination may take."""


def wrong(house: House) -> dict[str, Finding]:
    """What the doctor finds bad, by the part's English name."""
    begun = datetime.now(UTC)
    found = examine(house, begun)
    assert (datetime.now(UTC) - begun).total_seconds() < SECONDS
    return {finding.part.en: finding for finding in found if finding.status == "bad"}


def test_the_command_tells_each_part_in_one_line(
    bancheng: Callable[..., Said], running: House, eventually: Callable[..., Any]
) -> None:
    """`doctor` prints a line a check with a mark and a command where one is due, and fails when something is bad."""
    eventually(lambda: set(wrong(running)) == {"Database settings"}, seconds=60)
    told = bancheng("doctor")
    assert told.code == 1, told.out  # the tests' own database forgoes fsync, which is found
    lines = told.out.splitlines()
    [bad] = [line for line in lines if line.startswith("异常") and "：" in line]
    assert "fsync" in bad
    assert "→ psql -c" in bad
    assert lines[-1].startswith("异常 1，")
    data = bancheng("doctor", "--json").json()
    assert not data["healthy"]
    assert len(data["findings"]) == len(lines) - 1
    assert {finding["status"] for finding in data["findings"]} <= {"ok", "warn", "bad", "skipped"}


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A healthy installation as anybody would run it, with all services, to be broken and mended again."""
    with installation(tmp_path_factory.mktemp("well"), fast=False) as (given, _), services(given):
        yield given


@pytest.fixture
def client(well: House) -> Iterator[KafkaAdminClient]:
    """The administrator."""
    made = admin(well.connection("admin"))
    yield made
    made.close()


@pytest.mark.slow
def test_a_healthy_installation(well: House, eventually: Callable[..., Any]) -> None:
    """Once the services have begun everything is well; at most the year's end warns that new holidays are needed."""

    def not_well() -> set[str]:
        return {finding.part.en for finding in examine(well, datetime.now(UTC)) if finding.status != "ok"}

    eventually(lambda: not_well() <= {"Holidays"}, seconds=60)


@pytest.mark.slow
def test_a_wrong_password(well: House) -> None:
    """A wrong password of the administrator or the database's user is called one."""
    own = well.connection("admin")
    given = {"kafka": own.bootstrap, "database": well.engine.url.render_as_string(hide_password=False)}
    house = House(
        Settings(home=well.settings.home, policy=well.settings.policy, kafka_password=SecretStr("no"), **given)
    )
    told = wrong(house)
    house.close()
    assert "refuses user 'admin'" in told["Broker"].found.en
    assert "Database" not in told


@pytest.mark.slow
def test_topics_that_are_not_as_planned(well: House, client: KafkaAdminClient, eventually: Callable[..., Any]) -> None:
    """A topic deleted, one with other partitions and one with another retention are named, each with its command."""

    def told() -> dict[str, str]:
        found = [f for f in examine(well, datetime.now(UTC)) if f.part.en == "Topics"]
        return {finding.found.en: finding.todo.en if finding.todo else "" for finding in found}

    client.delete_topics(["feedback.hotline", "cases.hotline"])
    client.create_topics({"cases.hotline": TopicSpec("cases.hotline", 3, 30 * 24 * 3600 * 1000).options()})
    _retention(client, "86400000")
    try:
        expected = {
            "Missing: feedback.hotline": "bancheng topics create",
            "cases.hotline has 3 partitions instead of 16":
                "kafka-topics.sh --alter --topic cases.hotline --partitions 16",
            "ledger keeps 1 days instead of for ever":
                "kafka-configs.sh --alter --topic ledger --add-config retention.ms=-1",
        }  # fmt: skip
        eventually(lambda: told() == expected)
    finally:
        _retention(client, "-1")
        client.delete_topics(["cases.hotline"])
        prepare(well)
    assert "Topics" not in wrong(well)


def _retention(client: KafkaAdminClient, milliseconds: str) -> None:
    """Change how long the ledger is kept."""
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "ledger", {"retention.ms": milliseconds})])


@pytest.mark.slow
def test_a_right_taken_away(well: House, client: KafkaAdminClient, eventually: Callable[..., Any]) -> None:
    """A right that is missing is named, and `topics create` gives it back."""
    plan = plan_access(channels=well.book.channels, units=well.book.units, shards=16)
    lost = next(right for right in plan.rights if right.user == "unit-hrss" and right.operation == "WRITE")
    client.delete_acls([_acl(lost)])
    try:
        told = eventually(lambda: wrong(well).get("Rights"))
        assert "unit-hrss: WRITE TOPIC responses.hrss" in told.found.en
        assert told.todo
        assert told.todo.en == "bancheng topics create"
    finally:
        prepare(well)
    assert "Rights" not in wrong(well)


@pytest.mark.slow
@pytest.mark.parametrize(("version", "told"), [("0004", "behind"), ("9999", "newer")])
def test_tables_of_another_version(well: House, version: str, told: str) -> None:
    """Tables older than the program, and tables newer, are two findings with two remedies."""

    def put(number: str) -> str:
        with transaction(well.engine) as connection:
            before = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = %s", (number,))
        return before

    before = put(version)
    try:
        assert told in wrong(well)["Tables"].found.en
    finally:
        put(before)


@pytest.mark.slow
def test_the_master_key(well: House) -> None:
    """A master key that others can read, another one, a part of one, and none at all: each is told; none is made."""
    file = well.settings.home / "master.key"
    kept = file.read_bytes()
    try:
        file.chmod(0o644)
        assert "(644)" in wrong(well)["Master key"].found.en
        file.chmod(0o600)
        file.write_bytes(bytes(32))
        assert "another key" in wrong(well)["Master key"].found.en
        file.write_bytes(kept[:31])
        assert "31 bytes" in wrong(well)["Master key"].found.en
        file.unlink()
        assert "nothing in the vault opens" in wrong(well)["Master key"].found.en
        assert not file.exists()
    finally:
        file.write_bytes(kept)
        file.chmod(0o600)


@pytest.mark.slow
def test_files_of_passwords_others_can_read(well: House) -> None:
    """It says so before anything tightens them, with the command."""
    file = well.settings.home / "credentials.json"
    file.chmod(0o644)
    try:
        told = wrong(well)["Files of passwords"]
        assert told.todo
        assert told.todo.en == f"chmod 600 {file}"
    finally:
        file.chmod(0o600)


@pytest.mark.slow
def test_the_servers_go_away(tmp_path: Path, eventually: Callable[..., Any]) -> None:
    """With the database stopped, then the broker too, just these are bad beside who needs them; the rest is told."""
    no_services = {"Router", "Relay", "Clock", "Matching"}
    with installation(tmp_path) as (given, parts):
        eventually(lambda: set(wrong(given)) == {"Database settings", *no_services}, seconds=60)
        parts.database.stop()
        given.engine.dispose()  # a command begins without connections
        told = wrong(given)
        assert set(told) == {"Database", "Router"}
        assert "Nobody answers" in told["Database"].found.en
        parts.broker.stop()
        told = wrong(given)
        assert set(told) == {"Database", "Broker", "Router's login"}
        assert "Nobody answers" in told["Broker"].found.en
    again = House(given.settings)
    assert "bancheng up" in wrong(again)["Broker"].found.en
