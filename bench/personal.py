"""How well personal places are found: recall and precision by kind, on the half worked with and on the half kept apart.

python bench/personal.py [--show HALF] [--alarms FILE.csv]
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.marked import HALVES, read
from router.personal.finding import Kind
from router.personal.recognise import personal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.marked import Marked

DRAWS = 20
"""How often each text is read, its numbers made anew."""


@dataclass
class Score:
    """Counts by kind: marked places, those found, findings, and those that are right."""

    marked: Counter[Kind] = field(default_factory=Counter)
    covered: Counter[Kind] = field(default_factory=Counter)
    exact: Counter[Kind] = field(default_factory=Counter)
    told: Counter[Kind] = field(default_factory=Counter)
    right: Counter[Kind] = field(default_factory=Counter)

    def recall(self, kind: Kind) -> float:
        """Return which share of the marked places a finding of that kind covers wholly."""
        return self.covered[kind] / self.marked[kind]

    def precision(self, kind: Kind) -> float:
        """Return which share of the findings stands on a marked place of their kind."""
        return self.right[kind] / self.told[kind] if self.told[kind] else 1.0


def scored(half: str, draws: int = DRAWS) -> Score:
    """Return the counts of a half over so many draws."""
    score = Score()
    for seed in range(draws):
        for marked in read(half, seed):
            _add(score, marked)
    return score


def _add(score: Score, marked: Marked) -> None:
    found = [(one.kind, one.start, one.end) for one in personal(marked.text)]
    for kind, start, end in marked.places:
        score.marked[kind] += 1
        score.covered[kind] += any(k is kind and s <= start and e >= end for k, s, e in found)
        score.exact[kind] += (kind, start, end) in found
    for kind, start, end in found:
        score.told[kind] += 1
        score.right[kind] += any(k is kind and s < end and e > start for k, s, e in marked.places)


def faults(half: str, seed: int = 0) -> Iterator[str]:
    """Yield what is missed and what is wrong, for work on the half that may be worked on."""
    for marked in read(half, seed):
        found = {(one.kind, one.start, one.end) for one in personal(marked.text)}
        missed = [f"- {k} {marked.text[s:e]}" for k, s, e in marked.places if (k, s, e) not in found]
        wrong = [f"+ {k} {marked.text[s:e]}" for k, s, e in sorted(found) if (k, s, e) not in marked.places]
        if missed or wrong:
            yield "\n".join([marked.text, *missed, *wrong])


def speed(half: str) -> float:
    """Return texts a second on one core."""
    texts = [marked.text for seed in range(DRAWS) for marked in read(half, seed)]
    personal(texts[0])
    begun = time.process_time()
    for text in texts:
        personal(text)
    return len(texts) / (time.process_time() - begun)


def alarms(file: Path) -> Iterator[str]:
    """Yield how many places of each kind are found in a file of texts; counts alone, never a word of it."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        texts = [" ".join(value for value in row.values() if value) for row in csv.DictReader(lines)]
    begun = time.process_time()
    found = Counter((one.kind, one.sure.name) for text in texts for one in personal(text))
    took = time.process_time() - begun
    letters = sum(map(len, texts))
    yield f"{len(texts)} texts of {letters // max(1, len(texts))} characters, {len(texts) / took:.0f} texts/s"
    yield from (f"{kind:10} {sure:9} {count:6}" for (kind, sure), count in sorted(found.items()))


def main() -> None:
    """Print the table, and what else is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--show", choices=HALVES, help="print what is missed and what is wrong")
    asked.add_argument("--alarms", type=Path, help="count what is found in a CSV of texts")
    words = asked.parse_args()
    if words.show:
        print("\n\n".join(faults(words.show)))
        return
    if words.alarms:
        print("\n".join(alarms(words.alarms)))
        return
    print(f"{'half':6} {'kind':10} {'marked':>6} {'recall':>7} {'exact':>7} {'told':>6} {'precision':>9}")
    for half in HALVES:
        score = scored(half)
        for kind in Kind:
            if score.marked[kind]:
                exact = score.exact[kind] / score.marked[kind]
                print(f"{half:6} {kind:10} {score.marked[kind]:6} {score.recall(kind):7.3f} {exact:7.3f} "
                      f"{score.told[kind]:6} {score.precision(kind):9.3f}")  # fmt: skip
        print(f"{half:6} {speed(half):.0f} texts/s on one core")


if __name__ == "__main__":
    main()
