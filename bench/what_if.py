"""What a what-if takes: records a second, and whether memory grows with them.

    python bench/what_if.py [--records 200000] [--lives 1000]

True records (lives of cases, written again and again under other ids, as `replay.py` makes them) as exports of a
quarter and of all of the records, and as a database. Each is tried in a process of its own, so that its peak memory
(VmHWM, Linux) is that of the what-if alone: under the policy in use, where nothing differs, and under a draft with
another limit, where many cases are decided twice. Texts are judged anew where there are some: in the lives themselves.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from replay import house_in, lengthened, play

from bancheng import policies
from bancheng.cli.days import Span
from bancheng.collecting import collect_rarely
from bancheng.compose import House
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from bancheng.whatif.running import Asked, of_database, of_export
from router.audit.exporting import Wanted, export
from router.audit.importing import bring
from router.audit.layout import read_manifest
from router.policy.policy import Policy

_SAME, _DRAFT, _WORDS = "the policy in use", "a draft with another limit", "texts judged anew by the words"


def measure(*, records: int = 200_000, lives: int = 1_000) -> dict[str, Any]:
    """Make the exports and the database, and try each; by what was tried."""
    collect_rarely()
    found: dict[str, Any] = {"measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}Z"}
    with tempfile.TemporaryDirectory(prefix="bancheng-bench-") as temporary:
        home = Path(temporary)
        server = Database.start(home, progress=SilentProgress())
        try:
            seed, full = house_in(home, server.url, "seed"), house_in(home, server.url, "full")
            play(seed, lives)
            for share in (4, 1):
                export(seed.engine, home / "seed", Wanted("bench", {}), lambda _: lambda _: None)
                lengthened(home / f"long-{share}", home / "seed", records // share)
            bring(full.engine, full.keyring, home / "long-1", read_manifest(home / "long-1"),
                  publish_ledger=False, told=lambda _: None, first=full.master_key.make)  # fmt: skip
            urls = {name: house.engine.url.render_as_string(hide_password=False)
                    for name, house in (("seed", seed), ("full", full))}  # fmt: skip
            seed.close()
            full.close()
            for what in (_SAME, _DRAFT):
                for share in (4, 1):
                    found[f"export 1/{share}: {what}"] = _alone(home, what, home / f"long-{share}", "")
                found[f"database: {what}"] = _alone(home, what, None, urls["full"])
            found[f"the lives: {_WORDS}"] = _alone(home, _WORDS, None, urls["seed"])
        finally:
            server.stop()
    return found


def _alone(home: Path, what: str, folder: Path | None, url: str) -> dict[str, Any]:
    """Try one in a process of its own; the address of the database goes by its standard input."""
    command = [
        sys.executable,
        __file__,
        "--alone",
        what,
        "--home",
        str(home),
        *(["--of", str(folder)] if folder else []),
    ]
    done = subprocess.run(command, input=url, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    print(what, "database" if folder is None else folder.name, found, flush=True)
    return found


def alone(what: str, home: Path, folder: Path | None) -> dict[str, Any]:
    """Try a policy or the words on an export or a database, and return what it took."""
    policy = policies.read()
    if what == _DRAFT:
        content = policy.model_dump(mode="json", exclude_none=True)
        content["limits"]["ordinary"]["working_days"] += 2
        policy = Policy.model_validate(content)
    asked = Asked(None if what == _WORDS else policy, what == _WORDS, None, Span(None, None), policy.work_calendar)
    before, begun = _peak(), time.perf_counter()
    if folder is not None:
        ran = of_export(folder, asked, lambda _: None)
    else:
        given = House(Settings(home=home, kafka="none:0", database=SecretStr(sys.stdin.read())))
        ran = of_database(given, asked, lambda _: None)
        given.close()
    told, took = ran.found, time.perf_counter() - begun
    return {
        "records": told.commands, "cases": told.cases, "differ": told.differ,
        "undecidable": sum(one.cases for one in told.undecidable), "records/s": round(told.commands / took),
        "before MiB": before, "peak MiB": _peak(),
    }  # fmt: skip


def _peak() -> int:
    """Return the most memory that this process has had, in MiB; a figure that a new program doesn't inherit."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) >> 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("records", 200_000), ("lives", 1_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, kind in (("alone", str), ("home", Path), ("of", Path)):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = (
        alone(given.alone, given.home, given.of) if given.alone else measure(records=given.records, lives=given.lives)
    )
    print(json.dumps(found, indent=None if given.alone else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
