"""Files read as rows: JSONL, CSV and XLSX in whatever encoding, streaming; one clear sentence when one is none.

A line or record that can't be read is a `BrokenRow`, never the end: the rows after it are read on.
"""

from __future__ import annotations

import codecs
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TextIO

import orjson

from producers.encodings import ENCODINGS, find
from producers.lines import BrokenRow, csv_records, json_objects
from producers.workbook import BookError, Sheet, open_sheet
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    Record: TypeAlias = "tuple[int, list[str]] | BrokenRow"


class FileError(SaidError):
    """A file can't be read or used as it is."""


class MissingFileError(FileError):
    """There is no such file, or it may not be read."""


class UnknownKindError(FileError):
    """It is no JSONL, CSV or XLSX by its name, or its content is something else than its name says."""


class EmptyFileError(FileError):
    """It holds nothing, or no row under its header."""


class UndecodableError(FileError):
    """Its text is in no encoding that is known here; the sentence names the line."""


class NoHeaderError(FileError):
    """Its first row names no columns."""


class DamagedError(FileError):
    """A workbook that can't be read, or not to its end."""


class Row(NamedTuple):
    """One row: its number as an editor (JSONL) or a spreadsheet (CSV, XLSX) shows it, and its stripped cells."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """An open file."""

    kind: str
    """`jsonl`, `csv` or `xlsx`."""
    encoding: str
    """A text's encoding; empty for a workbook."""
    columns: tuple[str, ...]
    rows: Iterator[Row | BrokenRow]
    """To be read once; raises DamagedError where a workbook breaks off."""
    modified: datetime
    """When the file was last changed: UTC, in whole seconds."""
    share: Callable[[], float]
    """How much of the file has been read, 0 to 1."""
    unread: tuple[str, ...] = ()
    """A workbook's other sheets that hold something: only the first such sheet is read."""


_KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx"}
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""The head of an `.xls`, and of a workbook with a password."""
_BLANK = b" \t\r\n\0" + codecs.BOM_UTF8 + codecs.BOM_UTF16
_HEAD = 1 << 16
_AHEAD = 5
"""How many rows are looked at to tell a sheet's title from its header."""


@contextmanager
def open_table(path: Path, *, encoding: str | None = None) -> Generator[Table]:
    """Open a file whose kind its suffix says and its content confirms; a text's encoding is found out or given.

    Raises:
        FileError: one of the errors above, before any row is given.
    """
    kind = _kind(path)
    status = path.stat()
    modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
    if kind == "xlsx":
        with _sheet(path) as sheet:
            columns, rows = _with_header(_unbroken(sheet.records, path), path, ragged=True)
            yield Table(kind, "", columns, rows, modified, lambda: min(1.0, sheet.read / sheet.total), sheet.unread)
        return
    found = _encoding(path, encoding)
    newline = "\n" if kind == "jsonl" else ""
    with path.open("rb") as file, TextIOWrapper(file, found, newline=newline) as stream:
        if kind == "jsonl":
            columns, rows = _keys(stream, path), _objects(stream)
        else:
            columns, rows = _with_header(csv_records(stream), path, ragged=False)
        yield Table(kind, found, columns, rows, modified, lambda: min(1.0, file.tell() / status.st_size))


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file that is known to be good, such as an example; raises FileError where it isn't."""
    with open_table(path) as table:
        for row in table.rows:
            if isinstance(row, BrokenRow):
                raise DamagedError(
                    f"{path.name} 第 {row.number} 行不可读。", f"Row {row.number} of {path.name} can't be read."
                )
            yield row


def _kind(path: Path) -> str:
    name = path.name
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        why = error.strerror or "?"
        raise MissingFileError(f"读不到文件 {path}（{why}）。", f"{path} can't be read: {why}.") from None
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise UnknownKindError(
            f"不认识 {name} 的类型：请另存为 .jsonl、.csv 或 .xlsx。",
            f"{name} is of no known kind: save it as .jsonl, .csv or .xlsx.",
        )
    if not head.strip(_BLANK):
        raise _empty(path)
    if head.startswith(_OLE):
        raise UnknownKindError(
            f"{name} 是旧版 .xls 或带密码的工作簿：请去掉密码，另存为 .xlsx。",
            f"{name} is an old .xls or has a password: take that off and save it as .xlsx.",
        )
    if head.startswith(_ZIP) and kind != "xlsx":
        raise UnknownKindError(
            f"{name} 的内容是压缩包或 XLSX 工作簿：请改正扩展名。",
            f"{name} is an archive or an XLSX workbook by its content: mend its suffix.",
        )
    if kind == "xlsx" and not head.startswith(_ZIP):
        raise UnknownKindError(
            f"{name} 不是 XLSX 工作簿：请重新导出，或改正扩展名。",
            f"{name} is no XLSX workbook: export it again, or mend its suffix.",
        )
    return kind


