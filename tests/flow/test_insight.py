"""Looking back on the real broker and database: similar cases, emerging topics, labels from triage."""

from __future__ import annotations

import csv
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text as sql

from producers.window import new_id
from router.ledger import insight
from router.ledger.shards import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said, Wire

YESTERDAY = str(datetime.now(UTC).date() - timedelta(days=1))
DAYS = ("--since", "2026-03-02", "--until", "2026-03-02")  # cases come when their messages say so
STRAY = (
    "巴音滩的骆驼又跑到变电所院里卧着，看门老汉撵不动",
    "变电所院子让巴音滩跑来的骆驼占了，门都出不去",
    "巴音滩那群骆驼天天卧在变电所门口，谁给赶一赶",
    "骆驼从巴音滩过来把变电所的围栏撞坏了",
)


def brought(wire: Wire, words: str, number: int, *, channel: str = "window-system", **more: Any) -> str:
    """Submit a case of a person of its own, and wait until it is in the ledger; return its id."""
    person = {"name": "赵铁柱", "phone": f"1390000{number:04}"}
    data = {"details": {"title": "", "narrative": words, "person": person}, **more}
    case_id, value = wire.submit(words, channel=channel, case_id=new_id(), data=data)
    partition = shard_of(case_id, 16)
    wire.send(f"channel-{channel}", f"cases.{channel}", case_id.encode(), value, partition=partition)
    wire.case_when(case_id, lambda case: case is not None)
    return case_id


def triaged(bancheng: Callable[..., Said], wire: Wire, words: str, number: int, **more: Any) -> str:
    """A case that says nothing a classifier knows, and that the dispatcher judged."""
    case_id = brought(wire, words, number, **more)
    assert wire.case(case_id).stage == "triage"  # type: ignore[union-attr]
    judged = ("--set", "domain=heating", "--set", "cause=rules-conflict", "--set", "lead=urban")
    assert bancheng("act", case_id, "triage", "--as", "dispatcher", *judged).code == 0
    return case_id


def rows(file: Path) -> dict[str, dict[str, str]]:
    """The rows of a file of labels, by case."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: row for row in csv.DictReader(lines)}


def test_labels_of_triage(bancheng: Callable[..., Said], wire: Wire, tmp_path: Path) -> None:
    """What the dispatcher decided is exported with the person's words; reports and erased cases are only counted."""
    file = tmp_path / "labels.csv"
    case_id = triaged(bancheng, wire, "=呜噜呜噜那个嗯哪", 1)
    hidden = triaged(bancheng, wire, "叽里咕噜嗯哪那个", 2, withheld=True)
    gone = triaged(bancheng, wire, "嘀嘀咕咕嗯那个哪", 3)
    with wire.engine.begin() as connection:
        connection.execute(sql("DELETE FROM vault_keys WHERE case_id = :case"), {"case": gone})
    said = bancheng("labels", "export", "--out", file, "--since", YESTERDAY)
    assert [*wire.noted("labels_exported")[-1]] == ["since"]
    assert said.code == 0, said.err
    assert "群众的原话" in said.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = rows(file)
    assert not {hidden, gone} & found.keys()
    label = found[case_id]
    assert (label["text"], label["domain"], label["cause"], label["lead"]) == (
        "'=呜噜呜噜那个嗯哪", "heating", "rules-conflict", "urban",
    )  # fmt: skip
    assert label["model"]
    assert list(label) == [
        "id", "time", "title", "text", "domain", "cause", "lead", "kind", "offered1", "offered2", "model",
    ]  # fmt: skip

    again = bancheng("labels", "export", "--out", file)
    assert (again.code, again.out) == (2, "")
    assert "--force" in again.err
    counted = bancheng("labels", "export", "--out", file, "--until", "2001-01-01", "--force", "--json").json()
    assert (counted["labels"], rows(file)) == (0, {})
    counted = bancheng("labels", "export", "--out", file, "--force", "--json").json()
    assert counted["labels"] >= 1
    assert counted["hidden"] >= 1
    assert counted["erased"] >= 1
    nowhere = bancheng("labels", "export", "--out", tmp_path / "no" / "where.csv")
    assert nowhere.code == 1
    assert "请检查目录和权限" in nowhere.err


