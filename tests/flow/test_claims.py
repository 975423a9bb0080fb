"""Claims other than the topic's: whoever may write a topic still speaks for its owner alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from producers.window import new_id
from router.ledger import reading
from router.ledger.database import transaction
from router.messages.envelope import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Said, Wire


pytestmark = pytest.mark.slow


class Claim(NamedTuple):
    """Who writes where, what the message says of itself, and the reason for which it is set aside."""

    user: str
    topic: str
    source: str
    type: str
    data: dict[str, Any]
    code: str
    field: str


SIGN, RATED = "cn.bancheng.response.sign.v1", "cn.bancheng.feedback.rated.v1"
HOUSING = ("unit-housing", "responses.housing")
HOTLINE = ("channel-hotline", "feedback.hotline")
CLAIMS = {
    "another unit": Claim(*HOUSING, "/units/urban", SIGN, {}, "other_sender", "source"),
    "the leader": Claim(
        *HOUSING, "/units/leader", "cn.bancheng.response.approve_hold.v1", {}, "other_sender", "source"
    ),
    "a channel": Claim(*HOUSING, "/channels/hotline", SIGN, {}, "other_sender", "source"),
    "the router": Claim(*HOUSING, "/router", SIGN, {}, "other_sender", "source"),
    "another unit beside": Claim(*HOUSING, "/units/housing", SIGN, {"actor": "urban"}, "bad_field", "data.actor"),
    "another unit within": Claim(*HOUSING, "/units/housing", SIGN, {"by": "leader"}, "bad_field", "data.by"),
    "a record": Claim(*HOUSING, "/units/housing", "cn.bancheng.record.v1", {}, "unknown_type", "type"),
    "a submission": Claim(*HOUSING, "/units/housing", "cn.bancheng.case.submitted.v1", {}, "unknown_type", "type"),
    "a rating": Claim(*HOUSING, "/units/housing", RATED, {"grade": 5}, "unknown_type", "type"),
    "another channel": Claim(*HOTLINE, "/channels/window-system", RATED, {}, "other_sender", "source"),
    "a unit's answer": Claim(*HOTLINE, "/channels/hotline", SIGN, {}, "unknown_type", "type"),
}


@pytest.fixture(scope="module")
def case_id(wire: Wire) -> str:
    """A case that the hotline brought."""
    return wire.good(channel="hotline")


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_that_is_not_its_topics_is_refused_and_recorded(
    wire: Wire, bancheng: Callable[..., Said], case_id: str, name: str
) -> None:
    """It is set aside with position, code and field, shown to operators, and the case stays as it was."""
    claim = CLAIMS[name]
    before = wire.case(case_id)
    value = write(
        id=new_id(), time="2026-03-02T09:30:00+08:00", subject=case_id, source=claim.source, type=claim.type,
        data=claim.data,
    )  # fmt: skip
    place = wire.send(claim.user, claim.topic, case_id.encode(), value)
    found = wire.quarantined(place)
    assert (found.code, found.field) == (claim.code, claim.field)
    assert found.id in {row["id"] for row in bancheng("quarantine", "list", "--most", 1000, "--json").json()}
    assert wire.case(case_id) == before
    with transaction(wire.engine) as connection:
        assert len(reading.history(connection, case_id)) == 1
