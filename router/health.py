"""What a service says of itself: at work, or waiting for what and since when, and which topics it doesn't take.

The service's loop writes its `Condition`; any thread may read `Condition.health`, a value that never changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class State(StrEnum):
    """Whether a service works or waits."""

    OK = "ok"
    WAITING = "waiting"


class Reason(StrEnum):
    """What a service waits for."""

    STARTING = "starting"
    DATABASE = "database"
    """The database is away, full, or asks to try again."""
    BROKER = "broker"
    """Nobody answers at the broker's address."""
    BROKER_SILENT = "broker_silent"
    """Somebody takes connections at the broker's address and then says nothing."""


class Paused(NamedTuple):
    """A source topic that isn't taken for the moment, because too many of its messages were bad."""

    topic: str
    since: datetime
    """When its breaker opened (UTC)."""
    again_at: datetime
    """When a few of its messages are tried again (UTC)."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a service is at one moment."""

    state: State
    reason: Reason | None
    """None while it works."""
    since: datetime
    """Since when it is in this state for this reason (UTC)."""
    paused: tuple[Paused, ...] = ()
    """Topics whose breaker is open, by name; the service works on all others."""
    opened: int = 0
    """How often a breaker has opened since the service began."""

    @property
    def ok(self) -> bool:
        """Whether it works; a paused topic alone doesn't make it ill."""
        return self.state is State.OK


class HasHealth(Protocol):
    """A service that can be asked how it is, from any thread."""

    @property
    def condition(self) -> Condition:
        """What its loop writes down."""
        ...


def now_utc() -> datetime:
    """Return the system's time."""
    return datetime.now(UTC)


class Condition:
    """How a service is, kept up by its loop. One thread writes, any may read."""

    def __init__(self, now: Callable[[], datetime] = now_utc) -> None:
        """A service begins by waiting for its own start."""
        self._now = now
        self._health = Health(State.WAITING, Reason.STARTING, now())

    @property
    def health(self) -> Health:
        """How it is now."""
        return self._health

    def fine(self) -> bool:
        """Note that it works; return whether that is new."""
        return self._become(State.OK, None)

    def waiting(self, reason: Reason) -> bool:
        """Note that it waits; return whether that is new."""
        return self._become(State.WAITING, reason)

    def paused(self, topics: tuple[Paused, ...], opened: int) -> None:
        """Note which topics aren't taken, and how often that has come about."""
        if (topics, opened) != (self._health.paused, self._health.opened):
            self._health = replace(self._health, paused=topics, opened=opened)

    def _become(self, state: State, reason: Reason | None) -> bool:
        if (state, reason) == (self._health.state, self._health.reason):
            return False
        self._health = replace(self._health, state=state, reason=reason, since=self._now())
        return True
