"""Enterprises that people still name by what they once were called, and who answers for them now."""

from __future__ import annotations

from router.policy.base import Named, Slug, Text


class Enterprise(Named):
    """A plant or firm of the register, under all its names; where it was wound up, who took over."""

    former: tuple[Text, ...] = ()
    """Names it went by, and how people call it."""
    successor: Text | None = None
    """The firm that took it over, if any."""
    ended: int | None = None
    """The year in which it was dissolved, where known."""
    under: Slug
    """The unit that took over the department it stood under; it knows the old papers."""
    assumption: bool = False
    """Ours, not a source's."""

    def names(self) -> tuple[str, ...]:
        """Return every name it goes or went by, its successor's too."""
        return (self.name, *self.former, *((self.successor,) if self.successor else ()))
