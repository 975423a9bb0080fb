"""Rebuilt cases beside the live ones: into a scratch table, one join, and every field that differs by its name.

Besides the columns it looks into the state itself, by value: two spellings of one state are no difference.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import MetaData

from router.audit.snapshot import stream
from router.cases.state import Case
from router.cases.steps import next_due
from router.ledger.claims import Known
from router.ledger.copying import copy
from router.ledger.database import cursor
from router.ledger.policies import stored
from router.ledger.shards import shard_of
from router.ledger.sheet import CASE, case_row
from router.ledger.tables import cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

    from router.audit.replaying import Replay
    from router.audit.shelf import Rebuilt
    from router.policy.policy import Policy

_AT_A_TIME: Final = 1000
_SCRATCH: Final = cases.to_metadata(MetaData(), name="replayed")
_MADE = "CREATE TEMPORARY TABLE replayed (LIKE cases INCLUDING DEFAULTS) ON COMMIT DROP"
_JOINED = f"""
    SELECT coalesce(c.id, r.id)::text, c.id IS NULL, r.id IS NULL, {", ".join(f"c.{name}" for name in CASE[1:])},
        {", ".join(f"r.{name}" for name in CASE[1:])}
    FROM replayed AS r FULL JOIN cases AS c ON c.id = r.id
    WHERE (r.id IS NULL OR c.id IS NULL
        OR ({", ".join(f"c.{name}" for name in CASE[1:])}) IS DISTINCT FROM
           ({", ".join(f"r.{name}" for name in CASE[1:])}))
        AND NOT EXISTS (SELECT FROM later WHERE later.id = c.id)
    ORDER BY 1
"""  # noqa: S608 (columns of our own)
_LATER = """
    CREATE TEMPORARY TABLE later ON COMMIT DROP AS
    SELECT DISTINCT r.case_id AS id FROM records AS r
    JOIN unnest(%s::int[], %s::bigint[]) AS h (shard, sequence) ON r.shard = h.shard AND r.sequence > h.sequence
"""
_decode = msgspec.json.Decoder(Case).decode


class Difference(NamedTuple):
    """A field of a case that isn't what its records say. `(row)`: there is no live case, or no records of one."""

    case: str
    field: str
    live: Any
    rebuilt: Any


def policies_of(contents: Iterable[tuple[str, bytes]]) -> dict[str, Policy]:
    """Return policies by their hashes, as they were written down."""
    return {digest: stored(content, digest) for digest, content in contents}


def case_rows(
    rebuilt: Iterable[Rebuilt], shards: int, policies: Mapping[str, Policy]
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the rows of cases, some at a time; a case whose policy is not known has no next moment."""
    rows = (_row(one, shards, policies) for one in rebuilt)
    while some := list(islice(rows, _AT_A_TIME)):
        yield some


def _row(one: Rebuilt, shards: int, policies: Mapping[str, Policy]) -> tuple[object, ...]:
    case = one.case
    policy = policies.get(case.policy)
    known = Known(case, one.disposition, next_due(case, policy) if policy is not None else None)
    return case_row(UUID(case.id), known, shard_of(case.id, shards))


class Comparing:
    """Rebuilt cases in a scratch table of this transaction, beside the live ones."""

    def __init__(self, connection: Connection, replay: Replay) -> None:
        """Put the cases of a replay into the scratch table.

        Cases with records behind those that were replayed are not compared: the ledger has gone on since.

        Raises:
            NoRightError: this login may not make a temporary table.
        """
        self._connection = connection
        cur = cursor(connection)
        shards = cur.execute("SELECT shards FROM installation").fetchone()
        cur.execute("SELECT hash, content FROM policies")
        policies = policies_of(cur.fetchall())  # type: ignore[arg-type]  # text and bytea columns
        cur.execute(_MADE)
        self.cases = 0
        """Cases that were rebuilt."""
        for some in case_rows(replay.cases(), shards[0], policies):  # type: ignore[index, arg-type]  # one row, int
            copy(cur, _SCRATCH, CASE, some)
            self.cases += len(some)
        cur.execute("ALTER TABLE replayed ADD PRIMARY KEY (id)")
        heads = replay.heads()
        cur.execute("SELECT shard FROM shards")
        known = [int(row[0]) for row in cur]  # type: ignore[call-overload]  # smallint
        cur.execute(_LATER, (known, [heads.get(shard, 0) for shard in known]))
        self.later = cur.rowcount
        """Cases that were not compared."""
        cur.execute("ANALYZE replayed")

    def differences(self) -> Iterator[Difference]:
        """Yield what differs, case by case."""
        width = len(CASE) - 1
        for case_id, no_live, no_rebuilt, *values in stream(self._connection, _JOINED):
            if no_live or no_rebuilt:
                yield Difference(case_id, "(row)", None if no_live else "live", None if no_rebuilt else "rebuilt")
                continue
            yield from _fields(case_id, values[:width], values[width:])


def _fields(case_id: str, live: list[Any], rebuilt: list[Any]) -> Iterator[Difference]:
    for name, one, other in zip(CASE[1:-1], live[:-1], rebuilt[:-1], strict=True):
        if one != other:
            yield Difference(case_id, name, one, other)
    one, other = _plain(live[-1]), _plain(rebuilt[-1])
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield Difference(case_id, f"state.{name}", one.get(name), other.get(name))


def _plain(state: bytes) -> dict[str, Any]:
    """Return a state as plain values; what can't be read as a case comes as it stands."""
    try:
        found: dict[str, Any] = msgspec.to_builtins(_decode(state))
    except msgspec.DecodeError:
        return {"(unreadable)": state.decode(errors="replace")}
    return found
