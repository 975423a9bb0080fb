"""`bancheng models list|activate|deactivate|save`: which trained model judges, from when on, by which record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bancheng import secrets
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from router.classify.learned.classifier import fits
from router.classify.learned.model import ModelError, genuine, read
from router.classify.lexicon import LexiconClassifier
from router.ledger import models

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.classify.learned.model import Model

app = typer.Typer(help="训练出的分类模型。Trained models.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="模型文件。A model file.", show_default=False)]
_MOST = 100


@app.command("list")
def listing(*, json: AsJson = False) -> None:
    """列出用过的模型，最上面的是现在用的。What has judged here; the first line does now."""
    with house() as given:
        lang = given.settings.lang
        found = models.activations(given.engine, _MOST)
    if json:
        print_json([activation._asdict() for activation in found])
        return
    table = Table(*(said(lang, *head) for head in (("启用时间", "Since"), ("模型", "Model"), ("记录", "Record"))))
    zone = given.policy.work_calendar.zone
    for activation in found:
        name = activation.model[:16] if activation.model else said(lang, "规则词表", "the policy's words")
        table.add_row(f"{activation.at.astimezone(zone):%Y-%m-%d %H:%M}", name, activation.record)
    if found:
        console().print(table)
    else:
        typer.echo(said(lang, "还没有启用过训练模型：现在按规则词表判断。",
                        "No trained model was ever in use: the policy's words judge."))  # fmt: skip


@app.command()
def activate(
    file: File,
    *,
    force: Annotated[bool, typer.Option("--force", help="未证明更好也启用。Even if not shown to be better.")] = False,
) -> None:
    """启用模型：须在同样数据上胜过现在用的。Let a model judge: it must beat what judges now."""
    with house() as given:
        lang = given.settings.lang
        content = _bytes(file, lang)
        try:
            model = read(content)
        except ModelError as error:
            fail(error.sentence(lang), MISUSED)
        _must_fit(given, model, lang)
        if not force:
            _must_be_own(given, content, lang)
            _must_be_better(given, model, lang)
        held = model.report.held_out
        record = models.activate(
            given.engine,
            model=model.id,
            content=content,
            policy=given.policy.hash,
            forced=force,
            figures={"rows": held.rows, "macro_f1": round(1000 * held.macro_f1)} | _compared(model),
        )
    typer.echo(said(lang, f"模型 {model.id[:16]} 已启用（记录 {record}）；正在运行的路由几秒内改用它。",
                    f"Model {model.id[:16]} judges from now on (record {record}); routers see it within seconds.",
                    ))  # fmt: skip


@app.command()
def deactivate() -> None:
    """停用模型，回到规则词表。Let the policy's words judge alone again."""
    with house() as given:
        lang = given.settings.lang
        if _active(given) is None:
            fail(said(lang, "现在没有启用训练模型。", "No trained model is in use."), MISUSED)
        record = models.activate(
            given.engine, model=None, content=b"", policy=given.policy.hash, forced=True,
            figures={},
        )  # fmt: skip
    typer.echo(
        said(lang, f"已停用（记录 {record}），改按规则词表判断。", f"Record {record}: the policy's words judge.")
    )


@app.command()
def save(file: File) -> None:
    """把现在用的模型存成文件。Write the model in use to a file."""
    with house() as given:
        lang = given.settings.lang
        name = _active(given)
        if name is None:
            fail(said(lang, "现在没有启用训练模型。", "No trained model is in use."), MISUSED)
        try:
            file.write_bytes(models.content(given.engine, name))
        except OSError as error:
            fail(said(lang, f"写不了 {file}：{error.strerror}", f"{file} can't be written: {error.strerror}"))
    typer.echo(said(lang, f"模型 {name[:16]} 已存到 {file}。", f"Model {name[:16]} is in {file}."))


def _active(given: House) -> str | None:
    return next((found.model for found in models.activations(given.engine)), None)


def _bytes(file: Path, lang: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(said(lang, f"读不了 {file}：{error.strerror}。", f"{file} can't be read: {error.strerror}."), MISUSED)


def _must_fit(given: House, model: Model, lang: str) -> None:
    """Refuse a model whose labels are no fields of the policy."""
    words = LexiconClassifier(given.policy, given.policy.hash)
    unknown = sorted(set(model.labels) - set(words.domains))
    if unknown:
        names, known = "、".join(unknown), "、".join(words.domains)
        fail(said(lang, f"模型的标签不是规则里的领域：{names}。请用领域编号作标签重新训练（有：{known}）。",
                  f"The model's labels are no fields of the policy: {names}. Train with field ids ({known})."),
             MISUSED)  # fmt: skip
    if not fits(words, model):
        fail(said(lang, "模型训练时用的规则词表与现行的领域、章节不同：请按现行规则重新训练。",
                  "The model was trained with other fields and sections than the policy has now: train it again."),
             MISUSED)  # fmt: skip


def _must_be_own(given: House, content: bytes, lang: str) -> None:
    """Refuse a file that wasn't made here, or was changed since: what it says of itself proves nothing."""
    if not genuine(content, secrets.import_key(given.settings.home)):
        fail(said(lang, "这个模型不是本机构训练的，或者文件被改过，里面的成绩不能作准：请重新训练，或者加 --force。",
                  "This model was not trained here, or the file was changed, so its figures prove nothing:"
                  " train it again, or use --force."))  # fmt: skip


def _must_be_better(given: House, model: Model, lang: str) -> None:
    """Refuse a model that wasn't shown to beat what judges now, on the same rows."""
    now = _active(given) or given.policy.hash
    compared = model.report.compared
    if compared is None or compared.other != now:
        fail(said(lang, "这个模型没有与现在用的比较过：请重新训练（bancheng train 会自动比较），或者加 --force。",
                  "This model was not compared with what judges now: train it again (`bancheng train` compares),"
                  " or use --force."))  # fmt: skip
    if not compared.better:
        fail(said(lang, f"这个模型不比现在用的好（macro-F1 {compared.candidate_macro_f1:.3f}，"
                  f"现用 {compared.other_macro_f1:.3f}，同样的 {compared.rows} 条）：没有启用。确要启用请加 --force。",
                  f"It doesn't beat what judges now (macro-F1 {compared.candidate_macro_f1:.3f} against"
                  f" {compared.other_macro_f1:.3f} on the same {compared.rows} rows): not activated."
                  ))  # fmt: skip


def _compared(model: Model) -> dict[str, int]:
    found = model.report.compared
    if found is None:
        return {}
    return {"compared_rows": found.rows, "other_macro_f1": round(1000 * found.other_macro_f1)}
