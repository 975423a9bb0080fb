"""Files as rows: every kind, every encoding, and what is wrong with a file in one sentence."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from producers.lines import LONGEST, BrokenRow
from producers.rows import (
    DamagedError,
    EmptyFileError,
    FileError,
    MissingFileError,
    NoHeaderError,
    Row,
    UndecodableError,
    UnknownKindError,
    open_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeAlias

    Write: TypeAlias = Callable[[str, bytes | str], Path]

LETTER = "草原上的路灯坏了，家里三天没有水，请尽快处理。"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def written(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def read(path: Path, encoding: str | None = None) -> list[Row | BrokenRow]:
    """All rows of a file."""
    with open_table(path, encoding=encoding) as table:
        return list(table.rows)


def book(path: Path, *sheets: Sequence[Sequence[Any]]) -> Path:
    """A workbook with these sheets."""
    made = Workbook()
    assert made.active is not None
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    made.save(path)
    made.close()
    return path


def test_csv_as_excel_writes_it(write: Write) -> None:
    """A mark at the start, quoted cells over several lines, doubled quotes, and row numbers as Excel shows them."""
    path = write("a.csv", '\ufeff"编号","内容"\r\n1,"第一行\n第二行"\r\n\r\n2,"他说""好"""\r\n')
    assert read(path) == [
        Row(2, {"编号": "1", "内容": "第一行\n第二行"}),
        Row(4, {"编号": "2", "内容": '他说"好"'}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_out(write: Write, delimiter: str) -> None:
    """Comma, semicolon and tab are told apart, whatever stands inside the quotation marks."""
    text = f'"a,;\tb,,;;\t\t"{delimiter}c\n1{delimiter}2\n'
    assert read(write("a.csv", text)) == [Row(2, {"a,;\tb,,;;": "1", "c": "2"})]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
    ],
)
@pytest.mark.parametrize("times", [1, 200])
def test_encodings_are_found_out(write: Write, encoding: str, name: str, times: int) -> None:
    """The encodings in which offices keep their texts are recognised, short ones too."""
    path = write("a.csv", f"标题,内容\n路灯,{LETTER * times}\n".encode(encoding))
    with open_table(path) as table:
        assert table.encoding == name
        assert list(table.rows) == [Row(2, {"标题": "路灯", "内容": LETTER * times})]


def test_gb18030_is_found_far_behind_plain_letters(write: Write) -> None:
    """A text whose first Chinese sign comes late is read as what it is."""
    plain = "".join(f"{number},nothing\n" for number in range(200_000))
    rows = read(write("a.csv", f"id,text\n{plain}x,{LETTER}\n".encode("gb18030")))
    assert len(rows) == 200_001
    assert rows[-1] == Row(200_002, {"id": "x", "text": LETTER})


def test_big5_is_found_out(write: Write) -> None:
    """Traditional signs in Big5 are not taken for GB18030."""
    text = "門前的道路損壞已經很久，請儘快派員處理，謝謝。" * 5
    path = write("a.csv", f"標題,內容\n道路,{text}\n".encode("big5"))
    assert read(path) == [Row(2, {"標題": "道路", "內容": text})]


def test_utf16_without_a_mark_is_found_out(write: Write) -> None:
    """Every other byte being NUL gives UTF-16 away."""
    assert read(write("a.csv", "id,text\n1,road\n".encode("utf-16-be"))) == [Row(2, {"id": "1", "text": "road"})]


def test_damaged_utf8_names_the_line(write: Write) -> None:
    """One broken byte in a UTF-8 text is told by its line, and the text is not read as rubbish."""
    content = f"标题,内容\n一,{LETTER}\n二,{LETTER}\n".encode()
    with pytest.raises(UndecodableError, match=r"Line 3 of a\.csv is no utf-8 text"):
        read(write("a.csv", content[:-5] + b"\xff" + content[-4:]))


def test_an_encoding_may_be_given(write: Write) -> None:
    """What is given is used, and told when the text isn't in it."""
    path = write("a.csv", f"标题,内容\n一,{LETTER}\n".encode("gb18030"))
    assert len(read(path, "GBK")) == 1
    with pytest.raises(UndecodableError, match="Line 1"):
        read(path, "utf-8")
    with pytest.raises(UndecodableError, match="not known") as told:
        read(path, "latin-1")
    assert "不支持编码" in told.value.sentence("zh")


