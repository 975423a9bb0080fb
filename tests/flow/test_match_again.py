"""The same person again on the real broker and database: other matters, other identifiers, dates that move."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from producers.window import new_id
from router.cases.other import Relation
from router.cases.state import Stage
from router.door.lookups import Lookups
from router.door.repeats import Again, hand_on
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.ledger.shards import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Said, Wire

TITLE = "市民来电反映有关问题请核实处理"
COLD = "暖气从上个月起就是凉的，孩子写作业都要穿棉袄，供热公司来过一次，说管网坏了要等。"
LEAK = "小区房屋漏水两个月，雨水从楼顶流到二层，墙皮大片脱落，物业说归开发商管，请派人修。"


def bring(wire: Wire, text: str, *, title: str = "", **person: str) -> str:
    """Submit a case, and wait until it is in the ledger; return its id."""
    case_id, value = wire.submit(text, data={"details": {"title": title, "narrative": text, "person": person}})
    topic, partition = "cases.window-system", shard_of(case_id, 16)
    wire.send("channel-window-system", topic, case_id.encode(), value, partition=partition)
    wire.case_when(case_id, lambda case: case is not None)
    return case_id


def figures(count: int) -> str:
    """Figures of nobody else."""
    return f"{int(new_id().replace('-', ''), 16) % 10**count:0{count}d}"


def own(text: str) -> str:
    """A text that is like no other test's, so that nothing else is linked to it."""
    return "，".join(phrase + figures(9) for phrase in text.split("，"))


def test_two_matters_under_one_title(wire: Wire) -> None:
    """One phone, one generic title, two matters: each is handled."""
    phone = f"139{figures(8)}"
    first = bring(wire, own(COLD), title=TITLE, phone=phone)
    second = bring(wire, own(LEAK), title=TITLE, phone=phone)
    for case_id in (first, second):
        case = wire.case(case_id)
        assert case
        assert (case.stage, case.primary, case.repeats) == (Stage.HANDLING, None, ())


def test_the_same_person_under_another_identifier(wire: Wire) -> None:
    """First by phone, then with the id number too, then by that alone: one matter of one person throughout."""
    words, phone, number = own(LEAK), f"139{figures(8)}", f"1506{figures(14)}"
    first = bring(wire, words, phone=phone)
    assert wire.case(first)
    second = bring(wire, words, phone=phone, id_number=number)
    third = bring(wire, words, id_number=number)
    for case_id in (second, third):
        (linked,) = [
            event for event in history(wire, case_id) if type(event).__name__ == "DuplicateLinked" and event.primary
        ]  # fmt: skip
        assert (linked.primary, linked.relation) == (first, "same_person")


def test_after_the_answer_nobody_is_answered_as_another(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """The first gave a phone, the next only an id number: it may be the same person, so a person looks."""
    words = own(LEAK)
    first = bring(wire, words, phone=f"139{figures(8)}")
    case = wire.case(first)
    assert case
    assert bancheng("act", first, "answer", "--as", case.lead, "--say", "已修好。").code == 0
    second = wire.case(bring(wire, words, id_number=f"1506{figures(14)}"))
    assert second
    assert second.stage is Stage.TRIAGE


def history(wire: Wire, case_id: str) -> list[Any]:
    """All events of a case."""
    with transaction(wire.engine) as connection:
        return [event for record in reading.history(connection, case_id) for event in record.events]


def test_the_running_cases_date_is_the_repeats(
    wire: Wire, bancheng: Callable[..., Said], results: Callable[[str, str], list[Any]]
) -> None:
    """The receipt tells the running case's date; when that is extended the repeat's channel is told."""
    words = own(LEAK)
    first = bring(wire, words, phone=f"139{figures(8)}")
    second = bring(wire, words, phone=f"138{figures(8)}")
    running = wire.case_when(first, lambda case: case.repeats == (second,))
    receipt = wire.eventually(lambda: results(second, "receipt"))[0]
    assert receipt["primary"] == first
    assert wire.case(second).due == running.due  # type: ignore[union-attr]
    asked = ("apply_extension", "--as", running.lead, "--set", "days=3", "--say", "等配件。")
    assert bancheng("act", first, *asked).code == 0
    assert bancheng("act", first, "grant_extension", "--as", "window").code == 0
    moved = wire.eventually(lambda: results(second, "due_changed"))[0]
    assert moved["why"] == "extension"
    assert wire.case(second).due == wire.case(first).due != running.due  # type: ignore[union-attr]


def test_look_ups_of_several_ended_cases_are_handed_on(wire: Wire) -> None:
    """Whichever ended case a look-up belongs to, the running one has it afterwards; one that runs too keeps its own."""
    ended = [wire.good(), wire.good()]
    own, other = wire.good(), wire.good()
    owners = [*ended, other]
    digests = [bytes([number]) * 16 for number in range(201, 204)]
    read: Any = SimpleNamespace(command=SimpleNamespace(case_id=own), lookups=Lookups(kinds=tuple(digests)))
    decided: Any = SimpleNamespace(leading=lambda _: wire.case(own))
    with wire.engine.connect() as connection:
        cur = cursor(connection)
        cur.execute("UPDATE cases SET stage = 'closed' WHERE id = ANY(%s)", ([UUID(one) for one in ended],))
        for digest, owner in zip(digests, owners, strict=True):
            cur.execute("INSERT INTO vault_lookups (digest, case_id) VALUES (%s, %s)", (digest, UUID(owner)))
        hand_on(cur, [read], {own: (Again(ended[0], Relation.SAME_PERSON, 1000),)}, decided)
        cur.execute("SELECT case_id::text FROM vault_lookups WHERE digest = ANY(%s) ORDER BY digest", (digests,))
        assert [str(row[0]) for row in cur] == [own, own, other]
        connection.rollback()