def test_similar_cases(bancheng: Callable[..., Said], wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case of the same cause and unit that was answered is told, with days and evidence and no words."""
    solved = triaged(bancheng, wire, "嗯嗯啊啊那个哪", 4)
    assert bancheng("act", solved, "sign", "--as", "urban").code == 0
    assert bancheng("act", solved, "contact", "--as", "urban", "--say", "已联系").code == 0
    assert bancheng("act", solved, "answer", "--as", "urban", "--say", "骆驼赶走了").code == 0
    case_id = triaged(bancheng, wire, "哼哼哈哈那个哪", 5)
    found = bancheng("cases", "similar", case_id, "--json").json()
    mine = next(one for one in found if one["id"] == solved)
    assert mine["agreement"]["cause"]
    assert mine["agreement"]["lead"]
    assert mine["days"] == 1
    assert [piece["code"] for piece in mine["pieces"]] == ["answer"]
    shown = bancheng("cases", "similar", case_id)
    assert "城市管理局" in shown.out
    assert "骆驼" not in shown.out
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert "same: cause" in bancheng("cases", "similar", case_id).out
    monkeypatch.delenv("BANCHENG_LANG")
    waiting = brought(wire, "嘟嘟囔囔那个哪嗯", 6)
    assert "请先研判" in bancheng("cases", "similar", waiting).err
    assert "没有工单" in bancheng("cases", "similar", "nothing").err


def test_emerging_topics(bancheng: Callable[..., Said], wire: Wire) -> None:
    """Four persons over two channels are one topic, named by words, not by names; a withheld case is only counted."""
    ids = {
        brought(wire, f"{words}，赵铁柱也看见了", number, channel=("hotline", "window-system")[number % 2])
        for number, words in enumerate(STRAY, 10)
    }
    withheld = brought(wire, f"{STRAY[0]}，赵铁柱也看见了", 20, withheld=True)
    found = bancheng("topics", "emerging", *DAYS, "--json").json()
    assert withheld not in {case["id"] for topic in found["topics"] for case in topic["cases"]}
    assert found["hidden"] >= 1
    topic = next(topic for topic in found["topics"] if ids & {case["id"] for case in topic["cases"]})
    assert {case["id"] for case in topic["cases"]} == ids
    assert (topic["size"], topic["people"], topic["before"], topic["growth"]) == (4, 4, 0, None)
    assert topic["channels"] == ["hotline", "window-system"]
    assert topic["first"] <= topic["last"]
    assert "巴音滩" in topic["words"]
    assert not any(set("铁柱") & set(word) for word in topic["words"])
    shown = bancheng("topics", "emerging", *DAYS)
    assert "巴音滩" in shown.out
    assert f"保密和举报 {found['hidden']} 件" in shown.out
    none = bancheng("topics", "emerging", "--since", "2001-01-01", "--until", "2001-02-01")
    assert "没有几个人同时反映的事" in none.out


@pytest.mark.parametrize(
    ("index", "condition"),
    [
        ("cases_settled", f"domain = 'heating' AND {insight._SETTLED} ORDER BY changed_at DESC, id LIMIT 500"),
        ("cases_received", "received_at >= now() AND received_at < now() ORDER BY received_at DESC, id LIMIT 5"),
    ],
)
def test_looking_back_reads_an_index(wire: Wire, index: str, condition: str) -> None:
    """What is read of the cases doesn't grow with the ledger: PostgreSQL can take each question from an index."""
    with wire.engine.begin() as connection:
        connection.execute(sql("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(sql(f"EXPLAIN SELECT state FROM cases WHERE {condition}")).scalars().all()  # noqa: S608
    assert index in " ".join(plan)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("topics", "emerging", "--since", "yesterday"), "--since yesterday：不是日期"),
        (("topics", "emerging", "--since", "9999-12-31"), "--since 9999-12-31：不是日期"),
        (("topics", "emerging", "--since", "2999-01-01"), "还没到"),
        (("topics", "emerging", "--since", "2026-03-02", "--until", "2026-03-01"), "请对调"),
        (("labels", "export", "--out", "x.csv", "--until", "2026-02-30"), "--until 2026-02-30：不是日期"),
    ],
)
def test_asked_wrongly(bancheng: Callable[..., Said], words: tuple[str, ...], sentence: str) -> None:
    """What is wrong with the question is said in one sentence, exit code 2."""
    said = bancheng(*words)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
