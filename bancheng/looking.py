"""Looking at a person's details: recorded first, opened then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from router.cases import events as ev
from router.cases.commands import Command, ViewDetails
from router.cases.entry import EntryKind
from router.door.desk import Asking, Desk
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.ledger.policies import Policies
from router.messages.masking import masked_field
from router.vault.store import open_entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Engine

    from bancheng.compose import House
    from router.cases.commands import Actor
    from router.cases.entry import Entry
    from router.cases.state import Case
    from router.ledger.record import Record

_OF_PERSON = ("name", "phone", "id_number", "address")
_OF_MATTER = ("title", "narrative")


class Looked(NamedTuple):
    """A look: its record, and what was shown; nothing where it was refused."""

    record: Record
    shown: dict[str, Any]
    """Each detail that may be seen, as it is or masked; None where it was erased or never given."""


class View(NamedTuple):
    """Somebody's look at a case, as the chain has it; the moment is aware."""

    at: datetime
    by: str
    role: str
    why: str
    revealed: tuple[str, ...]
    masked: tuple[str, ...]
    clerk: str | None


def desk(given: House, engine: Engine) -> Desk:
    """Return where commands are taken that no message brings; `engine` has the rights for what they do."""
    made = given.install()
    return Desk(engine, Policies(engine, given.book), made.shards, made.time_source == "message")


def look(given: House, at: Desk, case: Case, actor: Actor, action: ViewDetails) -> Looked:
    """Record a look, and then open what it may show; raises VaultError, NotNowError."""
    record = at.take(Asking(Command(case.id, actor, action)))
    event = next((one for one in record.events if isinstance(one, ev.DetailsViewed)), None)
    if event is None:
        return Looked(record, {})
    texts = _texts(given, case)
    shown: dict[str, Any] = {name: texts.get(name) for name in event.revealed}
    shown |= {name: _masked(name, texts.get(name)) for name in event.masked}
    return Looked(record, shown)


def views(records: list[Record]) -> Iterator[View]:
    """Yield every look at a case from its records, oldest first."""
    for record in records:
        for one in record.events:
            if isinstance(one, ev.DetailsViewed):
                yield View(record.now, one.by, one.role, one.why, one.revealed, one.masked, one.clerk)


def _texts(given: House, case: Case) -> dict[str, Any]:
    """Return all details of a case that are still kept."""
    with transaction(given.engine) as connection:
        entries = _entries(reading.history(connection, case.id))
        opened = open_entries(cursor(connection), given.keyring, {(one.case, one.name) for one in entries})
    found: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for entry in entries:
        text = opened.get((entry.case, entry.name))
        if text is None:
            continue
        content = orjson.loads(text)
        if entry.kind is EntryKind.NOTE:
            notes.append(content)
        else:
            found |= {name: content.get(name) for name in (*_OF_PERSON, *_OF_MATTER) if name in content}
    return found | ({"notes": notes} if notes else {})


def _entries(records: list[Record]) -> list[Entry]:
    """Return what came in words with a case and with what was asked of it, refused submissions first."""
    return list(dict.fromkeys(entry for record in records for entry in record.entries))


def _masked(name: str, value: Any) -> Any:  # noqa: ANN401 (a text, or notes)
    if isinstance(value, list):
        return [{key: masked_field(key, text) for key, text in note.items()} for note in value]
    return masked_field(name, value) if isinstance(value, str) else value
