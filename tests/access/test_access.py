"""Topics, users and rights, against a real broker; and the file of passwords."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
)
from place import PLAN, Place

from bancheng.access import AccessPlan, TopicSpec, apply_access, plan_access, set_logins
from bancheng.credentials import Credentials, CredentialsError, Login
from router.wire.login import LoginRefusedError, open_admin, witness

if TYPE_CHECKING:
    from pathlib import Path

    from kafka import KafkaAdminClient

pytestmark = pytest.mark.slow


def named(plan: AccessPlan, name: str) -> TopicSpec:
    """A topic of a plan."""
    return next(topic for topic in plan.topics if topic.name == name)


def test_the_plan_has_the_topics_of_the_design() -> None:
    """Cases and ledger have a partition a shard, the rest one; only the ledger is kept for ever."""
    shapes = {topic.name: (topic.partitions, topic.retention_ms) for topic in PLAN.topics}
    month = 30 * 24 * 3600 * 1000
    assert shapes.pop("ledger") == (4, -1)
    assert {shapes.pop("cases.hall"), shapes.pop("cases.hotline")} == {(4, month)}
    assert set(shapes.values()) == {(1, month)}
    assert len(PLAN.topics) == 2 * 3 + 2 * 2 + 2
    assert (named(PLAN, "cases.hall").max_bytes or 0) > 3 * 1024 * 1024


def test_no_user_reaches_into_anothers_groups() -> None:
    """No prefix of one user's groups begins another user's group, however alike their ids."""
    plan = plan_access(channels=(), units=("a", "a-b", "a-b-c"), shards=1)
    mine = {r.user: r.name for r in plan.rights if r.resource == "GROUP" and r.pattern == "PREFIXED"}
    for user, prefix in mine.items():
        others = [other for other in mine if other != user]
        assert not [other for other in others if other.startswith(prefix)]
        assert not [other for other in others if mine[other].startswith(prefix)]


def test_applying_a_plan_twice_changes_nothing(place: Place, admin: KafkaAdminClient) -> None:
    """The second time finds every topic, user and right in place."""
    again = apply_access(admin, PLAN, place.credentials.logins(PLAN.users))
    assert (again.topics, again.users, again.rights, again.differing) == ((), (), (), ())


def test_a_grown_plan_adds_only_what_is_new(place: Place, admin: KafkaAdminClient) -> None:
    """A new unit gets its two topics, its user and its rights, in force on return."""
    grown = plan_access(channels=("hall", "hotline"), units=("tax", "tax-b", "new"), shards=4, auditors=("court",))
    changes = apply_access(admin, grown, place.credentials.logins(grown.users))
    assert changes.topics == ("assignments.new", "responses.new")
    assert changes.users == ("unit-new",)
    assert {right.user for right in changes.rights} == {"unit-new"}
    place.write("unit-new", "responses.new")


def test_a_topic_with_other_partitions_is_reported(place: Place, admin: KafkaAdminClient) -> None:
    """A topic found with another number of partitions is left alone and named."""
    wanted = replace(named(PLAN, "quarantine"), partitions=3)
    changes = apply_access(admin, AccessPlan((wanted,), (), ()), {})
    assert changes.differing == (("quarantine", 1, 3),)
    assert place.broker.poll() is None


def test_the_topics_carry_their_settings(admin: KafkaAdminClient) -> None:
    """Partitions are as planned, and every topic has an id of its own."""
    found = {t["name"]: t for t in admin.describe_topics([t.name for t in PLAN.topics])}
    assert {name: len(t["partitions"]) for name, t in found.items()} == {t.name: t.partitions for t in PLAN.topics}
    assert len({t["topic_id"] for t in found.values()}) == len(PLAN.topics)


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("channel-hall", "cases.hall"),
        ("channel-hall", "feedback.hall"),
        ("unit-tax", "responses.tax"),
        ("router", "assignments.tax"),
        ("router", "results.hall"),
        ("router", "ledger"),
        ("router", "quarantine"),
    ],
)
def test_who_should_write_can(place: Place, user: str, topic: str) -> None:
    """Each writer of the design writes, with an idempotent producer."""
    place.write(user, topic)


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("unit-tax", "ledger"),
        ("unit-tax", "responses.tax-b"),
        ("channel-hall", "cases.hotline"),
        ("channel-hall", "ledger"),
        ("router", "responses.tax"),
    ],
)
def test_who_should_not_write_is_told_so(place: Place, user: str, topic: str) -> None:
    """Everybody else is refused by the broker."""
    with pytest.raises(TopicAuthorizationFailedError):
        place.write(user, topic)


def test_a_mere_reader_cannot_write_at_all(place: Place) -> None:
    """The auditor, who may write nothing, gets no producer id."""
    with pytest.raises(KafkaError):
        place.write("auditor", "ledger")


def test_readers_read_their_own_and_no_other(place: Place) -> None:
    """A unit reads its assignments, gets silence from another's, and can't join another's group."""
    place.write("router", "assignments.tax")
    assert place.read("unit-tax", "assignments.tax", "unit-tax") > 0
    assert place.read("unit-tax", "assignments.tax", "unit-tax.console") > 0
    place.write("router", "assignments.tax-b")
    assert place.read("unit-tax", "assignments.tax-b", "unit-tax", polls=3) == 0
    with pytest.raises(GroupAuthorizationFailedError):
        place.read("unit-tax", "assignments.tax", "unit-tax-b")


