"""Labels as people write them, against the policy's fields: their names are taken for their ids."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bancheng.learning.rows import LearningError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from router.policy.policy import Policy

FEWEST = 10
"""Rows that are no near-copies of each other which a label needs: two a fold."""


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
            f"规则中没有这些领域：{listed(strange, 'zh')}；请改成规则中的编号或名称。",
            f"The policy has no such fields: {listed(strange, 'en')}; write its ids or names.",
        )
    return tuple(known[label] for label in labels)


def several(labels: Sequence[str]) -> None:
    """Check that there are two labels at least; raises LearningError."""
    if len(set(labels)) == 1:
        raise LearningError(f"全部数据只有一个标签“{labels[0][:20]}”：至少要有两类才能训练。",
                            f"All rows have one label, {labels[0][:20]!r}: training needs two or more.")  # fmt: skip


def enough(labels: Sequence[str], groups: Sequence[int]) -> None:
    """Check that every label has rows enough that are no near-copies; raises LearningError with the poor ones."""
    distinct = Counter(label for label, _ in set(zip(labels, groups, strict=True)))
    poor = [f"{label[:20]} ({count})" for label, count in sorted(distinct.items()) if count < FEWEST]
    if poor:
        raise LearningError(
            f"这些标签的数据太少（去除近似重复后，每类至少 {FEWEST} 条）：{listed(poor, 'zh')}。",
            f"These labels have too few rows (near-copies apart, {FEWEST} each): {listed(poor, 'en')}.",
        )
