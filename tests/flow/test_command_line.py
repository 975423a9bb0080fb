"""The commands of an operator, against real servers: what they print, and how they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from producers.window import new_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said, Wire


def test_cases_are_listed_by_name_and_narrowed(bancheng: Callable[..., Said], wire: Wire) -> None:
    """A list names stage, domain and unit in words; `--json` gives codes; a filter narrows."""
    case_id = wire.good()
    listed = bancheng("cases", "list", "--lead", "housing", "--most", 500)
    assert listed.code == 0
    row = next(line for line in listed.out.splitlines() if case_id in line)
    for word in ("办理中", "单个单位", "住房", "住房和城乡建设局"):
        assert word in row
    found = {row["id"]: row for row in bancheng("cases", "list", "--domain", "housing", "--most", 500, "--json").json()}
    assert (found[case_id]["stage"], found[case_id]["disposition"]) == ("handling", "unit")
    assert bancheng("cases", "list", "--domain", "no-such", "--json").json() == []


def test_a_case_and_its_journey_are_shown(bancheng: Callable[..., Said], wire: Wire) -> None:
    """`show` tells how a case stands, `journey` how it came there, both in words and as data."""
    case_id = wire.good()
    assert "住房和城乡建设局" in bancheng("cases", "show", case_id).out
    assert bancheng("cases", "show", case_id, "--json").json()["id"] == case_id
    told = bancheng("cases", "journey", case_id).out
    for word in (
        "渠道：窗口系统",
        "分类：住房",
        "依据词：",
        "受理，办理期限",
        "派单 住房和城乡建设局（主办）",
    ):
        assert word in told
    records = bancheng("cases", "journey", case_id, "--json").json()
    assert records[0]["command"]["verb"] == "submit"


def test_english_on_request(bancheng: Callable[..., Said], wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """With BANCHENG_LANG=en every screen is English."""
    case_id = wire.good()
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert "submitted through" in bancheng("cases", "journey", case_id).out
    assert "Housing Bureau" in bancheng("cases", "show", case_id).out
    assert "There is no case nobody" in bancheng("cases", "show", "nobody").err


def test_an_unknown_case_is_one_sentence(bancheng: Callable[..., Said]) -> None:
    """An id that nobody has: exit code 1 and what to do."""
    for command in ("show", "journey"):
        said = bancheng("cases", command, new_id())
        assert (said.code, said.out) == (1, "")
        assert "没有工单" in said.err
        assert "bancheng cases list" in said.err


def test_ledger_and_topics_are_counted_alike(bancheng: Callable[..., Said], wire: Wire) -> None:
    """`tally` counts twice, from the ledger and from the topics, and the two agree."""
    wire.good()
    counted = wire.eventually(lambda: (said := bancheng("cases", "tally", "--json")).code == 0 and said)
    found = counted.json()
    assert found["equal"]
    assert found["ledger"] == found["topics"]
    assert found["ledger"]["unit"] >= 1
    assert "合计" in bancheng("cases", "tally").out


def test_a_unit_acts(bancheng: Callable[..., Said], wire: Wire) -> None:
    """`act` sends a unit's command, waits for the decision, and prints it; a refusal is exit code 1."""
    case_id = wire.good()
    done = bancheng("act", case_id, "sign", "--as", "housing", "--set", "assignment=1")
    assert (done.code, done.out) == (0, "住房和城乡建设局 签收\n")
    again = bancheng("act", case_id, "sign", "--as", "housing", "--set", "assignment=1")
    assert again.code == 1
    assert "未予执行" in again.out
    answered = bancheng(
        "act", case_id, "contact", "--as", "housing", "--set", "assignment=1", "--say", "电话", "--json"
    )
    assert answered.json()["actor"]["id"] == "housing"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["{case}", "dance", "--as", "housing"], 2, "没有动作 dance；现有："),
        (["{case}", "sign", "--as", "nobody", "--set", "assignment=1"], 2, "规则中没有单位 nobody"),
        (["{case}", "sign", "--as", "housing", "--set", "assignment"], 2, "应写成 名称=值"),
        (["{case}", "sign", "--as", "housing", "--set", "assignment=x"], 2, "参数 assignment 不对"),
        (["{case}", "submit_part", "--as", "housing"], 2, "参数 part 不对"),
        (["nothing", "sign", "--as", "housing", "--set", "assignment=1"], 1, "没有工单 nothing"),
        (["{case}", "verify_part", "--as", "housing", "--set", "part=x"], 1, "未予执行"),
    ],
)
def test_acting_wrongly(bancheng: Callable[..., Said], wire: Wire, words: list[str], code: int, sentence: str) -> None:
    """Whatever is wrong is said in one sentence, and nothing is sent that could be known to be wrong."""
    case_id = wire.good()
    said = bancheng("act", *(word.format(case=case_id) for word in words))
    assert said.code == code
    assert sentence in said.out + said.err


