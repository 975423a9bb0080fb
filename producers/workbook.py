"""The first filled sheet of an XLSX workbook as records, read row by row (openpyxl's read-only mode)."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from producers.lines import as_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_LARGEST = 1 << 31
"""The largest workbook that is read, in unpacked bytes: a small archive may unpack to a huge one."""
_TRIED = 100
"""How many rows of a sheet are looked at for something to read."""
_AT_ONCE = 256


class BookError(Exception):
    """The file is no workbook, is damaged, or unpacks to more than is read."""


@dataclass(slots=True)
class Sheet:
    """An open sheet; its records are numbered as the spreadsheet shows them."""

    records: Iterator[tuple[int, list[str]]]
    """To be read once; raises BookError where the workbook breaks off."""
    total: int
    """How many rows the sheet claims to have, at least 1."""
    unread: tuple[str, ...]
    """The other sheets that hold something."""
    read: int = 0
    """The number of the last record given."""


@contextmanager
def open_sheet(path: Path) -> Generator[Sheet | None]:
    """Open the first sheet that holds something; None when no sheet does.

    Raises:
        BookError: see there.
    """
    with path.open("rb") as file:
        book = _book(file)
        try:
            filled = []
            for sheet in book.worksheets:
                total = sheet.max_row or 1
                sheet.reset_dimensions()  # some writers claim a wrong size, and rows would be left out
                records = _records(sheet)
                ahead = list(islice(records, _TRIED))
                if any(any(cells) for _, cells in ahead):
                    filled.append((sheet.title, total, chain(ahead, records)))
            if not filled:
                yield None
                return
            (_, total, records), *others = filled
            made = Sheet(iter(()), total, tuple(title for title, _, _ in others))
            made.records = _counted(records, made)
            yield made
        finally:
            book.close()


def _book(file: Any) -> Any:  # noqa: ANN401 (openpyxl's read-only classes share no public type)
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
        with _quiet():
            book = load_workbook(file, read_only=True, data_only=True) if size <= _LARGEST else None
    except Exception as error:
        raise BookError(type(error).__name__) from error  # openpyxl lets its parsers' errors of every kind through
    if book is None:
        raise BookError("unpacks to more than 2 GiB")
    return book


def _records(sheet: Any) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 (likewise)
    rows = sheet.iter_rows(values_only=True)
    number = 0
    broken: Exception | None = None
    while broken is None:
        some: list[tuple[object, ...]] = []
        try:
            with _quiet():
                some.extend(islice(rows, _AT_ONCE))
        except Exception as error:  # noqa: BLE001 (raised below, behind the rows before it)
            broken = error
        if not some and broken is None:
            return
        for row in some:
            number += 1
            yield number, [_cell(value) for value in row]
    raise BookError(type(broken).__name__) from broken


def _cell(value: object) -> str:
    """Return a cell as text; a carriage return stands as `_x000D_` in the file (ECMA-376, ST_Xstring)."""
    return as_text(unescape(value) if isinstance(value, str) and "_x" in value else value)


def _counted(records: Iterator[tuple[int, list[str]]], sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    for number, cells in records:
        sheet.read = number
        yield number, cells


@contextmanager
def _quiet() -> Generator[None]:
    """Keep openpyxl's remarks on styles and extensions from the person at the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
