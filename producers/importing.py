"""Rows of a file become submissions: which column is what, which rows can't be taken, and ids that stay.

The ids are a keyed hash of the row's own cells, so that publishing a file again doubles nothing. A row that
names no time has its file's time of change, so that the same file gives the very same messages; a file that
was changed since is another matter: for its unchanged rows without a time the router then sets a conflict
aside (DESIGN §5), and nothing is doubled either.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

import orjson
from pydantic import ValidationError

from producers.columns import SHOWN, Mapping
from producers.lines import BrokenRow
from producers.rejected import plain
from producers.rows import FileError
from producers.times import SHANGHAI, read_time
from producers.window import Submission
from router.cases.commands import Submit
from router.messages.details import CaseDetails, Person
from router.vault.keyring import keyed_hash
from router.wire.connection import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from producers.rows import Row

__all__ = [
    "ImportReport", "Mapping", "Ready", "RefusedRow", "RowReader", "Submitter", "import_rows", "row_ids", "submission",
]  # fmt: skip

_PERSON = ("name", "phone", "id_number", "address")
_YES = frozenset({"true", "1", "yes", "y", "是", "保密"})
_NO = frozenset({"", "false", "0", "no", "n", "否", "不保密"})
_AHEAD = timedelta(minutes=5)
"""How far a row's time may be ahead of ours; the router allows the same."""
BATCH = 500
"""Rows sent together and waited for together."""
_KEPT = 100
"""Refusals kept for the report; all of them are told as they happen."""

_REASONS = {
    "not_json": ("不是一个 JSON 对象；请改正这一行。", "It is no JSON object; mend the line."),
    "bad_quotes": (
        "引号不成对或位置不对；请把整格放在引号内，格内的引号写两遍。",
        "Its quotation marks don't pair; quote the whole cell and double the marks within.",
    ),
    "too_many_cells": ("格数多于表头；请检查多余的分隔符。", "It has more cells than the header has; mend it."),
    "line_too_long": ("一行或一格超过一百万字；请只写要点。", "A line or cell is over a million characters long."),
    "empty_narrative": ("诉求内容为空；请补填。", "Its narrative is empty; fill it in."),
    "too_long": ("“{field}”超过 {limit} 字；请缩短。", "Its {field} is over {limit} characters; shorten it."),
    "nul": ("“{field}”含有空字符（NUL）；请删去。", "Its {field} holds a NUL character; take it out."),
    "bad_time": (
        "“{field}”不是看得懂的时间；请写成 2020-01-09 21:08。",
        "Its {field} is no time that can be read; write 2020-01-09 21:08.",
    ),
    "future_time": ("“{field}”在将来；请改正。", "Its {field} lies in the future; mend it."),
    "bad_reference": (
        "“{field}”只能用字母、数字和 . / _ -，至多 60 个；请改正，或用 --column reference= 不取此列。",
        "Its {field} may hold only letters, digits and . / _ -; mend it, or skip it: --column reference=.",
    ),
    "bad_withheld": ("“{field}”须填“是”或“否”。", "Its {field} must say yes or no."),
    "unknown_channel": ("规则中没有这个渠道；可用：{limit}。", "The policy has no such channel; it has {limit}."),
}  # fmt: skip


class RefusedRow(NamedTuple):
    """A row that was not sent: its number, why, and the same in words; nothing of its content."""

    number: int
    code: str
    zh: str
    en: str

    def sentence(self, lang: str) -> str:
        """Return the reason in `zh` or `en`."""
        return self.en if lang == "en" else self.zh


class Ready(NamedTuple):
    """A submission and the channel it goes to."""

    channel: str
    submission: Submission


def row_ids(key: bytes, values: dict[str, str]) -> tuple[str, str]:
    """Return a row's case id (a UUID of version 8, RFC 9562) and message id: a keyed hash of its filled cells.

    The order of the columns and empty ones don't count, so that a moved column doubles nothing.
    """
    cells = sorted(item for item in values.items() if item[1])
    seed = keyed_hash(key, b"bancheng.import.row.v1", orjson.dumps(cells)).hex()
    variant = "89ab"[int(seed[16], 16) & 3]
    case_id = f"{seed[:8]}-{seed[8:12]}-8{seed[13:16]}-{variant}{seed[17:20]}-{seed[20:]}"
    return case_id, f"import-{seed}"


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns rows into submissions, or says why one can't be."""

    columns: dict[str, str]
    """The column of each field, from `Mapping.resolve`."""
    key: bytes
    """The installation's import key."""
    channel: str
    """Where rows go that name no channel."""
    channels: Collection[str]
    """The channels that the policy knows."""
    modified: datetime
    """The time of rows that name none: when the file was last changed."""
    now: datetime
    """No row may be later than this."""

    def read(self, row: Row | BrokenRow) -> Ready | RefusedRow:
        """Return what becomes of a row; never raises, whatever it holds."""
        if isinstance(row, BrokenRow):
            return _refused(row.number, row.code)
        try:
            return self._ready(plain(row.values))
        except _RefusalError as why:
            column = self.columns.get(why.field, why.field)[:SHOWN]
            return _refused(row.number, why.code, column, why.limit)

    def _ready(self, values: dict[str, str]) -> Ready:
        cells = {name: values.get(column, "") for name, column in self.columns.items()}
        if not cells["narrative"]:
            raise _RefusalError("empty_narrative", "narrative")
        channel = cells.get("channel") or self.channel
        if channel not in self.channels:
            raise _RefusalError("unknown_channel", "channel", ", ".join(sorted(self.channels)))
        withheld = cells.get("withheld", "").casefold()
        if withheld not in _YES and withheld not in _NO:
            raise _RefusalError("bad_withheld", "withheld")
        moment = read_time(cells["time"]) if cells.get("time") else self.modified.astimezone(SHANGHAI)
        if moment is None:
            raise _RefusalError("bad_time", "time")
        if moment > self.now + _AHEAD:
            raise _RefusalError("future_time", "time")
        ids = row_ids(self.key, values)
        return Ready(channel, _submission(cells, moment, ids, withheld=withheld in _YES))


