"""Secrets in the files that git knows, and known vulnerabilities of the versions in constraints.txt.

Secrets: whatever detect-secrets finds and .secrets.baseline doesn't know. What stands in the baseline was looked at
by a person and is none; `scripts/audit --accept` writes it anew, for a person to look at the difference.

Vulnerabilities: pip-audit asks OSV, then the package index. Where neither can answer for every version, that is said:
a dependency nobody could look up is not a dependency without faults.

Exit codes: 0 nothing found; 1 a secret or a vulnerability; 2 used wrongly; 3 no secret, but not all was audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / ".secrets.baseline"
FOUND, MISUSED, NOT_AUDITED = 1, 2, 3
SERVICES = ("osv", "pypi")


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the environment's tools in the repository."""
    command = [str(Path(sys.executable).parent / name), *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def scan() -> dict[str, Any]:
    """Return what detect-secrets says of every file that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    files = [name for name in listed.stdout.split("\0") if name and name != BASELINE.name and (ROOT / name).is_file()]
    done = tool("detect-secrets", "scan", *files)
    if done.returncode:
        sys.exit(f"secrets: detect-secrets failed: {done.stderr.strip().splitlines()[-1:]}")
    return {**json.loads(done.stdout), "files": len(files)}


def flat(report: dict[str, Any]) -> dict[tuple[str, str, str], int]:
    """Return a report's findings with their lines: by file, kind and hash, for lines move."""
    return {
        (file, one["type"], one["hashed_secret"]): one["line_number"]
        for file, ones in report["results"].items()
        for one in ones
    }


def secrets() -> bool:
    """Say what is new; return whether anything is."""
    report = scan()
    known = flat(json.loads(BASELINE.read_text(encoding="utf-8"))) if BASELINE.exists() else {}
    new = {found: line for found, line in flat(report).items() if found not in known}
    for (file, kind, _), line in sorted(new.items()):
        print(f"secrets: {file}:{line}: {kind}")
    print(f"secrets: {report['files']} files, {len(new)} new findings, {len(known)} known to be harmless")
    return bool(new)


def accept() -> None:
    """Write the baseline anew: what is found now was looked at and is harmless."""
    report = scan()
    count = report.pop("files")
    for ones in report["results"].values():
        for one in ones:
            one["is_secret"] = False
    report.pop("generated_at")
    BASELINE.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"secrets: {len(flat(report))} findings in {count} files accepted; look at the difference before it is kept")


def vulnerabilities() -> int:
    """Say which versions have known vulnerabilities; return 0, FOUND or NOT_AUDITED."""
    for service in SERVICES:
        done = tool(
            "pip-audit", "--requirement=constraints.txt", "--no-deps", "--disable-pip", "--progress-spinner=off",
            f"--vulnerability-service={service}", "--format=json", "--timeout=10",
        )  # fmt: skip
        if not done.stdout.startswith("{"):
            continue
        answers = json.loads(done.stdout)["dependencies"]
        bad = [one for one in answers if one.get("vulns")]
        for one in bad:
            for fault in one["vulns"]:
                mend = ", ".join(fault["fix_versions"]) or "nothing yet"
                print(f"dependencies: {one['name']} {one['version']}: {fault['id']}, mended in {mend}")
        if bad:
            return FOUND
        if answers and not any("skip_reason" in one for one in answers):
            print(f"dependencies: {len(answers)} versions audited ({service}), no known vulnerability")
            return 0
    print(f"dependencies: NOT AUDITED: no advisory service answers ({', '.join(SERVICES)})")
    return NOT_AUDITED


def main(arguments: list[str]) -> int:
    """Audit, or accept what is found."""
    match arguments:
        case []:
            found, audited = secrets(), vulnerabilities()
            return FOUND if found else audited
        case ["--accept"]:
            accept()
            return 0
    print("usage: scripts/audit [--accept]", file=sys.stderr)
    return MISUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
