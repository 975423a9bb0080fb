"""Who is meant by a name in a story: an id, the official name or an alias of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from router.cases.commands import Actor
from router.messages.telling import assignments, results
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from router.policy.policy import Policy

ROUTER = Actor("router", Role.ROUTER)
_RATES = ("rate", "object")
_NAMING = ("to", "unit", "lead", "cooperating", "complained_of")
"""Fields of actions that name units."""


class UnknownNameError(Exception):
    """Nobody has that name in the policy."""


@dataclass(frozen=True)
class Names:
    """The names of one policy."""

    policy: Policy

    @cached_property
    def _units(self) -> Mapping[str, str]:
        return {name: unit.id for unit in reversed(self.policy.units) for name in (unit.id, *unit.names())}

    @cached_property
    def _channels(self) -> Mapping[str, str]:
        return {name: channel.id for channel in self.policy.channels for name in (channel.id, channel.name)}

    def any(self, name: str) -> str:
        """Return a unit's id by whichever of its names; anything else as it is."""
        return self._units.get(name, name)

    def unit(self, name: str) -> str:
        """Return a unit's id; raises UnknownNameError."""
        if name not in self._units:
            raise UnknownNameError(f"规则里没有单位“{name}”；写单位编号、全称或别名")
        return self._units[name]

    def channel(self, name: str) -> str:
        """Return a channel's id; raises UnknownNameError."""
        if name not in self._channels:
            raise UnknownNameError(f"规则里没有渠道“{name}”；有：{'、'.join(self._channels)}")
        return self._channels[name]

    def actor(self, name: str, verb: str) -> Actor:
        """Return who acts, in the role that it acts in; raises UnknownNameError."""
        if name == ROUTER.id:
            return ROUTER
        if name in self._channels:
            return Actor(self._channels[name], Role.RATING if verb in _RATES else Role.CHANNEL)
        unit = self.policy.unit_by_id[self.unit(name)]
        return Actor(unit.id, unit.role)

    def topic(self, name: str) -> str:
        """Return the topic on which somebody is told; raises UnknownNameError."""
        return results(self._channels[name]) if name in self._channels else assignments(self.unit(name))

    def within(self, field: str, value: Any) -> Any:
        """Return the value of an action's field with ids in place of names."""
        if field in _NAMING:
            return [self.any(one) for one in value] if isinstance(value, list) else self.any(value)
        if isinstance(value, dict):
            return {name: self.within(name, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.within("", one) for one in value]
        return value