def test_a_stray_quote_spoils_its_own_row_only(write: Write) -> None:
    """The rows behind a quotation mark that isn't closed are read, and the row itself is told."""
    assert read(write("a.csv", 'a,b\n1,"open\n2,"whole"\n3,"x"y\n4,"last\n5,end\n')) == [
        BrokenRow(2, '1,"open', "bad_quotes"),
        Row(3, {"a": "2", "b": "whole"}),
        BrokenRow(4, '3,"x"y', "bad_quotes"),
        BrokenRow(5, '4,"last', "bad_quotes"),
        Row(6, {"a": "5", "b": "end"}),
    ]


@pytest.mark.parametrize("quote", ['"', ""])
def test_long_cells(write: Write, quote: str) -> None:
    """A cell longer than Python's csv module takes by itself is read; one without end is told and passed over."""
    text = f"a,b\n1,{quote}{'长' * 200_000}{quote}\n2,{quote}{'长' * (2 * LONGEST)}{quote}\n3,c\n"
    first, long, last = read(write("a.csv", text))
    assert isinstance(first, Row)
    assert len(first.values["b"]) == 200_000
    assert isinstance(long, BrokenRow)
    assert (long.number, long.code) == (3, "line_too_long")
    assert last == Row(4, {"a": "3", "b": "c"})


def test_rows_of_other_lengths(write: Write) -> None:
    """Short rows are filled up, as Excel writes them; a row with more cells than names is told."""
    assert read(write("a.csv", "a,b\n1\n2,3,\n4,5,6\n")) == [
        Row(2, {"a": "1", "b": ""}),
        Row(3, {"a": "2", "b": "3"}),
        BrokenRow(4, '["4","5","6"]', "too_many_cells"),
    ]


def test_a_title_over_the_header_is_passed_over(write: Write) -> None:
    """Sheets often begin with their title in a row of its own."""
    assert read(write("a.csv", "诉求汇总表,,\n\n编号,,内容\n1,x,水\n")) == [
        Row(4, {"编号": "1", "column_2": "x", "内容": "水"})
    ]


def test_columns_of_one_name_are_kept_apart(write: Write) -> None:
    """No cell is lost to another of the same name."""
    assert read(write("a.csv", "电话,电话\n1,2\n")) == [Row(2, {"电话": "1", "电话_2": "2"})]


def test_nul_stays_in_its_cell(write: Write) -> None:
    """A NUL is no end of a row; what to make of it the import decides."""
    assert read(write("a.csv", "a,b\n1,x\0y\n2,z\n")) == [
        Row(2, {"a": "1", "b": "x\0y"}),
        Row(3, {"a": "2", "b": "z"}),
    ]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.csv", b"", EmptyFileError),
        ("a.jsonl", b"\n \n", EmptyFileError),
        ("a.xlsx", b"", EmptyFileError),
        ("a.csv", b"\xef\xbb\xbf\r\n", EmptyFileError),
        ("a.csv", b"a,b\n", EmptyFileError),
        ("a.csv", b"\n,,\n", EmptyFileError),
        ("a.csv", b"a\0,b\nx,y\n", NoHeaderError),
        ("a.csv", b'"a,b\nx,y\n', NoHeaderError),
        ("a.docx", b"x", UnknownKindError),
        ("a.xlsx", b"a,b\n1,2\n", UnknownKindError),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 99, UnknownKindError),
        ("a.csv", b"PK\x03\x04rest", UnknownKindError),
        ("a.xlsx", b"PK\x03\x04rest", DamagedError),
        ("a.jsonl", b'[\n{"a": 1}\n]', UnknownKindError),
    ],
)
def test_files_that_are_none(write: Write, name: str, content: bytes, error: type[FileError]) -> None:
    """Each is told by name and in one sentence of either language, without a traceback."""
    path = write(name, content)
    with pytest.raises(error) as told:
        read(path)
    assert name in told.value.sentence("en")
    assert told.value.sentence("zh").endswith("。")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Neither a file that isn't there nor a folder is read."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(MissingFileError, match="can't be read"):
            read(path)


