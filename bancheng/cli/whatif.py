"""`bancheng what-if`: recorded inputs under another policy or another classifier, and what would differ."""

from __future__ import annotations

import json as json_module
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from bancheng.cli.days import span
from bancheng.cli.policy import checked
from bancheng.cli.shell import MISUSED, fail, house, said
from bancheng.cli.whatif_screen import show
from bancheng.whatif import picture
from bancheng.whatif.running import Asked, of_database, of_export
from bancheng.whatif.wording import Wording
from router.audit.whatif.report import FORMAT
from router.classify.learned.model import ModelError
from router.classify.learned.model import read as read_model

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bancheng.cli.days import Span
    from bancheng.whatif.running import Ran
    from router.classify.learned.model import Model

_NO_MODEL = "none"


def what_if(
    *,
    policy: Annotated[
        Path | None, typer.Option(help="要试的规则文件或文件夹。The policy to be tried: a file or folder.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="来件日期自，如 2026-10-01。Received from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="来件日期至（含当日）。Received up to this day.")] = None,
    export: Annotated[
        Path | None, typer.Option("--from", help="导出文件夹；默认本机数据库。An export; the database by default.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="用这个模型重新判断原文；none 为只用规则词表。Judge texts anew by a model; none: by words."),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="结果写成 JSON 文件。Write the figures as JSON.")] = None,
    picture_file: Annotated[Path | None, typer.Option("--picture", help="画成 SVG 图。Draw an SVG.")] = None,
) -> None:
    """如果换一套规则或分类：按记录重算，不产生任何作用。Recorded cases under other rules, without side effects."""
    with house() as given:
        lang = given.settings.lang
        if policy is None and model is None:
            fail(said(lang, "请写明试什么：--policy 文件，或 --model 模型。",
                      "Say what to try: `--policy FILE` or `--model FILE`."), MISUSED)  # fmt: skip
        if export is not None and (model is not None or policy is None):
            fail(said(lang, "换分类要打开原文，原文只在本机保险库里：请不带 --from 运行；导出只能试规则（--policy）。",
                      "Another classifier needs the texts, which only the vault of the installation holds: run it"
                      " without `--from`. On an export only a policy can be tried (`--policy`)."), MISUSED)  # fmt: skip
        tried = checked(policy, lang) if policy is not None else None
        named = tried or given.policy
        calendar = named.work_calendar
        days = span(since, until, calendar.zone, lang)
        asked = Asked(tried, model is not None, _model(model, lang), days, calendar)
        with _progress(lang) as told:
            ran = of_export(export, asked, told) if export is not None else of_database(given, asked, told)
        wording = Wording(named, lang)
        heading = _heading(asked, ran, lang)
        _write(json, _data(asked, ran), lang)
        if picture_file is not None:
            _write(picture_file, picture.svg(ran.found, heading, wording), lang)
        show(ran.found, heading, wording)
        speed = ran.found.commands / max(ran.seconds, 0.001)
        typer.echo(said(lang, f"用时 {ran.seconds:.1f} 秒，每秒 {speed:,.0f} 条记录。",
                        f"{ran.seconds:.1f} s, {speed:,.0f} records a second."))  # fmt: skip


def _model(model: str | None, lang: str) -> Model | None:
    """Read a trained model's file; None for the policy's words alone."""
    if model is None or model == _NO_MODEL:
        return None
    try:
        return read_model(Path(model).read_bytes())
    except OSError as error:
        fail(said(lang, f"读不了 {model}：{error.strerror}。", f"{model} can't be read: {error.strerror}."), MISUSED)
    except ModelError as error:
        fail(error.sentence(lang), MISUSED)


def _heading(asked: Asked, ran: Ran, lang: str) -> tuple[str, ...]:
    """Return what was tried, on what: the first line is the title."""
    tried = []
    if asked.policy is not None:
        name = said(lang, asked.policy.name, asked.policy.english or asked.policy.name)
        tried.append(f"{name} {asked.policy.version} · {asked.policy.hash[:12]}")
    if asked.rejudge:
        tried.append(
            asked.model.id[:16] if asked.model is not None else said(lang, "只用规则词表", "the policy's words")
        )
    days = _days(asked.span, lang)
    moment = ran.until.astimezone(asked.calendar.zone).strftime("%Y-%m-%d %H:%M")
    title = said(lang, "如果：", "What if: ") + said(lang, "；", "; ").join(tried)
    return title, said(lang, f"来件 {days}；截至记录 {moment}", f"Received {days}; as of the newest record, {moment}")


def _days(asked: Span, lang: str) -> str:
    """Return the days as they were asked for, both counted."""
    last = asked.before - timedelta(days=1) if asked.before else None
    first, until = (moment.date().isoformat() if moment else "" for moment in (asked.since, last))
    return f"{first}～{until}" if first or until else said(lang, "不限", "at any time")


def _data(asked: Asked, ran: Ran) -> str:
    """Return the figures as JSON: the same inputs give the same bytes."""
    tried = asked.policy
    content = {
        "format": FORMAT,
        "policy": {"id": tried.id, "version": tried.version, "hash": tried.hash} if tried is not None else None,
        "model": (asked.model.id if asked.model is not None else _NO_MODEL) if asked.rejudge else None,
        "received_since": asked.span.since,
        "received_before": asked.span.before,
        "as_of": ran.until.astimezone(asked.calendar.zone),
        **msgspec.to_builtins(ran.found),
    }
    return json_module.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"


def _write(file: Path | None, content: str, lang: str) -> None:
    if file is None:
        return
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        fail(said(lang, f"写不了 {file}：{error.strerror}。", f"{file} can't be written: {error.strerror}."))


@contextmanager
def _progress(lang: str) -> Generator[Callable[[int], None]]:
    """Count records on the terminal."""
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(said(lang, "记录", "Records"), total=None)
        yield lambda records: bars.update(task, advance=records)
