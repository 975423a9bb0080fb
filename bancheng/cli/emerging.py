"""`bancheng topics emerging --since DAY`: what several people bring at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bancheng.cli.days import span
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.emerging import MOST
from bancheng.emerging import emerging as find
from bancheng.journey.story import Teller
from router.ledger import reading
from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.emerging import Topic, Topics

_SHOWN = 2
"""References of a topic that a line has room for."""


def emerging(
    *,
    since: Annotated[str, typer.Option(help="收到日期自，如 2026-11-01。Received from this day on.")],
    until: Annotated[str | None, typer.Option(help="收到日期至（含当日）。Received up to this day.")] = None,
    least: Annotated[int, typer.Option(min=2, help="至少几个人反映。At least so many persons.")] = 3,
    json: AsJson = False,
) -> None:
    """新近热点：近期好些人反映的同一件事，与上一个同样长的时段相比。Matters that several people bring at once."""
    with house() as given:
        lang = given.settings.lang
        asked = span(since, until, given.policy.work_calendar.zone, lang)
        with transaction(given.engine) as connection:
            now = reading.present(connection, datetime.now(UTC))
        begins, before = asked.since or now, asked.before or now
        if begins >= before:
            fail(said(lang, f"--since {since} 还没到：请写更早的日期。",
                      f"--since {since} is still to come: name an earlier day."), MISUSED)  # fmt: skip
        topics = find(given, begins, before, least)
        teller = Teller(given.policy, lang)
    if json:
        print_json({
            "since": begins.isoformat(), "before": before.isoformat(), "least": least, "read": topics.read,
            "erased": topics.erased, "hidden": topics.hidden, "cut": topics.cut,
            "topics": [_data(topic) for topic in topics.found],
        })  # fmt: skip
    else:
        _print(topics, teller)


def _data(topic: Topic) -> dict[str, Any]:
    return {
        "words": topic.words,
        "size": len(topic.cases),
        "people": topic.people,
        "channels": topic.channels,
        "first": topic.cases[0].received_at.isoformat(),
        "last": topic.cases[-1].received_at.isoformat(),
        "before": topic.before,
        "growth": None if topic.growth is None else round(topic.growth, 2),
        "cases": [{"id": row.id, "reference": row.reference} for row in topic.cases],
    }


def _lines(topic: Topic, teller: Teller) -> Iterator[str]:
    """Yield how many brought it, when, through which channels, and the first cases."""
    lang, zone = teller.lang, teller.policy.work_calendar.zone
    first, last = (topic.cases[at].received_at.astimezone(zone).date() for at in (0, -1))
    channels = "、".join(map(teller.unit, topic.channels))
    yield said(lang, f"{len(topic.cases)} 件，{topic.people} 人；上期 {topic.before} 件；{first} 至 {last}；{channels}",
               f"{len(topic.cases)} cases by {topic.people} persons, {topic.before} before; {first}–{last}; {channels}",
               )  # fmt: skip
    named = "  ".join(row.reference or row.id for row in topic.cases[:_SHOWN])
    yield said(lang, "工单：", "Cases: ") + named + (" …" if len(topic.cases) > _SHOWN else "")


def _print(topics: Topics, teller: Teller) -> None:
    lang, out = teller.lang, console()
    for number, topic in enumerate(topics.found, 1):
        out.print(f"{number}. {'  '.join(topic.words)}", style="bold", markup=False)
        for line in _lines(topic, teller):
            out.print(f"   {line}", markup=False)
    if not topics.found:
        out.print(said(lang, "没有几个人同时反映的事。", "Nothing was brought by several people at once."))
    out.print(said(lang, f"读了 {topics.read} 件（连同上一时段）；"
                         f"保密和举报 {topics.hidden} 件、原文已删除的 {topics.erased} 件未计。",
                   f"{topics.read} cases read, the period before included; left out: {topics.hidden} confidential or "
                   f"reports, {topics.erased} erased."))  # fmt: skip
    if topics.cut:
        out.print(said(lang, f"时段里的工单太多，只读了最新的 {MOST} 件：请缩短时段。",
                       f"There were more: only the newest {MOST} were read; ask about a shorter time."))  # fmt: skip
