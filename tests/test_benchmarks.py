"""The page about benchmarks says what was measured."""

from __future__ import annotations

import json

import pytest

from bench.table import BEGIN, BEGIN_STAGES, END, END_STAGES, MEASURED, PAGE, STAGES, placed, rendered, staged

ROW = {
    "what": "speed", "unit": "cases/s", "goal": 3000.0, "better": "more", "median": 3100.0, "min": 3000.0,
    "max": 3200.0, "runs": [3000.0, 3100.0, 3200.0], "met": True,
}  # fmt: skip
FOUND = {
    "quick": False,
    "machine": {
        "measured_at": "2026-11-25T21:00:00+00:00", "commit": "abc", "cores": 2, "processor": "some",
        "memory_gib": 23.5, "system": "Linux x86_64", "python": "3.11.7", "load_before": 0.1,
    },
    "rows": [ROW],
}  # fmt: skip


def test_a_row_says_figure_spread_goal_and_verdict() -> None:
    """A measured row stands in the table with its median, its spread, how often it was run, and whether it is met."""
    assert "| speed | 3100 cases/s | 3000 – 3200 | 3 | ≥ 3000 cases/s | met |" in rendered(FOUND)


def test_a_quick_run_is_not_shown() -> None:
    """The figures of a quick run never reach the page."""
    with pytest.raises(ValueError, match="quick"):
        rendered(FOUND | {"quick": True})


def test_the_page_shows_what_was_measured() -> None:
    """The table of the page is the one made of the measured file, as soon as there is one."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    if MEASURED.exists():
        assert placed(page, rendered(json.loads(MEASURED.read_text(encoding="utf-8")))) == page


def test_the_page_shows_where_a_router_spends_its_time() -> None:
    """The table of stages is the one made of the measured file, and its shares add up to the whole."""
    page, found = PAGE.read_text(encoding="utf-8"), json.loads(STAGES.read_text(encoding="utf-8"))
    assert placed(page, staged(found), BEGIN_STAGES, END_STAGES) == page
    assert sum(found["stages, µs a case"].values()) == pytest.approx(found["processor, µs a case"], rel=0.01)