def submission(row: Row, mapping: Mapping, key: bytes) -> Submission:
    """Return the submission of a row known to be good, such as an example's: it names its time, even a later one.

    Raises:
        ValueError: it isn't good.
    """
    columns = mapping.resolve(tuple(row.values))
    never = datetime(9000, 1, 1, tzinfo=UTC)
    channel = row.values.get(columns.get("channel", ""), "")
    found = RowReader(columns, key, channel, (channel,), never, never).read(row)
    if isinstance(found, RefusedRow) or found.submission.time == never:
        raise ValueError(f"Row {row.number} is not good: {getattr(found, 'en', 'it names no time.')}")
    return found.submission


class _RefusalError(Exception):
    def __init__(self, code: str, field: str, limit: str = "") -> None:
        self.code = code
        self.field = field
        self.limit = limit
        super().__init__(code)


def _submission(cells: dict[str, str], moment: datetime, ids: tuple[str, str], *, withheld: bool) -> Submission:
    """Build a submission that has passed the router's own models."""
    known = {name: cells[name] for name in _PERSON if cells.get(name)}
    reference = cells.get("reference") or None
    title = cells.get("title", "")
    try:
        person = Person(**known) if known else None
        CaseDetails(title=title, narrative=cells["narrative"], person=person)
        Submit(occurred_at=moment, reference=reference)
    except ValidationError as error:
        raise _named(error) from None
    case_id, message_id = ids
    return Submission(
        cells["narrative"], title, person, reference, withheld, time=moment, case_id=case_id, message_id=message_id
    )


def _named(error: ValidationError) -> _RefusalError:
    """Return what a model found wrong first: too long, or not of the pattern (no NUL; a reference's signs)."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][-1])
    if name == "reference":
        return _RefusalError("bad_reference", name)
    if first["type"] == "string_too_long":
        return _RefusalError("too_long", name, str(first["ctx"]["max_length"]))
    return _RefusalError("nul", name)


def _refused(number: int, code: str, column: str = "", limit: str = "") -> RefusedRow:
    zh, en = _REASONS[code]
    return RefusedRow(number, code, zh.format(field=column, limit=limit), en.format(field=column, limit=limit))


class Submitter(Protocol):
    """What an import needs of a channel's client (`WindowClient`)."""

    def submit_many(self, submissions: Iterable[Submission]) -> int:
        """Submit them all, wait until the broker has them, return how many."""


@dataclass(slots=True)
class ImportReport:
    """What became of a file's rows. Those neither accepted nor refused were not confirmed: see `stopped`."""

    rows: int = 0
    accepted: int = 0
    """Confirmed by the broker; the router decides on them in its own time."""
    refused: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    """Accepted rows a channel."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Refused rows a code."""
    refusals: list[RefusedRow] = field(default_factory=list)
    """The first of them."""
    first_case: str | None = None
    last_case: str | None = None
    stopped: FileError | WireError | None = None
    """Why the import ended before the file did; publishing it again doubles nothing."""


def import_rows(
    rows: Iterable[Row | BrokenRow],
    reader: RowReader,
    client: Callable[[str], Submitter],
    *,
    on_progress: Callable[[ImportReport], None] = lambda _: None,
    on_refused: Callable[[Row | BrokenRow, RefusedRow], None] = lambda _row, _why: None,
) -> ImportReport:
    """Send a file's rows in batches, each to its channel's `client`; memory doesn't grow with the file.

    Never raises for what the file holds or for a broker that goes away: the report's `stopped` says so.
    """
    report = ImportReport()
    waiting: dict[str, list[Submission]] = {}
    try:
        for row in _until_broken(rows, report):
            report.rows += 1
            taken = reader.read(row)
            if isinstance(taken, RefusedRow):
                _count_refused(report, taken)
                on_refused(row, taken)
            else:
                batch = waiting.setdefault(taken.channel, [])
                batch.append(taken.submission)
                if len(batch) == BATCH:
                    _deliver(report, client, taken.channel, waiting.pop(taken.channel))
            if report.rows % BATCH == 0:
                on_progress(report)
        for channel, batch in waiting.items():
            _deliver(report, client, channel, batch)
    except WireError as error:
        report.stopped = error
    on_progress(report)
    return report


def _until_broken(rows: Iterable[Row | BrokenRow], report: ImportReport) -> Iterator[Row | BrokenRow]:
    """Yield the rows; where a workbook breaks off, those before are sent all the same."""
    try:
        yield from rows
    except FileError as error:
        report.stopped = error


def _deliver(report: ImportReport, client: Callable[[str], Submitter], channel: str, batch: list[Submission]) -> None:
    client(channel).submit_many(batch)
    report.accepted += len(batch)
    report.channels[channel] += len(batch)
    report.first_case = report.first_case or batch[0].case_id
    report.last_case = batch[-1].case_id


def _count_refused(report: ImportReport, refused: RefusedRow) -> None:
    report.refused += 1
    report.reasons[refused.code] += 1
    if len(report.refusals) < _KEPT:
        report.refusals.append(refused)
