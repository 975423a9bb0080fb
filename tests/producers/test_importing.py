"""Rows become submissions: columns, times, refusals, ids that stay, and what the command says of it all."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from typer.testing import CliRunner

from bancheng.cli import app
from bancheng.compose import House
from producers.columns import BadOptionError, Mapping, MissingColumnError
from producers.importing import BATCH, Ready, RefusedRow, RowReader, import_rows, row_ids, submission
from producers.lines import BrokenRow
from producers.rejected import NUMBER, REASON, RejectedFile, guarded, plain
from producers.rows import DamagedError, Row, open_table
from producers.times import read_time
from router.messages.base import CaseId, MessageId
from router.messages.details import Person
from router.wire.writer import NotDeliveredError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from producers.window import Submission

KEY = b"k" * 32
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHANGED = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


class Recorder:
    """Stands where a channel's client stands, and fails after so many batches."""

    def __init__(self, lasts: int = 1000) -> None:
        self.sent: list[Submission] = []
        self.batches: list[int] = []
        self.closed = False
        self._lasts = lasts

    def submit_many(self, submissions: Iterable[Submission]) -> int:
        """Keep them."""
        if len(self.batches) == self._lasts:
            raise NotDeliveredError("Kafka 未确认。", "The broker did not confirm.")
        some = list(submissions)
        self.sent += some
        self.batches.append(len(some))
        return len(some)

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def reader(*names: str, **chosen: str) -> RowReader:
    """A reader of rows with these columns."""
    return RowReader(Mapping(chosen).resolve(names), KEY, "import", {"import", "app", "station"}, CHANGED, NOW)


def taken(values: dict[str, str]) -> Ready | RefusedRow:
    """What becomes of one row."""
    return reader(*values).read(Row(7, values))


def ready(values: dict[str, str]) -> Submission:
    """The submission that a row becomes."""
    found = taken(values)
    assert isinstance(found, Ready), found
    return found.submission


def test_columns_speak_for_themselves() -> None:
    """The fields' own names and the usual Chinese headers are known, whatever their width and case."""
    columns = ["ＮＡＲＲＡＴＩＶＥ", "标题", "联系电话", "编号", "时间", "别的"]
    assert Mapping().resolve(columns) == {
        "narrative": "ＮＡＲＲＡＴＩＶＥ",
        "title": "标题",
        "phone": "联系电话",
        "time": "时间",
        "reference": "编号",
    }


def test_columns_may_be_chosen_and_left_out() -> None:
    """A choice wins over a name, and an empty one leaves a field out."""
    mapping = Mapping.parse(["narrative=detail", " title = 标 题 ", "reference="])
    assert mapping.resolve(["detail", "标 题", "narrative", "编号"]) == {
        "narrative": "detail",
        "title": "标 题",
    }


@pytest.mark.parametrize("option", ["narrative", "words=detail", "=x"])
def test_a_bad_option_is_told(option: str) -> None:
    """The sentence shows how to write it and which fields there are."""
    with pytest.raises(BadOptionError, match="write FIELD=COLUMN; the fields are narrative, title"):
        Mapping.parse([option])


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({}, r"no column for narrative; it has 题目, 正文, x{20}; say which with --column narrative=COLUMN"),
        ({"narrative": ""}, "no column for narrative"),
        ({"narrative": "正文", "phone": "电话"}, r"no column '电话' for phone; it has 题目"),
    ],
)
def test_a_missing_column_is_told(chosen: dict[str, str], sentence: str) -> None:
    """The sentence names the field, the columns that are there, and how to map."""
    with pytest.raises(MissingColumnError, match=sentence) as told:
        Mapping(chosen).resolve(["题目", "正文", "x" * 99])
    assert "请用 --column" in told.value.sentence("zh")


