"""Figures for Prometheus, made when they are asked for: how one service is, and how the installation stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from router.health import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from prometheus_client.metrics_core import Metric

    from bancheng.watch.look import Look
    from bancheng.watch.turning import Turning
    from consumers.clock import Clock
    from consumers.matcher import Matcher
    from consumers.router import RouterConsumer
    from router.health import Condition
    from router.ledger.load import Load
    from router.ledger.standing import Standing

Counts = tuple[tuple[str, str, int], ...]
"""Counters of a service: name, what it counts, and how much so far."""


def router_counts(router: RouterConsumer) -> Callable[[], Counts]:
    """Return what tells how often breakers opened."""
    about = "How often a source topic stopped being taken."
    return lambda: (("bancheng_topic_pauses", about, router.condition.health.opened),)


def clock_counts(clock: Clock) -> Callable[[], Counts]:
    """Return what tells how much the clock has done."""
    return lambda: (("bancheng_clock_cases", "Cases on which the clock let something happen.", clock.taken),)


def match_counts(matcher: Matcher) -> Callable[[], Counts]:
    """Return what tells how much matching has done."""
    return lambda: (
        ("bancheng_match_compared", "Cases that were compared with earlier ones.", matcher.totals["compared"]),
        ("bancheng_match_found", "Links that were asked for.", matcher.totals["found"]),
    )


class OfService(Collector):
    """How one service is: whether it works or waits, whether its loop turns, and what it has done."""

    def __init__(self, task: str, condition: Condition, turning: Turning, counts: Callable[[], Counts]) -> None:
        """`task` is the label of its figures; `counts` is asked for its counters."""
        self._task = task
        self._condition = condition
        self._turning = turning
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield its figures."""
        health = self._condition.health
        yield _gauge("bancheng_ready", "Whether the service works (1) or waits (0).", "task", {self._task: health.ok})
        waiting = GaugeMetricFamily("bancheng_waiting", "What the service waits for (1).", labels=["task", "reason"])
        for reason in Reason:
            waiting.add_metric([self._task, reason.value], float(health.reason is reason))
        yield waiting
        since = health.since.timestamp()
        yield _gauge(
            "bancheng_state_since_timestamp_seconds", "Since when it works or waits so.", "task", {self._task: since}
        )
        age = self._turning.age.total_seconds()
        yield _gauge("bancheng_loop_age_seconds", "How long ago its loop last turned.", "task", {self._task: age})
        paused = {one.topic: 1 for one in health.paused}
        yield _gauge("bancheng_topic_paused", "A source topic isn't taken for the moment (1).", "topic", paused)
        for name, about, value in self._counts():
            yield CounterMetricFamily(name, about, value=value)


class OfInstallation(Collector):
    """How the installation stands, as it was last seen."""

    def __init__(self, seen: Callable[[], tuple[datetime, Look] | None]) -> None:
        """`seen` returns the last look and its moment, or none before the first."""
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        """Yield what was seen; what couldn't be seen is left out."""
        seen = self._seen()
        if seen is None:
            return
        at, look = seen
        yield GaugeMetricFamily(
            "bancheng_looked_timestamp_seconds", "When the installation was last looked at.", value=at.timestamp()
        )
        yield GaugeMetricFamily(
            "bancheng_database_up", "Whether the database answers.", value=float(look.database is None)
        )
        yield GaugeMetricFamily("bancheng_broker_up", "Whether the broker answers.", value=float(look.broker is None))
        if look.routers is not None:
            yield GaugeMetricFamily("bancheng_routers", "Processes that take messages.", value=look.routers)
            lag = "Messages of a source topic that aren't taken yet."
            yield _gauge("bancheng_lag_messages", lag, "topic", look.lag)
        if look.standing is not None:
            yield from _of_ledger(look.standing)
            yield from _of_time(look.standing)
            about = "Messages that were set aside, by why."
            yield _counter("bancheng_quarantined_messages", about, "code", look.quarantined)
        if look.reach is not None:
            about = "Whether an anchor is missing that was promised (1)."
            yield GaugeMetricFamily("bancheng_anchor_late", about, value=float(look.late_anchor))
        if look.load is not None:
            yield from _of_load(look.load)


def _of_ledger(standing: Standing) -> Iterator[Metric]:
    yield CounterMetricFamily("bancheng_records", "Decisions in the ledger.", value=standing.records)
    yield CounterMetricFamily("bancheng_outputs", "Messages that decisions asked for.", value=standing.outputs)
    waiting = {"record": standing.unpublished_records, "output": standing.unpublished_outputs}
    yield _gauge("bancheng_unpublished_messages", "What waits to be published.", "kind", waiting)
    yield _age("bancheng_unpublished_oldest_seconds", "How long the oldest of it waits.", standing.oldest_unpublished,
               standing.at)  # fmt: skip
    yield GaugeMetricFamily("bancheng_unheld_shards", "Shards that no relay publishes.", value=standing.unheld)
    yield _gauge("bancheng_parked_messages", "Outputs that can't be sent for now.", "topic", standing.parked)
    yield _gauge("bancheng_quarantine_open", "Messages that were set aside and wait for a person.", "code",
                 standing.set_aside)  # fmt: skip


def _of_time(standing: Standing) -> Iterator[Metric]:
    yield GaugeMetricFamily("bancheng_due_cases", "Cases that wait for the clock.", value=standing.due)
    yield _age("bancheng_due_oldest_seconds", "How long the longest of them waits.", standing.due_since, standing.at)
    yield GaugeMetricFamily("bancheng_inbox_commands", "Commands between cases that wait.", value=standing.inbox)
    yield _age("bancheng_inbox_oldest_seconds", "How long the oldest of them waits.", standing.inbox_since, standing.at)
    yield GaugeMetricFamily("bancheng_unmatched_records", "Records not matched yet.", value=standing.unmatched)
    beats = {task: (standing.at - beat).total_seconds() for task, beat in standing.beats.items()}
    yield _gauge("bancheng_heartbeat_age_seconds", "How long ago a service showed itself.", "task", beats)


def _of_load(load: Load) -> Iterator[Metric]:
    yield _gauge("bancheng_open_cases", "Open cases by who holds them.", "unit", load.open)
    late = {unit: load.overdue[unit] for unit in load.open}
    yield _gauge("bancheng_overdue_cases", "Open cases on which the unit's time is over.", "unit", late)


def _age(name: str, about: str, since: datetime | None, now: datetime) -> Metric:
    seconds = max(0.0, (now - since).total_seconds()) if since else 0.0
    return GaugeMetricFamily(name, about, value=seconds)


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labelled(GaugeMetricFamily(name, about, labels=[label]), values.items())


def _counter(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labelled(CounterMetricFamily(name, about, labels=[label]), values.items())


def _labelled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Iterable[tuple[str, float]]
) -> GaugeMetricFamily | CounterMetricFamily:
    for label, value in values:
        family.add_metric([label], float(value))
    return family
