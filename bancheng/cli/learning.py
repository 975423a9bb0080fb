"""`bancheng train` and `bancheng evaluate`: learn from a centre's own labels, and measure what is in use."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from bancheng import secrets
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.learning import comparing, confusion, evaluating, mapping, picture, rows, training, wording
from bancheng.learning.labels import named
from producers.rows import FileError
from router.classify.learned.judging import LearnedDomain
from router.classify.learned.model import ModelError, packed
from router.classify.learned.model import read as read_model
from router.classify.lexicon import LexiconClassifier

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bancheng.compose import House
    from bancheng.learning.evaluating import Evaluation, Judge
    from bancheng.learning.rows import Labelled
    from bancheng.learning.training import Trained
    from router.classify.learned.model import Model
    from router.saying import SaidError

File = Annotated[Path, typer.Argument(help="CSV、XLSX 或 JSONL 文件。The file.", show_default=False)]
TextColumnName = Annotated[str, typer.Option("--text-column", help="正文所在列。The column of the text.")]
LabelColumnName = Annotated[str, typer.Option("--label-column", help="标签所在列。The column of the label.")]
_WORST = 15
"""So many confusions are told where the table is too wide."""
_ANY_WIDTH = 10_000
"""More columns than a screen has: a table is measured as if there were room."""
TitleColumnName = Annotated[str | None, typer.Option("--title-column", help="标题所在列。The column of the title.")]


def train(
    file: File,
    *,
    text_column: TextColumnName,
    label_column: LabelColumnName,
    title_column: TitleColumnName = None,
    fold_column: Annotated[
        str | None, typer.Option(help="自定分折的列；默认自动分折。A column of folds; made by default.")
    ] = None,
    out: Annotated[Path, typer.Option(help="模型写到哪里。Where the model is written.")] = Path("bancheng.model"),
    compare: Annotated[
        Path | None, typer.Option(help="与哪个模型比较；默认与现用的。Compare with this; by default what judges now.")
    ] = None,
    seed: Annotated[int, typer.Option(help="随机种子。The seed.", min=0)] = 1,
    json: AsJson = False,
) -> None:
    """用本中心已标注的数据训练分类模型。Train a model on a centre's own labels."""
    with house() as given:
        lang = given.settings.lang
        try:
            found = rows.read(file, text=text_column, label=label_column, title=title_column, fold=fold_column)
            other = _loaded(compare) if compare else None
            with _bar(lang) as told:
                trained, unfit = _trained(given, found, other, seed, told)
            content = packed(trained.model, secrets.import_key(given.settings.home))
            out.write_bytes(content)
        except (FileError, ModelError, rows.LearningError) as error:
            fail(error.sentence(lang), MISUSED)
        except OSError as error:
            _unusable(error, lang)
    if unfit is not None:
        typer.echo(
            said(lang, f"没有与现用的模型比较：{unfit.zh}", f"Not compared with the model in use: {unfit.en}"), err=True
        )
    report, model = trained.model.report, read_model(content).id
    if json:
        print_json({"file": str(out), "model": model, "bytes": len(content), "report": msgspec.to_builtins(report)})
        return
    screen = console()
    for sentence in wording.training(report, lang, of_policy=trained.ground.of_policy):
        screen.print(sentence, markup=False)
    screen.print(said(lang, f"模型 {model[:16]} 已写到 {out}（{len(content) // 1024} KiB）。",
                      f"Model {model[:16]} is in {out} ({len(content) // 1024} KiB)."), markup=False)  # fmt: skip


def evaluate(
    file: File,
    *,
    text_column: TextColumnName,
    label_column: LabelColumnName,
    title_column: TitleColumnName = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="领域（或 领域/类别）对应标签的 CSV。A CSV from fields to labels.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="训练得到的模型；默认评测规则词表。A trained model; the words by default.")
    ] = None,
    picture_file: Annotated[
        Path | None, typer.Option("--picture", help="把校准图与混淆矩阵画成 SVG。Draw an SVG.")
    ] = None,
    json: AsJson = False,
) -> None:
    """用已标注的数据评测分类。Measure the classifier on labelled texts."""
    with house() as given:
        lang = given.settings.lang
        try:
            found = rows.read(file, text=text_column, label=label_column, title=title_column)
            judge, labels = _judge(given, found, _loaded(model) if model else None, map_file)
            measured = evaluating.evaluate(judge, found, labels)
            if picture_file:
                picture_file.write_text(picture.svg(measured, lang), encoding="utf-8")
        except (FileError, ModelError, rows.LearningError) as error:
            fail(error.sentence(lang), MISUSED)
        except OSError as error:
            _unusable(error, lang)
    if json:
        print_json(wording.data(measured))
    else:
        _show(measured, lang)


