"""Why a command is refused: a code, and one sentence in Chinese and English that says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from router.cases.sentences import SENTENCES, STAGE_NAMES, WORD_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

_ABOUT_A_STAGE = frozenset({"wrong_stage", "part_wrong_stage", "primary_ended"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A named refusal; `about` is a code that names the place (a part, a unit, a stage), never text."""

    code: str
    about: str = ""

    def sentence(self, lang: str = "zh", named: Callable[[str], str] = str) -> str:
        """Return what a person reads, in `zh` or `en`; `named` turns a code into the name that people know."""
        chinese, english = SENTENCES[self.code]
        about = self.about
        if self.code in _ABOUT_A_STAGE:
            about = STAGE_NAMES[about][1 if lang == "en" else 0]
        elif self.code == "details_missing":
            about = WORD_NAMES[about][1 if lang == "en" else 0]
        else:
            about = named(about)
        return (english if lang == "en" else chinese).format(about=about)


class RefusedError(Exception):
    """Raised inside the heart to leave a decision; `decide` turns it into its `Refusal`."""

    def __init__(self, code: str, about: str = "") -> None:
        self.refusal = Refusal(code, about)
        super().__init__(code)
