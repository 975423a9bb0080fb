"""Commands that can't be carried out: each refused by name, told to its sender, recorded, and nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from producers.window import Submission, WindowClient, new_id
from router.cases import commands as do
from router.ledger import reading
from router.ledger.database import transaction
from router.messages.details import NoteDetails
from router.messages.outbound import Refused
from router.policy.limits import PauseKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Wire

    from router.cases.state import Case
    from router.ledger.record import Record

ALL = NoteDetails(text="说明", basis="依据", remedy="救济", signed_by="分管副局长")
TEXT = NoteDetails(text="只有文字")


class Wrong(NamedTuple):
    """Somebody asks something that can't be, and the name under which it is refused."""

    who: str
    action: do.Action
    code: str
    note: NoteDetails | None = ALL


WRONG = {
    "wrong role": Wrong("housing", do.ApproveNegative(), "role_not_allowed"),
    "wrong unit": Wrong("archives", do.Sign(), "not_assigned"),
    "wrong state": Wrong("window", do.FollowUp(), "wrong_stage"),
    "stale version": Wrong("housing", do.Contact(version=1), "stale_version"),
    "unknown reason": Wrong("housing", do.ApplyReturn(reason="no-such-reason"), "unknown_reason"),
    "missing basis": Wrong("housing", do.ApplyReturn(reason="not-ours"), "details_missing", TEXT),
    "missing text": Wrong("urban", do.Answer(), "details_missing", None),
    "extension too long": Wrong("housing", do.ApplyExtension(days=61), "extension_too_long"),
    "an office's step": Wrong("leader", do.ApproveHold(), "no_hold_proposed"),
    "a clock that isn't": Wrong("window", do.SignSupervision(clock="unit-9"), "unknown_clock"),
    "a pause for two": Wrong("urban", do.Pause(kind=PauseKind.COURT), "not_the_lead"),
    "an unknown unit": Wrong("window", do.NameMember(unit="nobody", post="head"), "no_task_force"),
    "an unknown policy": Wrong("window", do.MovePolicy(policy="0" * 64), "unknown_policy"),
}


@pytest.fixture(scope="module")
def handled(wire: Wire) -> str:
    """A case in the hands of housing (lead, has contacted the person) and urban."""
    case_id = wire.good("暖气不热，", channel="hotline")
    act(wire, "housing", case_id, do.Contact())
    wire.case_when(case_id, lambda case: case.assignments[0].contacted_at is not None)
    return case_id


def act(wire: Wire, who: str, case_id: str, action: do.Action, note: NoteDetails | None = None) -> str:
    """Send an action as a unit; return the message's id."""
    with wire.house.department(who) as client:
        return client.act(case_id, action, note)


@dataclass
class Asked:
    """All wrong commands sent, what their senders were told, what is recorded, and the case around them."""

    before: Case | None
    after: Case | None
    told: dict[str, Refused]
    recorded: dict[str, Record]


@pytest.fixture(scope="module")
def asked(wire: Wire, handled: str) -> Asked:
    """Send every wrong command, and wait until each sender has been told."""
    before, sent = wire.case(handled), {}
    for who in dict.fromkeys(wrong.who for wrong in WRONG.values()):
        with wire.house.department(who) as client:
            sent |= {n: client.act(handled, w.action, w.note) for n, w in WRONG.items() if w.who == who}
    names = {message: name for name, message in sent.items()}

    def recorded() -> Any:
        with transaction(wire.engine) as connection:
            records = reading.history(connection, handled)
        found = {names[r.cause.message]: r for r in records if r.cause.message in names}
        return found if len(found) == len(WRONG) else None

    by_name = wire.eventually(recorded)
    told = {}
    for who in dict.fromkeys(wrong.who for wrong in WRONG.values()):
        mine = {message for name, message in sent.items() if WRONG[name].who == who}
        told |= {names[message]: data for message, data in refusals(wire, who, mine).items()}
    return Asked(before, wire.case(handled), told, by_name)


def refusals(wire: Wire, who: str, messages: set[str]) -> dict[str, Refused]:
    """Read a unit's topic until it has been told of all these messages."""
    found: dict[str, Refused] = {}
    with wire.house.department(who, from_start=True) as client:

        def all_told() -> bool:
            for incoming in client.poll(0.2):
                if isinstance(incoming.data, Refused) and incoming.data.message in messages:
                    found[incoming.data.message] = incoming.data
            return found.keys() == messages

        wire.eventually(all_told)
    return found


@pytest.mark.parametrize("name", WRONG)
def test_each_is_refused_by_name(asked: Asked, name: str) -> None:
    """The sender reads the code and a sentence on its own topic, and the ledger records it without an event."""
    told, record = asked.told[name], asked.recorded[name]
    assert (told.code, told.verb) == (WRONG[name].code, WRONG[name].action.verb)
    assert told.details is not None
    assert set(told.details.notice or {}) == {"zh", "en"}
    assert record.refusal is not None
    assert record.refusal.code == WRONG[name].code
    assert record.events == ()


def test_nothing_changed(asked: Asked) -> None:
    """After all of it the case is what it was."""
    assert asked.before is not None
    assert asked.after == asked.before


def test_the_same_command_twice(wire: Wire, handled: str) -> None:
    """The same message again is ignored; the same act in another message is refused as done already."""
    with wire.house.department("urban") as client:
        first = client.act(handled, do.Sign())
        client.act(handled, do.Sign(), message_id=first)
        second = client.act(handled, do.Sign())
    assert refusals(wire, "urban", {second})[second].code == "already_done"
    with transaction(wire.engine) as connection:
        causes = [record.cause.message for record in reading.history(connection, handled)]
    assert causes.count(first) == 1


def test_another_channels_case(wire: Wire, handled: str) -> None:
    """A channel can't withdraw a case that another one brought; it doesn't even learn that there is one."""
    with wire.house.window("window-system") as window:
        window.withdraw(handled)
        told = wire.eventually(lambda: next(_refusals(window, handled), None))
    assert told["code"] == "unknown_case"
    assert told["version"] == 0


def _refusals(window: WindowClient, case_id: str) -> Iterator[dict[str, Any]]:
    for event in window.follow(case_id, seconds=1):
        if event.type == Refused.type:
            yield event.data


def test_a_part_that_waits_for_what_is_not_there(wire: Wire) -> None:
    """An agreed item that depends on a missing part is refused, and the minutes with it: nothing is half done."""
    with wire.house.window("hotline") as window:
        case_id = window.submit(Submission(narrative=f"社保断了多年，档案找不到，要退休{new_id()}"))
    found: Case = wire.case_when(case_id, lambda case: case is not None and case.task_force is not None)
    item = do.Item(id="ask-city", unit="archives", working_days=3, after=("no-such-part",))
    message = act(wire, "window", case_id, do.HoldMeeting(items=(item,)), TEXT)
    told = refusals(wire, "window", {message})[message]
    assert (told.code, told.about) == ("unknown_part", "no-such-part")
    assert wire.case(case_id) == found
