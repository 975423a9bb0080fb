"""How long things may take: each limit with the source it stands on."""

from __future__ import annotations

from datetime import date, time
from typing import Self

from pydantic import Field, model_validator

from router.policy.base import Rule, Text


class Limit(Rule):
    """A length of time: whole working days, or hours round the clock; never both."""

    working_days: int | None = Field(default=None, ge=0, le=250)
    hours: int | None = Field(default=None, ge=1, le=2400)
    source: Text

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.working_days is None) == (self.hours is None):
            raise ValueError("give either working_days or hours")
        return self


class Limits(Rule):
    """The limits that the router sets; DESIGN §7 has the table of defaults."""

    acknowledge: Limit
    sign: Limit
    sign_urgent: Limit
    first_contact: Limit
    return_window: Limit
    simple: Limit
    ordinary: Limit
    complex: Limit
    opinion: Limit
    unit_minimum: Limit
    returns_before_conference: int = Field(default=2, ge=1, le=5)


class Calendar(Rule):
    """Working time: the centre's hours and days that differ from the published calendar."""

    timezone: Text = "Asia/Shanghai"
    opens: time = time(9, 0)
    closes: time = time(17, 30)
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
