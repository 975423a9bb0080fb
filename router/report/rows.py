"""What an indicator is made of: facts in, sums while reading, frozen rows out. No percentage without its numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import msgspec

_HOUR = timedelta(hours=1)


class By(StrEnum):
    """What a row stands for."""

    UNIT = "unit"
    """承办单位. A case counts for the unit that leads it, an assignment for the unit that got it."""
    DOMAIN = "domain"
    MONTH = "month"
    """The month in which the case was accepted."""


class Period(NamedTuple):
    """Days from `since` to `until`, both counted; open where there is none."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class What(StrEnum):
    """What a fact is about: the field of the row that it goes to."""

    CASES = "cases"
    REPEATS = "repeats"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    ON_HOLD = "on_hold"
    OPEN = "open"
    OVERDUE = "overdue"
    REDOS = "redos"
    FAULTS = "faults"
    RETURNS_APPLIED = "returns_applied"
    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    ON_TIME = "on_time"
    RETURNS = "returns"
    REOPENED = "reopened"
    SIGN = "sign"
    CONTACT = "contact"
    DONE = "done"
    TOTAL = "total"


class Fact(NamedTuple):
    """One thing to be counted."""

    unit: str | None
    """For whom it counts in a report by unit."""
    what: What
    hit: bool = False
    """Of a rate: whether it counts in the numerator as well."""
    took: timedelta = timedelta()
    """Of an average: the working time it took."""


class Ratio(msgspec.Struct, frozen=True):
    """A rate: `numerator` of `denominator`."""

    numerator: int = 0
    denominator: int = 0

    @property
    def fraction(self) -> Fraction | None:
        """The rate, exact, from 0 to 1; None where there was nothing to count."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


class Mean(msgspec.Struct, frozen=True):
    """An average of working time: `total` over `count` steps."""

    count: int = 0
    total: timedelta = timedelta()

    @property
    def hours(self) -> float | None:
        """Working hours a step; None where there was none."""
        return self.total / _HOUR / self.count if self.count else None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The indicators of one unit, domain or month, or of all; `router.report.indicators` says what each counts.

    `cases` = repeats + withdrawn + declined + waiting + accepted; accepted = answered + on_hold + open.
    """

    key: str | None
    """Unit, domain or month (`2026-03`); None: no unit leads, no domain is known; or the row of all."""
    cases: int
    repeats: int
    """并案: linked with a running case, whose row tells how it went."""
    withdrawn: int
    """撤回."""
    declined: int
    """不予受理."""
    waiting: int
    """待受理: nobody has accepted or declined it yet."""
    accepted: int
    """受理: what everything below is about."""
    answered: int
    """已答复: done, or a negative answer."""
    on_hold: int
    """挂账."""
    open: int
    """在办."""
    overdue: int
    """逾期: those of `open` whose due date has passed."""
    response: Ratio
    """响应率."""
    resolution: Ratio
    """解决率."""
    satisfaction: Ratio
    """满意率."""
    on_time: Ratio
    """按时办结率."""
    returns: Ratio
    """退单率."""
    returns_applied: int
    """申请退单."""
    reopened: Ratio
    """重办率."""
    redos: int
    """重办次数."""
    faults: int
    """其中承办单位责任."""
    sign: Mean
    """派单到签收."""
    contact: Mean
    """派单到先行联系."""
    done: Mean
    """派单到办结."""
    total: Mean
    """总历时."""


class Report(msgspec.Struct, frozen=True):
    """Rows in the order of their keys, the one without a key last, and the row of all."""

    by: By
    rows: tuple[Row, ...]
    total: Row


@dataclass(slots=True)
class _Sum:
    """What has come together of one kind of fact."""

    count: int = 0
    hits: int = 0
    took: timedelta = timedelta()


@dataclass(slots=True)
class Sums:
    """What has come together for one row; as large after a million cases as after one."""

    _of: dict[What, _Sum] = field(default_factory=lambda: {what: _Sum() for what in What})

    def take(self, fact: Fact) -> None:
        """Count a fact."""
        found = self._of[fact.what]
        found.count += 1
        found.hits += fact.hit
        found.took += fact.took

    def row(self, key: str | None) -> Row:
        """Return the row that the facts so far make."""
        values = {what.value: self._value(what) for what in What}
        return msgspec.convert({"key": key, **values}, Row)

    def _value(self, what: What) -> int | Ratio | Mean:
        found = self._of[what]
        if what in _RATES:
            return Ratio(found.hits, found.count)
        return Mean(found.count, found.took) if what in _MEANS else found.count


_RATES = frozenset({What.RESPONSE, What.RESOLUTION, What.SATISFACTION, What.ON_TIME, What.RETURNS, What.REOPENED})
_MEANS = frozenset({What.SIGN, What.CONTACT, What.DONE, What.TOTAL})
