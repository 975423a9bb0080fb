"""The breaker of a source topic, as a machine without time, broker or database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumers.breaker import Breaker, BreakerRules, Breakers

RULES = BreakerRules()
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
TOPIC = "cases.window-system"
OTHER = "cases.hotline"

batches = st.lists(
    st.tuples(st.integers(0, 2000), st.floats(0, 1), st.integers(0, 120)).map(
        lambda drawn: (drawn[0], int(drawn[0] * drawn[1]), timedelta(seconds=drawn[2]))
    ),
    max_size=40,
)


@given(batches)
def test_it_rests_and_tries_within_its_rules(steps: list[tuple[int, int, timedelta]]) -> None:
    """Whatever comes, an allowance is none, nothing, or a trial within bounds, and a rest is never too long."""
    breaker, now = Breaker(), BEGIN
    for seen, bad, later in steps:
        now += later
        allowed = breaker.allowance(RULES, now)
        assert allowed is None or 0 <= allowed <= RULES.largest_trial
        assert (breaker.since is None) == (breaker.again_at is None) == (breaker.openings == 0)
        if breaker.again_at is not None:
            assert breaker.again_at - now <= RULES.longest_rest
        taken = seen if allowed is None else min(seen, allowed)
        breaker = breaker.after(RULES, taken, min(bad, taken), now)
        assert 0 <= breaker.bad <= breaker.seen <= RULES.window + 2000


@given(st.lists(st.tuples(st.integers(1, 2000), st.floats(0, 0.49)), max_size=60))
def test_it_stays_closed_while_most_is_good(steps: list[tuple[int, float]]) -> None:
    """A topic of which less than half is bad is never held back."""
    breaker = Breaker()
    for seen, share in steps:
        breaker = breaker.after(RULES, seen, int(seen * share), BEGIN)
        assert breaker.allowance(RULES, BEGIN) is None


@given(st.integers(1, 300), st.integers(0, 3000))
def test_a_storm_is_taken_whole(count: int, good: int) -> None:
    """However long the storm, every message of it and behind it is taken, at a bounded rate of bad ones."""
    waiting = [True] * (count * 100) + [False] * good
    breaker, now, taken = Breaker(), BEGIN, 0
    while taken < len(waiting):
        allowed = breaker.allowance(RULES, now)
        if allowed == 0:
            assert breaker.again_at is not None
            now = breaker.again_at
            continue
        batch = waiting[taken : taken + min(2000, allowed or 2000)]
        taken += len(batch)
        breaker = breaker.after(RULES, len(batch), sum(batch), now)
        rests = (now - BEGIN) / RULES.longest_rest
        assert sum(waiting[:taken]) <= RULES.largest_trial * (rests + 12)


def test_a_handful_opens_nothing() -> None:
    """A few bad messages, and nothing else for a long while, are what quarantine is for."""
    assert Breaker().after(RULES, RULES.least - 1, RULES.least - 1, BEGIN).since is None
    assert Breaker().after(RULES, RULES.least, RULES.least, BEGIN).since == BEGIN


def test_a_good_trial_closes_it_and_a_bad_one_makes_it_rest_longer() -> None:
    """Rests double from 5 s to 60 s, trials from 50 to 2000; the first good trial ends it."""
    breaker, now, rests, trials = Breaker().after(RULES, 2000, 2000, BEGIN), BEGIN, [], []
    for _ in range(7):
        assert breaker.again_at is not None
        rests.append((breaker.again_at - now).total_seconds())
        now = breaker.again_at
        trials.append(breaker.allowance(RULES, now))
        assert breaker.since == BEGIN
        breaker = breaker.after(RULES, trials[-1] or 0, trials[-1] or 0, now)
    assert rests == [5, 10, 20, 40, 60, 60, 60]
    assert trials == [50, 100, 200, 400, 800, 1600, 2000]
    assert breaker.after(RULES, 50, 0, now) == Breaker()


def test_each_topic_has_its_own() -> None:
    """A storm on one topic is told by name and count; others are not touched, and good ones are forgotten."""
    now = BEGIN
    breakers = Breakers().after({TOPIC: 500, OTHER: 500}, {TOPIC: 500}, now)
    assert breakers.allowance(TOPIC, now) == 0
    assert breakers.allowance(OTHER, now) is None
    assert [(one.topic, one.since) for one in breakers.paused()] == [(TOPIC, BEGIN)]
    now += RULES.first_rest
    again = breakers.after({TOPIC: 50}, {TOPIC: 50}, now)
    assert again.opened == breakers.opened == 1
    closed = again.after({TOPIC: 50, OTHER: 3}, {}, now + RULES.longest_rest)
    assert (closed.paused(), dict(closed.by_topic), closed.opened) == ((), {}, 1)
    assert closed.after({TOPIC: 300}, {TOPIC: 300}, now).opened == 2
