"""Where the embedded parts of a home answer while they run: a small file that `up` writes and others read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from router.saying import SaidError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "running.json"


class NotRunningError(SaidError):
    """Nothing runs in this home, and no outside servers are set."""


@dataclass(frozen=True, slots=True)
class Running:
    """The addresses of the embedded parts, and what kind of installation it is."""

    kafka: str
    database: str
    demo: bool

    def write(self, home: Path) -> None:
        """Tell others of this home."""
        (home / _NAME).write_text(json.dumps(asdict(self)))

    @staticmethod
    def forget(home: Path) -> None:
        """Nothing runs any more."""
        (home / _NAME).unlink(missing_ok=True)


def find(home: Path) -> Running:
    """Return where the parts of this home answer.

    Raises:
        NotRunningError: they don't run.
    """
    try:
        return Running(**json.loads((home / _NAME).read_text()))
    except (OSError, ValueError, TypeError):
        raise NotRunningError(
            f"{home} 中没有服务在运行：请在另一终端执行 bancheng up，或设置 BANCHENG_KAFKA 和 BANCHENG_DATABASE。",
            f"Nothing is running in {home}: start it with `bancheng up` in another terminal, "
            "or set BANCHENG_KAFKA and BANCHENG_DATABASE.",
        ) from None
