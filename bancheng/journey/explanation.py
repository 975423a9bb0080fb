"""An explanation as a window's head reads it: short headings, one line each, in Chinese or English."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bancheng.journey.because import decisions, routing
from bancheng.journey.headings import FORCES, HEADINGS, LIMITS, STEPS, WHYS
from bancheng.journey.phrases import VERBS
from bancheng.journey.wording import Words, percent
from router.cases.sentences import WORD_NAMES
from router.clocks.explain import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from bancheng.journey.story import Teller
    from router.cases.explanation import Ahead, Explanation, Force, Holding, OnList, Running
    from router.cases.possible import May, Possible
    from router.ledger.record import Record
    from router.policy.policy import Policy

_MOST_NAMES = 8
"""So many are named; of more, how many they are."""
_HASH = 12
_HOUR = 60


class Section(NamedTuple):
    """A heading and what stands under it."""

    heading: str
    lines: tuple[str, ...]


def sections(found: Explanation, records: Iterable[Record], teller: Teller) -> list[Section]:
    """Return the explanation in words; `records` are those it was made from, in order, as `teller` tells them."""
    words = Words(teller)
    decided = tuple(decisions(words, found.reasons, records))  # first: the teller learns by it who holds what
    told: dict[str, Iterable[str]] = {
        "standing": _standing(words, found),
        "force": _force(words, found.force) if found.force else (),
        "holdings": (_holding(words, held) for held in found.holdings),
        "clocks": (_clock(words, running) for running in found.clocks),
        "ahead": (_ahead(words, step, found.now) for step in found.ahead),
        "possible": (_possible(words, act) for act in found.possible),
        "routing": routing(words, found.reasons),
        "decisions": decided,
    }
    each = (Section(words.of(HEADINGS, name), tuple(told[name])) for name in HEADINGS)
    return [section for section in each if section.lines]


def as_data(found: Explanation, policy: Policy) -> dict[str, Any]:
    """Return the explanation as plain data for `--json`: each clock with its sentence in both languages."""
    data: dict[str, Any] = msgspec.to_builtins(found)
    for running, clock in zip(found.clocks, data["clocks"], strict=True):
        told = {lang: sentence(running.derivation, policy.work_calendar, lang) for lang in ("zh", "en")}
        clock["sentence"] = told
    return data


def _standing(words: Words, found: Explanation) -> Iterator[str]:
    """Yield where it stands, under which rules, how long it has taken, and until when it may."""
    stands, rules, total, teller = found.standing, found.rules, found.standing.total, words.teller
    yield words.say("as_of", now=found.now)
    yield words.say("stage", stage=teller.stage(stands.stage), since=stands.since)
    if stands.outcome:
        yield words.say("outcome", outcome=words.code(stands.outcome.partition(":")[0]))
    name = teller.policy.english if words.english else None
    yield words.say("rules", name=name or rules.name, version=rules.version, hash=rules.hash[:_HASH])
    if total is not None:
        hours, minutes = divmod(total.working_minutes, _HOUR)
        until = words.say("until_now") if total.running else words.say("until", until=total.until)
        yield words.say(
            "total", days=total.working_days, hours=hours, minutes=minutes, since=total.since, until=until
        )  # fmt: skip
    if stands.due is not None:
        limit = words.of(LIMITS, stands.limit) + (words.say("provisional") if stands.provisional else "")
        yield words.say("due_stands" if stands.standing else "due", due=stands.due, limit=limit)
    yield words.say("counts", round=stands.round, missed=stands.missed, returns=stands.returns)
    if stands.recused:
        yield words.say("recused", units=words.units(stands.recused))


def _force(words: Words, force: Force) -> Iterator[str]:
    """Yield the task force's people, its date, its meetings, and its duty list."""
    teller = words.teller
    people = {"leader": force.leader, "lead": force.lead, "office": force.office}
    named = {post: teller.unit(unit) for post, unit in people.items()}
    yield words.say("force", why=words.of(FORCES, force.why), **named)
    opened = words.say("force_opened", at=force.opened_at) if force.opened_at else ""
    dissolved = words.say("force_dissolved", at=force.dissolved_at) if force.dissolved_at else ""
    yield words.say("force_times", proposed=force.proposed_at, opened=opened, dissolved=dissolved)
    yield words.say("force_approver", approver=teller.word(force.approver), delegation=force.delegation)
    if force.opinion is not None:
        yield words.say("opinion", date=force.opinion)
    if force.opinion_asked is not None:
        yield words.say("opinion_asked", date=force.opinion_asked)
    yield words.say("meetings", count=force.meetings, last=force.met_at)
    for unit, posts in groupby(sorted(force.members), key=lambda member: member[0]):
        yield words.say("member", unit=teller.unit(unit), posts=words.join(teller.word(post) for _, post in posts))
    for part in force.parts:
        yield _part(words, part)


