"""What a unit does with an assignment, and what the dispatcher makes of it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from router.cases.commands.base import Action, Number, OfAssignment
from router.policy.base import Slug
from router.policy.limits import PauseKind


class Sign(OfAssignment):
    """The unit signs (签收): receipt, not admission."""

    verb: ClassVar[str] = "sign"


class Contact(OfAssignment):
    """The unit has contacted the person (先行联系)."""

    verb: ClassVar[str] = "contact"


class ReportProgress(OfAssignment):
    """The unit reports how far it is."""

    verb: ClassVar[str] = "report_progress"
    needs = ("text",)


class Answer(OfAssignment):
    """A cooperating unit gives its part of the answer, or the lead answers the case (答复)."""

    verb: ClassVar[str] = "answer"
    needs = ("text",)


class ProposeNegative(OfAssignment):
    """The lead proposes a negative answer (否定答复): reason, basis, remedy, signed by the unit's head."""

    verb: ClassVar[str] = "propose_negative"
    reason: Slug
    needs = ("text", "basis", "remedy", "signed_by")


class ApplyReturn(OfAssignment):
    """The unit applies to return the assignment (退单): reason code, legal basis, the 分管领导's signature."""

    verb: ClassVar[str] = "apply_return"
    reason: Slug
    needs = ("text", "basis", "signed_by")


class GrantReturn(Action):
    """The dispatcher grants a return; the next unit is named, unless the return itself calls a conference."""

    verb: ClassVar[str] = "grant_return"
    assignment: Number
    to: Slug | None = None


class RefuseReturn(Action):
    """The dispatcher refuses a return; the assignment stays where it is."""

    verb: ClassVar[str] = "refuse_return"
    assignment: Number
    needs = ("text",)


class Designate(Action):
    """After the conference a unit is designated in writing (指定承办); it can't return that.

    Without a unit the one that got the case first leads (首接负责).
    """

    verb: ClassVar[str] = "designate"
    unit: Slug | None = None
    part: Slug | None = None
    """An item of the duty list that was returned twice; without one, the case itself."""
    needs = ("text",)


class Pause(OfAssignment):
    """A clock stands still for a reason that the policy knows and caps; by the lead it is the whole case's."""

    verb: ClassVar[str] = "pause"
    kind: PauseKind
    needs = ("text",)


class Resume(OfAssignment):
    """The reason is over: the clock runs on."""

    verb: ClassVar[str] = "resume"


class ApplyExtension(OfAssignment):
    """The unit asks, before expiry, for more working days (延期)."""

    verb: ClassVar[str] = "apply_extension"
    days: Annotated[int, Field(ge=1, le=250)]
    needs = ("text",)


class GrantExtension(Action):
    """Who may grant it grants what was applied for."""

    verb: ClassVar[str] = "grant_extension"


class RefuseExtension(Action):
    """The extension is refused, with the reason."""

    verb: ClassVar[str] = "refuse_extension"
    needs = ("text",)
