"""The matching service: nearly the same words by different people are found after commit, and asked to be linked.

It reads what was submitted from the ledger, keeps signatures in the vault and in its own memory, and leaves commands
in the inbox: the door decides. How far it is, its signatures and its commands are one transaction, and which of two
cases is linked with which depends on the cases alone: killed at any moment it finds the same links.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import orjson
import structlog

from consumers.rounds import keep_going
from router.cases.commands import LinkFound
from router.cases.entry import EntryKind
from router.cases.follow import Follow
from router.cases.other import other, unlike
from router.cases.state import OPEN, Stage
from router.classify.classification import Text
from router.classify.matcher import normalise
from router.door.inbox import pack
from router.door.lookups import signature_key, whole
from router.health import Condition
from router.ledger import claims, heartbeats, matching
from router.ledger.database import cursor, transaction
from router.matching.confirm import Matter, likeness
from router.matching.library import Library
from router.matching.signature import Signer
from router.vault import signatures
from router.vault.store import open_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from psycopg import Cursor
    from sqlalchemy.engine import Engine

    from router.cases.state import Case
    from router.ledger.matching import Brought
    from router.matching.library import Candidate
    from router.vault.keyring import Keyring

SERVICE = "match"
_MOST = 100
"""Records a shard and round: a transaction of well under a second."""
_PAGE = 20_000
_MOST_ALIKE = 8
"""Running cases that a text is found to be alike at the most: the likeliest."""
_OF_EACH = 4
"""Texts of one running case and its repeats that a text is compared with."""
_BEAT_SECONDS = 1.0

log = structlog.get_logger("bancheng.match")


class Found(NamedTuple):
    """A later case, the running one that it is to be linked with, and their similarity in thousandths."""

    later: Case
    primary: Case
    similarity: int


class Matcher:
    """Compares what is new with everything before it. Many may run; one at a time works."""

    def __init__(self, engine: Engine, keyring: Keyring, key: bytes, *, owner: str) -> None:
        """`key` is the installation's key of look-ups; `owner` names this process."""
        self._engine = engine
        self._keyring = keyring
        self._signer = Signer(signature_key(key))
        self._owner = owner
        self._library = Library()
        self._rules: dict[str, str] = {}
        """The ids of policies by their hashes."""
        self._unwritten = False
        """The library knows signatures that may not have been written."""
        self._beat_at: datetime | None = None
        self.totals: Counter[str] = Counter()
        self.condition = Condition()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Compare what comes until `stopping` says so; a round under way is finished first."""
        try:
            keep_going(self.step, stopping, self._engine, self.condition, service=SERVICE, owner=self._owner)
        finally:
            log.info("matching stopped", **self.totals)

    def step(self) -> bool:
        """Compare one round of what is new, and beat; return whether there was anything.

        Raises:
            NotNowError: the database is away, or another process is at it.
        """
        self._beat(datetime.now(UTC))
        if self._catch_up():
            return True
        try:
            with transaction(self._engine) as connection:
                counts = self._round(cursor(connection))
        except BaseException:
            if self._unwritten:
                self._library, self._unwritten = Library(), False
            raise
        self._unwritten = False
        self.totals.update(counts)
        if counts["compared"]:
            log.info("cases compared", **counts)
        return bool(counts["shards"])

    def _beat(self, now: datetime) -> None:
        if self._beat_at is not None and (now - self._beat_at).total_seconds() < _BEAT_SECONDS:
            return
        with transaction(self._engine) as connection:
            done = self.totals["compared"]
            heartbeats.beat(cursor(connection), SERVICE, self._owner, now=now, done=done, horizon=0)
        self._beat_at = now

    def _catch_up(self) -> bool:
        """Take in a page of the signatures that this process doesn't know; return whether there are more.

        At its start that is all of them, later another's work. A page a round: the loop keeps turning.
        """
        with transaction(self._engine) as connection:
            rows = signatures.after(cursor(connection), self._library.number, _PAGE)
        self._library.add(rows)
        if len(rows) < _PAGE:
            return False
        log.info("signatures read", signatures=self._library.index.size)
        return True

    def _round(self, cur: Cursor[tuple[object, ...]]) -> Counter[str]:
        far = matching.hold(cur)
        self._library.add(signatures.after(cur, self._library.number, _PAGE))
        brought, moved = matching.brought(cur, far, _MOST)
        if not moved:
            return Counter()
        cases = {one.case_id: known.case for one, known in _with_cases(cur, brought)}
        known = signatures.known(cur, cases)
        texts = self._texts(cur, [case for case_id, case in cases.items() if case_id not in known])
        self._unwritten = True
        rows = signatures.keep(cur, self._sign(texts))
        pairs = list(self._library.candidates(self._library.add(rows)))
        found = self._confirmed(cur, cases, texts, pairs)
        records = {one.case_id: one.record for one in brought}
        matching.leave(cur, [_command(one, records) for one in found], datetime.now(UTC))
        matching.move(cur, moved)
        return Counter(shards=len(moved), compared=len(rows), candidates=len(pairs), found=len(found))

    def _texts(self, cur: Cursor[tuple[object, ...]], cases: Iterable[Case]) -> dict[str, Matter]:
        """Return the matters of cases whose person isn't withheld, as far as they haven't been erased."""
        wanted = [
            (entry.case, entry.name) for case in cases if not case.hidden
            for entry in case.entries if entry.kind is EntryKind.MATTER
        ]  # fmt: skip
        opened = open_entries(cur, self._keyring, wanted)
        return {case_id: _matter(plain) for (case_id, _), plain in sorted(opened.items())}

    def _sign(self, texts: dict[str, Matter]) -> list[tuple[str, bytes]]:
        """Return case ids and signatures of the texts that are long enough to be told by one."""
        made, enough = self._signer.sign([whole(Text(*text)) for text in texts.values()])
        return [(case_id, made[at].tobytes()) for at, case_id in enumerate(texts) if enough[at]]

    def _confirmed(
        self, cur: Cursor[tuple[object, ...]], cases: dict[str, Case], texts: dict[str, Matter],
        pairs: Sequence[Candidate],
    ) -> list[Found]:  # fmt: skip
        """Return what is to be linked: always the later case with the earliest running one of those alike."""
        known = claims.load_leading(cur, {one.earlier for one in pairs}) | cases
        ahead = running(known, pairs)
        missing = {one.earlier for one, _ in ahead} - texts.keys()
        texts = texts | self._texts(cur, [known[case_id] for case_id in missing if case_id in known])
        alike: dict[str, dict[str, int]] = {}
        for one, primary in ahead:
            best = alike.setdefault(one.case_id, {})
            if one.earlier in texts and (primary.id in best or len(best) < _MOST_ALIKE):
                like = likeness(texts[one.case_id], texts[one.earlier])
                if like.same:
                    best[primary.id] = max(best.get(primary.id, 0), like.thousandths)
        self._learn_rules(cur, known.values())
        found: list[Found] = []
        for case_id in sorted(alike, key=lambda name: _age(cases[name])):
            shares = [(known[name], share) for name, share in alike[case_id].items()]
            found += links(cases[case_id], shares, self._rules)
        return found

    def _learn_rules(self, cur: Cursor[tuple[object, ...]], cases: Iterable[Case]) -> None:
        new = {case.policy for case in cases} - self._rules.keys()
        if new:
            self._rules |= matching.rules(cur, new)


def _with_cases(cur: Cursor[tuple[object, ...]], brought: Sequence[Brought]) -> list[tuple[Brought, claims.Known]]:
    known = claims.load_cases(cur, {one.case_id for one in brought})
    return [(one, known[one.case_id]) for one in brought if one.case_id in known]


def _matter(plain: bytes) -> Matter:
    told = orjson.loads(plain)
    return Matter(normalise(told.get("title", "")), normalise(told.get("narrative", "")))


def _leading(known: dict[str, Case], case_id: str) -> Case | None:
    """Return the running case that goes for one."""
    case, met = known.get(case_id), set[str]()
    while case is not None and case.stage is Stage.LINKED and case.primary is not None and case.id not in met:
        met.add(case.id)
        case = known.get(case.primary)
    return case


def _age(case: Case) -> tuple[datetime, str]:
    return case.received_at, case.id


def running(known: dict[str, Case], pairs: Sequence[Candidate]) -> list[tuple[Candidate, Case]]:
    """Return the pairs that lead to a running case, with that; of each text a few that lead to the same one."""
    found: list[tuple[Candidate, Case]] = []
    counts: Counter[tuple[str, str]] = Counter()
    for one in pairs:
        primary = _leading(known, one.earlier)
        if primary is None or primary.stage not in OPEN or primary.id == one.case_id:
            continue
        counts[one.case_id, primary.id] += 1
        if counts[one.case_id, primary.id] <= _OF_EACH:
            found.append((one, primary))
    return found


def links(new: Case, alike: Sequence[tuple[Case, int]], rules: Mapping[str, str]) -> list[Found]:
    """Link a new case with the earliest one that it may be linked with; if there is none, later ones with it.

    `alike` are running cases with their similarity in thousandths, `rules` the ids of policies by their hashes. What
    forbids a link is asked here too: a refusal would leave the new case alone although another would take it in.
    """
    if new.stage not in OPEN:
        return []
    ordered = sorted(alike, key=lambda pair: _age(pair[0]))
    for case, share in ordered:
        if _age(case) < _age(new) and _may(new, case, rules):
            return [Found(new, case, share)]
    return [Found(case, new, share) for case, share in ordered if _age(case) > _age(new) and _may(case, new, rules)]


def _may(later: Case, primary: Case, rules: Mapping[str, str]) -> bool:
    """Whether the router may link one case with another, as both stand."""
    facts = other(primary, rules.get(primary.policy, ""))
    return primary.id not in later.apart and unlike(later, rules.get(later.policy, ""), facts) is None


def _command(found: Found, records: dict[str, str]) -> tuple[str, str, bytes]:
    """Return an inbox row: named after both cases, so that it is the same however often it is left."""
    later, primary = found.later, found.primary
    follow = Follow(later.id, LinkFound(primary=primary.id, similarity=found.similarity))
    cause = records.get(later.id) or records[primary.id]
    moment = max(later.changed_at, primary.changed_at)
    return f"match-{later.id}-{primary.id}", later.id, pack(follow, cause, moment)