def _trained(
    given: House, found: Labelled, other: Model | None, seed: int, told: Callable[[str], None]
) -> tuple[Trained, SaidError | None]:
    """Train, and compare on the same rows with another model or with what is in use; say why where that can't be."""
    lang, policy, key = given.settings.lang, given.policy, secrets.import_key(given.settings.home)
    lexicon = LexiconClassifier(policy, policy.hash)
    told(said(lang, "查找近似重复", "Near-copies"))
    ground = training.prepared(found, policy, lexicon, seed)
    fitting = said(lang, "训练", "Fitting")
    trained = training.train(ground, lexicon, key, datetime.now(UTC).date(), lambda: told(fitting))
    told(said(lang, "比较", "Comparing"))
    if other is not None:
        return trained.compared(comparing.beside_model(trained, other, lexicon, key)), None
    try:
        active = given.active_model()
        if active is not None:
            return trained.compared(comparing.beside_model(trained, active, lexicon, key)), None
    except (ModelError, rows.LearningError) as unfit:  # nobody named it: it must not stop the training
        return trained, unfit
    return (trained.compared(comparing.beside_words(trained, lexicon)) if ground.of_policy else trained), None


def _judge(given: House, found: Labelled, model: Model | None, map_file: Path | None) -> tuple[Judge, tuple[str, ...]]:
    """Return what is to be measured, and the rows' labels as it names them."""
    policy = given.policy
    lexicon = LexiconClassifier(policy, policy.hash)
    fields = mapping.read(map_file, policy) if map_file else None
    if model is not None:
        own = set(model.labels) <= set(found.labels) or not fields
        labels = named(found.labels, policy) if not fields else found.labels
        return evaluating.Learned(LearnedDomain(model), lexicon, None if own else fields), labels
    if fields is not None:
        return evaluating.Words(lexicon, fields), found.labels
    return evaluating.Words(lexicon, mapping.itself(policy)), named(found.labels, policy)


def _loaded(path: Path) -> Model:
    """Read a model file; raises ModelError, OSError."""
    return read_model(path.read_bytes())


@contextmanager
def _bar(lang: str) -> Generator[Callable[[str], None]]:
    """Draw a bar on the terminal, a step at a time."""
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(said(lang, "读取", "Reading"), total=training.STEPS)

        def told(words: str) -> None:
            bars.update(task, advance=1, description=words)

        yield told


def _unusable(error: OSError, lang: str) -> NoReturn:
    where, why = error.filename, error.strerror
    fail(said(lang, f"读写 {where} 失败（{why}）。", f"{where} can't be read or written: {why}."))


def _show(found: Evaluation, lang: str) -> None:
    """Print an evaluation for a person."""
    out, scores = console(), found.scores
    out.print(said(
        lang,
        f"{scores.rows} 条：宏平均 F1 {scores.macro_f1:.3f}，微平均 F1 {scores.micro_f1:.3f}；"
        f"每秒 {found.texts_per_second:,.0f} 条（单核）。",
        f"{scores.rows} texts: macro-F1 {scores.macro_f1:.3f}, micro-F1 {scores.micro_f1:.3f};"
        f" {found.texts_per_second:,.0f} texts a second (one core).",
    ))  # fmt: skip
    out.print(wording.coverage(scores, lang))
    for note in filter(None, (wording.skipped(found.skipped, lang), wording.foreign(found.foreign, lang))):
        out.print(note, markup=False)
    table = Table(said(lang, "类别", "Label"), *(
        Column(said(lang, *head), justify="right")
        for head in (("准确率", "Precision"), ("召回率", "Recall"), ("F1", "F1"), ("条数", "Texts"))
    ))  # fmt: skip
    for one in scores.labels:
        if one.support:
            figures = (f"{share:.3f}" for share in (one.precision, one.recall, one.f1))
            table.add_row(escape(one.label), *figures, str(one.support))
    out.print(table)
    _confusion(found, lang)
    if found.mistakes:
        out.print(said(lang, "最有把握却判错的：", "The surest mistakes:"))
    for wrong in found.mistakes:
        sure, words = f"{wrong.confidence:.0%}", wording.words(wrong.cues)
        zh = f"第 {wrong.number} 行：实为 {wrong.truth}，判为 {wrong.said}（{sure}）；{words}"
        en = f"Row {wrong.number}: {wrong.truth}, said {wrong.said} ({sure}); {words}"
        out.print(said(lang, zh, en), markup=False)


def _confusion(found: Evaluation, lang: str) -> None:
    """Print who is taken for whom, columns numbered as the rows; where the screen is too narrow, the worst of it."""
    out, none = console(), said(lang, "未判", "none")
    grid = confusion.grid(found.scores, none)
    heads = (Column(escape(head), justify="right") for head in grid.heads)
    table = Table(said(lang, "实际 \\ 判断", "True \\ said"), *heads)
    for name, counts in grid.rows:
        table.add_row(escape(name), *(str(count) if count else "·" for count in counts))
    if Measurement.get(out, out.options.update(max_width=_ANY_WIDTH), table).maximum <= out.width:
        out.print(table)
        return
    for one in confusion.worst(found.scores, none, _WORST):
        zh, en = f"实际 {one.truth} 判为 {one.said}：{one.texts}", f"{one.truth}, said {one.said}: {one.texts}"
        out.print(said(lang, zh, en), markup=False)
