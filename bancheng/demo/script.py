"""The script of the demonstration: per case, what each unit will do and say, and how it must end."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from router.cases.commands import Grade
from router.policy.base import Rule

_FILE = Path(__file__).parent / "otog.yaml"


class Return(Rule):
    """A unit applies to return its assignment, and what the dispatcher makes of it."""

    unit: str
    reason: str
    basis: str
    say: str
    outcome: Literal["granted", "refused"] | None = None
    to: str | None = None
    refusal: str | None = None
    """What the dispatcher writes when refusing."""


class PartPlay(Rule):
    """How an item of the duty list goes."""

    result: Literal["done", "impossible"] = "done"
    days: int | None = None
    say: str | None = None


class Designation(Rule):
    """Which unit is designated after the conference, and on what basis."""

    unit: str
    basis: str
    say: str = "经会商，指定由该单位承办。"


class TriagePlay(Rule):
    """What the dispatcher decides."""

    domain: str
    cause: str | None = None
    lead: str | None = None
    cooperating: tuple[str, ...] = ()


class Opinion(Rule):
    """The task force's handling opinion: given after `days` working days, done in `done_in` more."""

    days: int
    say: str
    done_in: int = 60


class Negative(Rule):
    """A negative answer."""

    reason: str
    basis: str
    remedy: str
    say: str


class FollowUpPlay(Rule):
    """What the person says afterwards."""

    grade: Grade
    say: str


class CasePlay(Rule):
    """One case of the demonstration."""

    reference: str
    title: str
    expect: Literal["resolved", "negative", "declined", "linked"]
    days: int = 2
    triage: TriagePlay | None = None
    returns: tuple[Return, ...] = ()
    designate: Designation | None = None
    parts: dict[str, PartPlay] = Field(default_factory=dict)
    answers: dict[str, str] = Field(default_factory=dict)
    answer: str = "已办结，请您留意通知。"
    opinion: Opinion | None = None
    negative: Negative | None = None
    follow_up: FollowUpPlay | None = None


def read() -> dict[str, CasePlay]:
    """Return the shipped script by case reference."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    plays = TypeAdapter(tuple[CasePlay, ...]).validate_python(content)
    return {play.reference: play for play in plays}
