"""From YAML texts to a policy, or to a list of mistakes with file, line, field and mend. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from router.policy import places
from router.policy.policy import Policy
from router.policy.sense import complaints

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEFORE = ("words", "when_words")
"""Fields by which routes asked for words before they had conditions."""
_MENDS = {
    "missing": "add this field",
    "extra_forbidden": "no such field here: correct its name or remove it",
    "string_pattern_mismatch": "use small letters, digits and hyphens, 60 at most",
    "enum": "use one of the values named above",
    "literal_error": "use one of the values named above",
}


class PolicyError(Exception):
    """A policy that can't be used; `mistakes` has each with its place and its mend."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(str(mistake) for mistake in mistakes))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a policy: where it stands, what is wrong, what to do."""

    file: str
    line: int | None
    field: str
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.what} ({self.mend})"


def load(texts: Mapping[str, str]) -> Policy:
    """Read one policy from one or several YAML texts (name → text), each holding some top-level fields.

    Raises:
        PolicyError: with every mistake found, each named by file, line, field and mend.
    """
    merged: dict[str, Any] = {}
    owner: dict[str, str] = {}
    where: dict[str, yaml.Node | None] = {}
    mistakes: list[Mistake] = []
    for name, text in sorted(texts.items()):
        try:
            reader = yaml.CSafeLoader(text)
            node = reader.get_single_node()
            content = reader.construct_document(node) if node is not None else None
        except yaml.YAMLError as error:
            mistakes.append(_not_yaml(name, error))
            continue
        if not isinstance(content, dict):
            mistakes.append(Mistake(name, 1, "(file)", "holds no fields", "write `field: value` lines"))
            continue
        where[name] = node
        mistakes += [
            Mistake(name, line, ".".join(map(str, path)), "stands twice in one place", "keep one of the two")
            for path, line in places.doubled(node)
        ]
        for key, value in content.items():
            if key in merged:
                line = places.lines(node).get((key,))
                what = f"stands in {owner[key]} too"
                mistakes.append(Mistake(name, line, str(key), what, "keep one of the two"))
            merged[key], owner[str(key)] = value, name
    if mistakes:
        raise PolicyError(tuple(mistakes))
    return _validated(merged, owner, where)


def _validated(merged: dict[str, Any], owner: dict[str, str], where: dict[str, yaml.Node | None]) -> Policy:
    def mistake(path: places.Path, what: str, mend: str) -> Mistake:
        file = owner.get(str(path[0]), next(iter(where), "policy")) if path else next(iter(where), "policy")
        line = places.nearest(places.lines(where.get(file)), path) if path else None
        return Mistake(file, line, ".".join(map(str, path)) or "(policy)", what, mend)

    try:
        policy = Policy.model_validate(merged)
    except ValidationError as error:
        raise PolicyError(
            tuple(
                mistake(
                    tuple(part for part in item["loc"] if part != "[key]"),
                    item["msg"].removeprefix("Value error, "),
                    _mend(item["type"], item["loc"]),
                )
                for item in error.errors(include_url=False)
            )
        ) from None
    found = tuple(mistake(*complaint) for complaint in complaints(policy))
    if found:
        raise PolicyError(found)
    return policy


def _mend(kind: str, where: places.Path) -> str:
    """Return what to do about a mistake that pydantic found."""
    if kind == "extra_forbidden" and where[0] == "routes" and where[-1] in _BEFORE:
        return "words are asked for by a condition now: write `when: 提到（甲、乙）`"
    return _MENDS.get(kind, "correct the value")


def _not_yaml(name: str, error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "is not YAML"
    return Mistake(name, mark.line + 1 if mark else None, "(file)", what, "mind the indentation and the colons")
