"""`bancheng report` over the real ledger: what a case adds to the indicators, in words and as data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from router.ledger import reading
from router.ledger.tables import installation

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Said, Wire

YESTERDAY = str(datetime.now(UTC).date() - timedelta(days=1))  # cases are accepted now, wherever midnight is


def of_hrss(bancheng: Callable[..., Said]) -> dict[str, Any]:
    """The row of the unit that this test's case goes to."""
    found = bancheng("report", "--since", YESTERDAY, "--json").json()
    assert (found["by"], found["since"], found["until"]) == ("unit", YESTERDAY, None)
    return next((row for row in found["rows"] if row["key"] == "hrss"), {})


def test_a_case_is_counted(bancheng: Callable[..., Said], wire: Wire) -> None:
    """A case that was signed, contacted, answered and rated adds one to each numerator and denominator of its unit."""
    before = of_hrss(bancheng)
    case_id = wire.good("社保养老")
    for words in (
        ("sign", "--as", "hrss"),
        ("contact", "--as", "hrss", "--say", "已联系"),
        ("answer", "--as", "hrss", "--say", "已办理"),
        ("follow_up", "--as", "window", "--set", "grade=satisfied", "--say", "已回访"),
    ):
        assert bancheng("act", case_id, *words).code == 0
    after = of_hrss(bancheng)
    for name in ("cases", "accepted", "answered"):
        assert after[name] - before.get(name, 0) == 1, name
    for name in ("response", "resolution", "satisfaction", "on_time"):
        assert {k: after[name][k] - before.get(name, {}).get(k, 0) for k in ("numerator", "denominator")} == {
            "numerator": 1, "denominator": 1,
        }, name  # fmt: skip
        assert 0 < after[name]["fraction"] <= 1
    for name in ("sign", "contact", "done", "total"):
        assert after[name]["count"] - before.get(name, {}).get("count", 0) == 1, name
    shown = bancheng("report", "--since", YESTERDAY)
    assert shown.code == 0
    rates = after["response"]
    row = next(line for line in shown.out.splitlines() if "人力资源和社会保障局" in line)
    assert f"% ({rates['numerator']}/{rates['denominator']})" in row
    for word in ("响应率", "解决率", "满意率", "按时办结率", "挂账", "退单", "重办", "总历时", "合计", "待受理"):
        assert word in shown.out


def test_by_domain_and_month(bancheng: Callable[..., Said], wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are domains by name or months; all of them make the same row of all; English on request."""
    case = wire.case(wire.good())
    assert case
    assert case.accepted_at
    month = case.accepted_at.astimezone(wire.house.policy.work_calendar.zone).strftime("%Y-%m")
    found = {by: bancheng("report", "--by", by, "--json").json() for by in ("unit", "domain", "month")}
    assert "housing" in [row["key"] for row in found["domain"]["rows"]]
    assert month in [row["key"] for row in found["month"]["rows"]]
    for report in found.values():
        assert report["total"]["cases"] == sum(row["cases"] for row in report["rows"]) > 0
    assert "住房" in bancheng("report", "--by", "domain").out
    monkeypatch.setenv("BANCHENG_LANG", "en")
    told = bancheng("report", "--by", "month").out
    assert month in told
    assert "Resolution" in told


def test_nobody_accepted_anything_then(bancheng: Callable[..., Said], wire: Wire) -> None:
    """A period before everything has no rows, and no rate is made up."""
    found = bancheng("report", "--since", "2001-01-01", "--until", "2001-12-31", "--json").json()
    assert found["rows"] == []
    assert found["total"]["response"] == {"numerator": 0, "denominator": 0, "fraction": None}
    assert "受理日期 2001-01-01 至 …" in bancheng("report", "--since", "2001-01-01").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "2026-13-01"), "--since 2026-13-01：不是日期"),
        (("--since", "2026-03-02", "--until", "2026-03-01"), "--since 2026-03-02 晚于 --until 2026-03-01"),
        (("--until", "9999-12-31", "--since", "0001-01-01", "--by", "street"), "street"),
    ],
)
def test_asked_wrongly(bancheng: Callable[..., Said], words: tuple[str, ...], sentence: str) -> None:
    """What is wrong with the question is said in one sentence, exit code 2."""
    said = bancheng("report", *words)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert bancheng("report", "--since", "0001-01-01", "--until", "9999-12-31", "--json").code == 0


def test_now_is_the_ledgers_own(wire: Wire) -> None:
    """Where time is simulated now is the newest change; elsewhere it is what the clock says."""
    wire.good()
    long_ago = datetime(1999, 1, 1, tzinfo=UTC)
    with wire.engine.connect() as connection:
        assert reading.present(connection, long_ago) == long_ago
        connection.execute(update(installation).values(time_source="message"))
        assert reading.present(connection, long_ago) > long_ago
        connection.rollback()
