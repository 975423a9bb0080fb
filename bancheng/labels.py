"""The dispatchers' decisions (人工研判) as labelled texts, to train from."""

from __future__ import annotations

import csv
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bancheng.vaulted import opened
from router.cases import events as ev
from router.cases.assignment import Share
from router.ledger.database import transaction
from router.ledger.insight import triaged
from router.ledger.reading import history

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from bancheng.compose import House
    from router.ledger.record import Record

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection)."""


class Label(NamedTuple):
    """A row: what a person said a matter is, and what the classifier had offered."""

    id: str
    time: str
    title: str
    text: str
    domain: str
    cause: str
    lead: str
    kind: str
    offered1: str
    offered2: str
    model: str


class Decision(NamedTuple):
    """What the records of a case say of its newest triage."""

    at: datetime
    domain: str
    cause: str
    lead: str
    kind: str
    offered: tuple[str, ...]
    model: str


def labels(given: House, since: datetime | None, before: datetime | None) -> Iterator[Label | str]:
    """Yield a label a case that was triaged from `since` until just before `before`; else why there is none.

    That is `erased` where the text is gone, and `hidden` where the person is withheld or somebody is reported. A case
    triaged twice counts by its newest decision. Raises VaultError, NotNowError.
    """
    with transaction(given.engine) as connection:
        ids = triaged(connection)
    for case, matter, _ in opened(given, ids):
        with transaction(given.engine) as connection:
            decision = decided(history(connection, case.id))
        if decision is None or (since and decision.at < since) or (before and decision.at >= before):
            continue
        if case.hidden:
            yield "hidden"
        elif matter is None:
            yield "erased"
        else:
            yield _label(case.id, matter.get("title") or "", matter["narrative"], decision)


def decided(records: Sequence[Record]) -> Decision | None:
    """Return the newest triage in a case's records, with what had been offered; None if no person triaged it."""
    found: Decision | None = None
    kind = model = ""
    offered: tuple[str, ...] = ()
    for record in records:
        decision: ev.Triaged | None = None
        lead = ""
        for event in record.events:
            match event:
                case ev.Classified():
                    kind, model = event.kind or "", event.model
                case ev.TriageRequested():
                    offered = event.offered
                case ev.Triaged():
                    decision = event
                case ev.Assigned(role=Share.LEAD):
                    lead = event.unit
                case ev.TaskForceProposed():
                    lead = event.lead
        if decision is not None:
            found = Decision(record.now, decision.domain, decision.cause or "", lead, kind, offered, model)
    return found


def write(file: Path, rows: Iterable[Label | str]) -> Counter[str]:
    """Write labels as CSV with a head, readable by its owner alone (0600); return how many of what there were.

    The file appears whole or not at all. Raises OSError.
    """
    counted: Counter[str] = Counter()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # 0600
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(Label._fields)
            for row in rows:
                counted[row if isinstance(row, str) else "labels"] += 1
                if not isinstance(row, str):
                    writer.writerow([_plain(cell) for cell in row])
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return counted


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _label(case_id: str, title: str, text: str, decision: Decision) -> Label:
    first, second, *_ = (*decision.offered, "", "")
    return Label(
        case_id, decision.at.isoformat(), title, text, decision.domain, decision.cause, decision.lead, decision.kind,
        first, second, decision.model,
    )  # fmt: skip
