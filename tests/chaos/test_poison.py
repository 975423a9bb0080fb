"""Messages that once stopped the router: each minimal, each taken, and the good one behind it decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from producers.window import new_id
from router.door.received import Received
from router.ledger import claims, reading
from router.ledger.claims import Advance
from router.ledger.database import cursor, transaction
from router.messages.envelope import CONTENT_TYPE, write

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from bancheng.compose import House

ASIDE = 512
"""A partition that no topic has: what is taken here comes by no broker."""


@pytest.fixture
def take(house: House) -> Callable[..., Counter[str]]:
    """Take messages of one topic through the door, as the next of a partition; return the outcomes."""
    door = house.door()

    def taken(topic: str, *messages: tuple[bytes | None, bytes | None, Any]) -> Counter[str]:
        with transaction(house.engine) as connection:
            first = claims.positions(cursor(connection), {(topic, ASIDE)}, {topic: "aside"})[topic, ASIDE]
        received = [Received(topic, ASIDE, first + n, *message) for n, message in enumerate(messages)]
        return door.take(received, [Advance(topic, ASIDE, first, first + len(messages))]).outcomes

    return taken


def event(**fields: Any) -> bytes:
    """A whole event."""
    return write(id=new_id(), time="2026-03-02T09:30:00+08:00", **fields)


def submission(channel: str = "hotline", case_id: str = "", **data: Any) -> tuple[bytes, bytes, Any]:
    """A submission with words of its own."""
    subject = case_id or new_id()
    details = data.pop("details", None) or {"narrative": f"房屋漏水 {new_id()}"}
    value = event(
        subject=subject, source=f"/channels/{channel}", type="cn.bancheng.case.submitted.v1",
        data={"details": details, **data},
    )  # fmt: skip
    return subject.encode(), value, [CONTENT_TYPE]


def response(unit: str, verb: str, case_id: str, **data: Any) -> tuple[bytes, bytes, Any]:
    """What a unit asks of a case."""
    source, kind = f"/units/{unit}", f"cn.bancheng.response.{verb}.v1"
    return case_id.encode(), event(subject=case_id, source=source, type=kind, data=data), [CONTENT_TYPE]


def codes(house: House, topic: str) -> list[tuple[str, str]]:
    """Why messages of the partition aside were quarantined, the newest first."""
    with transaction(house.engine) as connection:
        rows = reading.list_quarantine(connection, most=100, status=None)
    return [(row.code, row.field) for row in rows if (row.topic, row.partition) == (topic, ASIDE)]


@pytest.mark.parametrize("family", ["cases.hotline", "responses.housing"])
def test_a_message_about_a_case_that_nobody_knows(take: Callable[..., Counter[str]], family: str) -> None:
    """What comes before its submission is refused by name and recorded; the submission behind it is decided."""
    case_id = new_id()
    early = response("housing", "sign", case_id)
    if family.startswith("cases"):
        value = event(
            subject=case_id, source="/channels/hotline", type="cn.bancheng.case.supplemented.v1",
            data={"details": {"text": "补充"}},
        )  # fmt: skip
        early = (case_id.encode(), value, [CONTENT_TYPE])
    assert take(family, early)["refused"] == 1
    assert take("cases.hotline", submission(case_id=case_id))["decided"] == 1


def test_another_channel_submits_a_known_case(take: Callable[..., Counter[str]], house: House) -> None:
    """A case id that another channel has used is a conflict like any second submission; the case stays as it was."""
    case_id = new_id()
    assert take("cases.hotline", submission(case_id=case_id))["decided"] == 1
    again = submission("window-system", case_id)
    assert take("cases.window-system", again, submission("window-system")) == {
        "decided": 1, "quarantined": 1, "repeated": 0,
    }  # fmt: skip
    assert codes(house, "cases.window-system")[0] == ("conflict", "subject")


def test_a_refused_submission_is_corrected(take: Callable[..., Counter[str]], house: House) -> None:
    """A submission that complains of an unknown unit is refused; the corrected one, of the same id, is taken."""
    case_id = new_id()
    wrong = submission(case_id=case_id, complained_of=["nobody"])
    worse = submission(case_id=case_id, complained_of=["nobody-else"])
    assert take("cases.hotline", wrong, worse)["refused"] == 2
    assert take("cases.hotline", submission(case_id=case_id, complained_of=["urban"]))["decided"] == 1
    with transaction(house.engine) as connection:
        names = [entry.name for record in reading.history(connection, case_id) for entry in record.entries]
    assert len(set(names)) == len(names) == 3


def test_words_of_a_refused_submission(take: Callable[..., Counter[str]], house: House) -> None:
    """A refused submission keeps its words from nobody: who brings them next is known when they come once more."""
    person = {"id_number": f"15010219500101{new_id()[-4:]}"}
    words = {"narrative": f"房屋漏水，物业不管 {new_id()}", "person": person}
    refused = submission(details=words, complained_of=["nobody"])
    assert take("cases.hotline", refused)["refused"] == 1
    first, second = new_id(), new_id()
    for case_id in (first, second):
        assert take("cases.hotline", submission(case_id=case_id, details=words))["decided"] == 1
    with transaction(house.engine) as connection:
        case = reading.find_case(connection, second)
    assert case
    assert case.primary == first


def test_a_header_without_a_value(take: Callable[..., Counter[str]], house: House) -> None:
    """Kafka's headers may lack a value: the message is set aside, and the good one behind it decided."""
    key, value, _ = submission()
    for headers in ([("ce_specversion", None)], [("ce_specversion", b"1.0"), ("content-type", None)]):
        assert take("cases.hotline", (key, value, headers), submission()) == {
            "decided": 1, "quarantined": 1, "repeated": 0,
        }  # fmt: skip
    assert codes(house, "cases.hotline")[:2] == [("bad_field", "datacontenttype"), ("bad_field", "specversion")]


