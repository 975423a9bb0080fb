"""`bancheng cases similar CASE`: how cases like this one were solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bancheng.cli.shell import AsJson, console, fail, house, print_json, said
from bancheng.journey.story import Teller
from router.cases.similar import similar as most_alike
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.insight import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.similar import Solved

_NEWEST = 500
"""Solved cases of the same domain that are looked at."""
_MOST = 10


def similar(
    case: Annotated[str, typer.Argument(help="工单编号或渠道编号。The case's id, or its reference.")],
    *,
    json: AsJson = False,
) -> None:
    """原因和单位相同、已办成的工单，以及是怎么办成的。How cases of the same cause and units were solved."""
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            wanted = reading.find_case(connection, case)
            if wanted is None:
                fail(said(lang, f"没有工单 {case}，或该编号不止一件；请用 bancheng cases list 查看。",
                          f"There is no case {case}, or more than one; see `bancheng cases list`."))  # fmt: skip
            if wanted.domain is None:
                fail(said(lang, "这件工单还没有分类，请先研判。", "This case has no domain yet: triage it first."))
            found = most_alike(wanted, settled(connection, wanted.domain, _NEWEST), _MOST)
        teller = Teller(given.policy, lang)
    if json:
        print_json([one._asdict() | {"agreement": one.agreement._asdict()} | _plain(one) for one in found])
        return
    if not found:
        console().print(said(lang, "最近办成的工单里没有相似的。", "None of the cases solved lately is like it."))
    for one in found:
        for line in _lines(one, teller):
            console().print(line, markup=False)


def _plain(one: Solved) -> dict[str, object]:
    parts = [dict(zip(("part", "unit", "stage"), part, strict=True)) for part in one.parts]
    return {"parts": parts, "pieces": [piece._asdict() for piece in one.pieces]}


def _lines(one: Solved, teller: Teller) -> Iterator[str]:
    lang, mark = teller.lang, said(teller.lang, "、", ", ")
    agreement = one.agreement
    same = [name for name, agrees in (
        (said(lang, "原因", "cause"), agreement.cause), (said(lang, "事项", "section"), agreement.section),
        (said(lang, "主办", "lead"), agreement.lead),
    ) if agrees]  # fmt: skip
    if agreement.units:
        same.append(said(lang, f"协办 {agreement.units} 家", f"{agreement.units} cooperating"))
    yield f"{one.reference or one.id}{said(lang, '（相同：', ' (same: ')}{mark.join(same)}{said(lang, '）', ')')}"
    days = "—" if one.days is None else str(one.days)
    how = said(lang, f"历时 {days} 天", f"took {days} days")
    how += said(lang, "，专班办理", ", by a task force") if one.task_force else ""
    how += said(lang, f"，重办 {one.rounds} 次", f", taken up again {one.rounds} times") if one.rounds else ""
    how += said(lang, f"，评价：{teller.word(one.grade)}", f", rated {teller.word(one.grade)}") if one.grade else ""
    yield f"  {how}"
    units = mark.join(teller.unit(unit) for unit in one.cooperating)
    yield (
        "  "
        + said(lang, f"主办：{teller.unit(one.lead)}", f"Lead: {teller.unit(one.lead)}")
        + (said(lang, f"；协办：{units}", f"; cooperating: {units}") if units else "")
    )
    for part, unit, stage in one.parts:
        yield f"  · {part} {teller.unit(unit)}{said(lang, '：', ': ')}{teller.word(stage)}"
    for piece in one.pieces:
        at = teller.moment(piece.at) if piece.at else "—"
        yield "  " + said(lang, f"凭据 {piece.code}（{teller.unit(piece.unit)}，{at}）",
                          f"evidence {piece.code} ({teller.unit(piece.unit)}, {at})")  # fmt: skip
