"""Every head of the untrained classifier on our own short cases: `python bench/heads.py [--half kept|tune]`.

The cases of `examples/labelled.jsonl` were labelled by judgement, before the words were tuned; the half `kept` was
never looked at in tuning. Prints one line a head, and the five explanations that are most worth reading.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bancheng import policies
from bancheng.journey.judgement import sentence
from router.cases.proving import outcome
from router.classify.classification import Text
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise

if TYPE_CHECKING:
    from router.cases.proving import Outcome

LABELLED = Path(__file__).parent.parent / "examples" / "labelled.jsonl"
NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)


def f1(pairs: list[tuple[Any, Any]]) -> tuple[float, float]:
    """Return macro-F1 over the classes that occur in the labels, and the share that is right."""
    told, said = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    hit = Counter(a for a, b in pairs if a == b)
    scores = [2 * hit[c] / (told[c] + said[c]) for c in told]
    return sum(scores) / len(scores), sum(hit.values()) / len(pairs)


def sets(pairs: list[tuple[set[str], set[str]]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all members of some sets."""
    hit = sum(len(a & b) for a, b in pairs)
    precision = hit / max(1, sum(len(b) for _, b in pairs))
    recall = hit / max(1, sum(len(a) for a, _ in pairs))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", default="kept", choices=["kept", "tune"])
    half = parser.parse_args().half
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["half"] == half]
    policy = policies.read()
    classifier = LexiconClassifier(policy, policy.hash)
    texts = [Text(normalise(row["title"]), normalise(row["text"])) for row in rows]
    found = [outcome(policy, classifier, text, NOW) for text in texts]
    both = list(zip(rows, found, strict=True))
    print(f"{len(rows)} cases, half {half!r}, policy {policy.hash[:12]}")
    heads: dict[str, list[tuple[Any, Any]]] = {
        "domain": [(row["domain"], got.judged.domain.choice) for row, got in both],
        "section": [(row["section"], got.judged.section) for row, got in both if row["section"]],
        "cause": [(row["cause"], got.case.cause) for row, got in both],
        "kind": [(row["kind"], got.judged.kind.choice) for row, got in both],
        "urgent": [(row["urgent"], got.case.urgent) for row, got in both],
        "lead": [(row["lead"], got.lead) for row, got in both],
    }
    for name, pairs in heads.items():
        macro, right = f1(pairs)
        print(f"{name:<14} macro-F1 {macro:.3f}  right {right:.3f}  of {len(pairs)}")
    for name, told in (
        ("all units", [(_units(row), _given(got)) for row, got in both]),
        ("complained of", [(set(row["complained_of"]), set(got.judged.complained_of)) for row, got in both]),
    ):
        precision, recall, score = sets(told)
        print(f"{name:<14} precision {precision:.3f}  recall {recall:.3f}  F1 {score:.3f}")
    triage = [got for got in found if got.triage]
    right = [got.judged.domain.choice == row["domain"] for row, got in both if not got.triage]
    print(f"a person is asked in {len(triage)} of {len(rows)}; right without one: {sum(right)} of {len(right)}")
    wanted = round(1000 * policy.confidence.domain)
    wrong = [i for i, (row, got) in enumerate(both) if got.judged.domain.choice != row["domain"]]
    for index in [*wrong[:2], *[i for i in range(len(rows)) if i not in wrong][:3]]:
        print(f"\n{rows[index]['id']} ({rows[index]['domain']}): {rows[index]['text']}")
        print("  " + sentence(policy, classifier.explain([texts[index]], wanted)[0], "zh"))


def _units(row: dict[str, Any]) -> set[str]:
    return {row["lead"], *row["cooperating"]}


def _given(got: Outcome) -> set[str]:
    return {unit for unit in (got.lead, *got.cooperating) if unit}


if __name__ == "__main__":
    main()
