"""The report of a training, which stands in its model file, and the figures of any measuring."""

from __future__ import annotations

import msgspec


class Coverage(msgspec.Struct, frozen=True):
    """Of all texts, the share that can go on by itself at a wanted precision."""

    precision: float
    share: float


class LabelReport(msgspec.Struct, frozen=True):
    """How well one label is told from the others."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    """How many texts a person had given this label."""


class Scores(msgspec.Struct, frozen=True):
    """How well some texts were judged."""

    rows: int
    macro_f1: float
    micro_f1: float
    coverage: tuple[Coverage, ...]
    calibration_error: float
    """The expected calibration error over ten bins of confidence."""
    labels: tuple[LabelReport, ...]
    confusion: tuple[tuple[int, ...], ...]
    """By the true label, then by the chosen one, in the order of `labels`; a last column counts "no choice"."""


class Comparison(msgspec.Struct, frozen=True):
    """The candidate beside another classifier, on the same rows."""

    other: str
    """The other's hash: a model's, or the policy's for its untrained words."""
    how: str
    """`unseen`: on rows that the other was not trained on. `retrained`: the other's recipe, trained in each fold on
    those of the fold's rows that the other knew. `unknown`: nobody can tell what the other has seen."""
    rows: int
    candidate_macro_f1: float
    other_macro_f1: float
    better: bool


class Report(msgspec.Struct, frozen=True):
    """How a model came about."""

    trained_on: str
    """The day, ISO 8601, as told to the training."""
    seed: int
    rows: int
    groups: int
    """Rows that are near-copies of each other are one group, and never stand in different folds."""
    folds: int
    skipped: dict[str, int]
    """Rows that were passed over, by reason."""
    label_counts: dict[str, int]
    held_out: Scores
    """On every row, judged by a model that had seen no row of its group."""
    policy: str
    """The hash of the policy whose words helped."""
    compared: Comparison | None = None
