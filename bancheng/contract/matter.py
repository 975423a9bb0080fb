"""The matter that every example is about: 巴图 and the file that nobody finds. People and numbers are made up."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any, Final

CASE: Final = "0195d3a0-7b1c-7c3e-9a4f-2b6d8e1f0a11"
EARLIER: Final = "0195d39f-1c22-7d10-8e5b-6a7c8d9e0f10"
"""A running case that brings the same matter."""
NUMBER: Final = "OTOG-2026-001"
BROUGHT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))
"""When he stood at the window: every example is of that moment."""
DUE: Final = "2026-03-23T09:30:00Z"
"""Fifteen working days later, at close of business."""
POLICY: Final = hashlib.sha256(b"example policy").hexdigest()
MATTER: Final[dict[str, Any]] = {
    "title": "老厂职工，多年没交养老保险，档案找不到",
    "narrative": (
        "八三年进厂，厂子关了以后回家放羊，养老保险断缴多年。来办退休，窗口说要先看职工档案，可谁也不知道档案存在哪里。"
    ),
    "person": {"name": "巴图", "phone": "13800000001", "address": "乌兰镇"},
}
"""What he told, as the words of a message."""
