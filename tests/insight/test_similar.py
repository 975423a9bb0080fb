"""Which solved cases are like one at hand, and what is told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from router.cases.assignment import Assignment, Form, Held, Share
from router.cases.entry import Entry, EntryKind
from router.cases.similar import similar
from router.cases.state import Case, Stage
from router.taskforces.state import Part, PartStage, TaskForce

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def case(name: str, *units: str, **changes: Any) -> Case:
    """A solved case of these units, the lead first."""
    held = tuple(
        Assignment(
            number, unit, Share.COOPERATING if number else Share.LEAD, Form.ORDER, NOW, NOW, held=Held.DONE,
            done_at=NOW + timedelta(days=2),
        )
        for number, unit in enumerate(units)
    )  # fmt: skip
    fields = {
        "id": name, "channel": "app", "policy": "p", "received_at": NOW, "changed_at": NOW, "accepted_at": NOW,
        "resolved_at": NOW + timedelta(days=2, hours=1), "stage": Stage.CLOSED, "outcome": "resolved",
        "domain": "pension", "section": "retirement", "cause": "file-lost", "assignments": held,
    }  # fmt: skip
    return Case(**{**fields, **changes})


def test_same_cause_and_units_first() -> None:
    """The more of cause, section, lead, cooperating units and words agree, the earlier it is told."""
    wanted = case("0", "hrss", "archives", words=("招工表",))
    solved = [
        case("1", "archives"),
        case("2", "hrss"),
        case("3", "hrss", "archives", words=("招工表",)),
        case("4", "hrss", "archives"),
        case("5", "court"),
        case("6", "hrss", cause="delay"),
    ]
    assert [one.id for one in similar(wanted, solved, 10)] == ["3", "4", "2", "1"]
    assert [one.id for one in similar(wanted, solved, 2)] == ["3", "4"]


def test_the_section_where_no_cause_agrees() -> None:
    """Where no case has the same cause and a unit in common, those of the same section are told."""
    solved = [case("1", "hrss", cause=None), case("2", "hrss", cause=None, section="contributions")]
    assert [one.id for one in similar(case("0", "hrss"), solved, 10)] == ["1"]
    assert similar(case("0", "hrss", section=None), solved, 10) == []


def test_only_what_was_solved_and_may_be_shown() -> None:
    """A negative answer, a report, a withheld person's case and the case itself are no examples."""
    others = [
        case("1", "hrss", outcome="negative"),
        case("2", "hrss", kind="report"),
        case("3", "hrss", withheld=True),
        case("0", "hrss"),
    ]
    assert similar(case("0", "hrss"), others, 10) == []


def test_how_it_was_solved() -> None:
    """Days begun, the task force with its parts, and what proves each step; no words."""
    note = Entry("1", "7-0", EntryKind.NOTE)
    force = TaskForce(
        None, "leader", "hrss", "window", "leader", "", opened_at=NOW,
        parts=(Part("search", "archives", 5, stage=PartStage.DONE, since=NOW, report=(note,)),),
    )  # fmt: skip
    (found,) = similar(case("0", "hrss"), [case("1", "hrss", "archives", task_force=force, round=1)], 10)
    assert (found.days, found.task_force, found.rounds) == (3, True, 1)
    assert (found.lead, found.cooperating) == ("hrss", ("archives",))
    assert found.parts == (("search", "archives", "done"),)
    assert [(piece.code, piece.unit) for piece in found.pieces] == [
        ("search", "archives"), ("answer", "hrss"), ("answer", "archives"),
    ]  # fmt: skip
