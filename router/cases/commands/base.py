"""What every action is, and the shapes of its fields."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from router.policy.base import Slug

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9./_-]{1,60}$")]
"""A submitter's own number for the case; a code, never words."""

CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""The id of another case."""

PolicyHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The hash of a policy."""

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""The number of an assignment within its case."""

ClockKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,90}$")]
"""The name of a clock within its case, as notices and `bancheng cases explain` show it: `unit-1`, `case`."""


class Action(BaseModel):
    """One thing that may be asked of a case; `verb` is its name in roles and message types."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verb: ClassVar[str]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """The case's version that the sender has seen: if the case has moved on since, the command is refused."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Which words must come with it in `details`: text, basis, remedy, signed_by."""


class OfAssignment(Action):
    """Something a unit does on an assignment; without a number, on its only open one."""

    assignment: Number | None = None


class OfPart(Action):
    """Something done to an item of the duty list."""

    part: Slug


class OfClock(Action):
    """Something done about a clock that has been noticed."""

    clock: ClockKey
