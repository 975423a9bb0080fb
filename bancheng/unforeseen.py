"""What nobody foresaw: a person gets one sentence and an id, an operator finds the place in a log under that id."""

from __future__ import annotations

import os
import traceback
import uuid
from datetime import UTC, datetime
from pathlib import Path

from bancheng.settings import default_home


def note(error: BaseException) -> str:
    """Write down where an error arose, in `log/errors.log` of the home; return the id it stands under.

    Only the type and the places in the code: an error's own words may hold what a citizen wrote.
    """
    name = uuid.uuid4().hex[:8]
    file = Path(os.environ.get("BANCHENG_HOME") or default_home()) / "log" / "errors.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{datetime.now(UTC).isoformat()} {name}\n"]
    cause: BaseException | None = error
    while cause is not None:
        lines += [*traceback.format_tb(cause.__traceback__), f"{type(cause).__module__}.{type(cause).__qualname__}\n"]
        cause = cause.__cause__ or cause.__context__
    with file.open("a", encoding="utf-8") as log:
        log.writelines(lines)
    return name
