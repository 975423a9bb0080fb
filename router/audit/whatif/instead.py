"""A policy in the place of those that cases were decided under. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from router.policy.policy import Policy


class Instead:
    """A policy that answers to the names and hashes of the recorded ones.

    So a case that names its policy by hash, an office that moved it to another, and what is known of other cases all
    mean the policy that is tried; and a policy tried against itself makes the very same events.
    """

    def __init__(self, tried: Policy, known: Callable[[str], Policy]) -> None:
        """Put `tried` in the place of every policy; `known` finds a recorded one by its hash or raises KeyError."""
        self._tried = tried
        self._known = known
        self._made: dict[str, Policy] = {}

    def __call__(self, wanted: str) -> Policy:
        """Return the policy that is tried, under a recorded hash and that policy's id; raises KeyError."""
        found = self._made.get(wanted)
        if found is None:
            found = self._tried.model_copy(update={"id": self._known(wanted).id})
            found.__dict__["hash"] = wanted  # where the cached property looks first, as in `Policy.pinned`
            self._made[wanted] = found
        return found
