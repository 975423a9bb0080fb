"""Labels as people write them, against the policy's fields: their names are taken for their ids."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from bancheng.learning.rows import LearningError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from router.policy.policy import Policy

FEWEST = 10
"""Rows that are no near-copies of each other which a label needs: two a fold."""
_SHOWN, _CUT = 5, 12
"""How many labels a sentence names, and how much of each."""
_IDENTIFIER = re.compile(r"[a-z0-9/-]{1,60}")
_WRITTEN = re.compile(r"[，。！？；,!?;\n]|\d{6}|[\u4e00-\u9fff]{16}|(?:\S+\s+){4}\S")
"""A sentence, a long number: what a citizen writes and no catalogue of labels has."""


def told(labels: Iterable[str], lang: str, counts: Mapping[str, int] | None = None) -> str:
    """Return labels for a sentence: the first few, cut, with their counts where given.

    Where one looks like what a citizen wrote, since another column was named say, none is repeated.
    """
    names = list(dict.fromkeys(labels))
    if any(map(_WRITTEN.search, names)):
        if lang == "zh":
            return f"共 {len(names)} 种，像正文而不像标签（请检查 --label-column）"
        return f"{len(names)} that look like texts, no labels (check --label-column)"
    shown = [name if _IDENTIFIER.fullmatch(name) else name[:_CUT] for name in names[:_SHOWN]]
    if counts is not None:
        shown = [f"{cut} ({counts[name]})" for cut, name in zip(shown, names, strict=False)]
    return ("、" if lang == "zh" else ", ").join([*shown, *(["…"] if len(names) > _SHOWN else [])])


def named(labels: Sequence[str], policy: Policy) -> tuple[str, ...]:
    """Return the labels with names of fields turned into ids, if they are the policy's fields.

    A set of which at most half are fields of the policy is one of its own (some names mean something everywhere): good
    for measuring, not for routing.

    Raises:
        LearningError: most are fields of the policy and others are not.
    """
    known = {domain.id: domain.id for domain in policy.domains} | {d.name: d.id for d in policy.domains}
    distinct = sorted(set(labels))
    strange = [label for label in distinct if label not in known]
    if 2 * len(strange) >= len(distinct):
        return tuple(labels)
    if strange:
        raise LearningError(
            f"规则中没有这些领域：{told(strange, 'zh')}；请改成规则中的编号或名称。",
            f"The policy has no such fields: {told(strange, 'en')}; write its ids or names.",
        )
    return tuple(known[label] for label in labels)


def several(labels: Sequence[str]) -> None:
    """Check that there are two labels at least; raises LearningError."""
    if len(set(labels)) == 1:
        raise LearningError(f"全部数据只有一个标签（{told(labels, 'zh')}）：至少要有两类才能训练。",
                            f"All rows have one label ({told(labels, 'en')}): training needs two or more.")  # fmt: skip


def enough(labels: Sequence[str], groups: Sequence[int]) -> None:
    """Check that every label has rows enough that are no near-copies; raises LearningError with the poor ones."""
    distinct = Counter(label for label, _ in set(zip(labels, groups, strict=True)))
    poor = sorted(label for label, count in distinct.items() if count < FEWEST)
    if poor:
        raise LearningError(
            f"这些标签的数据太少（去除近似重复后，每类至少 {FEWEST} 条）：{told(poor, 'zh', distinct)}。",
            f"These labels have too few rows (near-copies apart, {FEWEST} each): {told(poor, 'en', distinct)}.",
        )
