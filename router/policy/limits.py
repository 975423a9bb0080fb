"""How long things may take: each limit with the source it stands on."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from router.policy.base import Rule, Text


class Limit(Rule):
    """A length of time in one of five measures; never in two.

    Working days and working hours run when the centre works, calendar days and months in days of the calendar,
    hours round the clock.
    """

    working_days: int | None = Field(default=None, ge=0, le=250)
    calendar_days: int | None = Field(default=None, ge=1, le=400)
    months: int | None = Field(default=None, ge=1, le=24)
    hours: int | None = Field(default=None, ge=1, le=2400)
    working_hours: int | None = Field(default=None, ge=1, le=400)
    source: Text

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if len(self.measures()) != 1:
            raise ValueError("give one of working_days, calendar_days, months, hours, working_hours")
        return self

    def measures(self) -> dict[str, int]:
        """Return the measure it is given in, with its number."""
        given = self.model_dump(include=set(_MEASURES), exclude_none=True)
        return {name: int(number) for name, number in given.items()}


_MEASURES = ("working_days", "calendar_days", "months", "hours", "working_hours")


class PauseKind(StrEnum):
    """Why a clock stands still: 等待群众 法定程序 外地或上级协查 诉讼仲裁 不可抗力; and 挂账, by the leader."""

    CITIZEN = "citizen"
    STATUTORY = "statutory"
    INQUIRY = "inquiry"
    COURT = "court"
    FORCE_MAJEURE = "force_majeure"
    HOLD = "hold"


class Ladder(Rule):
    """What follows when a promise is near its end, and when it is broken (预警 催办 督办 通报)."""

    warnings: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.5, 0.8)
    """Shares of a limit's own time at which the unit is warned (黄灯)."""
    supervision: Limit
    """After expiry: supervision (督办) is drafted, for the window's head to sign."""
    reply: Limit
    """For the written reply to supervision."""
    circular: Limit
    """After expiry, unless a written reply gave reasons: a circular (通报) is drafted, for a person to issue."""
    repeat: Limit
    """What is still open after the last step is noticed again each time this has passed."""
    sign_supervision: Limit
    issue_circular: Limit
    source: Text


class Extensions(Rule):
    """Extensions (延期): how long and how often the window grants, and the most that the leader may."""

    times: int = Field(default=1, ge=0, le=5)
    working_days: int = Field(default=10, ge=1, le=60)
    most_by_leader: int = Field(default=60, ge=1, le=250)
    decide: Limit
    source: Text


class Desks(Rule):
    """How long an office or a lead may take for a step of its own, so that nothing waits unnoticed at a desk."""

    triage: Limit
    approve_task_force: Limit
    approve_opinion: Limit
    review_return: Limit
    designate: Limit
    check_part: Limit
    verify_part: Limit
    review_negative: Limit
    approve_hold: Limit
    confirm_set_aside: Limit
    dissolve: Limit
    meeting: Limit
    """The cadence of a task force's meetings (调度例会)."""


class Limits(Rule):
    """The limits that the router sets; DESIGN §7 has the table of defaults."""

    acknowledge: Limit
    sign: Limit
    sign_urgent: Limit
    first_contact: Limit
    first_contact_urgent: Limit
    return_window: Limit
    simple: Limit
    ordinary: Limit
    complex: Limit
    urgent: Limit
    opinion: Limit
    letter: Limit
    """For an answer to a letter (商请函) from a unit that is only asked."""
    negative: Limit
    unit_minimum: Limit
    supplement: Limit
    follow_up: Limit
    closing: Limit
    """After the answer a case that nobody rates is closed."""
    rating_check: Limit
    redo: Limit
    remedy: Limit
    hold_review: Limit
    returns_before_conference: int = Field(default=2, ge=1, le=5)
    ladder: Ladder
    extensions: Extensions
    desks: Desks
    pauses: dict[PauseKind, Limit]
    """The longest that each kind of pause may last."""

    @model_validator(mode="after")
    def _every_pause(self) -> Self:
        missing = [kind.value for kind in PauseKind if kind not in self.pauses and kind is not PauseKind.HOLD]
        if missing:
            raise ValueError(f"pauses: say how long each kind may last; missing: {', '.join(missing)}")
        return self


class Calendar(Rule):
    """Working time: the centre's hours and days that differ from the published calendar."""

    timezone: Text = "Asia/Shanghai"
    opens: time = time(9, 0)
    closes: time = time(17, 30)
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("the centre closes before it opens: correct opens or closes")
        return self
