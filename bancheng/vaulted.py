"""Reading many cases' texts from the vault at once, for work that no person looks at meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from router.cases.entry import EntryKind
from router.ledger.database import cursor, transaction
from router.ledger.insight import states
from router.vault.store import open_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from bancheng.compose import House
    from router.cases.state import Case

_AT_A_TIME = 200


class Opened(NamedTuple):
    """A case with its details as they were brought; None where they were erased, or its person is withheld."""

    case: Case
    matter: dict[str, Any] | None
    """`title` and `narrative`."""
    person: dict[str, Any] | None


def opened(given: House, case_ids: Sequence[str]) -> Iterator[Opened]:
    """Yield cases with their details, in the order given; needs the master key, raises VaultError.

    A few hundred at a time, each time in a transaction of its own. What is hidden from every unit isn't opened.
    """
    for first in range(0, len(case_ids), _AT_A_TIME):
        part = case_ids[first : first + _AT_A_TIME]
        with transaction(given.engine) as connection:
            cases = states(connection, part)
            wanted = {
                (entry.case, entry.name)
                for case in cases.values()
                for entry in case.entries
                if entry.kind is not EntryKind.NOTE and not case.hidden
            }
            texts = open_entries(cursor(connection), given.keyring, wanted)
        for case in (cases[case_id] for case_id in part if case_id in cases):
            yield Opened(case, _first(case, EntryKind.MATTER, texts), _first(case, EntryKind.PERSON, texts))


def _first(case: Case, kind: EntryKind, texts: dict[tuple[str, str], bytes]) -> dict[str, Any] | None:
    found = (texts.get((entry.case, entry.name)) for entry in case.entries if entry.kind is kind)
    text = next(filter(None, found), None)
    return dict(orjson.loads(text)) if text is not None else None
