"""`bancheng cases details|views CASE`: looking at a person's details, and who looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.table import Table

from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.journey.story import Teller
from bancheng.looking import desk, look, views
from router.cases.commands import Actor, EraseSubject, ViewDetails
from router.cases.refusals import Refusal
from router.ledger import reading
from router.ledger.database import transaction
from router.personal.outside import outside
from router.policy.privacy import Detail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.compose import House
    from router.cases.state import Case

Which = Annotated[str, typer.Argument(help="工单编号或渠道编号。The case's id, or its reference.")]
AsWho = Annotated[str, typer.Option("--as", help="以哪个单位的名义。As which unit or office.")]
Clerk = Annotated[str | None, typer.Option(help="经办人工号，不写姓名。The clerk's staff number, never a name.")]

_Asked = TypeVar("_Asked", ViewDetails, EraseSubject)


def details(
    case: Which,
    *,
    unit: AsWho,
    why: Annotated[str, typer.Option(help="目的代码，如 handling、contact。The purpose, a code of the policy.")],
    reveal: Annotated[
        list[Detail] | None, typer.Option(help="看明文的字段，可写多次。A field to see as it is.", case_sensitive=False)
    ] = None,
    clerk: Clerk = None,
    json: AsJson = False,
) -> None:
    """查看诉求内容和个人信息：默认遮盖，先留痕后显示。Look at details: masked unless revealed, recorded first."""
    with house() as given:
        lang = given.settings.lang
        found, actor = case_of(given, case), acting(given, unit)
        asked = asking(ViewDetails, lang, why=why, clerk=clerk, reveal=tuple(reveal or ()))
        looked = look(given, desk(given, given.working), found, actor, asked)
        if (refused := looked.record.refusal) is not None:
            fail(Refusal(refused.code, refused.about).sentence(lang))
        teller = Teller(given.policy, lang)
    if json:
        print_json({"case": found.id, **looked.shown})
        return
    for line in shown(looked.shown, teller, lang):
        console().print(line, markup=False)


def asking(kind: type[_Asked], lang: str, *, why: str, clerk: str | None, reveal: tuple[Detail, ...] = ()) -> _Asked:
    """Return what is asked of the vault, or leave with one sentence: its codes stay in the records for good."""
    more = {"reveal": reveal} if reveal else {}
    try:
        made = kind.model_validate({"why": why, "clerk": clerk, **more})
    except ValidationError as error:
        _refuse(str(error.errors(include_input=False)[0]["loc"][0]), lang)
    if clerk is not None and outside([("clerk", clerk)], tuple) is not None:
        _refuse("clerk", lang)
    return made


def _refuse(wrong: str, lang: str) -> NoReturn:
    if wrong == "why":
        fail(said(lang, "--why 不是目的或理由代码：见规则的 privacy。",
                  "--why is no code of a purpose or reason: see the policy's section privacy."), MISUSED)  # fmt: skip
    fail(said(lang, "--clerk 只写工号（字母、数字、-），不写姓名、电话或证件号码：它永久留在台账中。",
              "--clerk is a staff number, of letters, digits and -: no name, phone or id number, for it stays in the"
              " records for good."), MISUSED)  # fmt: skip


def shown(fields: dict[str, Any], teller: Teller, lang: str) -> Iterator[str]:
    """Yield a line for each detail, in words."""
    gone = said(lang, "（无）", "(none)")
    for name in Detail:
        if name.value not in fields:
            continue
        value = fields[name.value]
        if isinstance(value, list):
            yield from (f"{teller.word('notes')}: {'；'.join(note.values())}" for note in value)
        else:
            yield f"{teller.word(name.value)}: {value if value is not None else gone}"


def case_views(case: Which, *, json: AsJson = False) -> None:
    """谁看过这件工单的个人信息、为什么、看了什么。Who looked at a case's details, why, and at what."""
    with house() as given:
        lang = given.settings.lang
        found = case_of(given, case)
        with transaction(given.engine) as connection:
            seen = list(views(reading.history(connection, found.id)))
        teller = Teller(given.policy, lang)
    if json:
        print_json([one._asdict() for one in seen])
        return
    heads = (
        ("时间", "When"),
        ("单位", "Who"),
        ("工号", "Clerk"),
        ("目的", "Why"),
        ("明文", "Plain"),
        ("遮盖", "Masked"),
    )
    table = Table(*(said(lang, *head) for head in heads))
    purposes = {one.id: one.title(lang) for one in given.policy.privacy.purposes}
    for one in seen:
        table.add_row(
            teller.moment(one.at), teller.unit(one.by), one.clerk or "", purposes.get(one.why, one.why),
            "、".join(map(teller.word, one.revealed)), "、".join(map(teller.word, one.masked)),
        )  # fmt: skip
    console().print(table)


def case_of(given: House, wanted: str) -> Case:
    """Return the case of that id or reference, or leave with one sentence."""
    with transaction(given.engine) as connection:
        found = reading.find_case(connection, wanted)
    if found is None:
        fail(said(given.settings.lang, f"没有工单 {wanted}，或该编号不止一件；请用 bancheng cases list 查看。",
                  f"There is no case {wanted}, or more than one; see `bancheng cases list`."))  # fmt: skip
    return found


def acting(given: House, unit: str) -> Actor:
    """Return the unit or office in whose name something is asked, or leave with one sentence."""
    found = given.policy.unit_by_id.get(unit)
    if found is None:
        fail(said(given.settings.lang, f"规则中没有单位 {unit}。", f"The policy has no unit {unit}."), MISUSED)
    return Actor(found.id, found.role)
