"""What is asked of a task force (专班): opening, people, duty list, meetings, opinion, dissolution."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from router.cases.commands.base import Action, OfAssignment, OfPart
from router.policy.base import Slug


class ApproveTaskForce(Action):
    """The leader, or who was delegated, opens the proposed task force."""

    verb: ClassVar[str] = "approve_task_force"


class RefuseTaskForce(Action):
    """The leader refuses the proposed task force, with the reason."""

    verb: ClassVar[str] = "refuse_task_force"
    needs = ("text",)


class GiveOpinion(OfAssignment):
    """The lead gives its handling opinion (办理意见) with the date by which it will be done, or moves that date."""

    verb: ClassVar[str] = "give_opinion"
    done_by: date
    needs = ("text",)


class ApproveOpinion(Action):
    """The leader approves the opinion's date; it binds from now on, and the person is told."""

    verb: ClassVar[str] = "approve_opinion"


class RefuseOpinion(Action):
    """The leader sends the opinion back, with the reason."""

    verb: ClassVar[str] = "refuse_opinion"
    needs = ("text",)


class SubmitPart(OfPart):
    """The owner applies for closing its part (申请销号), done or found impossible."""

    verb: ClassVar[str] = "submit_part"
    result: Literal["done", "impossible"] = "done"
    needs = ("text",)


class CheckPart(OfPart):
    """The lead has checked a part and passes it to the window."""

    verb: ClassVar[str] = "check_part"


class VerifyPart(OfPart):
    """The window closes a part that the lead has checked (核验销号)."""

    verb: ClassVar[str] = "verify_part"


class RejectPart(OfPart):
    """The lead or the window sends a part back to its owner."""

    verb: ClassVar[str] = "reject_part"
    needs = ("text",)


class Item(BaseModel):
    """A new item of the duty list; its words (problem, task, measure, standard) stand in the details."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Slug
    unit: Slug
    working_days: Annotated[int, Field(ge=1, le=120)]
    required: bool = True
    after: tuple[Slug, ...] = ()
    needs: tuple[Slug, ...] = ()
    only_if_failed: tuple[Slug, ...] = ()


class AddPart(Action):
    """The lead or the office adds an item to the duty list."""

    verb: ClassVar[str] = "add_part"
    item: Item
    needs = ("text",)


class HoldMeeting(Action):
    """The office records a meeting (调度例会) with its minutes; agreed items (议定事项) become parts."""

    verb: ClassVar[str] = "hold_meeting"
    items: tuple[Item, ...] = ()
    needs = ("text",)


class NameMember(Action):
    """A member unit, the lead or the office names who stands for a unit; the name stands in the details."""

    verb: ClassVar[str] = "name_member"
    unit: Slug
    post: Literal["head", "responsible", "liaison"]
    """分管领导, 责任人, 联络员."""
    needs = ("text",)


class HandOver(Action):
    """The leader hands the lead to another unit."""

    verb: ClassVar[str] = "hand_over"
    to: Slug
    needs = ("text",)


class DissolveTaskForce(Action):
    """Who approved it dissolves it; its findings go to the record of the cause."""

    verb: ClassVar[str] = "dissolve_task_force"
    cause: Slug | None = None
    """The cause that was found, if it is another than the one it was opened for."""
    needs = ("text",)