def test_a_row_becomes_a_submission() -> None:
    """Every field arrives, and ids are such as the router takes."""
    found = ready({
        "诉求内容": "路灯坏了", "标题": "路灯", "姓名": "某人", "电话": "13800000001", "身份证号": "x", "地址": "东街",
        "时间": "2026/3/1 9:05", "编号": "A-1", "保密": "是",
    })  # fmt: skip
    assert (found.narrative, found.title, found.reference, found.withheld) == ("路灯坏了", "路灯", "A-1", True)
    assert found.person == Person(name="某人", phone="13800000001", id_number="x", address="东街")
    assert found.time.isoformat() == "2026-03-01T09:05:00+08:00"
    assert TypeAdapter(CaseId).validate_python(found.case_id)[14] == "8"
    assert TypeAdapter(MessageId).validate_python(found.message_id)


def test_without_a_time_the_file_s_own_is_taken() -> None:
    """So the same file gives the same messages when it is published again."""
    assert ready({"narrative": "x"}).time == CHANGED
    assert ready({"narrative": "x", "time": ""}) == ready({"narrative": "x", "time": ""})
    assert ready({"narrative": "x"}).person is None


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-09T21:08:00+08:00",
        "2020-01-09T13:08:00Z",
        "2020-01-09 21:08",
        "2020/1/9 21:08",
        "2020.1.9 21:08:00",
        "2020年1月9日 21:08",
        "2020年01月09日21时08分00秒",
        "2020 年 1 月 9 日 21 ： 08",
        "２０２０年１月９日 下午9点08分",
        "2020年1月9号晚上9:08",
        "2020/1/9 9:08:00 PM",
        "20200109210800",
        "202001092108",
        "2020-1-9 21:08:00.000 +0800",
        "2020-01-09T08:08:00-05:00",
    ],
)
def test_times_as_offices_write_them(text: str) -> None:
    """All of these are the same minute; without a zone they are Asia/Shanghai's."""
    assert read_time(text) == datetime(2020, 1, 9, 13, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2020-01-09", 0), ("2020年1月9日", 0), ("20200109", 0), ("2020/1/9 9时", 9), ("2020/1/9 中午12:00", 12),
        ("2020/1/9 中午1点", 13), ("2020/1/9 12:00 AM", 0), ("2020/1/9 12:00 PM", 12), ("2020/1/9 下午15点", 15),
    ],
)  # fmt: skip
def test_hours(text: str, hour: int) -> None:
    """A day alone begins at midnight; the halves of the day count as they are spoken."""
    found = read_time(text)
    assert found is not None
    assert (found.hour, found.utcoffset()) == (hour, timedelta(hours=8))


@pytest.mark.parametrize(
    "text",
    ["昨天下午", "2020", "43839.88", "9/1/2020", "2020-02-30", "2020/1/9 25:00", "0001-01-01", "2020/1/9 晚上12点",
     "1578575280", "2020-01-09T21:08:00+99:99", "2020/1/9 21:08 +2500", "2020/1/9 +"],
)  # fmt: skip
def test_times_that_cannot_be_read(text: str) -> None:
    """What may mean several moments, or none, is not guessed."""
    assert read_time(text) is None


@given(st.text(max_size=40))
def test_reading_a_time_never_raises(text: str) -> None:
    """Whatever stands in the cell, it is a time or it isn't."""
    read_time(text)


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"narrative": ""}, "empty_narrative", "narrative is empty"),
        ({"narrative": "x" * 100_001}, "too_long", "narrative is over 100000"),
        ({"narrative": "x\0y"}, "nul", "narrative holds a NUL"),
        ({"narrative": "x", "标题": "y" * 401}, "too_long", "标题 is over 400"),
        ({"narrative": "x", "姓名": "y\0"}, "nul", "姓名 holds a NUL"),
        ({"narrative": "x", "time": "secret"}, "bad_time", "time is no time"),
        ({"narrative": "x", "time": "2026-03-02T20:06:00"}, "future_time", "time lies in the future"),
        ({"narrative": "x", "编号": "第一号 secret"}, "bad_reference", "编号 may hold only letters"),
        ({"narrative": "x", "编号": "1" * 61}, "bad_reference", "编号 may hold only letters"),
        ({"narrative": "x", "withheld": "perhaps"}, "bad_withheld", "withheld must say yes or no"),
        ({"narrative": "x", "channel": "fax"}, "unknown_channel", "it has app, import, station"),
    ],
)
def test_rows_that_are_refused(values: dict[str, str], code: str, words: str) -> None:
    """Each has a code and a sentence in either language that tells the column and nothing of the cells."""
    found = taken(values)
    assert isinstance(found, RefusedRow)
    assert (found.number, found.code) == (7, code)
    assert words in found.sentence("en")
    assert found.sentence("zh").endswith("。")
    assert "secret" not in found.zh + found.en


