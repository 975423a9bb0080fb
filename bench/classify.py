"""How well matters are told apart, on public data beside the project: untrained, trained, on few labels; and how fast.

    python bench/classify.py [--data ../shared/data] [--draws 8] [--json FILE]

Choices were made by cross-validation on the training file; the dev files are only measured on. Speeds are a second of
one core's time. What isn't there is skipped and said.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import csv
import json
import platform
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bancheng import policies
from bancheng.collecting import collect_rarely
from bancheng.learning import evaluating, mapping, rows
from bancheng.learning.copies import groups
from bancheng.learning.fitting import material
from bancheng.learning.measures import Judged, macro_f1
from bancheng.learning.training import prepared, train
from router.classify.classification import Text
from router.classify.learned.explaining import explain
from router.classify.learned.judging import LearnedDomain
from router.classify.learned.model import packed, read
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from bancheng.learning.evaluating import Evaluation
    from bancheng.learning.rows import Labelled

MAP = Path(__file__).parent / "labels7.csv"
FEW = 300
KEY = b"bench".ljust(32, b"-")
_DAY = date(2026, 1, 1)


def best(work: Callable[[], object], times: int = 5) -> float:
    """The least seconds of one core that some work took."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def figures(found: Evaluation) -> dict[str, float]:
    """What a line of the table shows."""
    scores = found.scores
    share = {one.precision: one.share for one in scores.coverage}
    return {
        "texts": scores.rows, "macro_f1": scores.macro_f1, "micro_f1": scores.micro_f1, "at_90": share[0.90],
        "at_95": share[0.95], "at_98": share[0.98], "calibration_error": scores.calibration_error,
    }  # fmt: skip


def untrained(file: Path, label: str, lexicon: LexiconClassifier, fields: mapping.Mapping) -> dict[str, Any]:
    """The policy's words on a file, through the map."""
    given = rows.read(file, text="text", label=label)
    found = evaluating.evaluate(evaluating.Words(lexicon, fields), given, given.labels)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        raw = [row["text"] for row in csv.DictReader(opened) if row[label]]
    whole = best(lambda: lexicon.classify([Text("", normalise(text)) for text in raw]), 9)
    scan = best(lambda: [lexicon.vocabulary.matcher.hits(text.body) for text in given.texts], 9)
    why = best(lambda: lexicon.explain(given.texts, 850), 5)
    return figures(found) | {
        "characters": round(sum(map(len, raw)) / len(raw)), "texts_per_second": round(len(raw) / whole),
        "beside_the_scan_alone": round(scan / whole, 2), "explanation_ms": round(1000 * why / len(raw), 3),
    }  # fmt: skip


def trained(
    file: Path, dev: Path, lexicon: LexiconClassifier, policy: Any
) -> tuple[dict[str, Any], LearnedDomain, Labelled]:
    """A model trained on one file, measured on another."""
    start = time.perf_counter()
    made = train(prepared(rows.read(file, text="text", label="label"), policy, lexicon, 1), lexicon, KEY, _DAY)
    content = packed(made.model, KEY)
    seconds = time.perf_counter() - start
    learned = LearnedDomain(read(content))
    given = rows.read(dev, text="text", label="label")
    found = evaluating.evaluate(evaluating.Learned(learned, lexicon, None), given, given.labels)
    speed = len(given.texts) / best(lambda: learned.judge(given.texts))
    verdicts = learned.judge(given.texts)
    explaining = best(
        lambda: [
            explain(learned, text, one.choice, one.runner_up)
            for text, one in zip(given.texts, verdicts, strict=True)
            if one.choice and one.runner_up
        ],
        3,
    )
    return (
        figures(found)
        | {
            "cross_validated_macro_f1": made.model.report.held_out.macro_f1,
            "texts_per_second": round(speed),
            "explanation_ms": round(1000 * explaining / len(given.texts), 3),
            "training_seconds": round(seconds, 1),
            "model_bytes": len(content),
        },
        learned,
        given,
    )


