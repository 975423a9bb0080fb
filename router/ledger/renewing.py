"""Records of earlier shapes, read for ever: what they said then, as it is said now. Pure, over raw values."""

from __future__ import annotations

from typing import Any


def renewed(data: dict[str, Any]) -> dict[str, Any]:
    """Return a record's data with what has changed its shape since; what is new enough comes back as it is.

    At first a classification gave kind and urgency as plain codes, without the words that spoke for them.
    """
    told = data.get("classification")
    if not isinstance(told, dict) or not (isinstance(told.get("kind"), str) or "urgent" in told):
        return data
    now = {name: value for name, value in told.items() if name not in ("kind", "urgent")}
    if told.get("kind"):
        now["kind"] = {"choice": told["kind"]}
    if told.get("urgent"):
        now["urgency"] = {"choice": "urgent"}
    return data | {"classification": now}
