"""Who was taken for whom, as far as anybody was: a table without what is empty, and its worst cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from router.classify.learned.report import Scores


class Grid(NamedTuple):
    """Labels that some text has or was given, numbered; rows are the truth, columns what was said."""

    heads: tuple[str, ...]
    """A column's number where its label has a row, else its label; the last may be "no choice"."""
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """A row's number and label, and its counts."""


class Confused(NamedTuple):
    """Texts of one label that were given another, or none."""

    truth: str
    said: str
    texts: int


def grid(scores: Scores, none: str) -> Grid:
    """Return the table without rows that no text has and columns that no text was given; `none` heads "no choice"."""
    names = [one.label for one in scores.labels]
    kept = [place for place, counts in enumerate(scores.confusion) if any(counts)]
    numbers = {place: str(number) for number, place in enumerate(kept, 1)}
    columns = [place for place in range(len(names) + 1) if any(counts[place] for counts in scores.confusion)]
    return Grid(
        tuple(numbers.get(place) or [*names, none][place] for place in columns),
        tuple(
            (f"{numbers[row]} {names[row]}", tuple(scores.confusion[row][place] for place in columns)) for row in kept
        ),
    )


def worst(scores: Scores, none: str, wanted: int) -> list[Confused]:
    """Return the mistakes made most often, so many at most."""
    names = [*(one.label for one in scores.labels), none]
    found = [
        Confused(names[row], names[place], texts)
        for row, counts in enumerate(scores.confusion)
        for place, texts in enumerate(counts)
        if texts and place != row
    ]
    return sorted(found, key=lambda one: (-one.texts, one.truth, one.said))[:wanted]
