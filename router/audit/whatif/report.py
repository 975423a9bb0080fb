"""The figures of a what-if, frozen: plain numbers in an order that doesn't depend on how the cases came. Pure."""

from __future__ import annotations

import msgspec

FORMAT = "bancheng.what-if.v1"


class Pair(msgspec.Struct, frozen=True):
    """A count as it was and as it would be."""

    was: int = 0
    would: int = 0


class Change(msgspec.Struct, frozen=True):
    """So many cases went from one code to another; None where there was nothing."""

    was: str | None
    would: str | None
    cases: int


class Days(msgspec.Struct, frozen=True):
    """So many due dates moved by so many days of the calendar; negative is earlier."""

    days: int
    count: int


class Moved(msgspec.Struct, frozen=True):
    """Due dates that moved; within one day, too."""

    earlier: int
    later: int
    by_days: tuple[Days, ...]


class Rate(msgspec.Struct, frozen=True):
    """A rate with its numbers."""

    numerator: int = 0
    denominator: int = 0


class OnTime(msgspec.Struct, frozen=True):
    """按时办结率 on both sides, over the cases where both can be known."""

    was: Rate
    would: Rate
    not_judged: int


class Load(msgspec.Struct, frozen=True):
    """How many cases a unit got at the first dispatch; without a unit: those that nobody was given yet."""

    unit: str | None
    lead: Pair
    cooperating: Pair


class Counted(msgspec.Struct, frozen=True):
    """How many cases (or commands) of a code; `about` says more where one code isn't enough."""

    code: str
    cases: int
    about: str = ""


class Both(msgspec.Struct, frozen=True):
    """A count of a code on both sides."""

    code: str
    was: int
    would: int


class Unknown(msgspec.Struct, frozen=True):
    """What the tried policy lacks of what was recorded: codes, and the cases that they stand in."""

    channels: tuple[Counted, ...] = ()
    domains: tuple[Counted, ...] = ()
    causes: tuple[Counted, ...] = ()
    units: tuple[Counted, ...] = ()
    words: tuple[str, ...] = ()
    """Words that its routes ask for and that no recorded classification looked for."""
    other_words: bool = False
    """Its own words might judge texts otherwise; only a classifier could say."""


class Differing(msgspec.Struct, frozen=True):
    """A case that differs, and in what."""

    case: str
    kinds: tuple[str, ...]
    parts_at: str | None
    """The record from which on the histories part."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All that a what-if comes to."""

    cases: int
    commands: int
    """Recorded decisions on these cases."""
    same: int
    differ: int
    undecidable: tuple[Counted, ...]
    kinds: tuple[Counted, ...]
    went: tuple[Both, ...]
    moved: tuple[Change, ...]
    """Where cases first went, of those that go elsewhere."""
    triage: tuple[Both, ...]
    declined: tuple[Both, ...]
    judged: tuple[Change, ...]
    """Domains, of those that are taken for another."""
    leads: tuple[Change, ...]
    joined: tuple[Both, ...]
    """Cooperating units that come in (`would`) and fall out (`was`), by cases in which they do."""
    proposed: Pair
    opened: Pair
    due: Moved
    unit_due: Moved
    sign_due: Moved
    on_time: OnTime
    load: tuple[Load, ...]
    steps: tuple[Both, ...]
    parts: tuple[Counted, ...]
    """By the command at which histories part."""
    no_longer_fits: tuple[Counted, ...]
    """By the first command that comes out the other way round, and why (`about`)."""
    commands_left: int
    """Commands from there on, which can't be judged."""
    unknown: Unknown
    differing: tuple[Differing, ...]
    """The first of those that differ, by id."""
