"""`bancheng cases explain` against real servers: the whole derivation, in words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from producers.window import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from conftest import Said, Wire


def test_a_case_explains_itself(bancheng: Callable[..., Said], wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words and data say why it is due then and who may do what; what was done is not offered again."""
    case_id = wire.good("暖气不热")
    told = bancheng("cases", "explain", case_id)
    assert told.code == 0
    headings = [line for line in told.out.splitlines()[1:] if line and not line.startswith(" ")]
    assert headings == [
        "现状", "谁在办，为何由其办", "期限如何得出", "时间到了会怎样", "接下来可以办什么，由谁办", "为何派到这里",
    ]  # fmt: skip
    for words in (
        "规则：小旗政务服务中心，版本 1",
        "2. 城市管理局（协办，派单）：已派单",
        "来由：按路由表（管网）",
        "期限10个工作日（依据：测试）；起算当日不计",
        "第 1 次催办（红灯）：签收〔城市管理局〕",
        "签收：住房和城乡建设局（任务 1）、城市管理局（任务 2）",
        "路由表：供热 → 主办 住房和城乡建设局：供热主管",
    ):
        assert words in told.out

    found = bancheng("cases", "explain", case_id, "--json").json()
    clocks = {clock["key"]: clock for clock in found["clocks"]}
    held = next(one for one in found["holdings"] if one["number"] == 2)
    assert clocks["unit-2"]["derivation"]["due"] == clocks["unit-2"]["due"] == held["due"]
    assert clocks["unit-2"]["sentence"]["zh"] in told.out
    assert {"who": "urban", "role": "unit", "assignment": 2} in _by(found, "sign")

    assert bancheng("act", case_id, "sign", "--as", "urban").code == 0
    assert [may["who"] for may in _by(bancheng("cases", "explain", case_id, "--json").json(), "sign")] == ["housing"]
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert "Routing table: Heating → lead Housing Bureau: 供热主管" in bancheng("cases", "explain", case_id).out


def test_an_unknown_case_explains_nothing(bancheng: Callable[..., Said]) -> None:
    """An id that nobody has: exit code 1 and one sentence."""
    said = bancheng("cases", "explain", new_id())
    assert (said.code, said.out) == (1, "")
    assert "没有工单" in said.err
    assert said.err.count("\n") == 1


def _by(found: dict[str, list[dict[str, object]]], verb: str) -> list[dict[str, object]]:
    """Who may do it, and about what."""
    act = next(act for act in found["possible"] if act["verb"] == verb)
    by = act["by"]
    assert isinstance(by, list)
    return by
