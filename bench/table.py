"""The figures of docs/measured/bench.json and stages.json as tables in docs/benchmarks.md, each between its two marks.

python bench/table.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "benchmarks.md"
MEASURED, STAGES = DOCS / "measured" / "bench.json", DOCS / "measured" / "stages.json"
BEGIN, END = "<!-- figures: written by bench/table.py -->\n", "<!-- end of figures -->"
BEGIN_STAGES, END_STAGES = "<!-- stages: written by bench/table.py -->\n", "<!-- end of stages -->"


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


def staged(found: dict[str, Any]) -> str:
    """Return the table of a router's processor time by stage, the longest first."""
    machine, whole = found["machine"], found["processor, µs a case"]
    where = f"{machine['cores']} cores ({machine['processor']})"
    told = (
        f"Measured {machine['measured_at']} on {where}: {found['cases']} cases in batches of {found['batch']}, "
        f"{found['samples']} samples; {whole:g} µs of processor time a case in all."
    )
    lines = [
        told,
        "",
        "| stage | µs a case | share |",
        "|---|---|---|",
    ]
    stages = sorted(found["stages, µs a case"].items(), key=lambda pair: -pair[1])
    lines += [f"| {name} | {spent:g} | {spent / whole:.0%} |" for name, spent in stages]
    return "\n".join(lines) + "\n"


def placed(page: str, table: str, begin: str = BEGIN, end: str = END) -> str:
    """Return the page with the table between its marks."""
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{table}{end}{after}"


def main() -> None:
    """Write the page anew."""
    page = placed(PAGE.read_text(encoding="utf-8"), rendered(json.loads(MEASURED.read_text(encoding="utf-8"))))
    stages = staged(json.loads(STAGES.read_text(encoding="utf-8")))
    PAGE.write_text(placed(page, stages, BEGIN_STAGES, END_STAGES), encoding="utf-8")


if __name__ == "__main__":
    main()
