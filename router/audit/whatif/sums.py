"""Adding up what differs over many cases; as large after a million cases as after one. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from router.audit.whatif.report import (
    Both,
    Change,
    Counted,
    Days,
    Differing,
    Found,
    Load,
    Moved,
    OnTime,
    Pair,
    Rate,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.audit.whatif.difference import Difference, Shift
    from router.audit.whatif.trial import Tried

_NAMED = 100
"""So many of the cases that differ are named."""


class _Sides:
    """Counts by code on both sides."""

    def __init__(self) -> None:
        self.was: Counter[str] = Counter()
        self.would: Counter[str] = Counter()

    def rows(self) -> tuple[Both, ...]:
        return tuple(Both(code, self.was[code], self.would[code]) for code in sorted({*self.was, *self.would}))

    def take(self, was: Iterable[str | None], would: Iterable[str | None]) -> None:
        self.was.update(code for code in was if code is not None)
        self.would.update(code for code in would if code is not None)


class _Shifts:
    """Due dates that moved."""

    def __init__(self) -> None:
        self._later = 0
        self._days: Counter[int] = Counter()

    def take(self, shifts: Iterable[Shift]) -> None:
        for shift in shifts:
            self._later += shift.later
            self._days[shift.days] += 1

    def row(self) -> Moved:
        whole = self._days.total()
        days = tuple(Days(days, count) for days, count in sorted(self._days.items()))
        return Moved(whole - self._later, self._later, days)


class Sums:
    """What has come together so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._coded: dict[str, Counter[tuple[str, ...]]] = {}
        self._changes: dict[str, Counter[tuple[str | None, str | None]]] = {}
        self._sides = {name: _Sides() for name in ("went", "triage", "declined", "joined", "steps", "lead", "helps")}
        self._shifts = {name: _Shifts() for name in ("due", "unit_due", "sign_due")}
        self._differing: list[Differing] = []

    def take(self, case: str, commands: int, tried: Tried) -> None:
        """Count a case of so many recorded commands; cases come in the order of their ids."""
        self._counts.update(cases=1, commands=commands)
        for name, codes in tried.lacks._asdict().items():
            for code in codes:
                self._code(f"lacks_{name}", code)
        found = tried.difference
        if found is None:
            self._code("undecidable", tried.undecidable or "")
            return
        self._sizes(found)
        if not found.kinds:
            self._counts["same"] += 1
            return
        self._counts["differ"] += 1
        self._differs(case, found)

    def found(self, words: frozenset[str], *, other_words: bool) -> Found:
        """Return the figures; `words` are those that no classification looked for, see `Unknown`."""
        counts, sides, shifts = self._counts, self._sides, self._shifts
        return Found(
            cases=counts["cases"],
            commands=counts["commands"],
            same=counts["same"],
            differ=counts["differ"],
            undecidable=self._codes("undecidable"),
            kinds=self._codes("kinds"),
            went=sides["went"].rows(),
            moved=self._changed("went"),
            triage=sides["triage"].rows(),
            declined=sides["declined"].rows(),
            judged=self._changed("judged"),
            leads=self._changed("lead"),
            joined=sides["joined"].rows(),
            proposed=Pair(counts["proposed_was"], counts["proposed_would"]),
            opened=Pair(counts["opened_was"], counts["opened_would"]),
            due=shifts["due"].row(),
            unit_due=shifts["unit_due"].row(),
            sign_due=shifts["sign_due"].row(),
            on_time=OnTime(
                Rate(counts["timely_was"], counts["timed_was"]),
                Rate(counts["timely_would"], counts["timed_would"]),
                counts["not_judged"],
            ),
            load=self._load(),
            steps=sides["steps"].rows(),
            parts=self._codes("parts"),
            no_longer_fits=self._codes("misfits"),
            commands_left=counts["left"],
            unknown=Unknown(
                channels=self._codes("lacks_channels"),
                domains=self._codes("lacks_domains"),
                causes=self._codes("lacks_causes"),
                units=self._codes("lacks_units"),
                words=tuple(sorted(words)),
                other_words=other_words,
            ),
            differing=tuple(self._differing),
        )

    def _sizes(self, found: Difference) -> None:
        """Count what a case adds to each side's sizes, whether it differs or not."""
        was, would, counts = found.was, found.would, self._counts
        self._sides["went"].take([was.went], [would.went])
        self._sides["triage"].take([was.triage], [would.triage])
        self._sides["declined"].take([was.declined], [would.declined])
        self._sides["steps"].take(was.steps.elements(), would.steps.elements())
        for side, one in (("was", was), ("would", would)):
            counts[f"proposed_{side}"] += len(one.proposed)
            counts[f"opened_{side}"] += one.opened
            counts[f"nobody_{side}"] += one.dispatch is None
        lead, helps = self._sides["lead"], self._sides["helps"]
        lead.take([was.dispatch.lead] if was.dispatch else [], [would.dispatch.lead] if would.dispatch else [])
        helps.take(
            was.dispatch.cooperating if was.dispatch else [], would.dispatch.cooperating if would.dispatch else []
        )
        counts["not_judged"] += not found.timely.judged
        for side, in_time in (("was", found.timely.was), ("would", found.timely.would)):
            if in_time is not None:
                counts[f"timed_{side}"] += 1
                counts[f"timely_{side}"] += in_time

    def _differs(self, case: str, found: Difference) -> None:
        """Count in what a case differs."""
        was, would = found.was, found.would
        for kind in found.kinds:
            self._code("kinds", kind.value)
        self._change("went", was.went, would.went)
        self._change("judged", was.judged.domain, would.judged.domain)
        if was.dispatch is not None and would.dispatch is not None:
            self._change("lead", was.dispatch.lead, would.dispatch.lead)
            one, other = {*was.dispatch.cooperating}, {*would.dispatch.cooperating}
            self._sides["joined"].take(one - other, other - one)
        self._shifts["due"].take([found.due] if found.due else [])
        self._shifts["unit_due"].take(found.unit_due)
        self._shifts["sign_due"].take(found.sign_due)
        if found.parting is not None:
            self._code("parts", found.parting.verb)
        if found.misfit is not None:
            self._code("misfits", found.misfit.verb, found.misfit.code)
            self._counts["left"] += found.misfit.left
        if len(self._differing) < _NAMED:
            at = found.parting.record if found.parting else None
            self._differing.append(Differing(case, tuple(sorted(kind.value for kind in found.kinds)), at))

    def _code(self, name: str, *codes: str) -> None:
        self._coded.setdefault(name, Counter())[codes] += 1

    def _codes(self, name: str) -> tuple[Counted, ...]:
        told = self._coded.get(name, Counter())
        return tuple(Counted(code, cases, "".join(about)) for (code, *about), cases in sorted(told.items()))

    def _change(self, name: str, was: str | None, would: str | None) -> None:
        if was != would:
            self._changes.setdefault(name, Counter())[was, would] += 1

    def _changed(self, name: str) -> tuple[Change, ...]:
        told = self._changes.get(name, Counter())
        rows = sorted(told.items(), key=lambda row: (-row[1], row[0][0] or "", row[0][1] or ""))
        return tuple(Change(was, would, cases) for (was, would), cases in rows)

    def _load(self) -> tuple[Load, ...]:
        lead, helps = self._sides["lead"], self._sides["helps"]
        units = sorted({*lead.was, *lead.would, *helps.was, *helps.would})
        rows = [
            Load(unit, Pair(lead.was[unit], lead.would[unit]), Pair(helps.was[unit], helps.would[unit]))
            for unit in units
        ]
        nobody = Pair(self._counts["nobody_was"], self._counts["nobody_would"])
        return (*rows, Load(None, nobody, Pair()))
