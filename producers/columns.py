"""Which column of a file is which field of a submission: as told, or as the column's name says."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from producers.rows import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIELDS = {
    "narrative": ("诉求内容", "诉求", "内容", "反映内容", "问题描述", "事项描述", "工单内容", "留言内容", "留言详情"),
    "title": ("标题", "诉求标题", "工单标题", "留言主题", "主题"),
    "name": ("姓名", "诉求人", "诉求人姓名", "来电人", "群众姓名", "联系人"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "来电号码", "联系方式"),
    "id_number": ("身份证号", "身份证号码", "身份证", "证件号码"),
    "address": ("地址", "住址", "联系地址", "家庭住址"),
    "time": ("时间", "诉求时间", "来电时间", "留言时间", "反映时间", "登记时间"),
    "reference": ("编号", "工单编号", "工单号", "诉求编号", "留言编号"),
    "channel": (),
    "withheld": ("保密", "是否保密"),
}
"""The fields of a submission; a column with the field's own name or one of these is taken for it."""

SHOWN = 20
"""How many letters of a column's name are told: a file without a header would show a person's words."""
_NAMED = 30


class BadOptionError(FileError):
    """A `FIELD=COLUMN` is malformed or names a field that there is none of."""


class MissingColumnError(FileError):
    """The file lacks a column that is needed or was asked for."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column each field is read from: those chosen, else those whose names speak for themselves."""

    chosen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, options: Iterable[str]) -> Self:
        """Read `FIELD=COLUMN`, or `FIELD=` for a field to be left out; raises BadOptionError."""
        chosen = {}
        for option in options:
            name, mark, column = (part.strip() for part in option.partition("="))
            if not mark or name not in FIELDS:
                known = ", ".join(FIELDS)
                raise BadOptionError(
                    f"--column {option}：应写成 字段=列名；字段有 {known}。",
                    f"--column {option}: write FIELD=COLUMN; the fields are {known}.",
                )
            chosen[name] = column
        return cls(chosen)

    @classmethod
    def of_fields(cls, columns: Iterable[str]) -> Self:
        """Take the columns that bear a field's own name, and no others."""
        own = set(columns)
        return cls({name: name if name in own else "" for name in FIELDS})

    def resolve(self, columns: Sequence[str]) -> dict[str, str]:
        """Return the column of each field that has one.

        Raises:
            MissingColumnError: no column for the narrative, or a chosen one isn't there.
        """
        by_name: dict[str, str] = {}
        for column in columns:
            by_name.setdefault(_norm(column), column)
        found = {}
        for name, usual in FIELDS.items():
            names = (self.chosen[name],) if name in self.chosen else (name, *usual)
            column = next((by_name[_norm(n)] for n in names if _norm(n) in by_name), "")
            if column:
                found[name] = column
            elif name == "narrative" or self.chosen.get(name):
                raise _missing(name, self.chosen.get(name), columns)
        return found


def _norm(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _missing(name: str, wanted: str | None, columns: Sequence[str]) -> MissingColumnError:
    has = [column[:SHOWN] for column in columns[:_NAMED]]
    label = FIELDS[name][0] if FIELDS[name] else name
    return MissingColumnError(
        f"文件中没有{f'列“{wanted}”，无法读取' if wanted else ''}“{label}”（{name}）；现有各列：{'、'.join(has)}；"
        f"请用 --column {name}=列名 指明。",
        f"The file has no column {f'{wanted!r} ' if wanted else ''}for {name}; it has {', '.join(has)};"
        f" say which with --column {name}=COLUMN.",
    )