def _part(words: Words, part: OnList) -> str:
    teller, waits = words.teller, words.join(map(words.teller.part, part.waits_for))
    aside = words.say("part_since", since=part.since) if part.since else ""
    aside += words.say("part_waits", names=waits) if waits else ""
    aside += "" if part.required else words.say("part_optional")
    aside += words.say("part_returns", count=part.returns) if part.returns else ""
    named, unit, stage = teller.part(part.id), teller.unit(part.unit), teller.stage(part.stage)
    return words.say("part", part=named, unit=unit, stage=stage, aside=aside)


def _holding(words: Words, held: Holding) -> str:
    """Return who holds it, how it stands there, and why it came to that unit."""
    teller = words.teller
    aside = words.aside(held.because)
    aside += words.say("designated") if held.designated else ""
    aside += words.say("stands") if held.standing else ""
    aside += words.say("extended", count=held.extensions) if held.extensions else ""
    aside += words.say("round", count=held.round) if held.round else ""
    return words.say(
        "holding", number=held.number, unit=teller.unit(held.unit), role=teller.word(held.role),
        form=teller.word(held.form), part=words.say("on_part", part=teller.part(held.part)) if held.part else "",
        held=words.code(held.held), due=held.due,
        why=words.of(WHYS, held.why), aside=aside,
    )  # fmt: skip


def _clock(words: Words, running: Running) -> str:
    """Return how a due moment follows, in one sentence, and what has become of it so far."""
    teller = words.teller
    kept = running.due is not None and running.due != running.derivation.due
    aside = words.say("promised", due=running.due) if kept else ""
    aside += words.say("warned", share=percent(running.warned)) if running.warned else ""
    aside += words.say("overdue", count=running.overdue) if running.overdue else ""
    told = sentence(running.derivation, teller.policy.work_calendar, teller.lang)
    holder = teller.unit(running.holder) or None
    return words.say("clock", clock=teller.clock(running.key), holder=holder, derivation=told, aside=aside)


def _ahead(words: Words, step: Ahead, now: datetime) -> str:
    """Return what time will bring, and when."""
    teller = words.teller
    about = words.aside(words.say("assignment", number=step.assignment)) if step.assignment else ""
    if step.clock is not None:
        about = words.say("ahead_about", clock=teller.clock(step.clock), holder=teller.unit(step.holder))
    late = words.say("ahead_late") if step.at <= now else ""
    named = words.of(STEPS, step.what).format(round=step.round, share=percent(step.round))
    return f"{teller.moment(step.at)}  {named}{about}{late}"


def _possible(words: Words, act: Possible) -> str:
    """Return what may be done, by whom, and which words must come with it."""
    names = [_who(words, who, tuple(group)) for who, group in groupby(act.by, key=lambda may: may.who)]
    named = words.join(names) if len(names) <= _MOST_NAMES else words.say("everybody", count=len(names))
    needs = words.join(words.of(WORD_NAMES, word) for word in act.needs)
    with_it = words.say("needs", words=needs) if needs else ""
    return words.say("possible", verb=words.of(VERBS, act.verb), names=named, needs=with_it)


def _who(words: Words, who: str, group: tuple[May, ...]) -> str:
    """Return who may do it, about what; the case itself is named only beside something else."""
    about = [_about(words, may) for may in group]
    named = words.join(text or words.say("whole") for text in about) if any(about) else ""
    return words.teller.unit(who) + words.aside(named)


def _about(words: Words, may: May) -> str:
    if may.assignment is not None:
        return words.say("assignment", number=may.assignment)
    if may.part is not None:
        return words.teller.part(may.part)
    return words.teller.clock(may.clock) if may.clock is not None else ""
