"""How pure the groups of emerging topics are, and how long grouping takes, over a file of titled texts.

    python bench/topics.py FILE.csv [--title-column title] [--text-column detail] [--person-column user]
                           [--show 10] [--titles 3] [--json FILE]

Prints, of the groups of most people: texts, persons, words, and titles to be judged by eye (`--titles 0`: all of them);
then seconds. Nothing of the file is kept.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path

from router.classify.classification import Text
from router.classify.matcher import normalise
from router.topics.groups import group


def main() -> None:
    """Read, group, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--title-column", default="title")
    parser.add_argument("--text-column", default="detail")
    parser.add_argument("--person-column", default="user")
    parser.add_argument("--least", type=int, default=3, help="persons a group needs")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--titles", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with asked.file.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    begun = time.perf_counter()
    texts = [Text(normalise(row[asked.title_column]), normalise(row[asked.text_column])) for row in rows]
    numbers = {person: at for at, person in enumerate(dict.fromkeys(row[asked.person_column] for row in rows))}
    people = [numbers[row[asked.person_column]] for row in rows]
    found = group(texts, people, least=asked.least)
    seconds = time.perf_counter() - begun
    for made in found[: asked.show]:
        print(f"\n{len(made.texts)} texts, {made.people} persons: {'  '.join(made.words)}")
        titles = [rows[at][asked.title_column] for at in made.texts]
        for title in titles[: asked.titles] if asked.titles else titles:
            print(f"    {title}")
    grouped = sum(len(made.texts) for made in found)
    print(f"\n{len(rows)} texts: {len(found)} groups with {grouped} texts, {seconds:.2f} s")
    if asked.json:
        figures = {"texts": len(rows), "groups": len(found), "grouped": grouped, "seconds": round(seconds, 2)}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
