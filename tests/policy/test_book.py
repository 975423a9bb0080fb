"""Several policies side by side: which one a new case begins with, and what can't stand beside each other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bancheng import policies
from router.door.reading import Bad, Read, Reader
from router.door.received import Received
from router.messages.envelope import CONTENT_TYPE, write
from router.messages.inbound import kinds
from router.policy.book import Book
from router.policy.load import PolicyError

if TYPE_CHECKING:
    from router.policy.policy import Policy

SMALL = (Path(__file__).parent.parent / "data" / "small.yaml").read_text(encoding="utf-8")
NEXT = SMALL.replace('version: "1"', 'version: "2"\nstarts: 2026-10-01').replace(
    "ordinary: {working_days: 5", "ordinary: {working_days: 3"
)
ELSEWHERE = SMALL.replace("region: small", "region: elsewhere").replace("id: small", "id: elsewhere")


def written(folder: Path, **texts: str) -> Path:
    """A folder with one folder a policy."""
    for name, text in texts.items():
        (folder / name).mkdir()
        (folder / name / "policy.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_newest_that_has_started_holds(tmp_path: Path) -> None:
    """A case begins under the policy of its channel that started last by that day; the earlier one is still known."""
    book = policies.read_all(written(tmp_path, now=SMALL, later=NEXT))
    before, after = book.for_channel("hotline", date(2026, 9, 30)), book.for_channel("hotline", date(2026, 10, 1))
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == ("1", "2")
    assert book.newest.version == "2"
    assert book.channels == ("window-system", "hotline")
    assert book.for_channel("nobody", date(2026, 10, 1)) is None


def test_two_can_not_hold_at_once(tmp_path: Path) -> None:
    """Two policies of one channel with the same start, or of two regions, are a mistake that says what to do."""
    with pytest.raises(PolicyError, match="different `starts`"):
        policies.read_all(written(tmp_path, one=SMALL, other=ELSEWHERE))


def test_a_file_alone_is_a_book(policy: Policy) -> None:
    """One policy is a book of one; every unit and channel of it is found."""
    book = Book((policy,))
    assert book.unit("hrss") is policy.unit_by_id["hrss"]
    assert book.channel("hotline") is policy.channel_by_id["hotline"]
    assert list(book.clashes()) == []


def test_a_submission_is_read_under_the_policy_of_its_day(tmp_path: Path) -> None:
    """The reader judges a submission under the policy that holds when it comes; before the first it is set aside."""
    first = SMALL.replace('version: "1"', 'version: "1"\nstarts: 2026-03-01')
    book = policies.read_all(written(tmp_path, now=first, later=NEXT))
    reader = Reader(book, kinds(), shards=16, lookup_key=bytes(32))
    case_id = "0195d3a0-7b1c-7c3e-9a4f-2b6d8e1f0a11"
    value = write(
        id="m", source="/channels/hotline", type="cn.bancheng.case.submitted.v1", subject=case_id,
        time="2026-02-01T09:30:00+08:00", data={"details": {"narrative": "房屋漏水"}},
    )  # fmt: skip
    message = Received("cases.hotline", 0, 0, case_id.encode(), value, [CONTENT_TYPE])
    begins = {"1": datetime(2026, 9, 30, 15, 59, tzinfo=UTC), "2": datetime(2026, 9, 30, 16, 0, tzinfo=UTC)}
    for version, now in begins.items():
        read = reader.read(message, now)
        assert isinstance(read, Read)
        assert next(policy.version for policy in book.policies if policy.hash == read.policy) == version
    early = reader.read(message, datetime(2026, 2, 1, 2, 0, tzinfo=UTC))
    assert isinstance(early, Bad)
    assert early.code == "no_policy"
