"""What every rule of a policy is made of: frozen pydantic models and the shapes of identifiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
"""Unit, channel and rule identifiers, as DESIGN fixes them for topic names."""

ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
"""The name of a command, as in its message type."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
"""A sentence or name that people read."""

Statement = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""What a rule states in a language of its own; it may hold a long list of words."""

Weight = Annotated[float, Field(gt=0, le=20)]
"""How strongly a word speaks for something; the scale is the policy's own."""


def _cue(written: str) -> str:
    words = written.split("…")
    if len(words) > 1 and (not all(words) or max(map(len, words)) < _LONGEST):
        raise ValueError(f"a cue of several words has a word on each side of …, one of {_LONGEST} characters or more")
    return written


_LONGEST = 2
"""A cue of single characters would have to be looked for in every text."""

Words = dict[Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_cue)], Weight]
"""Words and their weights, as a civil servant edits them.

`甲…乙` is a cue of several words: 甲 and then 乙 in the same clause.
"""


class Rule(BaseModel):
    """A frozen piece of a policy; a field that is not known is a mistake, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Rule):
    """Something with an identifier, a Chinese name and, where given, an English one."""

    id: Slug
    name: Text
    english: Text | None = None

    def title(self, lang: str) -> str:
        """Return the name in `zh` or `en`; Chinese where no English one is given."""
        return self.english if lang == "en" and self.english else self.name
