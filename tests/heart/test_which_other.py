"""Which other case a submission is linked with, and that no links ever lead in a ring; decided in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import START, TEXTS

from router.cases import commands as do
from router.cases.commands import Actor, Command
from router.cases.entry import Entry, EntryKind
from router.cases.other import Relation
from router.cases.state import OPEN, Stage
from router.classify.classification import Text
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise
from router.door.deciding import Asked, Deciding
from router.door.inbox import unpack
from router.door.repeats import Again
from router.ledger.claims import Head, Known
from router.ledger.record import Cause
from router.ledger.sheet import Sheet
from router.policy.people import Role
from router.vault.keyring import Keyring
from router.vault.store import Vault

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.commands import Action
    from router.cases.state import Case
    from router.ledger.policies import Policies
    from router.policy.policy import Policy

ROUTER = Actor("router", Role.ROUTER)
CHANNEL = Actor("window-system", Role.CHANNEL)
PAUSE = timedelta(minutes=1)


def name(number: int) -> str:
    """The id of a case."""
    return f"01980000-0000-7000-8000-{number:012}"


class Rules:
    """The one policy in use."""

    newest = ""
    """Its hash: whatever is asked, it is the answer."""

    def __init__(self, policy: Policy) -> None:
        """`policy` is it."""
        self._policy = policy

    def by_hash(self, _wanted: str) -> Policy:
        """Return it, whatever is asked."""
        return self._policy


class House:
    """All cases as they stand, and as they stood after each decision."""

    def __init__(self, policy: Policy) -> None:
        """Start without a case."""
        self.policy = policy
        self.rules = cast("Policies", Rules(policy))
        self.cases: dict[str, Case] = {}
        self.past: list[dict[str, Case]] = [{}]
        self.now = START
        self.inbox: list[tuple[str, bytes]] = []
        self.judged = LexiconClassifier(policy, "model")

    def decide(self, command: Command, again: tuple[Again, ...] = (), lag: int = 0) -> str | None:
        """Decide a command as a router does that sees other cases as they stood `lag` decisions ago."""
        seen = self.past[max(0, len(self.past) - 1 - lag)]
        own = command.case_id
        known = {own: Known(self.cases[own], "unit", None)} if own in self.cases else {}
        sheet = Sheet({0: Head(0, bytes(32), 0)}, self.now)
        others = {case_id: case for case_id, case in seen.items() if case_id != own}
        deciding = Deciding(sheet, self.rules, known, Vault(Keyring(bytes(32)), {}), others)
        asked = Asked(command, 0, Cause(record="0-1"), self.now, again=again, policy=self.policy.hash)
        refused = deciding.take(asked)
        self.now += PAUSE
        case = deciding.leading(own) if own not in self.cases else None
        changed = deciding._seen(own) or case
        if changed is not None:
            self.cases = {**self.cases, own: changed}
        self.past.append(self.cases)
        self.inbox += [(str(row[1]), cast("bytes", row[2])) for row in sheet._follows]
        return refused

    def submit(self, number: int, *again: Again, text: str = "one", lag: int = 0, **more: Any) -> Case:
        """Submit a case; return it."""
        brought = more.pop("occurred_at", self.now)
        own = name(number)
        command = Command(
            own,
            CHANNEL,
            do.Submit(occurred_at=brought, **more),
            entries=(Entry(own, "matter", EntryKind.MATTER),),
            classification=self.judged.classify([Text(*map(normalise, TEXTS[text]))])[0],
        )
        self.decide(command, again, lag)
        return self.cases[own]

    def act(self, number: int, action: Action, who: str = "dispatcher", lag: int = 0) -> str | None:
        """Let somebody act on a case."""
        actor = ROUTER if who == "router" else Actor(who, self.policy.unit_by_id[who].role)
        return self.decide(Command(name(number), actor, action, given=frozenset({"text"})), lag=lag)

    def deliver(self) -> None:
        """Let what waits in the inbox, and what follows from it, be decided."""
        while self.inbox:
            waiting = unpack(self.inbox.pop(0))
            self.decide(waiting.command)


@pytest.fixture
def centre(policy: Policy) -> House:
    """No case yet."""
    return House(policy)


def same(number: int, similarity: int = 900) -> Again:
    """Known again as the same person's."""
    return Again(name(number), Relation.SAME_PERSON, similarity)


def test_the_first_that_may_be_linked(centre: House) -> None:
    """The likeliest complains of somebody else: the next one takes it in, and is the one that is written down."""
    centre.submit(1, complained_of=("tax",))
    centre.submit(2)
    third = centre.submit(3, same(1, 950), same(2, 800))
    assert (third.stage, third.primary) == (Stage.LINKED, name(2))


def test_none_may_be_linked(centre: House) -> None:
    """Where every other one is forbidden the case goes its own way."""
    centre.submit(1, complained_of=("tax",))
    centre.submit(2, text="two")
    assert centre.submit(3, same(1), same(2)).lead == "housing"


