"""What a person reads about a due date: the sentences of some clocks, word for word."""

from __future__ import annotations

from datetime import date

import pytest
from reckoner import World, at, pause

from router.clocks.explain import Skipped, derive, sentence
from router.clocks.limits import Clock
from router.policy.limits import Limit, PauseKind

MONDAY = at("2026-03-02 10:00")
WORLD = World(holidays=frozenset({date(2026, 3, 4)}))


def _limit(**measure: int) -> Limit:
    return Limit(**measure, source="《办法》第五条")


CASES = [
    pytest.param(
        Clock(_limit(working_days=5), at("2025-09-26 16:00")),
        "自2025年9月26日（周五）16:00起算，期限5个工作日（依据：《办法》第五条）；起算当日不计；"
        "不计：9月27日（周末）、10月1日至10月5日（国庆节）、10月6日（中秋）、10月7日至10月8日（国庆节）；"
        "调休上班，计入：9月28日；到期：2025年10月10日（周五）17:30。",
        "runs from 2025-09-26 16:00, limit 5 working days (《办法》第五条); "
        "not counted: 2025-09-27 (weekend), 2025-10-01 to 2025-10-05 (holiday), 2025-10-06 (holiday), "
        "2025-10-07 to 2025-10-08 (holiday); make-up workdays that count: 2025-09-28; due 2025-10-10 17:30.",
        id="国庆, 中秋 and a make-up Sunday",
    ),
    pytest.param(
        Clock(_limit(working_days=1), MONDAY, (pause("2026-03-03 11:00", "2026-03-05 09:00"),), 2),
        "自2026年3月2日（周一）10:00起算，期限1个工作日（依据：《办法》第五条）；起算当日不计；延期2个工作日；"
        "不计：3月3日（暂停：等待群众）、3月4日（本中心休息）、3月5日（暂停：等待群众）、3月7日至3月8日（周末）；"
        "到期：2026年3月10日（周二）17:30。",
        "runs from 2026-03-02 10:00, limit 1 working day (《办法》第五条); extended by 2 working days; "
        "not counted: 2026-03-03 (paused: waiting for the person), 2026-03-04 (day off of the centre), "
        "2026-03-05 (paused: waiting for the person), 2026-03-07 to 2026-03-08 (weekend); due 2026-03-10 17:30.",
        id="a pause, a day off of the centre and an extension",
    ),
    pytest.param(
        Clock(_limit(working_days=0), MONDAY),
        "自2026年3月2日（周一）10:00起算，期限当日（依据：《办法》第五条）；到期：2026年3月2日（周一）17:30。",
        "runs from 2026-03-02 10:00, limit the same day (《办法》第五条); due 2026-03-02 17:30.",
        id="the same day",
    ),
    pytest.param(
        Clock(_limit(working_days=0), at("2026-03-06 18:00")),
        "自2026年3月6日（周五）18:00起算，期限当日（依据：《办法》第五条）；"
        "不计：3月6日（已过下班时间）、3月7日至3月8日（周末）；到期：2026年3月9日（周一）17:30。",
        "runs from 2026-03-06 18:00, limit the same day (《办法》第五条); "
        "not counted: 2026-03-06 (after close of business), 2026-03-07 to 2026-03-08 (weekend); due 2026-03-09 17:30.",
        id="the same day, brought on Friday evening",
    ),
    pytest.param(
        Clock(_limit(working_days=0), at("2026-03-02 18:00"), (), 1),
        "自2026年3月2日（周一）18:00起算，期限当日（依据：《办法》第五条）；起算当日不计；延期1个工作日；"
        "到期：2026年3月3日（周二）17:30。",
        "runs from 2026-03-02 18:00, limit the same day (《办法》第五条); extended by 1 working day; "
        "due 2026-03-03 17:30.",
        id="the same day, extended",
    ),
    pytest.param(
        Clock(_limit(calendar_days=10), at("2025-09-21 10:00")),
        "自2025年9月21日（周日）10:00起算，期限10日（依据：《办法》第五条）；起算当日不计；"
        "末日不是工作日，顺延到下一工作日（民法典第二百零三条）；到期：2025年10月9日（周四）17:30。",
        "runs from 2025-09-21 10:00, limit 10 days (《办法》第五条); the last day is no working day, "
        "so the next one takes its place (Civil Code 203); due 2025-10-09 17:30.",
        id="calendar days that end in 国庆",
    ),
    pytest.param(
        Clock(_limit(calendar_days=5), MONDAY, (pause("2026-03-09 10:00", "2026-03-11 10:00", PauseKind.COURT),)),
        "自2026年3月2日（周一）10:00起算，期限5日（依据：《办法》第五条）；起算当日不计；"
        "不计：3月9日至3月11日（暂停：诉讼仲裁）；末日不是工作日，顺延到下一工作日（民法典第二百零三条）；"
        "到期：2026年3月12日（周四）17:30。",
        "runs from 2026-03-02 10:00, limit 5 days (《办法》第五条); "
        "not counted: 2026-03-09 to 2026-03-11 (paused: court or arbitration); the last day is no working day, "
        "so the next one takes its place (Civil Code 203); due 2026-03-12 17:30.",
        id="calendar days moved into a pause",
    ),
    pytest.param(
        Clock(_limit(months=1), at("2024-01-31 10:00")),
        "自2024年1月31日（周三）10:00起算，期限1个月（依据：《办法》第五条）；起算当日不计；"
        "到期：2024年2月29日（周四）17:30。",
        "runs from 2024-01-31 10:00, limit 1 month (《办法》第五条); due 2024-02-29 17:30.",
        id="a month to a leap day",
    ),
    pytest.param(
        Clock(_limit(hours=24), MONDAY, (
            pause("2026-03-02 12:00", "2026-03-02 15:30", PauseKind.FORCE_MAJEURE),
            pause("2026-03-05 12:00", "2026-03-05 15:30", PauseKind.INQUIRY),
        ), 3),
        "自2026年3月2日（周一）10:00起算，期限24小时（不分昼夜）（依据：《办法》第五条）；"
        "不可抗力，暂停至2026年3月2日（周一）15:30；到期：2026年3月3日（周二）13:30。",
        "runs from 2026-03-02 10:00, limit 24 hours round the clock (《办法》第五条); "
        "paused until 2026-03-02 15:30 (force majeure); due 2026-03-03 13:30.",
        id="hours, a pause, one that came too late, and an extension that hours don't have",
    ),
    pytest.param(
        Clock(_limit(working_hours=1), at("2026-03-02 17:00"), (pause("2026-03-02 17:10", "2026-03-03 09:10"),)),
        "自2026年3月2日（周一）17:00起算，期限1个工作小时（依据：《办法》第五条）；"
        "等待群众，暂停至2026年3月3日（周二）09:10；到期：2026年3月3日（周二）10:00。",
        "runs from 2026-03-02 17:00, limit 1 working hour (《办法》第五条); "
        "paused until 2026-03-03 09:10 (waiting for the person); due 2026-03-03 10:00.",
        id="a working hour",
    ),
    pytest.param(
        Clock(_limit(working_days=1), at("2026-12-31 10:00")),
        "自2026年12月31日（周四）10:00起算，期限1个工作日（依据：《办法》第五条）；起算当日不计；"
        "到期：2027年1月1日（周五）17:30（该年度放假安排尚未公布，到时会重新核定）。",
        "runs from 2026-12-31 10:00, limit 1 working day (《办法》第五条); "
        "due 2027-01-01 17:30 (holidays of that year are not published yet).",
        id="a year that isn't published",
    ),
    pytest.param(
        Clock(_limit(working_days=5), MONDAY, (pause("2026-03-03 10:00", None, PauseKind.STATUTORY),)),
        "自2026年3月2日（周一）10:00起算，期限5个工作日（依据：《办法》第五条）；起算当日不计；"
        "现因法定程序暂停，恢复后才能确定到期时间。",
        "runs from 2026-03-02 10:00, limit 5 working days (《办法》第五条); stands still now (statutory procedure).",
        id="standing still",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("clock", "chinese", "english"), CASES)
def test_sentences(clock: Clock, chinese: str, english: str) -> None:
    """A due date explains itself in Chinese and English: start, rule, days skipped and why, pauses, extension."""
    calendar = WORLD.calendar
    found = derive(clock, calendar)
    assert sentence(found, calendar) == chinese
    assert sentence(found, calendar, "en") == english


def test_a_make_up_day_under_a_pause_did_not_count() -> None:
    """A made-up Sunday that a pause touched is told as skipped, and not as counted too."""
    stood = pause("2025-09-28 09:00", "2025-09-28 12:00", PauseKind.INQUIRY)
    clock = Clock(_limit(working_days=1), at("2025-09-26 10:00"), (stood,))
    found = derive(clock, World().calendar)
    sunday = date(2025, 9, 28)
    assert found.skipped[-1] == Skipped(sunday, sunday, "pause", "inquiry")
    assert found.made_up == ()
    assert found.due == at("2025-09-29 17:30")


def test_what_a_derivation_holds() -> None:
    """The derivation is data: the runs of days that did not count, each with its reason and the holiday's name."""
    found = derive(Clock(_limit(working_days=3), at("2024-04-02 10:00")), World().calendar)
    assert found.skipped == (Skipped(date(2024, 4, 4), date(2024, 4, 6), "holiday", "清明"),)
    assert found.made_up == (date(2024, 4, 7),)
    assert (found.measure, found.number, found.source) == ("working_days", 3, "《办法》第五条")
    assert (found.due, found.moved, found.provisional) == (at("2024-04-08 17:30"), False, False)
