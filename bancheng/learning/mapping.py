"""From the policy's fields and sections to the labels of a file: a small CSV that a person writes.

    field,label
    pension,劳动和社会保障
    public-security/traffic,交通运输

A section's own line goes before its field's. Fields that fit no label are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bancheng.learning.rows import LearningError, listed
from producers.rows import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from router.policy.policy import Policy

_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which label a field or `field/section` stands for."""

    by_key: dict[str, str]

    def label(self, field: str, section: str | None) -> str | None:
        """Return the label of a field and its section, if it has one."""
        return self.by_key.get(f"{field}/{section}") or self.by_key.get(field)


def itself(policy: Policy) -> Mapping:
    """Return the mapping without a file: every field stands for itself."""
    return Mapping({domain.id: domain.id for domain in policy.domains})


def read(path: Path, policy: Policy) -> Mapping:
    """Read a mapping: the first column names a field or `field/section` by its id, the second a label.

    Raises:
        FileError: it can't be read as a file of rows.
        LearningError: it has one column, or names fields that the policy has not.
    """
    known = {domain.id for domain in policy.domains}
    known |= {f"{domain.id}/{section.id}" for domain in policy.domains for section in domain.sections}
    found: dict[str, str] = {}
    for row in read_rows(path):
        cells = list(row.values.values())
        if len(cells) < _COLUMNS:
            raise LearningError(f"{path.name} 应有两列：领域（或 领域/类别）与标签。",
                                f"{path.name} needs two columns: field (or field/section) and label.")  # fmt: skip
        if cells[0] and cells[1]:
            found[cells[0]] = cells[1]
    strange = sorted(found.keys() - known)
    if strange:
        raise LearningError(f"{path.name} 中的这些领域不在规则里：{listed(strange, 'zh')}。",
                            f"{path.name} names fields that the policy has not: {listed(strange, 'en')}.")  # fmt: skip
    return Mapping(found)
