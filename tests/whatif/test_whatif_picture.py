"""Pictures that can be read: every word inside the sheet, none over another, and what colours mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bancheng.drawing import short, width_of, wrapped
from bancheng.whatif.picture import svg
from bancheng.whatif.wording import Wording
from router.audit.whatif.report import Both, Days, Found, Load, Moved, OnTime, Pair, Rate, Unknown

if TYPE_CHECKING:
    from router.policy.policy import Policy

LONG = "人力资源和社会保障事务（含养老保险补缴、档案查找与认定）Human resources and social security, with arrears"
WORDS = st.text(st.sampled_from("养老保险局office and bureau，、；· ()"), max_size=60)
ROOM = 170.0


class Written(NamedTuple):
    """Where a text of a picture begins and ends, about."""

    words: str
    baseline: float
    begins: float
    ends: float


def written(picture: str) -> tuple[float, list[Written]]:
    """The width of a picture and its texts."""
    sheet = ET.fromstring(picture)  # noqa: S314 (our own)
    texts = []
    for one in sheet.iter("{http://www.w3.org/2000/svg}text"):
        wide, x = width_of(one.text or "", int(one.attrib["font-size"])), float(one.attrib["x"])
        begins = x - {"start": 0.0, "middle": wide / 2, "end": wide}[one.attrib["text-anchor"]]
        texts.append(Written(one.text or "", float(one.attrib["y"]), begins, begins + wide))
    return float(sheet.attrib["width"]), texts


def figures(size: int, units: list[str | None], days: list[int]) -> Found:
    """What a what-if may come to, with counts of about a size."""
    moved = Moved(size, size, tuple(Days(day, size + day) for day in days))
    rate = Rate(size, size + 1) if days else Rate()
    none = Pair()
    return Found(
        cases=size, commands=size, same=0, differ=size, undecidable=(), kinds=(), moved=(), triage=(), declined=(),
        went=tuple(Both(code, size, 0) for code in ("unit", "units", "task_force", "triage", "refused")),
        judged=(), leads=(), joined=(), proposed=none, opened=none, due=moved, unit_due=moved, sign_due=moved,
        on_time=OnTime(rate, rate, 0), load=tuple(Load(unit, Pair(size, 1), none) for unit in units), steps=(),
        parts=(), no_longer_fits=(), commands_left=0, unknown=Unknown(), differing=(),
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("size", "days"),
    [(3, []), (70, [-4]), (99_999, [-90, *range(-9, 10), 45]), (99_999, [*range(-40, 41)])],
    ids=["nothing moves", "one day", "many", "every day"],
)
def test_every_word_stands_inside_and_over_no_other(policy: Policy, lang: str, size: int, days: list[int]) -> None:
    """Long names of units and policies, large counts, no dates at all: nothing is cut off and nothing overlaps."""
    units = [None, LONG, *policy.unit_by_id]
    wide, texts = written(svg(figures(size, units, days), (f"如果：{LONG}；{'0' * 64}", LONG), Wording(policy, lang)))
    for one in texts:
        assert 0 <= one.begins <= one.ends <= wide, one.words
    for one in texts:
        for other in texts:
            if one is not other and one.baseline == other.baseline:
                assert one.ends <= other.begins or other.ends <= one.begins, (one, other)
    words = " ".join(one.words for one in texts)
    assert {"zh": "现：记录如此", "en": "was: as recorded"}[lang] in words
    assert {"zh": "件", "en": "cases"}[lang] in words


@given(WORDS)
def test_labels_and_lines_fit(words: str) -> None:
    """A label is cut to its room and says so; lines lose nothing but blanks at their ends."""
    label = short(words, ROOM)
    assert width_of(label) <= ROOM
    assert label == words or label.endswith("…")
    lines = wrapped(words, ROOM)
    assert all(width_of(line) <= ROOM for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
