"""Replay: live cases are what their records say, wherever these are read; what was known then; what came of what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from test_exports import Elsewhere

from producers.window import new_id
from router.audit.exporting import Wanted, export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said, Wire

    from bancheng.compose import House

EQUAL: dict[str, Any] = {"differing": {}, "differences": [], "misfits": 0, "named": []}

CHANGES = (
    "UPDATE cases SET lead = 'nobody', next_due_at = now() + interval '9 years' WHERE id::text = :changed RETURNING 1",
    """INSERT INTO cases SELECT (jsonb_populate_record(c, jsonb_build_object('id', CAST(:stranger AS text)))).*
        FROM cases AS c WHERE id::text = :changed RETURNING 1""",
    """UPDATE cases
        SET state = convert_to(replace(convert_from(state, 'UTF8'), '"' || stage || '"', '"closed"'), 'UTF8')
        WHERE id::text = :changed RETURNING 1""",
    "DELETE FROM cases WHERE id::text = :gone RETURNING 1",
)


@pytest.fixture
def elsewhere(running: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """An empty database with another home."""
    made = Elsewhere(running, tmp_path / "elsewhere", monkeypatch)
    yield made
    made.house.close()


@pytest.fixture(scope="module")
def exported(wire: Wire, running: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the running system."""
    for _ in range(3):
        wire.good()
    folder = tmp_path_factory.mktemp("export") / "out"
    export(running.engine, folder, Wanted("0.0", {}), lambda _: lambda _: None)
    return folder


def equal(told: Said) -> bool:
    """Whether a replay compared and found nothing."""
    found = told.json()
    return (found | EQUAL, found["compared"], found["cases"] > 0) == (found, True, True) and told.code == 0


def test_live_cases_are_what_their_records_say(exported: Path, bancheng: Callable[..., Said]) -> None:
    """From the database, the topic and an export every field of every case comes out as it is."""
    assert equal(bancheng("replay", "--json"))
    assert equal(bancheng("replay", "--kafka", "--against-database", "--json"))
    assert equal(bancheng("replay", exported, "--against-database", "--json"))
    alone = bancheng("replay", exported, "--json").json()
    assert not alone["compared"]
    assert alone["cases"] > 0
    assert bancheng("replay", exported, "--kafka").code == 2


def test_a_case_that_was_changed_by_hand_is_named(
    exported: Path, bancheng: Callable[..., Said], elsewhere: Elsewhere
) -> None:
    """A changed column, a changed state, a case without records and one that is gone are told, field by field."""
    elsewhere.enter()
    assert bancheng("import", exported).code == 0
    found = [row[0] for row in elsewhere.rows("SELECT id::text FROM cases ORDER BY id LIMIT 3")]
    changed, gone, stranger = found[0], found[-1], new_id()
    for statement in CHANGES:
        elsewhere.rows(statement, changed=changed, gone=gone, stranger=stranger)
    told = bancheng("replay", "--json")
    assert told.code == 1
    fields = {(one["case"], one["field"]) for one in told.json()["differences"]}
    assert {(changed, "lead"), (changed, "next_due_at"), (changed, "state.stage"), (stranger, "(row)")} <= fields
    assert gone != changed
    assert (gone, "(row)") in fields
    said = bancheng("replay")
    assert (said.code, changed in said.out, "lead: nobody ≠" in said.out) == (1, True, True)


def test_what_was_known_at_a_past_moment(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Before its submission a case is not known; later on it is shown as it stood, and told until then."""
    case_id = wire.good()
    came = wire.case_when(case_id, bool).changed_at
    earlier = f"{came - timedelta(minutes=5):%Y-%m-%dT%H:%M:%S%z}"
    later = f"{came + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S%z}"
    for view in ("show", "journey", "explain"):
        assert bancheng("cases", view, case_id, "--at", earlier).code == 1
        assert bancheng("cases", view, case_id, "--at", later).code == 0
    then = bancheng("cases", "show", case_id, "--at", later, "--json").json()
    assert then == bancheng("cases", "show", case_id, "--json").json()


def test_what_came_of_what(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """A repeat's submission leads to a record of the running case; a tree begins with a message and names outputs."""
    words = f"小区房屋漏水，物业不管{new_id()}"
    person = {"name": "李四", "phone": "13700000001"}
    first, second = new_id(), new_id()
    for case_id in (first, second):
        _, value = wire.submit("", case_id=case_id, data={"details": {"narrative": words, "person": person}})
        wire.send("channel-window-system", "cases.window-system", case_id.encode(), value)
        wire.case_when(case_id, bool)
    wire.case_when(first, lambda case: second in case.repeats)
    below = bancheng("cases", "causes", second, "--json").json()
    [submitted] = [node for node in below if node["verb"] == "submit"]
    assert submitted["cause"]["topic"] == "cases.window-system"
    assert {one["topic"] for one in submitted["sent"]} >= {"results.window-system"}
    assert [(node["case"], node["verb"]) for node in submitted["led_to"]] == [(first, "link_repeat")]
    above = bancheng("cases", "causes", first, "--json").json()
    assert [node["verb"] for node in above if node["case"] == second] == ["submit"]
    told = bancheng("cases", "causes", first)
    assert (told.code, "link_repeat" in told.out, "cases.window-system/" in told.out) == (0, True, True)