def test_two_matters_of_one_person_stay_two(centre: House) -> None:
    """Known by a band alone, in another field: handled by itself."""
    centre.submit(1, text="two")
    second = centre.submit(2, same(1, 600))
    assert (second.stage, second.lead) == (Stage.HANDLING, "housing")
    assert centre.cases[name(1)].repeats == ()


def test_a_running_case_before_one_that_ended(centre: House) -> None:
    """The likeliest has its answer; the one that runs takes it in."""
    centre.submit(1)
    centre.act(1, do.Answer(), "housing")
    centre.submit(2)
    assert centre.submit(3, same(1, 1000), same(2, 700)).primary == name(2)


def test_a_supporter_comes_again_after_the_answer(centre: House) -> None:
    """Who shared another one's answer and comes again is known as the same person, not answered as somebody else."""
    centre.submit(1)
    centre.submit(2, Again(name(1), Relation.SUPPORTER, 1000))
    centre.deliver()
    centre.act(1, do.Answer(), "housing")
    centre.deliver()
    assert centre.cases[name(2)].stage is Stage.CLOSED
    third = centre.submit(3, same(2, 1000), Again(name(1), Relation.SUPPORTER, 1000))
    assert (third.stage, third.primary) == (Stage.TRIAGE, None)


def test_a_repeat_keeps_up_through_the_inbox(centre: House) -> None:
    """An extension of the running case moves the date of its repeat and of that one's own repeat."""
    for number in (1, 2, 3):
        centre.submit(number)
    assert centre.act(3, do.LinkFound(primary=name(2), similarity=900), "router") is None
    centre.deliver()
    assert centre.act(2, do.LinkFound(primary=name(1), similarity=900), "router") is None
    centre.deliver()
    centre.act(1, do.ApplyExtension(days=5), "housing")
    before = centre.cases[name(1)].due
    centre.act(1, do.GrantExtension(), "window")
    centre.deliver()
    after = centre.cases[name(1)].due
    assert after != before
    assert {centre.cases[name(number)].due for number in (1, 2, 3)} == {after}


def test_moves_that_arrive_the_other_way_round(centre: House) -> None:
    """Whichever of two moves comes last, the repeat has the date that the running case has now."""
    centre.submit(1)
    centre.submit(2, Again(name(1), Relation.SUPPORTER, 1000))
    centre.deliver()
    for days in (5, 8):
        centre.act(1, do.ApplyExtension(days=days), "housing")
        assert centre.act(1, do.GrantExtension(), "window" if days == 5 else "leader") is None
    centre.inbox.reverse()
    centre.deliver()
    assert centre.cases[name(2)].due == centre.cases[name(1)].due


SIZE = 4
NUMBERS = st.integers(0, SIZE - 1)
TIMES = st.lists(st.integers(0, 2), min_size=SIZE, max_size=SIZE)
VERBS = st.sampled_from(["found", "found", "found", "office", "apart", "deliver", "submit"])
STEPS = st.lists(st.tuples(VERBS, NUMBERS, NUMBERS, st.integers(0, 12)), min_size=12, max_size=30)


@given(TIMES, st.sampled_from([SIZE, SIZE, 2, 0]), STEPS)
def test_links_never_lead_in_a_ring(
    policy: Policy, hours: list[int], first: int, steps: list[tuple[str, int, int, int]]
) -> None:
    """Whatever is linked at the same moment, by routers that see the others as they stood: each leads to an open case.

    Cases come in any order, whenever their persons brought them; some linked at once, some later, some taken apart.
    """
    centre = House(policy)

    def brought(number: int) -> datetime:
        return START - timedelta(hours=hours[number])

    for number in range(first):
        centre.submit(number, occurred_at=brought(number))
    for verb, one, two, lag in steps:
        if name(one) not in centre.cases:
            again = (Again(name(two), Relation.SUPPORTER, 1000),) if verb == "submit" and one != two else ()
            centre.submit(one, *again, lag=lag, occurred_at=brought(one))
        elif verb == "found":
            centre.act(one, do.LinkFound(primary=name(two), similarity=900), "router", lag)
        elif verb == "office":
            centre.act(one, do.Link(primary=name(two)), lag=lag)
        elif verb == "apart":
            centre.act(one, do.Separate())
        elif verb == "deliver":
            centre.deliver()
        _each_leads_to_an_open_case(centre.cases)


def _each_leads_to_an_open_case(cases: dict[str, Case]) -> None:
    for case in cases.values():
        met: list[str] = []
        one = case
        while one.stage is Stage.LINKED:
            assert one.id not in met, met
            met.append(one.id)
            one = cases[str(one.primary)]
        assert one.stage in OPEN


def test_the_ring_that_three_routers_could_have_made(centre: House) -> None:
    """A with B, B with C, C with A, each decided before the others are seen: the earliest runs on."""
    for number in range(3):
        centre.submit(number)
    for number in range(3):
        centre.act(number, do.LinkFound(primary=name((number + 1) % 3), similarity=900), "router", number)
    _each_leads_to_an_open_case(centre.cases)
    assert centre.cases[name(0)].stage in OPEN
    assert centre.cases[name(2)].primary == name(0)
