"""Records out of text: CSV and JSONL, line by line; what is broken is told and passed over, never the end."""

from __future__ import annotations

import csv
import re
from collections import deque
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple, TextIO

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1 << 20
"""The longest line or cell that is read, in characters; no message may be as large."""
_REST = 1 << 20
_SHOWN = 1 << 16
_FIRST = 5


class BrokenRow(NamedTuple):
    """What stands in a row's place and is none."""

    number: int
    text: str
    code: str
    """`not_json`, `bad_quotes`, `too_many_cells` or `line_too_long`."""


def csv_records(stream: TextIO) -> Iterator[tuple[int, list[str]] | BrokenRow]:
    """Yield each record's number (the first is 1) and stripped cells; the delimiter is found out.

    Read strictly: a stray quotation mark spoils its own record, and the line after it is read as a new one.
    """
    _start(stream)
    delimiter = _delimiter(stream.read(_SHOWN))
    _start(stream)
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST))  # the module knows no other way to long cells
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        lines.taken.clear()
        try:
            yield number, [cell.strip() for cell in next(reader)]
        except csv.Error:
            long = len(lines.taken[-1]) > LONGEST
            yield BrokenRow(number, lines.back(), "line_too_long" if long else "bad_quotes")
        except StopIteration:
            return


def json_objects(stream: TextIO) -> Iterator[tuple[int, dict[str, str]] | BrokenRow]:
    """Yield each line's number and object, its values as text; blank lines are passed over."""
    _start(stream)
    number = 0
    while line := _line(stream):
        number += 1
        if len(line) > LONGEST:
            yield BrokenRow(number, line, "line_too_long")
        elif not line.isspace():
            try:
                content = orjson.loads(line)
            except orjson.JSONDecodeError:
                content = None
            if isinstance(content, dict):
                yield number, {name.strip(): as_text(value) for name, value in content.items()}
            else:
                yield BrokenRow(number, line.rstrip("\r\n"), "not_json")


def as_text(value: object) -> str:
    """Return a cell as text: dates as ISO 8601, whole numbers without a point, lists and objects as JSON."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)


def _delimiter(text: str) -> str:
    """Return the comma, semicolon or tab that the first lines show most of, outside quotation marks."""
    bare = re.sub(r'"[^"]*("|$)', "", text).lstrip("\r\n ").splitlines()[:_FIRST]
    shown = next((line for line in bare if re.search("[,;\t]", line)), "")
    return max(",;\t", key=shown.count)


def _start(stream: TextIO) -> None:
    """Go to the first character, behind a byte order mark."""
    stream.seek(0)
    if stream.read(1) != "\ufeff":
        stream.seek(0)


def _line(stream: TextIO) -> str:
    """Return the next line; of one that is too long a piece longer than `LONGEST`, the rest is passed over."""
    line = stream.readline(LONGEST + 1)
    if len(line) > LONGEST and not line.endswith(("\n", "\r")):
        while (more := stream.readline(_REST)) and not more.endswith(("\n", "\r")):
            pass
    return line


class _Lines:
    """A text's lines; those of a broken record, but its first, can be given once more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else _line(self._stream)
        if not line:
            raise StopIteration
        self.taken.append(line)
        if len(line) > LONGEST:
            raise csv.Error("line too long")
        return line

    def back(self) -> str:
        """Put back the lines taken since the last record began, and return the first."""
        self._again.extendleft(reversed(self.taken[1:]))
        return self.taken[0].rstrip("\r\n")
