"""Looks at a person's details, and their end."""

from __future__ import annotations

from router.cases.events.base import Event


class DetailsViewed(Event, frozen=True, tag="details_viewed"):
    """Somebody was shown details: some as they are, some masked; never what they say."""

    by: str
    role: str
    why: str
    revealed: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    clerk: str | None = None


class SubjectErased(Event, frozen=True, tag="subject_erased"):
    """The key of the case's details is gone, and with it whatever was sealed by it."""

    by: str
    role: str
    why: str
    clerk: str | None = None
