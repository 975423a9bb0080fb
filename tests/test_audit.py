"""The audit that CI runs: what it finds, what it doesn't, and that it never claims to have looked when it hasn't."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

TOP = Path(__file__).parents[1]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository with the audit in it."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(TOP / "scripts" / "_auditing.py", tmp_path / "scripts")
    (tmp_path / "constraints.txt").write_text("six==1.17.0\n", encoding="utf-8")
    (tmp_path / "harmless.py").write_text("answer = 42\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run([shutil.which("git") or "git", *arguments], cwd=folder, check=True)


def audit(repository: Path, *arguments: str) -> tuple[int, str]:
    """Run the audit as CI does; return how it left and what it said."""
    command = [sys.executable, str(repository / "scripts" / "_auditing.py"), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


@pytest.mark.slow
def test_a_secret_is_found_until_a_person_has_looked_at_it(repository: Path) -> None:
    """A key in a file that git knows is named by file and line and fails; once accepted it is known."""
    code, said = audit(repository)
    assert code in (0, 3), said
    assert ("NOT AUDITED" in said) == (code == 3)
    key = f"AKIA{uuid4().hex[:16].upper()}"
    (repository / "leak.py").write_text(f"\nkey = '{key}'\n", encoding="utf-8")
    assert audit(repository)[0] == code  # git doesn't know it yet
    git(repository, "add", "leak.py")
    failed, said = audit(repository)
    assert failed == 1
    assert "secrets: leak.py:2: AWS Access Key" in said
    assert key not in said
    assert audit(repository, "--accept")[0] == 0
    (repository / "leak.py").write_text(f"\n\n# moved\nkey = '{key}'\n", encoding="utf-8")
    assert audit(repository)[0] == code
    assert audit(repository, "--nonsense")[0] == 2


def test_what_is_known_to_be_harmless_was_looked_at() -> None:
    """Every entry of the baseline is marked as none, is of a file that is there, and holds a hash, not the thing."""
    baseline = json.loads((TOP / ".secrets.baseline").read_text(encoding="utf-8"))
    for file, found in baseline["results"].items():
        assert (TOP / file).is_file(), file
        assert not Path(file).is_absolute()
        for one in found:
            assert one["is_secret"] is False
            assert len(one["hashed_secret"]) == 40