@pytest.mark.parametrize("code", ["not_json", "bad_quotes", "too_many_cells", "line_too_long"])
def test_broken_rows_are_refused(code: str) -> None:
    """What could not be read as a row has its sentence too."""
    found = reader("narrative").read(BrokenRow(3, "{", code))
    assert isinstance(found, RefusedRow)
    assert (found.number, found.code) == (3, code)


@pytest.mark.parametrize(
    ("cell", "withheld"), [("是", True), ("TRUE", True), ("1", True), ("", False), ("否", False), ("no", False)]
)
def test_who_is_withheld(cell: str, withheld: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """The usual words for yes and no are known; anything else is refused above."""
    assert ready({"narrative": "x", "withheld": cell}).withheld is withheld


ROW = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))


@given(one=ROW, other=ROW)
def test_ids_are_the_row_s_own(one: dict[str, str], other: dict[str, str]) -> None:
    """The same cells give the same ids whatever their order; other cells, or another key, give others."""
    ids = row_ids(KEY, one)
    TypeAdapter(CaseId).validate_python(ids[0])
    assert ids == row_ids(KEY, dict(reversed(one.items())) | {"an empty column more": ""})
    assert ids != row_ids(b"l" * 32, one)
    alike = {k: v for k, v in one.items() if v} == {k: v for k, v in other.items() if v}
    assert (ids == row_ids(KEY, other)) is alike


def rows(number: int) -> Iterator[Row]:
    """So many good rows."""
    for one in range(1, number + 1):
        yield Row(one, {"narrative": f"第{one}件"})


def test_rows_are_sent_in_batches() -> None:
    """All rows arrive, in order, and the progress is told along the way."""
    client, told = Recorder(), []
    report = import_rows(
        rows(2 * BATCH + 3), reader("narrative"), lambda _: client, on_progress=lambda r: told.append(r.rows)
    )
    assert client.batches == [BATCH, BATCH, 3]
    assert (report.rows, report.accepted, report.refused, report.stopped) == (1003, 1003, 0, None)
    assert (report.first_case, report.last_case) == (client.sent[0].case_id, client.sent[-1].case_id)
    assert len({one.case_id for one in client.sent}) == 1003
    assert told == [500, 1000, 1003]


def test_a_rerun_sends_the_very_same() -> None:
    """Every id and every word is as before, so that the router drops the repeats."""
    first, second = Recorder(), Recorder()
    for client in (first, second):
        import_rows(rows(20), reader("narrative"), {"import": client}.__getitem__)
    assert first.sent == second.sent


def test_rows_go_to_their_own_channel() -> None:
    """A row that names a channel is sent by that channel's client."""
    clients: dict[str, Recorder] = {}
    some = [Row(n, {"narrative": str(n), "channel": c}) for n, c in enumerate(["app", "", "fax", "app"], 1)]
    report = import_rows(some, reader("narrative", "channel"), lambda name: clients.setdefault(name, Recorder()))
    assert {name: len(client.sent) for name, client in clients.items()} == {"app": 2, "import": 1}
    assert report.channels == {"app": 2, "import": 1}
    assert report.reasons == {"unknown_channel": 1}
    assert [one.number for one in report.refusals] == [3]


def test_a_broker_that_goes_away_is_told_truthfully() -> None:
    """Only confirmed batches count as accepted."""
    client = Recorder(lasts=1)
    report = import_rows(rows(3 * BATCH), reader("narrative"), lambda _: client)
    assert report.accepted == BATCH
    assert report.rows == 2 * BATCH
    assert isinstance(report.stopped, NotDeliveredError)


