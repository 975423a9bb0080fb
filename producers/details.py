"""Putting the details into a message on its way out: texts from the vault, sentences of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from router.classify.marks import marks
from router.messages.envelope import with_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from router.ledger.outbox import PendingOutput


class Needs(NamedTuple):
    """The vault entries (case, name, kind) and sentences that a message's details are made of."""

    entries: tuple[tuple[str, str, str], ...]
    notice: dict[str, str] | None
    marked: bool = False


def needs(output: PendingOutput) -> Needs:
    """Return what an output's details are made of."""
    if output.needs is None:
        return Needs((), None)
    kept = orjson.loads(output.needs)
    entries = tuple((case, name, kind) for case, name, kind in kept["entries"])
    return Needs(entries, kept["notice"], kept.get("marked", False))


def wanted(outputs: Iterable[PendingOutput]) -> set[tuple[str, str]]:
    """Return every vault entry (case, name) that these outputs need."""
    return {(case, name) for output in outputs for case, name, _ in needs(output).entries}


def complete(output: PendingOutput, texts: Mapping[tuple[str, str], bytes]) -> bytes:
    """Return the whole message. A text that was erased meanwhile is left out."""
    if output.needs is None:
        return output.event
    wants = needs(output)
    details: dict[str, Any] = {"scheme": "plain"}
    notes = []
    for case, name, kind in wants.entries:
        text = texts.get((case, name))
        if text is None:
            continue
        if kind == "matter":
            details |= orjson.loads(text)
        elif kind == "person":
            details["person"] = orjson.Fragment(text)
        else:
            notes.append(orjson.Fragment(text))
    if notes:
        details["notes"] = notes
    if wants.marked:
        details["marks"] = [
            {"where": where, "kind": mark.kind, "start": mark.start, "end": mark.end}
            for where in ("title", "narrative")
            for mark in marks(details.get(where) or "")
        ]
    if wants.notice:
        details["notice"] = wants.notice
    return with_details(output.event, orjson.dumps(details))
