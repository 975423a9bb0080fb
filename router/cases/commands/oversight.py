"""What follows when a promise was not kept, and the ticking of the clock itself."""

from __future__ import annotations

from typing import ClassVar

from router.cases.commands.base import Action, OfClock


class SignSupervision(OfClock):
    """The window's head signs the drafted supervision (督办)."""

    verb: ClassVar[str] = "sign_supervision"


class ReplySupervision(OfClock):
    """The unit replies in writing, with its reasons."""

    verb: ClassVar[str] = "reply_supervision"
    needs = ("text",)


class IssueCircular(OfClock):
    """A person issues the circular (通报) that was drafted."""

    verb: ClassVar[str] = "issue_circular"


class DropCircular(OfClock):
    """A person lets the drafted circular go, with the reason."""

    verb: ClassVar[str] = "drop_circular"
    needs = ("text",)


class Tick(Action):
    """Time has passed: whatever is due on the case happens, each step once and in order (clock only)."""

    verb: ClassVar[str] = "tick"
