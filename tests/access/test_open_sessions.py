"""What becomes of a session that is open when its user's password or rights change."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, TopicAuthorizationFailedError
from place import PLAN

from bancheng.access import end_logins, give, set_logins, take
from bancheng.credentials import Login
from router.wire.login import LoginRefusedError, login_options, open_admin

if TYPE_CHECKING:
    from kafka import KafkaAdminClient
    from place import Place

pytestmark = pytest.mark.slow

USER, READS, WRITES = "unit-tax-b", "assignments.tax-b", "responses.tax-b"


def test_a_change_of_password_cuts_nobody_off(place: Place, admin: KafkaAdminClient) -> None:
    """A producer that is connected goes on through a change and beyond the end of its password, until it reconnects."""
    old = place.credentials.login(USER)
    new = old.successor()
    with closing(KafkaProducer(**place.options(USER), acks="all")) as producer:
        producer.send(WRITES, b"before", partition=0).get(timeout=10)
        set_logins(admin, {USER: new})
        producer.send(WRITES, b"while both are good", partition=0).get(timeout=10)
        for login in (old, new):
            open_admin(login_options(place.broker.bootstrap, USER, *login)).close()
        end_logins(admin, USER, (old.mechanism,))
        producer.send(WRITES, b"after", partition=0).get(timeout=10)
        with pytest.raises(LoginRefusedError):
            open_admin(login_options(place.broker.bootstrap, USER, *old))
    set_logins(admin, {USER: old})
    end_logins(admin, USER, (new.mechanism,))


def test_rights_taken_back_bind_open_sessions_at_once(place: Place, admin: KafkaAdminClient) -> None:
    """A connected producer is refused its next message, a connected reader gets no further one."""
    rights = [right for right in PLAN.rights if right.user == USER]
    with (
        closing(KafkaProducer(**place.options(USER), acks="all", retries=0, enable_idempotence=False)) as producer,
        closing(KafkaProducer(**place.options("router"), acks="all")) as router,
        closing(KafkaConsumer(**place.options(USER), group_id=None, auto_offset_reset="latest")) as consumer,
    ):
        producer.send(WRITES, b"x", partition=0).get(timeout=10)
        consumer.assign([TopicPartition(READS, 0)])
        start = consumer.position(TopicPartition(READS, 0))
        router.send(READS, b"theirs", partition=0).get(timeout=10)
        assert any(consumer.poll(200) for _ in range(50))
        take(admin, rights)
        with pytest.raises(TopicAuthorizationFailedError):
            producer.send(WRITES, b"x", partition=0).get(timeout=10)
        router.send(READS, b"no longer theirs", partition=0).get(timeout=10)
        try:
            assert not any(consumer.poll(200) for _ in range(5))
        except KafkaError as error:
            assert isinstance(error, TopicAuthorizationFailedError)  # noqa: PT017 (either way is a refusal)
        assert consumer.position(TopicPartition(READS, 0)) == start + 1
    give(admin, rights)


def test_a_password_is_told_by_no_error(place: Place) -> None:
    """What is refused, shown or raised names the user and never the password."""
    login = Login("not-the-password")
    assert "not-the-password" not in f"{login!r} {login}"
    with pytest.raises(LoginRefusedError) as told:
        open_admin(login_options(place.broker.bootstrap, USER, *login))
    seen: BaseException | None = told.value
    while seen is not None:
        assert "not-the-password" not in repr(seen)
        seen = seen.__cause__
