"""Make `.venv` hold this project, with nothing but the standard library.

Only the installation that is out of date is renewed: a stamp keeps the hash of what was installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("BANCHENG_VENV", ROOT / ".venv"))


def python(extra: str) -> Path:
    """Return the environment's interpreter, installing `bancheng[extra]` first where needed."""
    if sys.version_info < (3, 11):
        sys.exit(f"bancheng needs Python 3.11 or newer; this is {sys.version.split()[0]}. Run it with a newer one.")
    executable = VENV / "bin" / "python"
    wanted = hashlib.sha256(
        b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
        + f"{sys.version_info[:2]}{ROOT}".encode()
    ).hexdigest()
    stamp = VENV / f".bancheng-{extra}"
    if executable.exists() and stamp.exists() and stamp.read_text() == wanted:
        return executable
    if not executable.exists():
        print(f"Making the environment {VENV} …", flush=True)
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    print("Installing bancheng and what it needs (a minute the first time) …", flush=True)
    command = [
        str(executable),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        str(ROOT / "constraints.txt"),
        "-e",
        f"{ROOT}[{extra}]",
    ]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The installation failed: see pip's message above. A package registry must be reachable.")
    stamp.write_text(wanted)
    return executable


def run(extra: str, *arguments: str) -> None:
    """Replace this process by the environment's Python with these arguments."""
    executable = str(python(extra))
    os.chdir(ROOT)
    os.execv(executable, [executable, *arguments])
