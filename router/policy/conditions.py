"""The conditions of routes, as a civil servant writes them: read, checked and answered here, never evaluated as code.

    提到（退休、办退休）且 提到 档案 且 非 地区是 wulan
    (原因是 file-lost 或 有企业) 且 紧急

`且`, `或`, `非` may be written `and`, `or`, `not`; `提到` (mentions) is followed by one word or by several in
brackets, of which one must occur; `领域是 章节是 原因是 类型是 地区是 企业是` are followed by an identifier of the
policy; `紧急` and `有企业` stand alone. `且` binds tighter than `或`. How words are written: `spelling`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from router.policy.spelling import misread, word_at

if TYPE_CHECKING:
    from collections.abc import Iterator


class Facts(NamedTuple):
    """What is known of a matter when its units are chosen: codes and the policy's own words."""

    domain: str | None = None
    section: str | None = None
    cause: str | None = None
    kind: str | None = None
    urgent: bool = False
    words: frozenset[str] = frozenset()
    """Words of the routing table that occurred."""
    regions: frozenset[str] = frozenset()
    """Regions whose places were named."""
    enterprises: frozenset[str] = frozenset()
    """Enterprises of the register that were named, under whatever name."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """One of these words occurs."""

    words: tuple[str, ...]

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        return not facts.words.isdisjoint(self.words)


@dataclass(frozen=True, slots=True)
class Is:
    """A head gave this answer."""

    field: str
    value: str

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        told = getattr(facts, self.field)
        return self.value in told if isinstance(told, frozenset) else told == self.value


@dataclass(frozen=True, slots=True)
class Urgent:
    """Life, safety or many people are in danger."""

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        return facts.urgent


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise of the register was named."""

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        return bool(facts.enterprises)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        return not self.part.holds(facts)


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold (`且`)."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        return all(part.holds(facts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """One of these holds (`或`)."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        """Whether it is so."""
        return any(part.holds(facts) for part in self.parts)


Condition = Mentions | Is | Urgent | Enterprise | Not | Every | Either


class ConditionError(ValueError):
    """A condition that can't be read: what was met where, and what is expected there."""


def parts(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything it is made of."""
    yield condition
    match condition:
        case Every(inner) | Either(inner):
            for part in inner:
                yield from parts(part)
        case Not(part):
            yield from parts(part)
        case _:
            pass


def weight(condition: Condition) -> int:
    """Return how many things must hold: the more, the more specific (of alternatives the least demanding counts)."""
    match condition:
        case Every(inner):
            return sum(weight(part) for part in inner)
        case Either(inner):
            return min(weight(part) for part in inner)
        case _:
            return 1


_FIELDS = {
    "领域是": "domain", "章节是": "section", "原因是": "cause", "类型是": "kind", "地区是": "regions",
    "企业是": "enterprises", "domain:": "domain", "section:": "section", "cause:": "cause", "kind:": "kind",
    "region:": "regions", "enterprise:": "enterprises",
}  # fmt: skip
_ALONE: dict[str, Condition] = {
    "紧急": Urgent(), "有企业": Enterprise(), "urgent": Urgent(), "enterprise": Enterprise(),
}  # fmt: skip
_MENTIONS, _AND, _OR, _NOT = ("提到", "mentions"), ("且", "and"), ("或", "or"), ("非", "not")
_OPEN, _CLOSE = ("(", "（"), (")", "）")
_DEEPEST = 20
"""Brackets and 非 within each other: nobody can follow more."""


def read(text: str) -> Condition:
    """Return the condition that a text states.

    Raises:
        ConditionError: one sentence: what is wrong, and where (the character, from 1).
    """
    reader = _Reader(text)
    found = reader.either()
    reader.end()
    return found


class _Reader:
    """Reads a condition from left to right (recursive descent)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def either(self) -> Condition:
        inner = [self._every()]
        while self._take(*_OR):
            inner.append(self._every())
        return inner[0] if len(inner) == 1 else Either(tuple(inner))

    def end(self) -> None:
        if self._text[self._at :].strip():
            raise self._error("且, 或 or the end")

    def _every(self) -> Condition:
        inner = [self._one()]
        while self._take(*_AND):
            inner.append(self._one())
        return inner[0] if len(inner) == 1 else Every(tuple(inner))

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConditionError(f"at character {self._at + 1} brackets and 非 stand more than {_DEEPEST} deep")
        found = self._simple()
        self._depth -= 1
        return found

    def _simple(self) -> Condition:
        if self._take(*_NOT):
            return Not(self._one())
        if self._take(*_OPEN):
            inner = self.either()
            self._close()
            return inner
        if (name := self._take(*_FIELDS)) is not None:
            return Is(_FIELDS[name], self._word())
        if (name := self._take(*_ALONE)) is not None:
            return _ALONE[name]
        if self._take(*_MENTIONS):
            return Mentions(tuple(self._words()))
        raise self._error("提到, 领域是, 章节是, 原因是, 类型是, 地区是, 企业是, 有企业, 紧急, 非 or （")

    def _words(self) -> Iterator[str]:
        several = self._take(*_OPEN)
        yield self._word()
        while several and self._take("、"):
            yield self._word()
        if several:
            self._close()

    def _word(self) -> str:
        self._skip()
        found = word_at(self._text, self._at)
        if found is None:
            raise self._error("a word (or 「a word」)")
        if found.bare and (wrong := misread(found.word)) is not None:
            place = self._at + wrong.place + 1
            raise ConditionError(f"at character {place} “{wrong.bit}” stands inside a word: {wrong.mend}")
        self._at = found.end
        return found.word

    def _take(self, *wanted: str) -> str | None:
        """Step over one of these words and return it; a Latin one must not go on."""
        self._skip()
        for word in wanted:
            after = self._at + len(word)
            goes_on = word.isascii() and word.isalpha() and self._text[after : after + 1].isalnum()
            if self._text.startswith(word, self._at) and not goes_on:
                self._at = after
                return word
        return None

    def _close(self) -> None:
        if self._take(*_CLOSE) is None:
            raise self._error("、 or ）")

    def _skip(self) -> None:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1

    def _error(self, expected: str) -> ConditionError:
        self._skip()
        rest = self._text[self._at : self._at + 8]
        met = f"“{rest}” stands" if rest else "the condition ends"
        return ConditionError(f"at character {self._at + 1} {met} where {expected} is expected")
