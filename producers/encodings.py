"""Which encoding a text file is in: its mark, else UTF-8, else GB18030 or Big5; proven over the whole file."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

from charset_normalizer import from_bytes

if TYPE_CHECKING:
    from pathlib import Path

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ENCODINGS = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
    "big5": "big5hkscs", "big5hkscs": "big5hkscs", "utf-16": "utf-16-le", "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}  # fmt: skip
"""What may be asked for, by Python's names; GB18030 reads what its forerunners GBK and GB2312 wrote."""
_CHUNK = 1 << 20
_SAMPLE = 1 << 16


class Found(NamedTuple):
    """An encoding, and the first line (from 1) that isn't in it, if any."""

    encoding: str
    bad_line: int | None


def find(path: Path, given: str | None = None) -> Found:
    """Return the encoding of a file, found out or `given`; a byte order mark wins over the order given.

    Raises:
        LookupError: the encoding given is none of `ENCODINGS`.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if given is not None:
        wanted = ENCODINGS[codecs.lookup(given).name]
        return _proven(path, marked if marked and marked[:6] == wanted[:6] else wanted)
    if marked is not None:
        return _proven(path, marked)
    if head.count(0) * 4 > len(head):  # letters in UTF-16 without a mark: every other byte is NUL
        return _proven(path, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    bad = _first_bad(path, "utf-8")
    return Found("utf-8", None) if bad is None else _proven(path, _guessed(path, bad[0]))


def _guessed(path: Path, position: int) -> str:
    """Return the encoding of a text that isn't UTF-8 at `position`: damaged UTF-8, GB18030, or Big5.

    charset-normalizer takes short GB texts for Big5 (its issue 587), so Big5 must be the only one it finds.
    """
    with path.open("rb") as file:
        file.seek(max(0, position - _SAMPLE // 2))
        sample = file.read(_SAMPLE)
    damaged = sample.decode("utf-8", "replace")
    if sum("\u4e00" <= sign <= "\u9fff" for sign in damaged) > 4 * damaged.count("\ufffd"):
        return "utf-8"
    likely = {match.encoding for match in from_bytes(sample, cp_isolation=["gb18030", "big5", "big5hkscs"])}
    return "big5hkscs" if likely and "gb18030" not in likely else "gb18030"


def _proven(path: Path, encoding: str) -> Found:
    bad = _first_bad(path, encoding)
    return Found(encoding, bad[1] if bad else None)


def _first_bad(path: Path, encoding: str) -> tuple[int, int] | None:
    """Return the offset and the line of the first bytes that are not in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, line = 0, 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "replace")
                return offset - len(error.object) + len(chunk) + error.start, line + good.count("\n")
            if not chunk:
                return None
            offset += len(chunk)