def test_what_one_may_not_read_one_does_not_see(place: Place) -> None:
    """A unit sees its own two topics and no others."""
    with open_admin(place.options("unit-tax")) as unit:
        assert sorted(unit.list_topics()) == ["assignments.tax", "responses.tax"]


def test_a_message_of_three_mebibytes_comes_through(place: Place) -> None:
    """An oversize narrative reaches the router, who refuses it with a sentence."""
    producer = KafkaProducer(**place.options("channel-hall"), acks="all", max_request_size=4 * 1024 * 1024)
    try:
        sent = producer.send("cases.hall", bytes(3 * 1024 * 1024), partition=1).get(timeout=10)
    finally:
        producer.close(timeout=5)
    consumer = KafkaConsumer(**place.options("router"), group_id=None, auto_offset_reset="earliest")
    try:
        consumer.assign([TopicPartition("cases.hall", 1)])
        [[message]] = consumer.poll(10_000).values()
    finally:
        consumer.close()
    assert (message.offset, len(message.value)) == (sent.offset, 3 * 1024 * 1024)


def test_a_password_can_be_changed(place: Place, admin: KafkaAdminClient) -> None:
    """A new password is in force, and the old one no longer."""
    old = place.options("operator")
    set_logins(admin, {"operator": Login("new-one")})
    open_admin({**old, "sasl_plain_password": "new-one"}).close()
    with pytest.raises(LoginRefusedError, match="operator"):
        open_admin(old)
    set_logins(admin, place.credentials.logins(("operator",)))


def test_any_client_can_learn_that_its_password_is_wrong(place: Place) -> None:
    """With the witness in place a consumer hears the refusal instead of a timeout."""
    wrong = {**place.options("unit-tax"), "sasl_plain_password": "wrong"}
    made: list[object] = []

    def kept(**configs: object) -> object:
        made.append(witness(**configs))
        return made[-1]

    with pytest.raises(SaslAuthenticationFailedError):
        KafkaConsumer(**wrong, kafka_client=kept)
    for client in made:
        client.close()  # type: ignore[attr-defined]
        client._net.stop()  # type: ignore[attr-defined]


def test_passwords_are_made_once_and_kept(tmp_path: Path) -> None:
    """The same user has the same password for every reader of the file, and no two users share one."""
    path = tmp_path / "new" / "credentials.json"
    first = Credentials.load(path)
    assert first.known() == ()
    word = first.password("router")
    both = Credentials.load(path).logins(("router", "auditor"))
    assert both["router"] == Login(word)
    assert both["auditor"].password != word
    assert first.known() == ("auditor", "router")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_passwords_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    """Loading tightens the file's mode."""
    path = tmp_path / "credentials.json"
    path.write_text('{"router": "x"}')
    path.chmod(0o644)
    assert Credentials.load(path).password("router") == "x"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "[]", '{"router": 7}'])
def test_a_damaged_file_of_passwords_is_named(tmp_path: Path, text: str) -> None:
    """What is not ours is an error with the file's path, and is not overwritten."""
    path = tmp_path / "credentials.json"
    path.write_text(text)
    with pytest.raises(CredentialsError, match=r"credentials\.json"):
        Credentials.load(path)
    assert path.read_text() == text
