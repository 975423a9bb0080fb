"""What nobody foresaw."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bancheng import cli
from bancheng.cli import config

PHONE = "13800000000"

if TYPE_CHECKING:
    from pathlib import Path


def test_an_unforeseen_error_is_one_sentence_and_an_entry_in_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person gets a sentence and an id; the log has the place under that id, but none of the error's words."""

    def failing() -> None:
        raise RuntimeError(PHONE)

    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path))
    monkeypatch.setattr(config, "settings", failing)
    monkeypatch.setattr(sys, "argv", ["bancheng", "config", "show"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    told = str(left.value.code)
    assert told.startswith("出现意外错误 (RuntimeError)")
    noted = (tmp_path / "log" / "errors.log").read_text(encoding="utf-8")
    assert told.rsplit(" ", 1)[1] in noted
    assert "in failing" in noted
    assert PHONE not in noted + told
