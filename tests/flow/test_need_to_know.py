"""The policy's switches on real parts: units see the person masked, and who must seal is taken sealed alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from homes import SMALL

from bancheng.compose import House
from producers.window import Submission, WindowClient, new_id
from router.cases.commands import Sign
from router.door.received import Received
from router.ledger import reading, sealing_keys
from router.ledger.database import cursor, transaction
from router.messages.details import NoteDetails
from router.messages.envelope import CONTENT_TYPE, write
from router.messages.outbound import Dispatched
from router.vault import keyfile
from router.vault.sealing import PrivateKey
from router.wire.client_keys import ClientKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said, Wire

    from consumers.department import Incoming

NOW = "2026-03-02T09:30:00+08:00"


def somebody() -> dict[str, str]:
    """A person whose values stand nowhere else."""
    own = f"{int(new_id().replace('-', ''), 16) % 10**11:011d}"
    return {
        "name": "斯琴高娃", "phone": f"138{own[:8]}", "id_number": f"15272319{own[:4]}{own[5:10]}X",
        "address": f"鄂托克旗棋盘井镇建设路{own[:4]}号",
    }  # fmt: skip


@pytest.fixture
def masking(wire: Wire, tmp_path: Path) -> Iterator[House]:
    """The installation under the small policy with persons masked in what units are sent."""
    content = yaml.safe_load(SMALL.read_text(encoding="utf-8")) | {"privacy": {"messages": "masked"}}
    file = tmp_path / "masking.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    house = House(wire.house.settings.model_copy(update={"policy": file}))
    yield house
    house.close()


def told(wire: Wire, unit: str, case_id: str) -> list[Incoming]:
    """Wait for what a unit is told of a case."""
    with wire.house.department(unit, from_start=True) as client:
        return wire.eventually(lambda: [one for one in client.poll(0.3) if one.case_id == case_id])


def test_units_are_sent_the_person_masked(wire: Wire, masking: House) -> None:
    """Name, phone, id number, address, and what stands of them in texts: masked for the unit, plain for an office."""
    who = somebody()
    words = f"社保养老断缴，我叫{who['name']}，电话{who['phone']}，住{who['address']}"
    door, ids = masking.door(), {}
    for number, (unit, text) in enumerate({"hrss": words, "dispatcher": f"气死我了，电话{who['phone']}"}.items()):
        details = {"narrative": text, "title": f"{who['phone']}来电", "person": who}
        ids[unit], value = wire.submit("", data={"details": details})
        received = Received("cases.window-system", 0, 10**7 + number, ids[unit].encode(), value, [CONTENT_TYPE])
        door.take([received], [])
    [task] = told(wire, "hrss", ids["hrss"])
    assert isinstance(task.data, Dispatched)
    assert task.data.details is not None
    seen = task.data.details
    assert seen.person is not None
    assert (seen.person.name, seen.person.phone) == ("斯**", f"138****{who['phone'][-4:]}")
    assert all(value not in str(seen.model_dump()) for value in who.values())
    assert (seen.narrative or "").startswith("社保养老断缴")
    [office] = told(wire, "dispatcher", ids["dispatcher"])
    assert all(value in str(office.data.details) for value in who.values())


def record_of(wire: Wire, case_id: str, message: str) -> Any:
    """Wait for the record of a message."""

    def found() -> object:
        with transaction(wire.engine) as connection:
            return next((r for r in reading.history(connection, case_id) if r.cause.message == message), None)

    return wire.eventually(found)


def given(wire: Wire, bancheng: Callable[..., Said]) -> str:
    """A case that the benefits centre is given, of which the policy takes sealed details alone."""
    case_id = wire.good("气死我了")
    said = bancheng("act", case_id, "triage", "--as", "dispatcher", "--set", "domain=housing", "--set", "lead=benefits")
    assert said.code == 0, said
    return case_id


def test_who_must_seal_is_taken_sealed_alone(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """A plain message is set aside and says why; its sender's others, and everybody's, go on; sealed it is taken."""
    case_id, text, message = given(wire, bancheng), f"已电话核实{new_id()}", new_id()
    plain: dict[str, Any] = {"assignment": 1, "details": {"scheme": "plain", "text": text}}
    whose = {"id": message, "source": "/units/benefits", "type": "cn.bancheng.response.sign.v1", "subject": case_id}
    place = wire.send("unit-benefits", "responses.benefits", case_id.encode(), write(**whose, time=NOW, data=plain))
    row = wire.quarantined(place)
    assert row.code == "unsealed"
    [line] = [one for one in bancheng("quarantine", "list").out.splitlines() if f"│ {row.id} " in one]
    assert "规则要求该渠道或单位密封 details" in line
    assert text not in line
    assert bancheng("act", case_id, "contact", "--as", "benefits").code == 0  # without a word there is nothing to seal
    wire.good()
    with wire.house.department("benefits") as unit:
        unit.act(
            case_id, Sign(assignment=1), NoteDetails(text=text), message_id=message, at=datetime.fromisoformat(NOW)
        )
    assert record_of(wire, case_id, message).refusal is None
    assert wire.case(case_id).assignments[0].signed_at is not None
    assert bancheng("quarantine", "requeue", row.id).code == 0  # its cause isn't mended
    again = wire.eventually(lambda: [one for one in wire.set_aside().values() if one.id > row.id])
    assert [one.code for one in again] == ["unsealed"]


def test_a_sealed_message_waits_for_its_key(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Sealed to a key that the router lost, it is set aside, alone; with the key back in its file it goes through."""
    lost, words = PrivateKey.new(), Submission(f"牧区没有通电{new_id()}")
    keys = ClientKeys(lost.public)
    before = set(wire.set_aside())
    with WindowClient(wire.house.connection("channel-window-system"), "window-system", keys=keys) as window:
        window.submit(words)
    [row] = wire.eventually(lambda: [row for place, row in wire.set_aside().items() if place not in before])
    assert (row.code, row.field) == ("unsealable", "data.details.key")
    wire.good()
    assert wire.case(words.case_id) is None
    file = wire.house.settings.home / "sealing.key"
    head, *known = file.read_text(encoding="ascii").splitlines()
    fresh = file.with_name("sealing.key.restored")
    fresh.write_text("\n".join([head, lost.text, *known, ""]), encoding="ascii")
    fresh.replace(file)
    assert lost.public.id in {key.public.id for key in keyfile.KeyFile(file).keys}
    assert bancheng("quarantine", "requeue", row.id).code == 0
    wire.case_when(words.case_id, lambda case: case is not None)
    assert wire.eventually(lambda: {one.id: one.status for one in wire.set_aside().values()}[row.id]) == "requeued"
    keyfile.drop(file, lost.public.id)


def test_what_must_go_sealed_waits_for_a_key(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Its reader's key taken back, a message is parked and nobody else's; with another key it goes out by itself."""
    assert bancheng("keys", "revoke", "benefits").code == 0

    def parked() -> dict[str, str]:
        with transaction(wire.engine) as connection:
            cur = cursor(connection)
            cur.execute("SELECT key, reason FROM parked")
            return dict(cur.fetchall())  # type: ignore[arg-type]  # two texts

    case_id = wire.eventually(lambda: given(wire, bancheng) and next(iter(parked()), None))  # until the relay has seen
    assert parked()[case_id] == sealing_keys.REVOKED
    assert told(wire, "housing", wire.good())
    assert "assignments.benefits" in bancheng("status").out
    assert bancheng("keys", "rotate", "benefits").code == 0
    [task] = [one for one in told(wire, "benefits", case_id) if isinstance(one.data, Dispatched)]
    assert task.data.details is not None
    assert (task.data.details.narrative or "").startswith("气死我了")
    wire.eventually(lambda: case_id not in parked())
