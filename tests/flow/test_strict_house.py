"""A centre that lets nothing travel unsealed and shows units a masked person: the whole house, from message to task."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from homes import SMALL, installation
from test_need_to_know import somebody

from bancheng import sealing
from bancheng.compose import House
from bancheng.settings import Settings
from bancheng.up import services
from producers.window import Submission, WindowClient, new_id
from router.cases.commands import Triage
from router.ledger import reading, sealing_keys
from router.ledger.database import cursor, transaction
from router.messages.details import Person
from router.messages.faults import sentence
from router.messages.outbound import Dispatched
from router.vault import keyfile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from consumers.department import Incoming


def strict(file: Path, **by: str) -> Path:
    """Write the small policy with everything sealed but to some, and the person masked for units; return the file."""
    content = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    content |= {"sealing": {"mode": "required", "by": by}, "privacy": {"messages": "masked"}}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.slow
def test_nothing_travels_unsealed(tmp_path_factory: pytest.TempPathFactory, eventually: Callable[..., Any]) -> None:
    """Plain is set aside, the same sealed goes on, masked for the unit; a unit that has no key yet gets it later."""
    home = tmp_path_factory.mktemp("strict")
    file = strict(home / "policy.yaml", archives="off")  # so that no key is made for it
    with installation(home, policy=file) as _:
        strict(file)
        with closing(House(Settings(home=home, policy=file))) as house, services(house):
            _submitted(house, eventually)
            _without_a_key(house, eventually)


def _submitted(house: House, eventually: Callable[..., Any]) -> None:
    """A channel without keys is refused by name; with them the very same submission reaches the unit, masked."""
    who = Person(**somebody())
    case = Submission(f"房屋漏水，电话{who.phone}", title="房屋漏水", person=who)
    with WindowClient(house.connection("channel-hotline"), "hotline") as plain:
        plain.submit(case)
    [row] = eventually(lambda: _aside(house))
    assert row.code == "unsealed"
    assert "密封" in sentence(row.code, row.field, "zh")
    with house.window("hotline") as window:
        window.submit(case)
    [task] = eventually(lambda: _told(house, "housing", case.case_id))
    assert isinstance(task.data, Dispatched)
    assert task.data.details is not None
    assert task.data.details.person is not None
    assert task.data.details.person.name == "斯**"
    assert str(who.phone) not in str(task.data.details)
    assert len(_aside(house)) == 1


def _without_a_key(house: House, eventually: Callable[..., Any]) -> None:
    """What is for a unit without a key is parked, and others' go on; once it registers one, it is sent what waited."""
    case = Submission(f"气死我了{new_id()}")
    with house.window("hotline") as window, house.department("dispatcher") as dispatcher:
        window.submit(case)
        eventually(lambda: _case(house, case.case_id))
        dispatcher.act(case.case_id, Triage(domain="housing", lead="archives"))
    assert eventually(lambda: _parked(house)) == {case.case_id: sealing_keys.NO_KEY}
    own = keyfile.kept(house.settings.home / "sealing" / "unit-archives.key")
    sealing.register(house, "unit-archives", own.public)
    tasks = eventually(lambda: _told(house, "archives", case.case_id))
    assert any(isinstance(one.data, Dispatched) and one.data.details for one in tasks)
    eventually(lambda: not _parked(house))


def _case(house: House, case_id: str) -> object:
    with transaction(house.engine) as connection:
        return reading.find_case(connection, case_id)


def _aside(house: House) -> list[Any]:
    with transaction(house.engine) as connection:
        return reading.list_quarantine(connection, most=10, status=None)


def _parked(house: House) -> dict[str, str]:
    with transaction(house.engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT key, reason FROM parked")
        return {str(key): str(reason) for key, reason in cur.fetchall()}


def _told(house: House, unit: str, case_id: str) -> list[Incoming]:
    with house.department(unit, from_start=True) as client:
        return [one for one in client.poll(1.0) if one.case_id == case_id]
