"""A real broker of its own, brought to a small plan: what is tried there disturbs no flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from place import PLAN, Place

from bancheng.access import apply_access
from bancheng.credentials import Credentials
from bancheng.embedded.broker import Broker
from bancheng.embedded.progress import SilentProgress
from router.wire.login import open_admin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kafka import KafkaAdminClient


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A broker brought to the plan."""
    home = tmp_path_factory.mktemp("access")
    credentials = Credentials.load(home / "credentials.json")
    broker = Broker.start(home, admin_password=credentials.password("admin"), progress=SilentProgress(), fast=True)
    made = Place(broker, credentials)
    try:
        with open_admin(made.options("admin")) as admin:
            changes = apply_access(admin, PLAN, credentials.logins(PLAN.users))
        assert changes.topics == tuple(topic.name for topic in PLAN.topics)
        assert changes.users == PLAN.users
        assert changes.rights == PLAN.rights
        yield made
    finally:
        broker.stop()


@pytest.fixture
def admin(place: Place) -> Iterator[KafkaAdminClient]:
    """The administrator's client."""
    with open_admin(place.options("admin")) as client:
        yield client