@pytest.mark.parametrize("name", ["a\x00b", "13800000000", "张三", "x" * 5000])
def test_a_field_whose_name_is_not_to_be_told(take: Callable[..., Counter[str]], house: House, name: str) -> None:
    """A name that no field has may be a phone number, too long, or nothing PostgreSQL can hold: it isn't repeated."""
    key, value, headers = submission()
    content = orjson.loads(value)
    content["data"]["details"][name] = "x"
    assert take("cases.hotline", (key, orjson.dumps(content), headers), submission())["decided"] == 1
    assert codes(house, "cases.hotline")[0] == ("bad_field", "data.details.?")
    as_header = [("content-type", b"application/json"), ("ce_specversion", b"1.0"), (f"ce_{name}", b"\xff")]
    assert take("cases.hotline", (key, value, as_header), submission())["decided"] == 1
    assert codes(house, "cases.hotline")[0] == ("bad_field", "?")


@pytest.mark.parametrize("number", [2**31, 2**63, "9" * 300])
def test_a_number_beyond_all_counting(take: Callable[..., Counter[str]], number: object) -> None:
    """Records hold integers that every reader can hold: a larger one is set aside."""
    odd = response("housing", "sign", new_id(), version=number)
    assert take("responses.housing", odd, response("housing", "sign", new_id())) == {
        "refused": 1, "quarantined": 1, "repeated": 0,
    }  # fmt: skip


def test_a_policy_by_no_hash(take: Callable[..., Counter[str]], house: House) -> None:
    """A policy is named by its hash; anything else is set aside and never looked for."""
    case_id = new_id()
    take("cases.hotline", submission(case_id=case_id))
    odd = response("leader", "move_policy", case_id, policy="a\x00b", details={"text": "x"})
    assert take("responses.leader", odd)["quarantined"] == 1
    assert codes(house, "responses.leader")[0] == ("bad_field", "data.policy")


@pytest.mark.parametrize("day", ["9999-12-31", "2029-01-01"])
def test_an_opinion_of_the_far_future(take: Callable[..., Counter[str]], house: House, day: str) -> None:
    """A date more than a year away is refused by name, and the leader finds no opinion to approve."""
    key, value, headers = submission()
    content = orjson.loads(value)
    content["data"]["details"]["narrative"] = f"社保断了多年，档案找不到 {new_id()}"
    assert take("cases.hotline", (key, orjson.dumps(content), headers))["decided"] == 1
    case_id = key.decode()
    opinion = response("hrss", "give_opinion", case_id, done_by=day, details={"text": "x"})
    assert take("responses.hrss", opinion)["refused"] == 1
    assert take("responses.leader", response("leader", "approve_opinion", case_id))["refused"] == 1
    with transaction(house.engine) as connection:
        told = [record.refusal.code for record in reading.history(connection, case_id) if record.refusal]
    assert told == ["date_too_far", "no_opinion"]
