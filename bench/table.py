"""The figures of docs/measured/bench.json as a table in docs/benchmarks.md, between its two marks.

python bench/table.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
MEASURED, PAGE = DOCS / "measured" / "bench.json", DOCS / "benchmarks.md"
BEGIN, END = "<!-- figures: written by bench/table.py -->\n", "<!-- end of figures -->"


def rendered(found: dict[str, Any]) -> str:
    """Return what stands between the marks; raises ValueError for a quick run, whose figures say nothing."""
    if found["quick"]:
        raise ValueError("a quick run's figures say nothing: measure without --quick")
    machine = found["machine"]
    told = (
        f"Measured {machine['measured_at']} at commit {machine['commit']} on {machine['cores']} cores "
        f"({machine['processor']}, {machine['memory_gib']:g} GiB), {machine['system']}, Python {machine['python']}; "
        "measure by measure (`python bench/all.py --only … --json docs/measured/bench.json`); "
        "the JSON has each row's time."
    )
    lines = [
        told,
        "",
        "| measure | median | lowest – highest | runs | goal | |",
        "|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        sign = "≥" if row["better"] == "more" else "≤"
        lines.append(
            f"| {row['what']} | {row['median']:g} {row['unit']} | {row['min']:g} – {row['max']:g} | {len(row['runs'])} "
            f"| {sign} {row['goal']:g} {row['unit']} | {'met' if row['met'] else 'not met'} |"
        )
    return "\n".join(lines) + "\n"


def placed(page: str, table: str) -> str:
    """Return the page with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table}{END}{after}"


def main() -> None:
    """Write the page anew."""
    table = rendered(json.loads(MEASURED.read_text(encoding="utf-8")))
    PAGE.write_text(placed(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main()
