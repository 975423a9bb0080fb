"""An output that can't be published is parked and tried again; every other case goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bancheng.up import prepare
from producers.window import Submission, new_id
from router.cases.commands import Triage
from router.ledger import reading
from router.ledger.database import transaction
from router.messages.outbound import Dispatched
from router.wire.connection import admin

if TYPE_CHECKING:
    from conftest import Wire


@pytest.mark.slow
def test_a_topic_away_parks_its_messages_only(wire: Wire) -> None:
    """While a unit's topic is gone its message waits, others go on; once it is back the message arrives."""
    client = admin(wire.house.connection("admin"))
    client.delete_topics(["assignments.supervisor"])
    with wire.house.window("hotline") as window:
        case_id = window.submit(Submission(narrative=f"气死我了{new_id()}"))
    wire.case_when(case_id, lambda case: case is not None)
    with wire.house.department("dispatcher") as dispatcher:
        dispatcher.act(case_id, Triage(domain="housing", lead="supervisor"))

    def parked() -> int:
        with transaction(wire.engine) as connection:
            return reading.count_parked(connection)

    assert wire.eventually(parked, seconds=45)
    other = wire.good()
    with wire.house.window("window-system") as window:
        assert next(iter(window.follow(other, seconds=20))).case_id == other
    prepare(wire.house)
    client.close()
    with wire.house.department("supervisor", from_start=True) as supervisor:

        def arrived() -> object:
            return next((i for i in supervisor.poll(1) if i.case_id == case_id), None)

        incoming = wire.eventually(arrived, seconds=60)
    assert isinstance(incoming.data, Dispatched)
    assert wire.eventually(lambda: parked() == 0, seconds=20)
