"""Labelled rows out of a file: which columns, what is passed over, and what makes a file useless."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from producers.columns import SHOWN
from producers.lines import BrokenRow
from producers.rows import open_table
from router.classify.classification import Text
from router.classify.matcher import normalise
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_NAMED = 12
"""How many columns or labels a sentence names."""


class LearningError(SaidError):
    """What was given can't be learnt from or measured on; the sentence says why."""


class Labelled(NamedTuple):
    """The rows of a file that can be used."""

    texts: tuple[Text, ...]
    """Normalised."""
    labels: tuple[str, ...]
    """What a person said each is about, as written."""
    numbers: tuple[int, ...]
    """Each row's number as a spreadsheet shows it."""
    folds: tuple[str, ...]
    """What the fold column says; empty without one."""
    skipped: dict[str, int]
    """Rows passed over: `no_text`, `no_label`, `no_fold`, `broken`."""


def read(path: Path, *, text: str, label: str, title: str | None = None, fold: str | None = None) -> Labelled:
    """Read a CSV, XLSX or JSONL file by the names of its columns.

    Raises:
        FileError: it can't be read as such a file.
        LearningError: it lacks a column, or no row has both a text and a label.
    """
    texts, labels, numbers, folds = [], [], [], []
    skipped: Counter[str] = Counter()
    with open_table(path) as table:
        for column in filter(None, (text, label, title, fold)):
            if column not in table.columns:
                raise _missing(path, column, table.columns)
        for row in table.rows:
            if isinstance(row, BrokenRow):
                skipped["broken"] += 1
                continue
            cells = row.values
            one = Text(normalise(cells.get(title, "")) if title else "", normalise(cells.get(text, "")))
            reason = (
                "no_text" if not (one.title or one.body)
                else "no_label" if not cells.get(label)
                else "no_fold" if fold and not cells.get(fold)
                else None
            )  # fmt: skip
            if reason:
                skipped[reason] += 1
                continue
            texts.append(one)
            labels.append(cells[label])
            numbers.append(row.number)
            if fold:
                folds.append(cells[fold])
    if not texts:
        raise LearningError(f"{path.name} 中没有一行同时有“{text}”和“{label}”：请检查列名与内容。",
                            f"No row of {path.name} has both {text!r} and {label!r}: check the columns.")  # fmt: skip
    return Labelled(tuple(texts), tuple(labels), tuple(numbers), tuple(folds), dict(skipped))


def listed(names: Iterable[str], lang: str) -> str:
    """Return names in a row, the first dozen of them, none longer than a column's name may be shown."""
    shown = [name[:SHOWN] for name in names]
    more = ["…"] if len(shown) > _NAMED else []
    return ("、" if lang == "zh" else ", ").join([*shown[:_NAMED], *more])


def _missing(path: Path, column: str, columns: Sequence[str]) -> LearningError:
    return LearningError(
        f"{path.name} 没有列“{column[:SHOWN]}”；现有各列：{listed(columns, 'zh')}。",
        f"{path.name} has no column {column[:SHOWN]!r}; it has {listed(columns, 'en')}.",
    )
