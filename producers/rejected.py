"""The file of refused rows: the source's columns beside number and reason, for a clerk to mend and publish again.

Written as CSV in UTF-8 with a mark, as Excel wants it. Excel turns `=…` into a formula and an 18-digit number
into 1.5E+17; such cells get an apostrophe in front, which is taken off when the file is read again.
"""

from __future__ import annotations

import csv
import filecmp
import os
from itertools import count
from typing import TYPE_CHECKING, Self

from producers.lines import BrokenRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from producers.rows import Row

NUMBER, REASON, TEXT = "bancheng:行号", "bancheng:原因", "bancheng:原文"
"""The columns that are ours: the row's number in the source, why it was refused, and a broken row as it stood."""
ENDING = ".rejected.csv"
_OURS = frozenset({NUMBER, REASON, TEXT})
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")
_DIGITS_KEPT = 11
"""Longer numbers are shown rounded by Excel, and beyond 15 digits kept rounded."""


def plain(values: dict[str, str]) -> dict[str, str]:
    """Return a row's own cells: those of a file of refused rows without our columns and apostrophes."""
    if NUMBER not in values:
        return values
    return {name: _bared(cell) for name, cell in values.items() if name not in _OURS}


def guarded(cell: str) -> str:
    """Return a cell that Excel shows and saves as it is."""
    number = cell.isdecimal() and (len(cell) > _DIGITS_KEPT or cell[0] == "0")
    return f"'{cell}" if number or cell.startswith(_FORMULA) else cell


def _bared(cell: str) -> str:
    return cell.removeprefix("'")


class RejectedFile:
    """Writes refused rows; no file remains when there were none, and none that a clerk may be mending is lost."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Begin beside `path`, readable by its owner only, since it holds personal data; raises OSError."""
        self._path = path
        self._part = path.with_name(f"{path.name}.{os.getpid()}.part")
        self._columns = [name for name in columns if name not in _OURS]
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*self._columns, NUMBER, REASON, TEXT])
        self._rows = 0
        self.written: Path | None = None
        """Where the rows are, once closed; None if there were none."""

    def add(self, row: Row | BrokenRow, reason: str) -> None:
        """Write one refused row."""
        self._rows += 1
        if isinstance(row, BrokenRow):
            cells, text = [""] * len(self._columns), row.text
        else:
            own: Mapping[str, str] = plain(row.values)
            cells, text = [guarded(own.get(name, "")) for name in self._columns], ""
        self._writer.writerow([*cells, row.number, reason, guarded(text)])

    def close(self) -> None:
        """Put the file in its place: under the next free name if another one stands there already."""
        self._file.close()
        if not self._rows:
            self._part.unlink()
            return
        name = self._path.name
        end = ENDING if name.endswith(ENDING) else self._path.suffix
        for number in count(1):
            place = self._path.with_name(f"{name.removesuffix(end)}{f'-{number}' if number > 1 else ''}{end}")
            if not place.exists():
                self._part.rename(place)
            elif filecmp.cmp(place, self._part, shallow=False):
                self._part.unlink()
            else:
                continue
            self.written = place
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
