"""A breaker for each source topic: a storm of bad messages on one topic is taken slowly, and holds up nobody else.

Pure: the time is an argument. A breaker opens when most of a topic's newest messages are bad; its topic then rests,
and after a while a few of its messages are tried. A good trial closes it; after a bad one the topic rests longer and
the next trial is larger. So a storm passes at a bounded rate, and every message is taken in the end: opening never
skips one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from router.health import Paused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a breaker opens, for how long, and how much a trial takes. The numbers are ours, from no standard."""

    least: int = 200
    """Bad messages that open it at the least: a handful is what quarantine is for."""
    window: int = 2000
    """The newest messages that are judged: one full poll."""
    first_rest: timedelta = timedelta(seconds=5)
    longest_rest: timedelta = timedelta(seconds=60)
    first_trial: int = 50
    largest_trial: int = 2000


@dataclass(frozen=True, slots=True)
class Breaker:
    """One topic's breaker: closed with what it has seen lately, or open until its next trial."""

    seen: int = 0
    bad: int = 0
    """Of those seen; both are halved when the window is full, so that the past fades."""
    openings: int = 0
    """How often it opened in a row, without a good trial between."""
    since: datetime | None = None
    """When it opened; None while it is closed."""
    again_at: datetime | None = None
    """When the next trial is due; None while it is closed."""

    def allowance(self, rules: BreakerRules, now: datetime) -> int | None:
        """Return how many messages may be taken now; None for any number."""
        if self.again_at is None:
            return None
        if now < self.again_at:
            return 0
        return min(rules.first_trial << (self.openings - 1), rules.largest_trial)

    def after(self, rules: BreakerRules, seen: int, bad: int, now: datetime) -> Breaker:
        """Return the breaker after `seen` messages were taken, `bad` of them set aside."""
        if not seen:
            return self
        if self.again_at is not None:
            return self._opened(rules, now) if 2 * bad >= seen else Breaker()
        counted = replace(self, seen=self.seen + seen, bad=self.bad + bad)
        if counted.bad >= rules.least and 2 * counted.bad >= counted.seen:
            return self._opened(rules, now)
        if counted.seen > rules.window:
            return replace(counted, seen=counted.seen // 2, bad=counted.bad // 2)
        return counted

    def _opened(self, rules: BreakerRules, now: datetime) -> Breaker:
        openings = min(self.openings + 1, 32)
        rest = min(rules.first_rest * (1 << (openings - 1)), rules.longest_rest)
        return Breaker(openings=openings, since=self.since or now, again_at=now + rest)


@dataclass(frozen=True, slots=True)
class Breakers:
    """The breakers of all topics; one that has seen nothing bad is not kept."""

    rules: BreakerRules = field(default_factory=BreakerRules)
    by_topic: Mapping[str, Breaker] = field(default_factory=dict)
    opened: int = 0
    """How often one opened, trials that failed not counted."""

    def allowance(self, topic: str, now: datetime) -> int | None:
        """Return how many messages of a topic may be taken now; None for any number."""
        breaker = self.by_topic.get(topic)
        return None if breaker is None else breaker.allowance(self.rules, now)

    def after(self, seen: Mapping[str, int], bad: Mapping[str, int], now: datetime) -> Breakers:
        """Return the breakers after a batch: messages taken by topic, and how many of them were set aside."""
        if not bad and not self.by_topic:
            return self
        kept = dict(self.by_topic)
        opened = self.opened
        for topic, count in seen.items():
            before = kept.get(topic, Breaker())
            later = before.after(self.rules, count, bad.get(topic, 0), now)
            opened += later.since is not None and before.since is None
            if later.bad or later.since is not None:
                kept[topic] = later
            else:
                kept.pop(topic, None)
        return Breakers(self.rules, kept, opened)

    def paused(self) -> tuple[Paused, ...]:
        """Return the topics that rest, by name."""
        return tuple(
            Paused(topic, breaker.since, breaker.again_at)
            for topic, breaker in sorted(self.by_topic.items())
            if breaker.since is not None and breaker.again_at is not None
        )
