"""Duplicates on the real broker and database: the same person again, another person, taken apart, killed."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bancheng.compose import House
from consumers.matcher import SERVICE, Matcher
from producers.window import new_id
from router.cases.state import Stage
from router.ledger import heartbeats, matching, reading
from router.ledger.database import transaction
from router.ledger.shards import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Said, Wire

STREETS = ("团结路", "民族街", "塔拉巷", "河西路", "哈达街", "牧场路", "白塔路", "柳林巷")
NEARLY = (
    "{place}的小区房屋漏水已经两个月，雨水从楼顶一直流到二层，墙皮大片脱落，物业来看过三次都说归开发商管，"
    "开发商又说过了保修期。家里有老人和孩子，夜里不敢睡，请尽快派人修好。{more}"
)


def told(number: int, more: str = "") -> str:
    """A matter about a place of its own."""
    place = STREETS[number % len(STREETS)] + "甲乙丙丁戊己庚辛"[number // len(STREETS)] + "区"
    return NEARLY.format(place=place * 3, more=more)


def person(name: str) -> dict[str, str]:
    """Somebody with a phone of its own."""
    return {"name": name, "phone": f"139{int(new_id().replace('-', ''), 16) % 10**8:08d}"}


def bring(wire: Wire, text: str, who: dict[str, str] | None, **changes: Any) -> str:
    """Submit a case, and wait until it is in the ledger; return its id."""
    details = {"narrative": text, **({"person": who} if who else {})}
    case_id, value = wire.submit(text, data={"details": details, **changes})
    topic, partition = "cases.window-system", shard_of(case_id, 16)
    wire.send("channel-window-system", topic, case_id.encode(), value, partition=partition)
    wire.case_when(case_id, lambda case: case is not None)
    return case_id


def events(wire: Wire, case_id: str) -> list[Any]:
    """All events of a case."""
    with transaction(wire.engine) as connection:
        return [event for record in reading.history(connection, case_id) for event in record.events]


@pytest.fixture
def matcher(wire: Wire) -> Iterator[Callable[[], Matcher]]:
    """Matching processes, each with a pool of its own, beside the one that runs."""
    houses: list[House] = []

    def made() -> Matcher:
        houses.append(House(wire.house.settings))
        return houses[-1].matcher()

    yield made
    for house in houses:
        house.close()


def test_another_person_supports_and_is_answered(
    wire: Wire, bancheng: Callable[..., Said], results: Callable[[str, str], list[Any]]
) -> None:
    """Nearly the same words by another person: linked as a supporter, told so, and answered with the running case."""
    first = bring(wire, told(1), person("甲"))
    second = bring(wire, told(1, "谢谢。"), person("乙"))
    linked = wire.case_when(second, lambda case: case.primary is not None)
    assert linked.primary == first
    assert linked.stage is Stage.LINKED
    (event,) = [one for one in events(wire, second) if type(one).__name__ == "DuplicateLinked"]
    assert event.relation == "supporter"
    assert 700 <= event.similarity < 1000
    wire.case_when(first, lambda case: case.repeats == (second,))
    assert "相似度" in bancheng("cases", "journey", second).out
    assert wire.eventually(lambda: results(second, "linked"))[0]["primary"] == first
    lead = wire.case(first).lead
    assert bancheng("act", first, "answer", "--as", lead, "--say", "已修好。").code == 0
    for case_id in (first, second):
        answer = wire.eventually(lambda name=case_id: results(name, "resolved"))[0]
        assert answer["details"]["notes"][0]["text"] == "已修好。"


def test_the_same_person_again_is_told_at_once(wire: Wire, results: Callable[[str, str], list[Any]]) -> None:
    """The same person with the matter in slightly other words, the phone written otherwise: linked in the flow."""
    who = person("丙")
    first = bring(wire, told(2), who)
    again = bring(wire, told(2, "急。"), {"name": "丙女士", "phone": f"+86 {who['phone'][:3]} {who['phone'][3:]}"})
    assert wire.case(again).primary == first
    receipt = wire.eventually(lambda: results(again, "receipt"))[0]
    assert (receipt["primary"], receipt["relation"]) == (first, "same_person")
    assert wire.case_when(first, lambda case: case.repeats).repeats == (again,)


def test_two_matters_of_one_person_stay_two(wire: Wire) -> None:
    """The same person with another matter has another case."""
    who = person("丁")
    first = bring(wire, told(3), who)
    other = bring(wire, f"暖气一直不热，供热公司说管网坏了，锅炉房没有人值班{new_id()}", who)
    assert wire.case(first).repeats == ()
    assert wire.case(other).primary is None


def test_who_comes_again_after_the_end(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """Just after the answer a person looks; once it is closed it is a new matter, and the next repeat is that one's."""
    who = person("戊")
    first = bring(wire, told(12), who)
    assert bancheng("act", first, "answer", "--as", wire.case(first).lead, "--say", "已修好。").code == 0
    second = bring(wire, told(12), who)
    assert (wire.case(second).stage, wire.case(second).primary) == (Stage.TRIAGE, None)
    (asked,) = [one for one in events(wire, second) if type(one).__name__ == "TriageRequested"]
    assert (asked.reason, asked.other) == ("came_again", first)
    third = bring(wire, told(12), who)
    assert wire.case(third).primary == second


