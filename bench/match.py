"""Measure duplicates: what the index finds of what comparing all pairs finds, its speed, and its memory.

    python bench/match.py [--texts FILE.csv] [--indexed 1000000]

Recall: every pair of texts of the file whose exact similarity (Jaccard over runs of three characters, all pairs
compared) reaches the threshold, and how many of these the index offers as candidates. Speed: one core makes
signatures of the file's texts over and over, slightly changed, adds them and asks the index for earlier ones, in
batches, while a million signatures stand in it. Those are synthetic: random ones, and each tenth a disturbed copy of
another.
"""

from __future__ import annotations

import argparse
import csv
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from router.classify.matcher import normalise
from router.matching.confirm import LEAST, MARGIN, Matter, likeness
from router.matching.index import Index
from router.matching.shingles import Shingler
from router.matching.signature import PLACES, Signer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

KEY = bytes(range(32))
BATCH = 2000
DISTURBED = 0.25
ROUNDS = 20


def matters(file: Path) -> list[Matter]:
    """The file's titles and bodies, normalised."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [Matter(normalise(row["title"]), normalise(row["detail"])) for row in csv.DictReader(stream)]


def brute_force(texts: Sequence[str], least: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair whose exact similarity is at least `least`, by comparing all with all."""
    runs = Shingler(KEY).cut(texts)
    _, column = np.unique(runs.hashes, return_inverse=True)
    holds = csr_matrix((np.ones(len(column), dtype=np.int32), (runs.texts, column)))
    holds.data[:] = 1
    sizes = np.asarray(holds.sum(axis=1)).ravel()
    shared = (holds @ holds.T).tocoo()
    left, right = shared.col.astype(np.int64), shared.row.astype(np.int64)
    similar = shared.data / (sizes[left] + sizes[right] - shared.data)
    wanted = (left < right) & (similar >= least)
    return left[wanted], right[wanted]


def recall(given: Sequence[Matter]) -> None:
    """Print what the index finds of what comparing all pairs finds."""
    texts = [matter.title + "\n" + matter.body for matter in given]
    left, right = brute_force(texts, LEAST)
    signatures, long_enough = Signer(KEY).sign(texts)
    index = Index()
    found: set[tuple[int, int]] = set()
    for start in range(0, len(texts), BATCH):
        rows = index.add(signatures[start : start + BATCH])
        offered = index.earlier(rows, LEAST - MARGIN)
        found |= set(zip(offered.earlier.tolist(), offered.new.tolist(), strict=True))
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    told = [likeness(given[one], given[two]) for one, two in pairs]
    hits = sum(pair in found for pair in pairs)
    exact = [pair for pair in pairs if given[pair[0]] == given[pair[1]]]
    print(f"texts {len(texts)}, too short for a signature {int((~long_enough).sum())}")
    print(f"pairs at {LEAST} or above, all compared with all: {len(pairs)}; of them the very same words: {len(exact)}")
    print(f"found by the index: {hits} ({hits / len(pairs):.2%}); candidates offered in all: {len(found)}")
    print(f"confirmed as one matter: {sum(one.same for one in told)}; about another subject: "
          f"{sum(one.other_subject for one in told)}")  # fmt: skip
    firsts = {two for (one, two), like in zip(pairs, told, strict=True) if like.same}
    print(f"texts that would be linked with an earlier one: {len(firsts)} ({len(firsts) / len(texts):.1%})")


def synthetic(count: int, chance: np.random.Generator) -> NDArray[np.uint16]:
    """Random signatures; each tenth is another with a quarter of its places changed."""
    made = chance.integers(0, 1 << 16, (count, PLACES), dtype=np.uint16)
    copies = np.arange(0, count, 10)
    changed = chance.random((len(copies), PLACES)) < DISTURBED
    made[copies] = np.where(changed, made[copies], made[chance.integers(0, count, len(copies))])
    return made


def speed(given: Sequence[Matter], indexed: int) -> None:
    """Print how many texts a second are signed, looked up and added, and the memory that it takes."""
    chance = np.random.default_rng(7)
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index = Index()
    start = time.perf_counter()
    for _ in range(0, indexed, 100_000):
        index.add(synthetic(min(100_000, indexed), chance))
    print(f"{index.size} signatures indexed in {time.perf_counter() - start:.1f} s")
    texts = [f"{matter.title}\n{matter.body}" for matter in given]
    signer, spent, done = Signer(KEY), {"sign": 0.0, "add": 0.0, "look up": 0.0}, 0
    for number in range(ROUNDS):
        picked = chance.integers(0, len(texts), BATCH)
        batch = [f"{texts[one]}第{number}批{one}号" for one in picked]
        times = [time.perf_counter()]
        signatures, _ = signer.sign(batch)
        times.append(time.perf_counter())
        rows = index.add(signatures)
        times.append(time.perf_counter())
        index.earlier(rows, LEAST - MARGIN)
        times.append(time.perf_counter())
        for name, one, two in zip(spent, times, times[1:], strict=False):
            spent[name] += two - one
        done += len(batch)
    each = ", ".join(f"{name} {seconds / done * 1e6:.1f}" for name, seconds in spent.items())
    mean = sum(map(len, texts)) / len(texts)
    print(f"{done / sum(spent.values()):.0f} texts/s of {mean:.0f} characters in batches of {BATCH} (µs each: {each})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"index {index.memory / 1e9:.2f} GB for {index.size} rows; process {(peak - began) / 1e6:.2f} GB at its peak")


def main() -> None:
    """Read the words of the command line and print the figures."""
    words = argparse.ArgumentParser(description="Measure duplicates.")
    words.add_argument("--texts", type=Path, required=True, help="a CSV file with the columns title and detail")
    words.add_argument("--indexed", type=int, default=1_000_000)
    asked = words.parse_args()
    given = matters(asked.texts)
    recall(given)
    speed(given, asked.indexed)


if __name__ == "__main__":
    main()
