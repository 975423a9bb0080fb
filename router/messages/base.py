"""What every border model is made of: frozen, closed to unknown fields, and safe text."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CaseId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
]
"""A UUID of version 7 (made by a submitter) or 8 (derived by an import), RFC 9562, in small letters."""

MessageId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,120}$")]
"""A sender's id of a message: a code, never words."""

NARRATIVE = 100_000
"""The longest narrative taken, in characters."""

Line = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=400)]
"""One line of text without NUL characters."""

Prose = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=NARRATIVE)]
"""Longer text without NUL characters."""


class Message(BaseModel):
    """A part of a message; a field that is not known is a mistake, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
