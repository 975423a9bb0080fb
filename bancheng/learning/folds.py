"""Folds for cross-validation in which a near-copy never stands on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bancheng.learning.rows import LearningError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FOLDS = 5


def folded(labels: Sequence[str], groups: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """Return each row's fold, 0 to 4: whole groups, each label spread evenly; the same for the same seed."""
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    members: dict[int, list[int]] = {}
    for row in shuffled.tolist():
        members.setdefault(int(groups[row]), []).append(row)
    names = sorted(set(labels))
    place = {label: index for index, label in enumerate(names)}
    taken = np.zeros((FOLDS, len(names)), np.int64)
    fold = np.empty(len(labels), np.intp)
    for rows in sorted(members.values(), key=len, reverse=True):
        first = place[labels[rows[0]]]
        target = min(range(FOLDS), key=lambda number: (taken[number, first], taken[number].sum()))
        for row in rows:
            fold[row] = target
            taken[target, place[labels[row]]] += 1
    return fold


def given(
    names: Sequence[str], labels: Sequence[str], groups: NDArray[np.intp], numbers: Sequence[int]
) -> NDArray[np.intp]:
    """Return each row's fold as a column of the file names it.

    Raises:
        LearningError: near-copies stand in different folds, there is one fold only, or one lacks a label.
    """
    distinct = sorted(set(names))
    if len(distinct) == 1:
        raise LearningError(
            "分折列只有一个值：至少要有两折。", "The fold column has one value: two folds at least are needed."
        )
    home: dict[int, int] = {}
    for row, group in enumerate(groups.tolist()):
        first = home.setdefault(group, row)
        if names[first] != names[row]:
            one, two = numbers[first], numbers[row]
            raise LearningError(
                f"第 {one} 行与第 {two} 行几乎相同，却分在不同折（{names[first][:20]}、{names[row][:20]}），"
                "成绩会虚高：请放在同一折。",
                f"Rows {one} and {two} are near-copies in different folds ({names[first][:20]}, {names[row][:20]}):"
                " that leaks, put them in one.",
            )
    every = set(labels)
    for name in distinct:
        if {label for label, own in zip(labels, names, strict=True) if own != name} != every:
            raise LearningError(f"除第“{name[:20]}”折外缺少某个标签：请重新分折。",
                                f"Outside fold {name[:20]!r} a label is missing: spread the labels.")  # fmt: skip
    place = {name: index for index, name in enumerate(distinct)}
    return np.array([place[name] for name in names], np.intp)
