"""Traces through CloudEvents' `traceparent`: what is taken for one, and how a step of ours continues it.

Form: W3C Trace Context, level 1, version 00; the attribute: CloudEvents' distributed tracing extension.
A trace is telemetry: it never decides anything, it stands in no record, and a mistake in it is no mistake of the
message. `tracestate` isn't handed on: its values are anybody's free text, and the specification lets us drop it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, Protocol

FORM: Final = r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
ATTRIBUTES: Final = ("traceparent", "tracestate")
_WHOLE = re.compile(FORM)
_PAIR = re.compile(rb'"trace(?:parent|state)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|null)\s*')


def taken(value: object) -> str | None:
    """Return a sender's trace context, or none where it has another form than W3C's."""
    return value if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def without(event: bytes) -> bytes:
    """Return an event's bytes without its trace: sent again under another trace, a message is the same message.

    What is left is what its sender would have written without one: a comma goes along.
    """
    kept, at = b"", 0
    for pair in _PAIR.finditer(event):
        kept += event[at : pair.start()]
        at = pair.end()
        if kept.rstrip().endswith(b","):
            kept = kept.rstrip()[:-1]
        elif event[at : at + 1] == b",":
            at += 1
    return kept + event[at:]


class Step(Protocol):
    """A step of ours in a trace."""

    @property
    def trace(self) -> str | None:
        """What the messages that follow from this step carry as `traceparent`."""
        ...

    def end(self, outcome: str) -> None:
        """Close the step with what became of it; one that is never closed leaves no trace."""
        ...


class Tracing(Protocol):
    """Who continues traces."""

    def begin(self, name: str, trace: str | None, **about: str | int) -> Step:
        """Begin a step, within a sender's trace if there is one; `about` holds ids and codes, never texts."""
        ...


class PassedOn(NamedTuple):
    """A step that leaves no mark of its own."""

    trace: str | None

    def end(self, outcome: str) -> None:
        """Nothing has to be closed."""


class Passing:
    """Tracing that is off: what a sender began is handed on as it came."""

    def begin(self, name: str, trace: str | None, **about: str | int) -> PassedOn:  # noqa: ARG002 (the shape of `Tracing`)
        """Hand the trace on."""
        return PassedOn(trace)
