"""Everything about one person: which cases are theirs, what is known, who looked; and the end of it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

import orjson

from bancheng import secrets
from bancheng.journey.story import Teller
from bancheng.looking import look, views
from bancheng.rotation import rotate
from router.cases.commands import Command, EraseSubject, ViewDetails
from router.cases.refusals import Refusal
from router.door.desk import Asking
from router.door.lookups import Finder
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.messages import envelope
from router.messages.details import Person
from router.policy.privacy import Detail
from router.saying import SaidError
from router.vault import erasing, persons
from router.vault.sealing import UnsealableError, about, is_sealed
from router.vault.store import open_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bancheng.compose import House
    from bancheng.rotation import Rotated
    from router.cases.commands import Actor
    from router.cases.state import Case
    from router.door.desk import Desk
    from router.ledger.database import Cursor
    from router.ledger.record import Refusing
    from router.vault.sealing import Opens
    from router.vault.store import Whole

_AT_A_TIME = 500
_ABROAD = re.compile(r"^(?:00)?86(?=1\d{10}$)")
_TELLING = 7
"""The fewest signs of a number that tells a person, as when cases are known again (`router.door.lookups`)."""
_NOBODY = "00000000-0000-0000-0000-000000000000"


class UnknownPersonError(SaidError):
    """Nobody of that id number or phone has a case here."""

    def __init__(self) -> None:
        super().__init__(
            "没有这个人的工单：请核对号码；迁移前的旧工单请先执行 bancheng vault enlist。",
            "No case here is this person's: check the number. For cases from before this version run"
            " `bancheng vault enlist` first.",
        )


class SharedPhoneError(SaidError):
    """A phone under which several people's cases came, such as a helper's (帮办)."""

    def __init__(self, people: int) -> None:
        super().__init__(
            f"这个电话下有 {people} 个人的工单（如帮办电话）：请改用证件号码，或用 --case 指明工单。",
            f"{people} people's cases came under this phone (a helper's, say): use the id number, or --case.",
        )


class Dossier(NamedTuple):
    """What is known of a case of theirs."""

    case: Case
    shown: dict[str, Any]
    looks: list[dict[str, Any]]
    journey: list[str]


class Erased(NamedTuple):
    """What became of one case: erased, or the refusal that says why not."""

    case_id: str
    refusal: Refusing | None


def find(given: House, *, id_number: str | None = None, phone: str | None = None) -> list[str]:
    """Return a person's cases by id number or phone.

    Raises:
        UnknownPersonError: there are none.
        SharedPhoneError: the phone is under several id numbers, or several names.
    """
    who = _finder(given).person(Person(id_number=id_number, phone=phone)).known
    with transaction(given.engine) as connection:
        cur = cursor(connection)
        found = persons.cases_of(cur, who)
        if not found:
            raise UnknownPersonError
        people = _people(given, cur, found, who) if id_number is None else 1
    if people > 1:
        raise SharedPhoneError(people)
    return found


def _people(given: House, cur: Cursor, case_ids: Sequence[str], phone: Collection[bytes]) -> int:
    """Return how many people's cases came under a phone, as far as id numbers and names tell them apart."""
    numbers = {digest for digests in persons.digests_of(cur, case_ids).values() for digest in digests} - set(phone)
    told = _told(given, cur, case_ids)
    names = {"".join(normalize("NFKC", name).split()) for one in told if (name := one.get("name"))}
    return max(len(numbers), len(names))


def enlist(given: House) -> int:
    """Note whose the cases are that came before that was noted; return how many. Raises VaultError."""
    finder, after, done = _finder(given), _NOBODY, 0
    while True:
        with transaction(given.engine) as connection:
            cur = cursor(connection)
            entries = persons.unlisted(cur, after, _AT_A_TIME)
            for (case_id, _), text in open_entries(cur, given.keyring, entries).items():
                persons.enlist(cur, case_id, finder.person(Person(**orjson.loads(text))).known)
        if not entries:
            return done
        after, done = entries[-1][0], done + len(entries)


def everything(given: House, at: Desk, cases: Sequence[Case], actor: Actor, asked: ViewDetails) -> Iterator[Dossier]:
    """Yield what is known of each case, once the look at it is recorded; raises RefusedLookError."""
    teller = Teller(given.policy, given.settings.lang)
    for case in cases:
        looked = look(given, at, case, actor, asked.model_copy(update={"reveal": tuple(Detail)}))
        if looked.record.refusal is not None:
            raise RefusedLookError(looked.record.refusal, case.id)
        with transaction(given.engine) as connection:
            records = reading.history(connection, case.id)
        journey = [f"{teller.moment(line.at)} {line.text}" for line in teller.lines(records)]
        yield Dossier(case, looked.shown, [one._asdict() for one in views(records)], journey)


class RefusedLookError(SaidError):
    """The policy doesn't let this office look, or erase."""

    def __init__(self, refused: Refusing, case_id: str) -> None:
        told = Refusal(refused.code, refused.about)
        super().__init__(f"{case_id}：{told.sentence('zh')}", f"{case_id}: {told.sentence('en')}")


def erase(given: House, at: Desk, cases: Sequence[Case], actor: Actor, action: EraseSubject) -> Iterator[Erased]:
    """Yield what became of each case; the record and the end of its key are one transaction."""
    for case in cases:
        record = at.take(Asking(Command(case.id, actor, action), partial(_forget, given, case.id)))
        yield Erased(case.id, record.refusal)


def _forget(given: House, case_id: str, cur: Cursor) -> None:
    """Remove the case's rows, and what was set aside that names it or its person."""
    needles = {case_id.encode(), *_identifiers(given, cur, case_id)}
    erasing.forget(cur, case_id)
    keys = secrets.sealing_keys(given.settings.home, given.settings.sealing_key_file)
    erasing.discard_mentioning(cur, given.keyring, needles, partial(_unsealed, keys))


def _unsealed(keys: Opens, whole: Whole) -> bytes:
    """Return what a message that was set aside holds sealed to the router; nothing where that can't be opened."""
    try:
        event = envelope.read(whole.value, whole.headers)
        details = event.data.get("details")
        return (
            keys.open(details, about(event.source, event.type, event.subject, event.id)) if is_sealed(details) else b""
        )
    except (envelope.BadMessageError, UnsealableError, KeyError, TypeError):
        return b""


def _identifiers(given: House, cur: Cursor, case_id: str) -> set[bytes]:
    """Return the id number and phone that its person gave, bare; what tells nobody (110, 0000000) finds nothing."""
    told = _told(given, cur, [case_id])
    written = (value for one in told for name in ("id_number", "phone") if (value := one.get(name)))
    bare = ("".join(filter(str.isalnum, normalize("NFKC", value))) for value in written)
    return {_ABROAD.sub("", one).encode() for one in bare if len(one) >= _TELLING and len(set(one)) > 1}


def _told(given: House, cur: Cursor, case_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return what the persons of cases told of themselves, as far as it is kept."""
    wanted = persons.entries_of(cur, case_ids)
    return [orjson.loads(text) for text in open_entries(cur, given.keyring, wanted).values()]


def rotate_over_survivors(given: House) -> Rotated:
    """Let a master key take over that never wrapped what was erased: backups and WAL hold nothing usable then.

    A rotation that was cut short is brought to its end first: its key may have wrapped it. Raises VaultError.
    """
    done = rotate(given)
    return rotate(given) if done.resumed else done


def _finder(given: House) -> Finder:
    return Finder(given.install().lookup_key)
