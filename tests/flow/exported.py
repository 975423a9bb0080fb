"""Every figure that a process of ours can export, with one of each label: what dashboards and rules may ask for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bancheng.watch.figures import OfInstallation, OfService, clock_counts, match_counts, router_counts
from bancheng.watch.look import Look
from bancheng.watch.measured import MeasuredDoor, MeasuredPublisher
from bancheng.watch.turning import Turning
from router.audit.anchoring import Every
from router.audit.reach import Reach
from router.health import Condition, Paused
from router.ledger.load import Load
from router.ledger.standing import Standing

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
STANDING = Standing(
    at=AT, records=100, outputs=250, unpublished_records=3, unpublished_outputs=4, unmatched=5, unheld=0,
    oldest_unpublished=AT - timedelta(seconds=7), parked={"assignments.housing": 2}, due=6,
    due_since=AT - timedelta(seconds=8), inbox=1, inbox_since=AT - timedelta(seconds=2), set_aside={"not_json": 9},
    beats={"clock": AT - timedelta(seconds=1)},
)  # fmt: skip
LOOK = Look(
    standing=STANDING, load=Load(Counter({"housing": 12, "(none)": 1}), Counter({"housing": 2})),
    quarantined={"not_json": 30}, lag={"cases.window-system": 11}, routers=2,
    reach=Reach(3, AT, 0, None), every=Every(10_000, timedelta(hours=1)),
)  # fmt: skip


class Made:
    """A service that isn't at work: only how it would be told of."""

    def __init__(self) -> None:
        self.condition = Condition(lambda: AT)
        self.condition.paused((Paused("cases.app", AT, AT),), 1)
        self.taken = 0
        self.totals: Counter[str] = Counter()


def everything() -> CollectorRegistry:
    """The registries of all services in one."""
    registry, made, nothing = CollectorRegistry(), Made(), Any
    MeasuredDoor(nothing, registry)
    MeasuredPublisher(nothing, registry, lambda: AT)
    counts = [make(made) for make in (router_counts, clock_counts, match_counts)]  # type: ignore[operator]
    registry.register(
        OfService("router", made.condition, Turning(), lambda: tuple(c for each in counts for c in each()))
    )
    registry.register(OfInstallation(lambda: (AT, LOOK)))
    return registry


def families(text: str) -> dict[str, Metric]:
    """A page of figures, read as Prometheus reads it, by family."""
    return {family.name: family for family in text_string_to_metric_families(text)}


def series() -> dict[str, set[str]]:
    """Each series' name and its labels."""
    found: dict[str, set[str]] = {}
    for family in families(generate_latest(everything()).decode()).values():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found
