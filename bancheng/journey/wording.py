"""How sentences of an explanation are put together in one language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bancheng.journey.headings import SENTENCES
from router.cases.sentences import STAGE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bancheng.journey.story import Teller
    from router.classify.classification import Cue


_TEN, _THOUSAND = 10, 1000


def percent(thousandths: int) -> str:
    """Return thousandths as a person reads them."""
    return f"{thousandths / _TEN:.0f}%"


def weighed(cue: Cue) -> str:
    """Return a word with its weight, as the policy states weights."""
    return f"{cue.word} {cue.weight / _THOUSAND:+.3g}"


class Words:
    """Sentences in the language of a teller, with the names that it knows."""

    def __init__(self, teller: Teller) -> None:
        """`teller` has the language, the policy, and who holds which assignment."""
        self.teller = teller
        self.english = teller.lang == "en"

    def of(self, table: Mapping[str, tuple[str, str]], code: str) -> str:
        """Return what a table says for a code; the code itself where it says nothing."""
        return table.get(code, (code, code))[self.english]

    def say(self, name: str, /, **facts: object) -> str:
        """Return a sentence; moments are told in the centre's zone, and what is not known as a dash."""
        return self.of(SENTENCES, name).format(**{key: self._told(fact) for key, fact in facts.items()})

    def code(self, name: str) -> str:
        """Return a code in words, be it a small word or where something stands."""
        told = self.teller.word(name)
        return self.teller.stage(name) if told == name and name in STAGE_NAMES else told

    def aside(self, text: str) -> str:
        """Return a text in brackets; nothing for nothing."""
        return self.say("aside", text=text) if text else ""

    def join(self, names: Iterable[str]) -> str:
        """Return names as a list."""
        return (", " if self.english else "、").join(names)

    def units(self, names: Iterable[str]) -> str:
        """Return the names of units as a list."""
        return self.join(map(self.teller.unit, names))

    def cause(self, name: str) -> str:
        """Return a cause's name."""
        found = self.teller.policy.cause_by_id.get(name)
        return found.title(self.teller.lang) if found else name

    def enterprise(self, name: str) -> str:
        """Return why a unit answers for an enterprise of the register."""
        found = self.teller.policy.enterprise_by_id.get(name)
        return self.say("enterprise", name=found.title(self.teller.lang) if found else name)

    def section(self, domain: str, name: str) -> str:
        """Return the name of a domain's section."""
        found = self.teller.policy.domain_by_id.get(domain)
        named = (section for section in found.sections if section.id == name) if found else ()
        return next((section.title(self.teller.lang) for section in named), name)

    def _told(self, fact: object) -> object:
        if isinstance(fact, datetime):
            return self.teller.moment(fact)
        return self.teller.word(None) if fact is None else fact