def test_json_lines(write: Write) -> None:
    """Values become text; a line that is no object is a broken row, and a name that comes late is a column."""
    lines = [
        '\ufeff{"title": " 水 ", "n": 13800000001, "f": 3.0, "list": ["是"], "none": null}',
        "",
        '{"title": "断',
        "[1]",
        '{"title": "电", "withheld": true}',
    ]
    path = write("a.jsonl", "\r\n".join(lines))
    with open_table(path) as table:
        assert table.columns == ("title", "n", "f", "list", "none", "withheld")
        assert list(table.rows) == [
            Row(1, {"title": "水", "n": "13800000001", "f": "3", "list": '["是"]', "none": ""}),
            BrokenRow(3, '{"title": "断', "not_json"),
            BrokenRow(4, "[1]", "not_json"),
            Row(5, {"title": "电", "withheld": "true"}),
        ]
        assert table.share() == 1.0


def test_json_lines_without_end(write: Write) -> None:
    """A line over a million characters is told and passed over."""
    rows = read(write("a.jsonl", json.dumps({"a": "x" * (3 * LONGEST)}) + '\n{"a": 1}\n'))
    assert [(row.number, getattr(row, "code", None)) for row in rows] == [(1, "line_too_long"), (2, None)]


def test_workbooks(tmp_path: Path) -> None:
    """Dates become ISO text, numbers keep no point, and the sheets that are not read are named."""
    day = datetime(2020, 1, 9, 21, 8)  # noqa: DTZ001 (a spreadsheet knows no zones)
    path = book(
        tmp_path / "a.xlsx",
        [],
        [["诉求汇总表"], ["标题", "时间", "电话"], ["水", day, 13800000001], [], ["电_x000D_\n气", None, True]],
        [["还有"]],
    )
    with open_table(path) as table:
        assert table.unread == ("表3",)
        assert list(table.rows) == [
            Row(3, {"标题": "水", "时间": "2020-01-09T21:08:00", "电话": "13800000001"}),
            Row(5, {"标题": "电\r\n气", "时间": "", "电话": "true"}),
        ]
        assert table.share() == 1.0


def test_a_workbook_that_claims_a_wrong_size(tmp_path: Path) -> None:
    """Some writers say that a sheet has one cell; all its rows are read."""
    path = book(tmp_path / "a.xlsx", [["a", "b"], ["1", "2"], ["3", "4"]])
    wrong = b'<dimension ref="A1" />'
    _rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<dimension ref="A1:B3" />', wrong))
    with zipfile.ZipFile(path) as archive:
        assert wrong in archive.read("xl/worksheets/sheet1.xml")
    assert len(read(path)) == 2


def test_a_workbook_that_breaks_off(tmp_path: Path) -> None:
    """The rows before the damage are given, then one sentence."""
    path = book(tmp_path / "a.xlsx", [["a", "b"], *([str(n), "x"] for n in range(9000))])
    _rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    with open_table(path) as table:
        found: list[Row | BrokenRow] = []
        with pytest.raises(DamagedError, match="no sound XLSX workbook"):
            found.extend(table.rows)
        assert len(found) > 2000
        assert [row.number for row in found] == list(range(2, len(found) + 2))


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    """A document or archive under a workbook's name is told."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(DamagedError):
        read(path)


def test_a_workbook_with_nothing_in_it(tmp_path: Path) -> None:
    """Empty sheets are an empty file."""
    with pytest.raises(EmptyFileError):
        read(book(tmp_path / "a.xlsx", [], []))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 16 MiB is read within 6."""
    path = tmp_path / "a.csv"
    line = f"1,{'x' * 4090}\n"
    path.write_text("a,b\n" + line * 4096)
    tracemalloc.start()
    try:
        with open_table(path) as table:
            assert sum(1 for _ in table.rows) == 4096
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()


CELLS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=5), dialect=st.sampled_from(["excel", "excel-tab", "unix"]))
def test_whatever_is_written_as_csv_is_read(
    rows: list[list[str]], dialect: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any text in any cell comes back, blanks at its ends and empty rows aside."""
    path = tmp_path_factory.getbasetemp() / "round.csv"
    text = io.StringIO(newline="")
    csv.writer(text, dialect=dialect).writerows([["a", "b", "c"], *rows])
    path.write_bytes(text.getvalue().encode())
    wanted = [tuple(cell.strip() for cell in row) for row in rows]
    wanted = [row for row in wanted if any(row)]
    if not wanted:
        with pytest.raises(EmptyFileError):
            read(path)
        return
    assert [tuple(row.values.values()) for row in read(path) if isinstance(row, Row)] == wanted


def _rewrite(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, change(data) if name == member else data)