def test_a_workbook_that_breaks_off_loses_nothing_before() -> None:
    """The rows read before the damage are delivered, and the damage is told."""

    def breaking() -> Iterator[Row]:
        yield from rows(3)
        raise DamagedError("坏了。", "It is damaged.")

    client = Recorder()
    report = import_rows(breaking(), reader("narrative"), lambda _: client)
    assert (len(client.sent), report.accepted) == (3, 3)
    assert isinstance(report.stopped, DamagedError)


def test_refusals_are_counted_but_not_all_kept() -> None:
    """A file of a million bad rows fills no memory: the sink sees each, the report keeps the first."""
    seen = []
    report = import_rows(
        (Row(n, {"narrative": ""}) for n in range(1200)),
        reader("narrative"),
        lambda _: Recorder(),
        on_refused=lambda row, _: seen.append(row.number),
    )
    assert (report.refused, len(report.refusals), len(seen)) == (1200, 100, 1200)


@given(st.text(st.characters(codec="utf-8")))
def test_what_excel_would_change_is_guarded(cell: str) -> None:
    """Formulas and long numbers are kept as text, and come back as they were."""
    kept = guarded(cell)
    assert not kept.startswith(("=", "+", "-", "@"))
    assert plain({NUMBER: "2", "a": kept}) == {"a": cell}


def test_the_file_of_refused_rows_comes_back(tmp_path: Path) -> None:
    """A mended row has the ids that it would have had in the first file."""
    columns = ("narrative", "phone", "身份证号", "time")
    row = Row(5, {"narrative": "=路灯", "phone": "0477123456", "身份证号": "150000190001010000", "time": "昨天"})
    with RejectedFile(tmp_path / "a.csv.rejected.csv", columns) as rejected:
        rejected.add(row, "时间看不懂。")
        rejected.add(BrokenRow(9, "{broken", "not_json"), "不是对象。")
    assert rejected.written == tmp_path / "a.csv.rejected.csv"
    assert rejected.written.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rejected.written.stat().st_mode & 0o777 == 0o600
    with open_table(rejected.written) as table:
        found = [one for one in table.rows if isinstance(one, Row)]
    assert found[0].values[NUMBER] == "5"
    assert found[0].values[REASON] == "时间看不懂。"
    assert found[0].values["身份证号"] == "'150000190001010000"
    mended = found[0].values | {"time": "2026-03-01 08:00"}
    taken_ = reader(*table.columns).read(Row(2, mended))
    assert isinstance(taken_, Ready)
    assert taken_.submission.narrative == "=路灯"
    assert taken_.submission.case_id == row_ids(KEY, row.values | {"time": "2026-03-01 08:00"})[0]


def test_no_refused_rows_make_no_file(tmp_path: Path) -> None:
    """Nothing is left behind when every row was taken."""
    with RejectedFile(tmp_path / "a.rejected.csv", ("narrative",)) as rejected:
        pass
    assert rejected.written is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_clerk_may_be_mending_is_kept(tmp_path: Path) -> None:
    """Other content goes under the next name; the same content makes no second file."""
    place = tmp_path / "a.csv.rejected.csv"

    def reject(reason: str) -> Path | None:
        with RejectedFile(place, ("narrative",)) as rejected:
            rejected.add(Row(2, {"narrative": ""}), reason)
        return rejected.written

    assert [reject("一"), reject("一")] == [place, place]
    place.write_text("mended")
    assert reject("一") == tmp_path / "a.csv-2.rejected.csv"
    assert place.read_text() == "mended"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Recorder]:
    """The command in a home of its own, with recorders in place of the channels' clients."""
    made: dict[str, Recorder] = {}

    def window(_house: House, channel: str, *, bulk: bool = False) -> Recorder:
        assert bulk
        return made.setdefault(channel, Recorder())

    monkeypatch.setattr(House, "window", window)
    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BANCHENG_LANG", "en")
    return made