def few(file: Path, dev: Path, lexicon: LexiconClassifier, policy: Any, draws: int) -> dict[str, Any]:
    """Models trained on 300 rows each, drawn by label; on the rest of the file without copies of those, and on dev."""
    given, other = rows.read(file, text="text", label="label"), rows.read(dev, text="text", label="label")
    alike = groups(given.texts)
    names = sorted(set(given.labels))
    everything = material(
        (*given.texts, *other.texts), (*given.labels, *other.labels), policy, lexicon, few=True
    )  # fmt: skip
    size, whole = len(given.texts), len(given.texts) + len(other.texts)
    on_rest, on_dev = [], []
    for seed in range(draws):
        taken = _drawn(everything.truth[:size], seed)
        fitted = everything.fit(taken, seed)
        rest = np.flatnonzero(~np.isin(alike, alike[taken]))
        for test, into in ((rest, on_rest), (np.arange(size, whole), on_dev)):
            margins = everything.margins(fitted, test)
            nothing = np.zeros(len(test))
            into.append(macro_f1(Judged(everything.truth[test], margins.argmax(axis=1), nothing, nothing), names))
    return {
        "labels": FEW, "draws": draws, "macro_f1_rest_of_train": round(float(np.mean(on_rest)), 4),
        "macro_f1": round(float(np.mean(on_dev)), 4), "spread": round(float(np.std(on_dev)), 4),
    }  # fmt: skip


def _drawn(truth: np.ndarray[Any, np.dtype[np.intp]], seed: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """300 rows, each label by its share."""
    chance = np.random.default_rng(seed)
    counts = np.bincount(truth)
    wanted = np.floor(counts * FEW / counts.sum()).astype(int)
    wanted[np.argsort(-(counts * FEW / counts.sum() - wanted))[: FEW - wanted.sum()]] += 1
    return np.concatenate([
        chance.choice(np.flatnonzero(truth == label), number, replace=False) for label, number in enumerate(wanted)
    ])  # fmt: skip


def show(results: dict[str, dict[str, Any]]) -> None:
    """Print a table: a line a figure."""
    table = Table("what", "figure", "value")
    for what, found in results.items():
        for name, value in found.items():
            table.add_row(what, name, f"{value:,}" if isinstance(value, int) else f"{value:.4g}")
            what = ""  # noqa: PLW2901 (a heading once)
        table.add_section()
    Console().print(table)


def main() -> None:
    """Measure what is there."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    options.add_argument("--draws", type=int, default=8)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    policy = policies.read()
    lexicon = LexiconClassifier(policy, policy.hash)
    fields = mapping.read(MAP, policy)
    collect_rarely()  # as the router does
    training, dev, city = (
        asked.data / name for name in ("complaints_train.csv", "complaints_dev.csv", "leaderboard_dev.csv")
    )
    results: dict[str, dict[str, Any]] = {}
    for file in (training, dev, city):
        if not file.exists():
            print(f"skipped: no {file.name}")
    if dev.exists():
        results["untrained, complaints_dev"] = untrained(dev, "label", lexicon, fields)
    if city.exists():
        results["untrained, leaderboard_dev"] = untrained(city, "label7", lexicon, fields)
    if training.exists() and dev.exists():
        results["trained, complaints_dev"], learned, _ = trained(training, dev, lexicon, policy)
        if city.exists():
            given = rows.read(city, text="text", label="label7")
            away = evaluating.evaluate(evaluating.Learned(learned, lexicon, None), given, given.labels)
            results["trained on one city, leaderboard_dev"] = figures(away)
        results[f"trained on {FEW}, complaints_dev"] = few(training, dev, lexicon, policy, asked.draws)
    show(results)
    print(f"{platform.machine()}, Python {platform.python_version()}, policy {policy.hash[:12]}")
    if asked.json:
        asked.json.write_text(json.dumps(results, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
