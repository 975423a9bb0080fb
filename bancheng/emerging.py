"""Emerging topics (新近热点) of an installation: recent cases by matter, beside the period before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bancheng.vaulted import opened
from router.classify.classification import Text
from router.classify.matcher import normalise
from router.ledger.database import transaction
from router.ledger.insight import Recent, recent
from router.topics.groups import group

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bancheng.compose import House
    from router.topics.groups import Group

MOST = 20_000
"""Cases that are read, the newest first."""
_SHORTEST_NAME = 2


class Topic(NamedTuple):
    """A matter that several people brought in the period."""

    words: tuple[str, ...]
    """Words that at least three in five of its texts share."""
    people: int
    """Persons in the period; a case without a person counts as one."""
    channels: tuple[str, ...]
    cases: tuple[Recent, ...]
    """Those of the period, the earliest first."""
    before: int
    """Cases of the same matter in the period before, which was as long."""

    @property
    def growth(self) -> float | None:
        """How many times as many cases as in the period before; None where there were none."""
        return len(self.cases) / self.before if self.before else None


class Topics(NamedTuple):
    """What was read, and what came of it."""

    found: tuple[Topic, ...]
    read: int
    """Cases of both periods that were grouped."""
    erased: int
    """Cases whose words are gone."""
    hidden: int
    """Cases whose person is withheld or who reports somebody: they are shown to nobody."""
    cut: bool
    """There were more than `MOST`: the oldest are missing."""


def emerging(given: House, since: datetime, before: datetime, least: int) -> Topics:
    """Group the cases received from `since` until just before `before`, and as long before that.

    Only matters of at least `least` persons in the period are told. Texts are read from the vault, but for those of
    withheld persons and reports, and kept nowhere; raises VaultError, NotNowError.
    """
    with transaction(given.engine) as connection:
        rows = recent(connection, since - (before - since), before, MOST + 1)
    cut, rows = len(rows) > MOST, rows[:MOST]
    known = {row.id: row for row in rows}
    kept: list[Recent] = []
    texts: list[Text] = []
    people: list[str] = []
    names: set[str] = set()
    left_out = 0
    for case, matter, person in opened(given, list(known)):
        if case.hidden:
            left_out += 1
        elif matter is not None:
            kept.append(known[case.id])
            texts.append(Text(normalise(matter.get("title") or ""), normalise(matter["narrative"])))
            people.append(_who(person or {}) or f"case:{case.id}")
            names.add((person or {}).get("name") or "")
    numbers = {who: number for number, who in enumerate(dict.fromkeys(people))}
    numbered = [numbers[who] for who in people]
    hidden = {name for name in names if len(name) >= _SHORTEST_NAME}
    groups = group(texts, numbered, least=least, names=hidden)
    topics = [_topic(made, kept, numbered, since) for made in groups]
    found = sorted((t for t in topics if t.people >= least), key=lambda t: (-t.people, -len(t.cases), t.words))
    return Topics(tuple(found), len(kept), len(rows) - len(kept) - left_out, left_out, cut)


def _who(person: dict[str, Any]) -> str | None:
    """Return what tells a person from others: the telephone, else the identity number, else the name."""
    return next((f"{field}:{person[field]}" for field in ("phone", "id_number", "name") if person.get(field)), None)


def _topic(made: Group, kept: list[Recent], people: list[int], since: datetime) -> Topic:
    now = [at for at in made.texts if kept[at].received_at >= since]
    cases = sorted((kept[at] for at in now), key=lambda row: (row.received_at, row.id))
    return Topic(
        words=made.words,
        people=len({people[at] for at in now}),
        channels=_distinct(row.channel for row in cases),
        cases=tuple(cases),
        before=len(made.texts) - len(now),
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
