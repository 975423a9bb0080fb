"""Several policies side by side: which one a new case begins with, by its channel and the day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from router.policy.sealing import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.policy.people import Channel, Unit
    from router.policy.policy import Policy

_EVER = date.min


@dataclass(frozen=True)
class Book:
    """The policies in use, at least one. A channel belongs to one region; its policies follow each other in time."""

    policies: tuple[Policy, ...]

    @cached_property
    def newest(self) -> Policy:
        """The policy that started last, in whose words things are shown."""
        return max(self.policies, key=lambda policy: policy.starts or _EVER)

    def for_channel(self, channel: str, day: date) -> Policy | None:
        """Return the policy under which a case of that channel begins on that day; None before its first one."""
        begun = [p for p in self._of_channel.get(channel, ()) if (p.starts or _EVER) <= day]
        return max(begun, key=lambda policy: policy.starts or _EVER, default=None)

    def channel(self, name: str) -> Channel | None:
        """Return a channel of any of the policies, the newest first."""
        return next((p.channel_by_id[name] for p in self._newest_first if name in p.channel_by_id), None)

    def unit(self, name: str) -> Unit | None:
        """Return a unit or office of any of the policies, the newest first."""
        return next((p.unit_by_id[name] for p in self._newest_first if name in p.unit_by_id), None)

    def sealing(self, name: str) -> Mode:
        """Return how details travel between the router and a channel or unit, by the newest policy that knows it."""
        knowing = (p for p in self._newest_first if name in p.channel_by_id or name in p.unit_by_id)
        policy = next(knowing, None)
        return policy.sealing.of(name) if policy is not None else Mode.PREFERRED

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Every channel's id, once."""
        return tuple(dict.fromkeys(channel.id for policy in self.policies for channel in policy.channels))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Every unit's and office's id, once."""
        return tuple(dict.fromkeys(unit.id for policy in self.policies for unit in policy.units))

    @cached_property
    def _newest_first(self) -> tuple[Policy, ...]:
        return tuple(sorted(self.policies, key=lambda policy: policy.starts or _EVER, reverse=True))

    @cached_property
    def _of_channel(self) -> dict[str, list[Policy]]:
        found: dict[str, list[Policy]] = {}
        for policy in self.policies:
            for channel in policy.channels:
                found.setdefault(channel.id, []).append(policy)
        return found

    def clashes(self) -> Iterator[tuple[Policy, Policy, str]]:
        """Yield pairs of policies that would hold at the same time for the same channel, or differ in region for it."""
        for name, sharing in self._of_channel.items():
            for index, one in enumerate(sharing):
                for other in sharing[index + 1 :]:
                    if one.region != other.region or one.starts == other.starts:
                        yield one, other, name
