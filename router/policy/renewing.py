"""Policies as they were stored, brought into today's form: a case is decided under its own policy for ever. Pure.

What an old policy meant stays what it means, so what came later is set to how it was before:

- routes asked for words (`words`, `when_words`: word → weight); now they state conditions (`when`),
- at that time a … in a word was nothing but three dots; now it parts a cue of several words,
- conditions were read more leniently: what would be refused now was one word, and is written as one,
- every route asked the unit that answers for an enterprise that was named (`with_enterprise`).
"""

from __future__ import annotations

import re
from typing import Any

from router.policy import conditions
from router.policy.conditions import ConditionError
from router.policy.spelling import spelt

Json = dict[str, Any]

_WORD = r"[^\s()（）、]+"
_ASKED = re.compile(rf"(?:提到|mentions\b)\s*(?:[(（]\s*{_WORD}(?:\s*、\s*{_WORD})*|{_WORD})")
_WORDS = re.compile(rf"(?<=[\s(（、到]){_WORD}")


def renewed(stored: Json) -> Json:
    """Return the content of a stored policy in today's form; what is in it already comes back as it is."""
    routes = stored["routes"]
    old = any("words" in route for route in routes)
    known = bool(stored.get("enterprises"))
    parts = {name: _dotted(part) if old and name != "routes" else part for name, part in stored.items()}
    return parts | {"routes": [{"with_enterprise": known, **_route(route)} for route in routes]}


def _route(old: Json) -> Json:
    helpers = [_stating(other, "when_words") for other in old["cooperating"]]
    return _stating(old, "words") | {"cooperating": helpers}


def _stating(old: Json, field: str) -> Json:
    """Return a route or a cooperating unit with a condition for the words that it asked for."""
    kept = {name: value for name, value in old.items() if name != field}
    if words := old.get(field):
        kept["when"] = f"提到（{'、'.join(map(spelt, words))}）"
    elif when := old.get("when"):
        kept["when"] = _strict(when)
    return kept


def _strict(when: str) -> str:
    """Return a condition that is read as it was read before: as it is, or with its odd words marked as such."""
    try:
        conditions.read(when)
    except ConditionError:
        return _ASKED.sub(lambda asked: _WORDS.sub(lambda word: spelt(word[0]), asked[0]), when)
    return when


def _dotted(part: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return a part with the … in its words written as the three dots that they are compared as."""
    if isinstance(part, dict):
        return {name.replace("…", "..."): _dotted(value) for name, value in part.items()}
    return [_dotted(item) for item in part] if isinstance(part, list) else part
