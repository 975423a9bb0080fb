"""One finding: what was looked at, how it is, and a command where something has to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bancheng.doctor.seen import Missing

Status = Literal["ok", "warn", "bad", "skipped"]
WORST_FIRST: tuple[Status, ...] = ("bad", "warn", "skipped", "ok")


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """Return it in `zh` or `en`."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    status: Status
    part: Words
    found: Words
    todo: Words | None = None

    def data(self, lang: str) -> dict[str, Any]:
        """Return it as JSON; the status is a code, the rest in the person's language."""
        todo = self.todo.said(lang) if self.todo else None
        return {"status": self.status, "part": self.part.said(lang), "found": self.found.said(lang), "todo": todo}


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing is bad; warnings and what was skipped are allowed."""
    return all(finding.status != "bad" for finding in findings)


def ok(part: Words, zh: str, en: str) -> Finding:
    """It is as it should be."""
    return Finding("ok", part, Words(zh, en))


def warn(part: Words, zh: str, en: str, todo: str | Words) -> Finding:
    """It works, but something should be done; a command is the same in every language."""
    return Finding("warn", part, Words(zh, en), _words(todo))


def bad(part: Words, zh: str, en: str, todo: str | Words | None = None) -> Finding:
    """It doesn't work, or loses what it must keep."""
    return Finding("bad", part, Words(zh, en), _words(todo))


def skipped(part: Words, missing: Missing) -> Finding:
    """It could not be looked at."""
    return Finding("skipped", part, missing.why, missing.todo)


def unusable(part: Words, missing: Missing) -> Finding:
    """It could not be looked at, and that itself is what is wrong."""
    return Finding("bad", part, missing.why, missing.todo)


def _words(todo: str | Words | None) -> Words | None:
    return Words(todo, todo) if isinstance(todo, str) else todo
