"""What a policy that is tried doesn't know of what was recorded: named, so that nobody takes it for judged. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.audit.whatif.inputs import History
    from router.classify.classification import Classification
    from router.policy.policy import Policy

_OUTSIDE = frozenset({Role.CHANNEL, Role.RATING, Role.ROUTER})
_SPEAKING = ("domains", "causes", "kinds", "urgent", "not_accepted", "recusal", "enterprises")
"""The parts of a policy that a classifier goes by."""


class Lacks(NamedTuple):
    """What the policy lacks of one case."""

    channels: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    @property
    def undecidable(self) -> str | None:
        """Why the case can't be decided under it at all: it would never have come, or been taken for something else.

        A cause that isn't known says nothing; a unit that isn't known has its commands refused by the heart.
        """
        return "unknown_channel" if self.channels else "unknown_domain" if self.domains else None


def lacks(history: History, policy: Policy) -> Lacks:
    """Return what a policy lacks of a case's records; with the judgements that are to be tried in them."""
    submitted = [step.command for step in history if step.submits and step.command is not None]
    judged = [command.classification for command in submitted if command.classification is not None]
    return Lacks(
        channels=frozenset(c.actor.id for c in submitted if c.actor.id not in policy.channel_by_id),
        domains=frozenset(name for one in judged for name in _domain(one) if name not in policy.domain_by_id),
        causes=frozenset(
            one.cause.choice for one in judged if one.cause.choice and one.cause.choice not in policy.cause_by_id
        ),
        units=frozenset(name for name in _units(history) if name not in policy.unit_by_id),
    )


def unseen_words(tried: Policy, own: Policy) -> frozenset[str]:
    """Return the words by which the tried policy's routes choose, and which the own classification never looked for."""
    asked = {word for route in tried.routes for word in route.words}
    return frozenset(asked - {word for route in own.routes for word in route.words})


def words_differ(tried: Policy, own: Policy) -> bool:
    """Whether the tried policy's own words might judge a text otherwise."""
    return any(getattr(tried, part) != getattr(own, part) for part in _SPEAKING) or (
        tried.confidence.title_weight,
        tried.confidence.calibration,
    ) != (own.confidence.title_weight, own.confidence.calibration)


def _domain(judged: Classification) -> Iterator[str]:
    if judged.domain.choice is not None:
        yield judged.domain.choice


def _units(history: History) -> Iterator[str]:
    """Yield the units and offices that acted on a case, got it, or are complained of."""
    for step in history:
        if step.command is not None and step.command.actor.role not in _OUTSIDE:
            yield step.command.actor.id
        for event in step.events:
            match event:
                case ev.Assigned():
                    yield event.unit
                case ev.Submitted() | ev.Classified() | ev.Triaged():
                    yield from event.complained_of
                case _:
                    pass