def run(*arguments: object) -> tuple[int, str, str]:
    """The command's exit code and what it says on either stream."""
    result = CliRunner().invoke(app, ["publish", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_publish_tells_that_all_went_well(clients: dict[str, Recorder], tmp_path: Path) -> None:
    """Everything accepted: exit code 0, no other file, clients let go; a second run sends the same."""
    file = tmp_path / "a.csv"
    file.write_bytes("标题,detail\n路灯,坏了\n水,停了\n".encode("gb18030"))
    for _ in range(2):
        code, out, err = run(file, "--column", "narrative=detail", "--json")
        report = json.loads(out)
        assert (code, err) == (0, "")
        assert (report["rows"], report["accepted"], report["encoding"]) == (2, 2, "gb18030")
        assert report["refused_file"] is None
    assert clients["import"].closed
    assert clients["import"].sent[:2] == clients["import"].sent[2:]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "home"]


def test_publish_tells_what_was_refused(clients: dict[str, Recorder], tmp_path: Path) -> None:
    """Some refused: exit code 1, each with its row and reason, all of them in a file beside."""
    file = tmp_path / "a.jsonl"
    lines: list[Any] = [{"narrative": "a", "channel": "app"}, {"narrative": ""}]
    file.write_text("\n".join([*map(json.dumps, lines), "{"]))
    code, out, _ = run(file)
    assert code == 1
    assert "Delivered to app" in out
    assert "Row 2: Its narrative is empty; fill it in." in out
    assert "Row 3: It is no JSON object" in out
    with (tmp_path / "a.jsonl.rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = list(csv.reader(stream))
    assert [row[2] for row in found] == [NUMBER, "2", "3"]
    assert list(clients) == ["app"]


def test_publish_in_chinese(clients: dict[str, Recorder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is Chinese unless English is asked for."""
    monkeypatch.setenv("BANCHENG_LANG", "zh")
    file = tmp_path / "[b]表.csv"
    file.write_text("诉求内容,时间\n坏了,昨天\n")
    code, out, _ = run(file, "--refused-file", tmp_path / "坏行.csv")
    assert code == 1
    assert "第 2 行：“时间”不是看得懂的时间" in out
    assert "[b]表.csv" in "".join(sign for sign in out if sign not in "│ \n")
    assert (tmp_path / "坏行.csv").exists()
    assert clients == {}


def test_publish_tells_of_a_broker_that_went_away(clients: dict[str, Recorder], tmp_path: Path) -> None:
    """What was not confirmed is said to be so, and what to do."""
    clients["import"] = Recorder(lasts=0)
    file = tmp_path / "a.csv"
    file.write_text("narrative\nx\n")
    code, out, err = run(file, "--json")
    assert code == 1
    assert json.loads(out)["unconfirmed"] == 1
    assert "Stopped with 0 rows confirmed" in err
    assert "nothing is doubled" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.csv"], "can't be read"),
        (["a.csv", "--column", "words=b"], "write FIELD=COLUMN"),
        (["a.csv", "--column", "phone=c"], "no column 'c' for phone; it has a, narrative"),
        (["a.csv", "--channel", "fax"], "The policy has no channel fax; it has window-system, hotline-12345"),
        (["a.csv", "--encoding", "latin-1"], "Encoding latin-1 is not known"),
        (["a.csv", "--refused-file", "none/there.csv"], "can't be read or written"),
    ],
)
def test_publish_used_wrongly(
    clients: dict[str, Recorder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    sentence: str,
) -> None:  # fmt: skip
    """One sentence, an exit code that says so, and nothing sent."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("a,narrative\n1,2\n")
    code, out, err = run(*arguments)
    assert code == (1 if "--refused-file" in arguments else 2)
    assert sentence in err
    assert out == ""
    assert clients == {}


def test_a_good_row_alone() -> None:
    """An example's row becomes what an import would make of it, even if its time is still to come."""
    values = {"narrative": "x", "channel": "app", "time": "2126-03-02", "电话": "1"}
    found = submission(Row(1, values), Mapping.of_fields(values), KEY)
    assert (found.case_id, found.message_id) == row_ids(KEY, values)
    assert found.person is None
    for bad in ({"narrative": "x"}, {"narrative": "", "time": "2026-03-02"}):
        with pytest.raises(ValueError, match="Row 1 is not good"):
            submission(Row(1, bad), Mapping.of_fields(bad), KEY)
