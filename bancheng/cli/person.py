"""`bancheng person export|erase`: everything about one person, and the end of it.

An id number or phone is asked for, or read from a file or standard input: what stands on a command line shows in the
list of processes and in the shell's history.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from bancheng.cli.details import AsWho, Clerk, acting, asking, case_of, shown
from bancheng.cli.shell import FAILED, MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.cli.vault import told
from bancheng.journey.story import Teller
from bancheng.looking import desk
from bancheng.persons import erase as erase_cases
from bancheng.persons import everything, find, rotate_over_survivors
from router.cases.commands import EraseSubject, ViewDetails
from router.cases.refusals import Refusal
from router.messages.retention import erased_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bancheng.compose import House
    from bancheng.persons import Dossier
    from router.cases.state import Case

app = typer.Typer(help="个人信息：查询与删除。One person's data: export and erase.", no_args_is_help=True)

ByNumber = Annotated[bool, typer.Option("--id-number", help="按证件号码（随后输入）。By id number, asked for then.")]
ByPhone = Annotated[bool, typer.Option("--phone", help="按电话（随后输入）。By phone, asked for then.")]
From = Annotated[Path | None, typer.Option("--from", help="从文件读号码。The file that holds the number.")]
ByCase = Annotated[list[str] | None, typer.Option("--case", help="按工单，可写多次。By case; may be repeated.")]


@app.command()
def export(
    *,
    unit: AsWho,
    id_number: ByNumber = False,
    phone: ByPhone = False,
    source: From = None,
    case: ByCase = None,
    why: Annotated[str, typer.Option(help="目的代码。The purpose, a code of the policy.")] = "citizen-request",
    clerk: Clerk = None,
    to: Annotated[Path | None, typer.Option(help="写入此文件夹。A folder for the two files.")] = None,
    json: AsJson = False,
) -> None:
    """一个人的全部：工单、原文、办理过程、谁看过（本次也留痕）。Everything about one person; recorded as looks."""
    with house() as given:
        lang = given.settings.lang
        asked = asking(ViewDetails, lang, why=why, clerk=clerk)
        cases = _cases(given, case or [], id_number=id_number, phone=phone, source=source)
        found = list(everything(given, desk(given, given.working), cases, acting(given, unit), asked))
        lines = list(_readable(found, Teller(given.policy, lang), lang))
    plain = {"cases": [_plain(one) for one in found]}
    if to is not None:
        try:
            to.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(to / "person.json", orjson.dumps(plain, default=str, option=orjson.OPT_INDENT_2))
            _write(to / "person.txt", "\n".join(lines).encode() + b"\n")
        except OSError as error:
            fail(said(lang, f"写不了 {to}（{error.strerror}）。", f"{to} can't be written ({error.strerror})."))
        console().print(said(lang, f"已写入 {to}：person.json、person.txt（仅本人可读）。",
                             f"Written to {to}: person.json and person.txt, for their owner alone."))  # fmt: skip
    elif json:
        print_json(plain)
    else:
        for line in lines:
            console().print(line, markup=False)


@app.command()
def erase(
    *,
    unit: AsWho,
    why: Annotated[str, typer.Option(help="理由代码，如 purpose-met。The reason, a code of the policy.")],
    id_number: ByNumber = False,
    phone: ByPhone = False,
    source: From = None,
    case: ByCase = None,
    clerk: Clerk = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。Don't ask.")] = False,
    json: AsJson = False,
) -> None:
    """永久删除一个人的信息：销毁密钥并更换主密钥，台账仍可核验。Erase a person for good; the records stay whole."""
    with house() as given:
        lang = given.settings.lang
        action = asking(EraseSubject, lang, why=why, clerk=clerk)
        cases = _cases(given, case or [], id_number=id_number, phone=phone, source=source)
        actor = acting(given, unit)
        if not yes:
            names = "、".join(one.reference or one.id for one in cases)
            question = said(lang, f"永久删除 {len(cases)} 件工单的个人信息（{names}）？不能恢复。",
                            f"Erase the details of {len(cases)} cases for good ({names})?")  # fmt: skip
            typer.confirm(question, abort=True, err=True)
        results = list(erase_cases(given, desk(given, given.engine), cases, actor, action))
        gone = [one.case_id for one in results if one.refusal is None]
        refused = {
            one.case_id: Refusal(one.refusal.code, one.refusal.about).sentence(lang) for one in results if one.refusal
        }
        rotated = rotate_over_survivors(given) if gone else None
        complete = erased_by(datetime.now(UTC))
        until = Teller(given.policy, lang).moment(complete)
    if json:
        done = rotated._asdict() if rotated else None
        print_json({"erased": gone, "refused": refused, "rotated": done, "complete_at": complete if gone else None})
    else:
        for case_id in gone:
            console().print(said(lang, f"已删除 {case_id}。", f"Erased {case_id}."))
        for line in told(rotated, lang) if rotated else ():
            console().print(line)
        if gone:
            console().print(said(lang, f"消息主题按保留期（连同日志段滚动）自行清除：{until} 起全部删除完毕。",
                                 f"Topics let go by their retention and segments' roll: all is gone from {until}.",
                                 ))  # fmt: skip
    for case_id, sentence in refused.items():
        typer.echo(f"{case_id}: {sentence}", err=True)
    if refused or (rotated is not None and rotated.resumed):
        raise typer.Exit(FAILED)


def _cases(given: House, named: Sequence[str], *, id_number: bool, phone: bool, source: Path | None) -> list[Case]:
    """Return the cases that are meant, or leave with one sentence."""
    lang = given.settings.lang
    if sum((id_number, phone, bool(named))) != 1:
        fail(
            said(lang, "请从 --id-number、--phone、--case 中选一种。", "Use one of --id-number, --phone, --case."),
            MISUSED,
        )
    if named:
        return [case_of(given, one) for one in named]
    label = said(lang, "证件号码" if id_number else "电话", "Id number" if id_number else "Phone")
    value = _written(source, lang) if source else _asked(label)
    found = find(given, id_number=value) if id_number else find(given, phone=value)
    return [case_of(given, one) for one in found]


def _written(source: Path, lang: str) -> str:
    """Return what a file holds, or leave with one sentence."""
    try:
        return source.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        fail(said(lang, f"读不了 {source}：请把号码写在一个文本文件里。",
                  f"{source} can't be read: write the number into a text file."))  # fmt: skip


def _asked(label: str) -> str:
    """Return what a person types, or the first line of a pipe."""
    return str(typer.prompt(label, err=True)).strip() if sys.stdin.isatty() else sys.stdin.readline().strip()


def _plain(one: Dossier) -> dict[str, Any]:
    case = one.case
    return {
        "case": case.id,
        "reference": case.reference,
        "channel": case.channel,
        "received_at": case.received_at,
        "stage": case.stage.value,
        "erased_at": case.erased_at,
        "details": one.shown,
        "looks": one.looks,
        "journey": one.journey,
    }


def _readable(found: Sequence[Dossier], teller: Teller, lang: str) -> Iterator[str]:
    for one in found:
        yield said(
            lang, f"工单 {one.case.reference or ''} {one.case.id}", f"Case {one.case.reference or ''} {one.case.id}"
        )
        yield from (f"  {line}" for line in shown(one.shown, teller, lang))
        yield said(lang, "  办理过程与查看记录：", "  Journey, with every look:")
        yield from (f"    {line}" for line in one.journey)


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone; one that is there already is written anew."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
