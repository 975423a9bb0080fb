"""Files read as rows: JSONL, CSV and XLSX in whatever encoding, streaming; one clear sentence when one is none.

A line or record that can't be read is a `BrokenRow`, never the end: the rows after it are read on.
"""

from __future__ import annotations

import codecs
import csv
import re
import warnings
import zipfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, NamedTuple

import orjson
from charset_normalizer import from_bytes
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path


class FileError(Exception):
    """A file can't be read or used as it is; `zh` and `en` each say in one sentence why, and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)

    def sentence(self, lang: str) -> str:
        """Return the sentence in `zh` or `en`."""
        return self.en if lang == "en" else self.zh


class MissingFileError(FileError):
    """There is no such file, or it may not be read."""


class UnknownKindError(FileError):
    """It is neither JSONL nor CSV nor XLSX by its name, or its content is something else than its name says."""


class EmptyFileError(FileError):
    """It holds nothing, or no row under its header."""


class UndecodableError(FileError):
    """Its text is in no encoding that is known here; the sentence names the line."""


class NoHeaderError(FileError):
    """Its first row names no columns."""


class DamagedError(FileError):
    """A workbook that can't be read to its end."""


class Row(NamedTuple):
    """One row: its number as an editor (JSONL) or a spreadsheet (CSV, XLSX) shows it, and its stripped cells."""

    number: int
    values: dict[str, str]


class BrokenRow(NamedTuple):
    """What stands at a row's place and is none: its text and why (`not_json`, `bad_quotes`, `too_many_cells`)."""

    number: int
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Table:
    """An open file."""

    kind: str
    """`jsonl`, `csv` or `xlsx`."""
    encoding: str
    """The encoding of a text, empty for a workbook."""
    columns: tuple[str, ...]
    rows: Iterator[Row | BrokenRow]
    """To be read once; raises DamagedError where a workbook breaks off."""
    modified: datetime
    """When the file was last changed, aware, in whole seconds."""
    share: Callable[[], float]
    """How much of the file has been read, 0 to 1."""
    unread: tuple[str, ...] = ()
    """Names of a workbook's other sheets that hold something: only the first such sheet is read."""


_KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx"}
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
"""The head of an OLE file: an `.xls`, or a workbook with a password."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ENCODINGS = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
    "big5": "big5hkscs", "big5hkscs": "big5hkscs", "utf-16": "utf-16-le", "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}  # fmt: skip
"""Encodings by the names Python gives them; GB18030 reads its forerunners too (GB 18030-2022)."""
_LONGEST = 1 << 20
"""The longest line or cell read, in characters; no message may be as large."""
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_AHEAD = 5
"""How many rows are looked at to find the header under a sheet's title."""
_LARGEST_BOOK = 1 << 31
"""The largest workbook read, in unpacked bytes: a small archive may hold a huge one."""

type_Record = "tuple[int, list[str]] | BrokenRow"


@contextmanager
def open_table(path: Path, *, encoding: str | None = None) -> Generator[Table]:
    """Open a file whose kind its suffix says and its content confirms; a text's encoding is found out unless given.

    Raises:
        FileError: one of the errors above, before any row is given.
    """
    kind, modified = _kind(path)
    with ExitStack() as stack:
        if kind == "xlsx":
            yield _workbook(path, modified, stack)
            return
        found = _encoding(path, encoding)
        stream = stack.enter_context(
            path.open(encoding=found, newline="\n" if kind == "jsonl" else "", errors="strict")
        )
        if stream.read(1) != "\ufeff":
            stream.seek(0)
