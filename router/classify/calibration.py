"""What a raw score has meant on texts that a person had judged: a line through measured points. Pure."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.classify.classification import Verdict
    from router.policy.catalogue import Knot


class Calibration(NamedTuple):
    """Points by rising raw score, all in thousandths; empty where nothing was measured."""

    raw: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    precision: tuple[int, ...] = ()

    @classmethod
    def of(cls, knots: Iterable[Knot]) -> Calibration:
        """Take the points as a policy states them (shares of one)."""
        points = [(round(1000 * k.raw), round(1000 * k.right), round(1000 * k.precision)) for k in knots]
        return cls(*(tuple(column) for column in zip(*points, strict=True))) if points else cls()

    def applied(self, verdict: Verdict) -> Verdict:
        """Return a verdict whose confidence is a raw score with what that has meant; as it is without points."""
        if not self.raw or verdict.choice is None:
            return verdict
        score = verdict.confidence
        return replace(verdict, confidence=self._line(self.right, score), precision=self._line(self.precision, score))

    def _line(self, values: tuple[int, ...], score: int) -> int:
        after = bisect_right(self.raw, score)
        if after == 0:
            return values[0] * score // self.raw[0] if self.raw[0] else values[0]
        if after == len(self.raw):
            return values[-1]
        low, high = self.raw[after - 1], self.raw[after]
        return values[after - 1] + (values[after] - values[after - 1]) * (score - low) // (high - low)