def test_a_message_in_quarantine(bancheng: Callable[..., Said], wire: Wire) -> None:
    """A bad message is listed with its reason, shown whole, sent again once, and its content removed for good."""
    place = wire.send("channel-window-system", "cases.window-system", b"k", b"no json: 13800000000")
    number = wire.quarantined(place).id
    listed = bancheng("quarantine", "list", "--most", 500)
    assert "13800000000" not in listed.out
    row = next(line for line in listed.out.splitlines() if f"/{place[2]} " in line and f" {number} " in line)
    assert "内容不是 JSON" in row
    assert "待处理" in row
    assert bancheng("quarantine", "show", number, "--json").json()["value"] == "no json: 13800000000"
    assert wire.noted("quarantine_shown")[-1] == {"number": number, "place": "/".join(map(str, place))}
    assert "no json" in bancheng("quarantine", "show", number).out

    assert bancheng("quarantine", "requeue", number).code == 0
    again = wire.eventually(lambda: next((row for at, row in wire.set_aside().items() if _after(at, place)), None))
    assert bancheng("quarantine", "requeue", number).code == 1

    assert bancheng("quarantine", "discard", again.id, answer="n\n").code == 1
    assert bancheng("quarantine", "discard", again.id, answer="y\n").code == 0
    gone = bancheng("quarantine", "show", again.id)
    assert gone.code == 1
    assert "内容已删除" in gone.err
    statuses = {
        row["id"]: row["status"] for row in bancheng("quarantine", "list", "--all", "--json", "--most", 500).json()
    }
    assert (statuses[number], statuses[again.id]) == ("requeued", "discarded")
    assert "隔离区没有编号 999999" in bancheng("quarantine", "discard", 999999, "--yes").err


def _after(place: tuple[str, int, int], first: tuple[str, int, int]) -> bool:
    """Whether a position stands behind another of its partition."""
    return place[:2] == first[:2] and place[2] > first[2]


def test_a_policy_is_checked(bancheng: Callable[..., Said], wire: Wire, tmp_path: Path) -> None:
    """A good policy is said to be one; each mistake of a bad one is named by line, field and mend."""
    good = wire.house.settings.policy
    assert good is not None
    assert "规则可用：小旗政务服务中心" in bancheng("policy", "check", good).out
    assert bancheng("policy", "check", good, "--json").json() == []
    bad = tmp_path / "bad.yaml"
    text = good.read_text(encoding="utf-8").replace("authority: vertical", "authority: sideways")
    bad.write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("sideways")].count("\n")
    said = bancheng("policy", "check", bad)
    assert said.code == 1
    assert f"bad.yaml, line {line}: " in said.out
    assert "authority" in said.out
    assert bancheng("policy", "check", bad, "--json").json()[0]["line"] == line
    missing = bancheng("policy", "check", tmp_path / "none.yaml")
    assert missing.code == 1
    assert "none.yaml" in missing.out


def test_the_policy_is_shown(bancheng: Callable[..., Said]) -> None:
    """`policy show` sums up units, channels, domains and task forces."""
    shown = bancheng("policy", "show").out
    for word in ("小旗政务服务中心", "窗口系统 [window-system]", "社会保险", "专班："):
        assert word in shown
    assert bancheng("policy", "show", "--json").json()["id"] == "small"


def test_topics_are_made_once(bancheng: Callable[..., Said]) -> None:
    """`topics create` again makes nothing."""
    assert bancheng("topics", "create").out == "新建主题 0、用户 0、权限 0。\n"
    assert bancheng("topics", "create", "--json").json()["topics"] == []


def test_a_file_is_published_and_routed(bancheng: Callable[..., Said], wire: Wire, tmp_path: Path) -> None:
    """The rows of a GB18030 file become cases of the channel; a second run doubles none."""
    file = tmp_path / "来件.csv"
    mark = new_id()
    file.write_bytes(f"标题,内容\n漏水,三号楼房屋漏水{mark}\n暖气,五号楼暖气不热{mark}\n".encode("gb18030"))
    reports = []
    for _ in range(2):
        said = bancheng("publish", file, "--channel", "hotline", "--column", "narrative=内容", "--json")
        assert said.code == 0, said.err
        reports.append(said.json())
        assert (reports[-1]["accepted"], reports[-1]["encoding"]) == (2, "gb18030")
        wire.case_when(reports[-1]["last_case"], lambda case: case is not None)
    assert reports[0]["last_case"] == reports[1]["last_case"]
    listed = bancheng("cases", "list", "--channel", "hotline", "--most", 500, "--json").json()
    ours = [row["domain"] for row in listed if row["id"] in {reports[0]["first_case"], reports[0]["last_case"]}]
    assert sorted(ours) == ["heating", "housing"]


def test_a_file_that_is_none(bancheng: Callable[..., Said], tmp_path: Path) -> None:
    """A workbook that is none, an empty file, a file without the needed column: one sentence, exit code 2."""
    for name, content, sentence in (
        ("a.xlsx", b"not a zip", "a.xlsx"),
        ("b.csv", b"", "b.csv"),
        ("c.csv", b"x,y\n1,2\n", "narrative"),
        ("d.pdf", b"%PDF", "d.pdf"),
    ):
        (tmp_path / name).write_bytes(content)
        said = bancheng("publish", tmp_path / name, "--channel", "hotline")
        assert (said.code, said.out) == (2, ""), name
        assert sentence in said.err
        assert said.err.count("\n") == 1


def test_nothing_runs(bancheng: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a home where nothing runs a command says so and what to start."""
    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path))
    for words in (["cases", "list"], ["cases", "tally"], ["quarantine", "list"], ["route"], ["relay"]):
        said = bancheng(*words)
        assert said.code == 1, words
        assert "没有服务在运行：请在另一终端执行 bancheng up" in said.err


def test_a_home_in_use(bancheng: Callable[..., Said], wire: Wire) -> None:
    """A second `up` in the same home is refused, naming the process that has it."""
    said = bancheng("up")
    assert said.code == 1
    assert str(wire.house.settings.home) in said.err
    assert bancheng("up", "--once").code == 2


def test_a_demonstration_and_real_work_do_not_mix(bancheng: Callable[..., Said]) -> None:
    """A router with simulated time refuses a real installation's ledger."""
    said = bancheng("route", "--demo")
    assert said.code == 1
    assert "属于正式运行" in said.err


def test_the_version(bancheng: Callable[..., Said]) -> None:
    """The version stands on a line of its own."""
    assert bancheng("version").out == f"bancheng {bancheng('version', '--short').out}"
