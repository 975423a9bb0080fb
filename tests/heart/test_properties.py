"""What must hold whatever is asked of a case, in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tools import START

from router.taskforces.progress import next_steps
from router.taskforces.state import SETTLED, Part, PartStage

OUTCOMES = st.sampled_from([PartStage.DONE, PartStage.FAILED])


@st.composite
def duty_lists(draw: st.DrawFn) -> list[Part]:
    """A duty list whose parts wait for earlier ones only."""
    parts: list[Part] = []
    for index in range(draw(st.integers(1, 9))):
        earlier = [part.id for part in parts]
        some = st.lists(st.sampled_from(earlier), max_size=2, unique=True) if earlier else st.just([])
        kinds = [tuple(draw(some)) for _ in range(3)]
        parts.append(Part(f"p{index}", "u", 1, True, *kinds))
    return parts


@given(parts=duty_lists(), data=st.data())
def test_every_duty_list_comes_to_an_end(parts: list[Part], data: st.DataObject) -> None:
    """Whatever each part comes to, in dependency order all parts are settled in the end, each issued once."""
    issued: list[str] = []
    while True:
        steps = next_steps(parts)
        if not steps.issue and not steps.withdraw:
            break
        stages = dict.fromkeys(steps.withdraw, PartStage.WITHDRAWN)
        stages |= {name: data.draw(OUTCOMES) for name in steps.issue}
        issued += steps.issue
        parts = [
            Part(p.id, p.unit, 1, True, p.after, p.needs, p.only_if_failed, stages.get(p.id, p.stage)) for p in parts
        ]
    assert all(part.stage in SETTLED for part in parts)
    assert len(issued) == len(set(issued))


def test_start_is_a_monday_morning() -> None:
    """The tests' first moment is what their sentences say it is."""
    assert START.isoformat() == "2026-03-02T02:00:00+00:00"
    assert START.weekday() == 0
