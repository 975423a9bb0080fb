"""What follows when a part is settled: which parts may be issued, which fall away. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.taskforces.state import SETTLED, Part, PartStage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Steps(NamedTuple):
    """Parts to issue now, and parts that are no longer needed, each in the order of the list."""

    issue: tuple[str, ...]
    withdraw: tuple[str, ...]


def next_steps(parts: Iterable[Part]) -> Steps:
    """Return what follows from the parts as they stand; applying it and asking again changes nothing.

    A waiting part is issued once all it waits for is settled. It falls away when a part that it needs
    failed or fell away, or when one of the parts to which it is the alternative was done.
    """
    stages = {part.id: part.stage for part in parts}
    waiting = [part for part in parts if part.stage is PartStage.WAITING]
    withdrawn: list[str] = []
    moved = True
    while moved:
        moved = False
        for part in waiting:
            if stages[part.id] is PartStage.WAITING and _falls_away(part, stages):
                stages[part.id] = PartStage.WITHDRAWN
                withdrawn.append(part.id)
                moved = True
    issue = [part.id for part in waiting if stages[part.id] is PartStage.WAITING and _may_start(part, stages)]
    return Steps(tuple(issue), tuple(withdrawn))


def _falls_away(part: Part, stages: Mapping[str, PartStage]) -> bool:
    lost = (PartStage.FAILED, PartStage.WITHDRAWN)
    needless = any(stages[other] in (PartStage.DONE, PartStage.WITHDRAWN) for other in part.only_if_failed)
    return needless or any(stages[other] in lost for other in part.needs)


def _may_start(part: Part, stages: Mapping[str, PartStage]) -> bool:
    return (
        all(stages[other] in SETTLED for other in part.after)
        and all(stages[other] is PartStage.DONE for other in part.needs)
        and all(stages[other] is PartStage.FAILED for other in part.only_if_failed)
    )
