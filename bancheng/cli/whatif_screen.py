"""The figures of a what-if as tables on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table

from bancheng.cli.shell import console, said
from bancheng.whatif.wording import KINDS, STEPS, WHY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bancheng.whatif.wording import Wording
    from router.audit.whatif.report import Both, Found

_MOST = 12
"""So many rows of a list are shown; the JSON has all."""


def show(found: Found, heading: Iterable[str], wording: Wording) -> None:
    """Print everything, the answer first."""
    out, lang = console(), wording.lang
    for line in heading:
        out.print(line, markup=False)
    left_out = sum(one.cases for one in found.undecidable)
    out.print(
        said(
            lang,
            f"{found.cases} 件工单、{found.commands} 条记录：{found.differ} 件不同，{found.same} 件相同，"
            f"{left_out} 件无法判断。",
            f"{found.cases} cases, {found.commands} records: {found.differ} differ, {found.same} are the same, "
            f"{left_out} can't be judged.",
        )
    )
    for one in found.undecidable:
        why = said(lang, *WHY.get(one.code, (one.code, one.code)))
        out.print(
            said(lang, f"  无法判断：{why}：{one.cases} 件", f"  can't be judged: {why}: {one.cases}"), markup=False
        )
    _unknown(found, wording)
    if not found.differ:
        return
    _kinds(found, wording)
    _sizes(found, wording)
    _routes(found, wording)
    _load(found, wording)
    _parted(found, wording)


def _table(lang: str, head: tuple[str, str], *columns: tuple[str, str]) -> Table:
    return Table(said(lang, *head), *(Column(said(lang, *column), justify="right") for column in columns))


def _kinds(found: Found, wording: Wording) -> None:
    counts = {one.code: one.cases for one in found.kinds}
    table = _table(wording.lang, ("不同之处", "What differs"), ("工单", "Cases"))
    for code, words in KINDS.items():
        if code in counts:
            table.add_row(said(wording.lang, *words), str(counts[code]))
    console().print(table)


def _sizes(found: Found, wording: Wording) -> None:
    """Print what may be held against each other as it was and as it would be."""
    lang = wording.lang
    table = _table(lang, ("指标", "Figure"), ("现", "Was"), ("试", "Would be"), ("差", "Change"))

    def rows(head: tuple[str, str], both: Iterable[Both], named: dict[str, str]) -> None:
        for one in both:
            if one.was or one.would:
                _pair(table, f"{said(lang, *head)}{named[one.code]}", one.was, one.would)

    rows(("去向：", "goes to: "), found.went, {one.code: wording.word(one.code) for one in found.went})
    rows(("研判原因：", "triage, because: "), found.triage, {one.code: wording.word(one.code) for one in found.triage})
    rows(("不予受理：", "not accepted: "), found.declined, {one.code: one.code for one in found.declined})
    _pair(table, said(lang, "提议专班", "task forces proposed"), found.proposed.was, found.proposed.would)
    _pair(table, said(lang, "成立专班", "task forces opened"), found.opened.was, found.opened.would)
    rows(("", ""), found.steps, {code: said(lang, *words) for code, words in STEPS.items()})
    told = found.on_time
    table.add_row(said(lang, "按时办结率", "answered in time"), wording.rate(told.was), wording.rate(told.would), "")
    console().print(table)
    for head, moved in (
        (("告知群众的期限：", "The person's due date: "), found.due),
        (("单位办理期限：", "Units' due dates: "), found.unit_due),
        (("签收期限：", "Until when to sign: "), found.sign_due),
    ):
        if moved.earlier or moved.later:
            console().print(said(lang, *head) + wording.moved(moved))
    console().print(
        said(
            lang,
            f"按时办结率：实际答复时间对新期限，单位的作为以记录为准；另有 {told.not_judged} 件无从判断，两边都不计。",
            f"In time: the recorded moment of the answer against the new date; units act as recorded. {told.not_judged}"
            " more can't be judged and count on neither side.",
        )
    )


def _pair(table: Table, name: str, was: int, would: int) -> None:
    table.add_row(name, str(was), str(would), f"{would - was:+d}" if would != was else "·")


def _routes(found: Found, wording: Wording) -> None:
    for head, changes, named in (
        (("去向变化", "Goes elsewhere"), found.moved, wording.word),
        (("主办变化", "Another lead"), found.leads, wording.unit),
        (("领域变化", "Another domain"), found.judged, wording.domain),
    ):
        if changes:
            table = _table(wording.lang, head, ("工单", "Cases"))
            for one in changes[:_MOST]:
                table.add_row(f"{named(one.was)} → {named(one.would)}", str(one.cases))
            console().print(table)
    if found.joined:
        table = _table(wording.lang, ("协办变化", "Cooperating"), ("退出", "Falls out"), ("加入", "Comes in"))
        for both in found.joined[:_MOST]:
            table.add_row(wording.unit(both.code), str(both.was), str(both.would))
        console().print(table)


def _load(found: Found, wording: Wording) -> None:
    changed = [
        row for row in found.load if row.lead.was != row.lead.would or row.cooperating.was != row.cooperating.would
    ]
    if not changed:
        return
    table = _table(
        wording.lang, ("首次派单", "First dispatch"), ("主办 现", "Lead was"), ("主办 试", "Lead would be"),
        ("协办 现", "Coop. was"), ("协办 试", "Coop. would be"),
    )  # fmt: skip
    for row in changed:
        counts = (row.lead.was, row.lead.would, row.cooperating.was, row.cooperating.would)
        table.add_row(wording.unit(row.unit), *map(str, counts))
    console().print(table)


def _parted(found: Found, wording: Wording) -> None:
    """Say where histories part, and which recorded commands no longer fit."""
    out, lang = console(), wording.lang
    parts = said(lang, "、", ", ").join(f"{wording.verb(one.code)} {one.cases}" for one in found.parts)
    out.print(said(lang, f"从何处分开：{parts}。", f"Where histories part: {parts}."), markup=False)
    if not found.no_longer_fits:
        return
    table = _table(lang, ("不再适用的第一条命令", "The first command that no longer fits"), ("工单", "Cases"))
    rows = sorted(found.no_longer_fits, key=lambda one: (-one.cases, one.code, one.about))
    for one in rows[:_MOST]:
        table.add_row(f"{wording.verb(one.code)}：{wording.misfit(one.about)}", str(one.cases))
    out.print(table)
    out.print(said(lang, f"其后共 {found.commands_left} 条命令无从判断。",
                   f"{found.commands_left} commands from there on can't be judged."))  # fmt: skip


def _unknown(found: Found, wording: Wording) -> None:
    """Name what the tried policy lacks, and what nobody looked for."""
    out, lang, unknown = console(), wording.lang, found.unknown
    for head, rows in (
        (("渠道", "channels"), unknown.channels), (("领域", "domains"), unknown.domains),
        (("原因", "causes"), unknown.causes), (("单位", "units"), unknown.units),
    ):  # fmt: skip
        if rows:
            told = said(lang, "、", ", ").join(f"{one.code} ({one.cases})" for one in rows)
            out.print(said(lang, f"所试规则没有的{head[0]}：{told}", f"{head[1]} that the tried policy lacks: {told}"),
                      markup=False)  # fmt: skip
    if unknown.words:
        told = said(lang, "、", ", ").join(unknown.words)
        zh = "路由条件里的这些词，当时的分类没有找过，当作没有提到（--model none 可重新判断）："
        en = (
            "Words of routing conditions that the recorded classification never looked for, so that they count as not"
            " mentioned (`--model none` judges anew): "
        )
        out.print(said(lang, zh, en) + told, markup=False)
    if unknown.other_words:
        out.print(said(lang, "所试规则的词表不同；这里沿用当时的分类，要用新词表请加 --model none。",
                       "The tried policy has other words; the recorded classification stands. `--model none` judges by"
                       " the new ones."))  # fmt: skip
