"""The vault's rows: sealed texts by case and name, wrapped keys, and messages set aside whole."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from router.cases.entry import Entry
    from router.ledger.database import Cursor
    from router.vault.keyring import DataKey, Keyring


class Vault:
    """The keys of one batch's cases. Keys of new cases are made on first use."""

    def __init__(self, keyring: Keyring, known: dict[str, DataKey]) -> None:
        """`known` are the keys of cases that have one already."""
        self._keyring = keyring
        self._keys = known
        self._made: dict[str, bytes] = {}

    @classmethod
    def told(cls, cur: Cursor, keyring: Keyring) -> Vault:
        """Return the vault with what `ask_keys` asked for; raises VaultError under a wrong master key."""
        (_, master), *rows = cur
        known = {str(c): keyring.unwrap(w, str(c)) for c, w in rows}  # type: ignore[arg-type]  # bytea
        return cls(keyring.taking(master), known)  # type: ignore[arg-type]  # likewise

    def seal(self, entry: Entry, plain: bytes) -> bytes:
        """Seal a text under its case's key, bound to its case and name."""
        key = self._keys.get(entry.case)
        if key is None:
            key = self._keys[entry.case] = self._keyring.new(entry.case)
            self._made[entry.case] = key.wrapped
        return key.sealer.seal(plain, _bound(entry.case, entry.name))

    def new(self, owner: str) -> DataKey:
        """Make a key that is no case's, of a message that is set aside."""
        return self._keyring.new(owner)

    def made_for(self, case_id: str) -> bytes | None:
        """Return, once, the wrapped key that was made for a case in this batch."""
        return self._made.pop(case_id, None)


def ask_keys(cur: Cursor, case_ids: Collection[str]) -> None:
    """Ask which master key wraps now, and for the keys of these cases, for `Vault.told`.

    Asked under locked shards: whoever lets another master key take over locks them all (`router.vault.rotating`).
    """
    cur.execute(
        "SELECT NULL AS case_id, master AS wrapped FROM installation UNION ALL"
        " SELECT case_id::text, wrapped FROM vault_keys WHERE case_id = ANY(string_to_array(%s, ' ')::uuid[])",
        (" ".join(case_ids),),
    )


def open_entries(cur: Cursor, keyring: Keyring, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Return the plain texts of entries (case id, name); one that was erased is missing."""
    if not wanted:
        return {}
    # two long strings cost less to send than two lists; neither an id nor a name holds a blank
    pairs = sorted(wanted)
    cur.execute(
        "SELECT e.case_id::text, e.name, e.sealed, k.wrapped FROM vault_entries AS e"
        " JOIN unnest(string_to_array(%s, ' ')::uuid[], string_to_array(%s, ' ')) AS v (case_id, name)"
        " USING (case_id, name) JOIN vault_keys AS k USING (case_id)",
        (" ".join([case_id for case_id, _ in pairs]), " ".join([name for _, name in pairs])),
    )
    keys: dict[str, DataKey] = {}
    opened: dict[tuple[str, str], bytes] = {}
    for case_id, name, sealed, wrapped in cur.fetchall():
        case = str(case_id)
        if case not in keys:
            keys[case] = keyring.unwrap(wrapped, case)  # type: ignore[arg-type]  # bytea
        opened[case, str(name)] = keys[case].sealer.open(sealed, _bound(case, str(name)))  # type: ignore[arg-type]
    return opened


def with_keys(cur: Cursor, cases: Collection[str]) -> set[str]:
    """Return which of these cases have a key: they weren't erased, wherever their texts lie."""
    if not cases:
        return set()
    cur.execute("SELECT case_id::text FROM vault_keys WHERE case_id = ANY(%s::uuid[])", (sorted(cases),))
    return {str(case) for (case,) in cur.fetchall()}


def _bound(case_id: str, name: str) -> str:
    return f"{case_id}/{name}"


class Whole(NamedTuple):
    """A message that was set aside, as it came."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


_MESSAGE = "message"


def seal_message(
    key: DataKey,
    message_key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
) -> bytes:
    """Seal a message that could not be taken, byte for byte."""
    packed = {
        "key": _text(message_key),
        "value": _text(value),
        "headers": [[name, _text(content or b"")] for name, content in headers],
    }
    return key.sealer.seal(orjson.dumps(packed), _MESSAGE)


def open_message(keyring: Keyring, place: str, wrapped: bytes, sealed: bytes) -> Whole:
    """Return the message that was set aside at `place` (topic/partition/offset); raises VaultError."""
    packed = orjson.loads(keyring.unwrap(wrapped, place).sealer.open(sealed, _MESSAGE))
    headers = tuple((name, _bytes(content) or b"") for name, content in packed["headers"])
    return Whole(_bytes(packed["key"]), _bytes(packed["value"]), headers)


def _text(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
