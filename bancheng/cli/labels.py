"""`bancheng labels export`: what dispatchers decided, as labels to train from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bancheng.cli.days import span
from bancheng.cli.shell import MISUSED, AsJson, fail, house, print_json, said
from bancheng.labels import labels, write
from router.ledger.database import cursor, transaction
from router.ledger.house import note
from router.ledger.record import Noted

app = typer.Typer(help="人工研判的标注。Labels that dispatchers made.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """人工研判的标注。Labels that dispatchers made."""


@app.command()
def export(
    *,
    out: Annotated[Path, typer.Option("--out", help="写到哪个 CSV 文件。The CSV file to write.")],
    since: Annotated[str | None, typer.Option(help="研判日期自，如 2026-03-01。Triaged from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="研判日期至（含当日）。Triaged up to this day.")] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件。Replace a file that is there.")] = False,
    json: AsJson = False,
) -> None:
    """导出人工研判结果，供 bancheng train 使用；含群众原话，先留痕。Labels with citizens' words; recorded first."""
    with house() as given:
        lang = given.settings.lang
        asked = span(since, until, given.policy.work_calendar.zone, lang)
        if out.exists() and not force:
            fail(said(lang, f"{out} 已经存在：换个名字，或用 --force 覆盖。",
                      f"{out} is there already: name another file, or replace it with --force."), MISUSED)  # fmt: skip
        with transaction(given.engine) as connection:
            facts: dict[str, str | int] = {name: at.isoformat() for name, at in asked._asdict().items() if at}
            note(cursor(connection), datetime.now(UTC), Noted("labels_exported", facts))
        try:
            counted = write(out, labels(given, asked.since, asked.before))
        except OSError as error:
            fail(said(lang, f"写不了 {out}（{error.strerror}）：请检查目录和权限。",
                      f"{out} can't be written ({error.strerror}): look at its folder and rights."))  # fmt: skip
    made, hidden, erased = counted["labels"], counted["hidden"], counted["erased"]
    if json:
        print_json({"file": str(out), "labels": made, "hidden": hidden, "erased": erased})
        return
    typer.echo(said(lang, f"{out}：{made} 条标注；保密和举报 {hidden} 件、已删除 {erased} 件未导出。",
                    f"{out}: {made} labels; left out: {hidden} confidential or reports, {erased} erased."))  # fmt: skip
    typer.echo(said(lang, "文件里是群众的原话：只有您能读（0600），用完请删除。",
                    "It holds citizens' own words: only you can read it (0600); delete it when done."))  # fmt: skip
