"""Print every story with its result: `.venv/bin/python tests/scenarios/table.py`; ends with 1 if one fails."""

from __future__ import annotations

import sys
from collections import Counter

from pending import PENDING
from rich.console import Console
from rich.table import Table
from runner import Play, StoryFailedError
from script import Story, StoryError, read_all

PASSED, FAILED, WAITS, SURPRISES = "通过", "不符", "待改", "已改好"


def result(story: Story) -> tuple[str, str, int]:
    """Return what came of a story in a word, the reason, and how many days it took."""
    play, pending = Play(story), PENDING.get(story.story)
    try:
        play.play()
    except StoryFailedError as error:
        return (WAITS, pending, play.days) if pending else (FAILED, str(error), play.days)
    return (SURPRISES, "从 pending.py 里删去", play.days) if pending else (PASSED, "", play.days)


def main() -> int:
    """Print the table; return the exit code."""
    console = Console(width=None if sys.stdout.isatty() else 200)
    try:
        stories = read_all()
    except StoryError as error:
        console.print(str(error), markup=False)
        return 1
    table = Table("文件", "故事", "步数", "模拟天数", "结果", "原因")
    counts: Counter[str] = Counter()
    for name, story in stories:
        said, why, days = result(story)
        counts[said] += 1
        table.add_row(name, story.story, str(len(story.steps)), str(days), said, why)
    console.print(table, markup=False)
    console.print("，".join(f"{said} {count}" for said, count in counts.items()))
    return 1 if counts[FAILED] or counts[SURPRISES] else 0


if __name__ == "__main__":
    sys.exit(main())
