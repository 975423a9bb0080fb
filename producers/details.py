"""Putting the details into a message on its way out: texts from the vault, sentences of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import orjson

from router.classify.marks import marks
from router.messages.envelope import with_details
from router.messages.masking import masked_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from router.ledger.outbox import PendingOutput


class Needs(msgspec.Struct, frozen=True):
    """The vault entries (case, name, kind) and sentences that a message's details are made of."""

    entries: tuple[tuple[str, str, str], ...] = ()
    notice: dict[str, str] | None = None
    marked: bool = False
    masked: bool = False
    """Its reader sees the person masked."""


_decode = msgspec.json.Decoder(Needs).decode
NOTHING = Needs()


def needs(output: PendingOutput) -> Needs:
    """Return what an output's details are made of."""
    return NOTHING if output.needs is None else _decode(output.needs)


def wanted(needed: Iterable[Needs]) -> set[tuple[str, str]]:
    """Return every vault entry (case, name) that is needed."""
    return {(case, name) for one in needed for case, name, _ in one.entries}


def complete(
    event: bytes, wants: Needs, texts: Mapping[tuple[str, str], bytes],
    put: Callable[[bytes, bytes], bytes] = with_details,
) -> bytes:  # fmt: skip
    """Return the whole message; `put` adds the details to the event, by default as they are."""
    return event if wants is NOTHING else put(event, plain(wants, texts))


def plain(wants: Needs, texts: Mapping[tuple[str, str], bytes]) -> bytes:
    """Return the block `details` in plain. A text that was erased meanwhile is left out.

    The vault's texts are JSON objects already, so they are joined as they stand.
    """
    parts = [b'{"scheme":"plain"']
    notes: list[bytes] = []
    for case, name, kind in wants.entries:
        text = texts.get((case, name))
        if text is None:
            continue
        if wants.masked:
            text = orjson.dumps(masked_entry(orjson.loads(text)))
        if kind == "matter":
            parts.append(b"," + text[1:-1])
            if wants.marked:
                parts.append(b',"marks":' + _marks(text))
        elif kind == "person":
            parts.append(b',"person":' + text)
        else:
            notes.append(text)
    if notes:
        parts.append(b',"notes":[' + b",".join(notes) + b"]")
    if wants.notice:
        parts.append(b',"notice":' + orjson.dumps(wants.notice))
    return b"".join(parts) + b"}"


def _marks(matter: bytes) -> bytes:
    """Return what a clerk looks for in a matter, by where it stands."""
    words = orjson.loads(matter)
    return orjson.dumps(
        [
            {"where": where, "kind": mark.kind, "start": mark.start, "end": mark.end}
            for where in ("title", "narrative")
            for mark in marks(words.get(where) or "")
        ]
    )
