"""Writing stories: moments as a clerk writes them, and what is said of a story that is wrong."""

from __future__ import annotations

from datetime import datetime

import moments
import pytest
from centre import centre
from runner import Play, StoryFailedError
from script import StoryError, read, read_all
from words import EVENTS, MESSAGES, VERBS

GOOD = """
story: 试一试
about: 一个单位当天签收。
begins: 2026-09-29 10:00
channel: app
says: {title: 给八十岁的母亲申请高龄津贴, text: 母亲上月满八十岁，想申请高龄津贴。}
opens: {then: [提交, 登记, 分类, 受理, 派单: 民政局]}
steps:
  - {at: +2 小时, who: 民政局, does: 签收, due: {case: 2026-10-12 17:30}}
  - {at: +1 工作日 09:30, who: 旗民政局, does: contact}
ends: {stage: handling}
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-09-30 09:05", "2026-09-30 09:05"),
        ("当日 14:00", "2026-09-30 14:00"),
        ("+1 工作日", "2026-10-08 10:00"),
        ("+2 工作日 09:30", "2026-10-09 09:30"),
        ("+3 日 20:00", "2026-10-03 20:00"),
        ("+26 小时", "2026-10-01 12:00"),
        ("+30分钟", "2026-09-30 10:30"),
    ],
)
def test_moments(said: str, expected: str) -> None:
    """A moment is a date and time, or counted from the step before in working days, days, hours, minutes."""
    calendar = centre().work_calendar
    before = datetime(2026, 9, 30, 10, 0, tzinfo=calendar.zone)
    assert moments.resolve(moments.read(said), before, calendar).strftime(moments.FORMAT) == expected


def test_a_good_story_plays() -> None:
    """The shortest story there can be."""
    Play(read(GOOD, "good.yaml")).play()


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("签收,", "签受,", "bad.yaml 第 9 行，steps[1].does：没有“签受”这个动作；有：提交、"),
        ("派单: 民政局", "派发: 民政局", "bad.yaml 第 7 行，opens.then[5]：没有“派发”这种事件；有：提交、"),
        ("+2 小时", "过两个小时", "bad.yaml 第 9 行，steps[1].at：看不懂时间“过两个小时”：写成 2026-09-28 10:00、"),
        ("who: 民政局, does: 签收", "who: 民政局", "bad.yaml 第 9 行，steps[1]：写明 who（谁）和 does（做什么）"),
        ("due: {", "dues: {", "bad.yaml 第 9 行，steps[1].dues：没有这一项：改正名称或者删去"),
        ("channel: app\n", "", "bad.yaml 第 2 行，channel：缺少这一项"),
        ("begins: 2026-09-29 10:00", "begins: 当日 10:00", "bad.yaml 第 2 行，全文：begins 写明年月日和时间"),
        ("about:", "story:", "bad.yaml 第 3 行，story：写了两次；留一处"),
        ("steps:\n", "steps: [\n", "bad.yaml 第 9 行：不是合格的 YAML"),
        ("does: contact", "does: contact, refused: too_late", "第 10 行，steps[2].refused：没有“too_late”这种拒绝；"),
        ("who: 民政局, does: 签收", "clock: true", "bad.yaml 第 9 行，steps[1]：clock 一步要在 then 里写明发生什么"),
    ],
)
def test_a_story_that_cannot_be_read(wrong: str, right: str, said: str) -> None:
    """Every fault is named by file, line and field, with what to do."""
    with pytest.raises(StoryError) as caught:
        read(GOOD.replace(wrong, right), "bad.yaml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("2026-10-12 17:30", "2026-10-10 17:30", "第 1 步（2026-09-29 12:00 民政局 sign）：case 应当到期 2026-10-10"),
        ("派单: 民政局", "派单: 住建局", "提交：这一步应当是"),
        (", 派单: 民政局", "", "提交：这一步应当是"),
        ("+1 工作日 09:30", "+2 工作日 09:30", "其间应当是\n    （什么都没有）\n  实际是\n    催办: {clock: contact-1"),
        ("does: contact", "does: answer, then: [答复]", "这一步应当是\n    答复\n  实际是"),
        ("does: contact", "does: answer", "这一步应当是\n    （什么都没有）\n  实际是"),
        ("does: contact", "does: contact, refused: expired", "应当被拒绝（expired），却办成了"),
        ("does: contact", "does: sign", "被拒绝 already_done（sign）：“sign”已经办过，不必重复。"),
        ("旗民政局", "民生局", "规则里没有单位“民生局”；写单位编号、全称或别名"),
        ("does: contact", "does: apply_return, with: {why: 忙}", "with.reason："),
        ("does: contact", "does: contact, told: {app: [派单]}", "告知 results.app 的应当是\n    派单\n"),
        ("does: contact", "does: contact, holds: [住建局]", "手里有任务的应当是 ['housing-construction']"),
        ("stage: handling", "stage: closed", "结局：工单的 stage 应当是 closed，实际是 handling"),
        ("stage: handling", "colour: red", "结局：工单的 colour 应当是 red，实际是 （工单没有“colour”这一项）"),
        ("+1 工作日 09:30", "2026-09-28 10:00", "早于前一步 2026-09-29 12:00"),
    ],
)
def test_a_story_that_goes_otherwise(wrong: str, right: str, said: str) -> None:
    """Whatever comes out otherwise fails the story at its step, with what was expected and what came."""
    assert wrong in GOOD
    with pytest.raises(StoryFailedError) as caught:
        Play(read(GOOD.replace(wrong, right), "bad.yaml")).play()
    assert said in str(caught.value)


def test_one_word_means_one_thing() -> None:
    """No two of a clerk's words mean the same verb, event or message."""
    for words in (VERBS, EVENTS, MESSAGES):
        assert len(set(words.values())) == len(words)


def test_titles_are_unique() -> None:
    """Every story has a title of its own, and there are enough of them."""
    stories = read_all()
    assert len({story.story for _, story in stories}) == len(stories) >= 34