def test_an_erased_text_is_compared_with_nothing(wire: Wire) -> None:
    """When a person was erased, with signature and look-ups, the same words again find nothing."""
    first = bring(wire, told(13), person("己"))
    wire.eventually(lambda: not waiting(wire))
    with transaction(wire.engine) as connection:
        for table in ("vault_keys", "vault_entries", "vault_lookups", "vault_signatures"):
            gone = connection.exec_driver_sql(f"DELETE FROM {table} WHERE case_id = %s", (first,)).rowcount  # noqa: S608
            assert gone > 0, table
    second = bring(wire, told(13, "谢谢。"), person("庚"))
    wire.eventually(lambda: not waiting(wire))
    assert wire.case(second).primary is None


@pytest.mark.slow
def test_taken_apart_it_goes_its_own_way(
    wire: Wire, bancheng: Callable[..., Said], results: Callable[[str, str], list[Any]]
) -> None:
    """An office takes a linked case apart: dispatched anew, both sides know, told, and not linked again."""
    first, second = bring(wire, told(4), person("甲")), bring(wire, told(4, "谢谢。"), person("乙"))
    wire.case_when(second, lambda case: case.primary == first)
    assert bancheng("act", second, "separate", "--as", "dispatcher", "--say", "不是同一栋楼。").code == 0
    alone = wire.case(second)
    assert (alone.primary, alone.stage, alone.apart) == (None, Stage.HANDLING, (first,))
    assert alone.lead
    assert wire.case_when(first, lambda case: not case.repeats).apart == (second,)
    assert wire.eventually(lambda: results(second, "separated"))[0]["primary"] == first
    third = bring(wire, told(4, "急。"), person("丙"))
    assert wire.case_when(third, lambda case: case.primary is not None).primary == first
    assert wire.case(second).primary is None


def test_what_an_office_sees_by_eye(wire: Wire, bancheng: Callable[..., Said]) -> None:
    """The dispatcher links by hand; a case that a unit works on already is refused by name."""
    words = f"三号楼房屋漏水，物业不管，{new_id()}"
    first, second = bring(wire, f"{words}甲", None), bring(wire, f"房屋漏水没人修{new_id()}", None)
    linked = bancheng("act", second, "link", "--as", "dispatcher", "--set", f"primary={first}", "--say", "同一栋楼。")
    assert linked.code == 0
    assert wire.case(second).primary == first
    third = bring(wire, f"房屋渗水{new_id()}", None)
    assert bancheng("act", third, "sign", "--as", wire.case(third).lead).code == 0
    late = bancheng("act", third, "link", "--as", "dispatcher", "--set", f"primary={first}", "--say", "同一栋楼。")
    assert late.code == 1
    assert "已经签收" in late.out


def test_withheld_cases_are_never_linked(wire: Wire, matcher: Callable[[], Matcher]) -> None:
    """Nearly the same words with the person withheld, on either side: each goes its own way, without a signature."""
    withheld = bring(wire, told(5), person("甲"), withheld=True)
    open_one = bring(wire, told(5, "谢谢。"), person("乙"))
    finish(matcher())
    wire.eventually(lambda: not waiting(wire))
    assert wire.case(open_one).primary is None
    assert wire.case(withheld).repeats == ()
    with transaction(wire.engine) as connection:
        query = "SELECT count(*) FROM vault_signatures WHERE case_id = %s"
        assert connection.exec_driver_sql(query, (withheld,)).scalar_one() == 0


@pytest.mark.slow
def test_killed_or_doubled_it_finds_the_same(wire: Wire, matcher: Callable[[], Matcher]) -> None:
    """A service killed twice at work, and two more processes beside it, leave each link once."""
    groups: list[list[str]] = []
    for round_, numbers in enumerate(((6, 7), (8, 9), (10, 11))):
        groups += [[bring(wire, told(n, more), person("甲")) for more in ("", "谢谢。", "急。")] for n in numbers]
        if round_ < 2:
            os.kill(at_work(wire), signal.SIGKILL)
    threads = [threading.Thread(target=finish, args=(matcher(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for first, *others in groups:
        for other in others:
            assert wire.case_when(other, lambda case: case.primary is not None).primary == first
            assert sum(type(one).__name__ == "DuplicateLinked" for one in events(wire, other)) == 1
        assert set(wire.case_when(first, lambda case: len(case.repeats) == 2).repeats) == set(others)


def test_status_tells_whether_it_runs(bancheng: Callable[..., Said], eventually: Callable[..., Any]) -> None:
    """`bancheng match status` counts processes and what waits; `--once` compares what there is and leaves."""
    found = eventually(lambda: (said := bancheng("match", "status", "--json")).code == 0 and said)
    assert found.json()["alive"] >= 1
    assert "签名" in bancheng("match", "status").out
    assert "比对了" in bancheng("match", "--once").out


def at_work(wire: Wire) -> int:
    """The process of the matching service, as it shows itself."""

    def found() -> int | None:
        with transaction(wire.engine) as connection:
            beats = heartbeats.of_service(connection, SERVICE)
        pids = [int(beat.owner.rpartition("-")[2]) for beat in beats if not beat.stopped]
        return next((pid for pid in pids if pid != os.getpid() and Path(f"/proc/{pid}").exists()), None)

    return int(wire.eventually(found))


def finish(one: Matcher) -> None:
    """Let a process compare all that is new."""
    while one.step():
        pass


def waiting(wire: Wire) -> int:
    """How much waits: commands in the inbox, and records not looked at."""
    with transaction(wire.engine) as connection:
        inbox = connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one()
        return int(inbox) + matching.behind(connection)