def _empty(path: Path) -> EmptyFileError:
    return EmptyFileError(f"{path.name} 是空文件。", f"{path.name} is empty.")


def _encoding(path: Path, given: str | None) -> str:
    try:
        found, bad_line = find(path, given)
    except LookupError:
        known = ", ".join(ENCODINGS)
        raise UndecodableError(
            f"不支持编码 {given}：可用 {known}。", f"Encoding {given} is not known: use one of {known}."
        ) from None
    if bad_line is not None:
        raise UndecodableError(
            f"{path.name} 第 {bad_line} 行不是 {found} 文字：请另存为 UTF-8（导入时也可用 --encoding 指明）。",
            f"Line {bad_line} of {path.name} is no {found} text: save it as UTF-8 (an import can name its --encoding).",
        )
    return found


@contextmanager
def _sheet(path: Path) -> Generator[Sheet]:
    with ExitStack() as stack:
        try:
            sheet = stack.enter_context(open_sheet(path))
        except BookError as error:
            raise _damaged(path, error) from None
        if sheet is None:
            raise _empty(path)
        yield sheet


def _unbroken(records: Iterator[Record], path: Path) -> Iterator[Record]:
    try:
        yield from records
    except BookError as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: BookError) -> DamagedError:
    return DamagedError(
        f"{path.name} 不是完好的 XLSX 工作簿（{error}）：请在表格软件中打开并另存。",
        f"{path.name} is no sound XLSX workbook ({error}): open it in a spreadsheet and save it anew.",
    )


def _objects(stream: TextIO) -> Iterator[Row | BrokenRow]:
    for item in json_objects(stream):
        yield item if isinstance(item, BrokenRow) else Row(*item)


def _keys(stream: TextIO, path: Path) -> tuple[str, ...]:
    """Return the names that any line has: read through once, so that a rare one (保密) is never missed."""
    names: dict[str, None] = {}
    something = False
    for item in json_objects(stream):
        if not isinstance(item, BrokenRow):
            names |= dict.fromkeys(item[1])
        elif not something and item.text.lstrip().startswith("["):
            raise UnknownKindError(
                f"{path.name} 是一个 JSON 数组：请改为每行一个对象（JSONL）。",
                f"{path.name} is one JSON array: write one object a line (JSONL).",
            )
        something = True
    if not something:
        raise _empty(path)
    return tuple(names)


def _with_header(
    records: Iterator[Record], path: Path, *, ragged: bool
) -> tuple[tuple[str, ...], Iterator[Row | BrokenRow]]:
    """Find the header, which may stand under a title (a first row with one cell filled of several)."""
    records = (item for item in records if isinstance(item, BrokenRow) or any(item[1]))
    ahead = list(islice(records, _AHEAD))
    if not ahead:
        raise EmptyFileError(f"{path.name} 是空文件。", f"{path.name} is empty.")
    whole = [[] if isinstance(item, BrokenRow) else item[1] for item in ahead]
    widest = max(map(len, whole))
    titles = 0
    for cells in whole[:-1]:
        if sum(map(bool, cells)) != 1 or (widest if ragged else len(cells)) == 1:
            break
        titles += 1
    header = whole[titles]
    if not any(header) or any("\0" in name for name in header):
        raise NoHeaderError(
            f"{path.name} 第一行不是表头：请在第一行写明各列名称。",
            f"The first row of {path.name} is no header: name the columns there.",
        )
    if len(ahead) == titles + 1:
        raise EmptyFileError(f"{path.name} 只有表头，没有数据。", f"{path.name} has a header but no rows.")
    columns = _distinct(header)
    return columns, _rows(chain(ahead[titles + 1 :], records), columns)


def _distinct(header: Iterable[str]) -> tuple[str, ...]:
    """Name every column, and none like another: 电话, 电话_2; a nameless one by its place."""
    names: dict[str, None] = {}
    for place, name in enumerate(header, 1):
        wanted = unique = name or f"column_{place}"
        count = 1
        while unique in names:
            count += 1
            unique = f"{wanted}_{count}"
        names[unique] = None
    return tuple(names)


def _rows(records: Iterable[Record], columns: tuple[str, ...]) -> Iterator[Row | BrokenRow]:
    """Short rows are filled up: Excel leaves out the last commas where cells are empty."""
    width = len(columns)
    for item in records:
        if isinstance(item, BrokenRow):
            yield item
            continue
        number, cells = item
        if len(cells) > width and any(cells[width:]):
            yield BrokenRow(number, orjson.dumps(cells).decode(), "too_many_cells")
        else:
            cells += [""] * (width - len(cells))
            yield Row(number, dict(zip(columns, cells, strict=False)))
