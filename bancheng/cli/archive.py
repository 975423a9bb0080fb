"""`bancheng archive make|restore`: words of cases that ended long ago, out of the database and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bancheng.cli.shell import AsJson, console, house, print_json, said
from router.audit import archiving
from router.policy.privacy import LEAST_MONTHS

app = typer.Typer(help="归档早已办结的工单原文。Archives of the words of cases long ended.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="归档目录。The archive's folder.", show_default=False)]


@app.command()
def make(
    folder: Folder,
    *,
    months: Annotated[
        int | None,
        typer.Option(min=LEAST_MONTHS, help="办结满多少个月，默认按规则。Months since the end; else the policy's."),
    ] = None,
    json: AsJson = False,
) -> None:
    """把早已办结的工单原文（加密）移到目录；记录一条不少。Move words of old cases, sealed; every record stays."""
    with house() as given:
        lang = given.settings.lang
        months = months or given.policy.privacy.archive_months
        done = archiving.archive(given.engine, folder, months)
    if json:
        print_json(done._asdict())
    elif done.record is None:
        console().print(said(lang, f"没有办结满 {months} 个月的工单原文。", f"No case ended {months} months ago."))
    else:
        console().print(said(
            lang, f"已把 {done.cases} 件工单的 {done.texts} 段原文移到 {folder}（记录 {done.record}）；密钥仍在库中。",
            f"Moved {done.texts} texts of {done.cases} cases to {folder} (record {done.record}); their keys stay here.",
        ))  # fmt: skip


@app.command()
def restore(folder: Folder, *, json: AsJson = False) -> None:
    """把归档的原文放回，已注销个人信息的除外。Bring archived words back, but those of persons erased since."""
    with house() as given:
        lang = given.settings.lang
        done = archiving.restore(given.engine, folder)
    if json:
        print_json(done._asdict())
        return
    console().print(said(lang, f"已放回 {done.texts} 段原文。", f"Brought {done.texts} texts back."))
