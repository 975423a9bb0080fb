"""Why a case went where it went, in words: what was judged, which row held, what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.journey.wording import percent, weighed
from router.cases.reasons import tells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bancheng.journey.wording import Words
    from router.cases.explanation import Judged, Reasons, Routed
    from router.ledger.record import Record


def routing(words: Words, found: Reasons) -> Iterator[str]:
    """Yield what the classifier said, and each row of the routing table that held."""
    for judged in found.judged:
        yield _judged(words, judged)
    for row in found.routed:
        yield from _routed(words, row)


def _judged(words: Words, judged: Judged) -> str:
    """Return the choice, how sure it was, by which words, and what came second."""
    domain, none = words.teller.domain, words.teller.word(None)
    aside = words.say("runner_up", domain=domain(judged.runner_up)) if judged.runner_up else ""
    if judged.cause is not None:
        aside += words.say(
            "judged_cause", cause=words.cause(judged.cause), sure=percent(judged.cause_confidence),
            words=words.join(map(weighed, judged.cause_cues)) or none,
        )  # fmt: skip
    aside += words.say("urgent") if judged.urgent else ""
    return words.say(
        "judged", domain=domain(judged.domain), sure=percent(judged.confidence),
        words=words.join(map(weighed, judged.cues)) or none, aside=aside,
    )  # fmt: skip


def _routed(words: Words, row: Routed) -> Iterator[str]:
    """Yield the row and its reason, each cooperating unit's, and who was passed over."""
    when = [words.teller.domain(row.domain)]
    when += [words.section(row.domain, row.section)] if row.section else []
    when += [words.cause(row.cause)] if row.cause else []
    when += [words.say("row_words", words=words.join(row.words))] if row.words else []
    yield words.say("row", when="＋".join(when), lead=words.teller.unit(row.lead), why=row.why)
    for other in row.cooperating:
        aside = "" if other.needed else words.say("beside_not", when=other.when)
        why = words.enterprise(other.enterprise) if other.enterprise else other.why
        yield words.say("beside", unit=words.teller.unit(other.unit), why=why, aside=aside)
    if row.recused:
        yield words.say("stood_in", units=words.units(row.recused))


def decisions(words: Words, found: Reasons, records: Iterable[Record]) -> Iterator[str]:
    """Yield the decisions as the journey tells them, with who is charged for the time."""
    fell, teller = iter(found.fell), words.teller
    for record in records:
        for event, line in zip(record.events, teller.lines([record]), strict=False):  # a refusal is a line, no event
            if tells(event):
                charged = next(fell).charged_to
                aside = words.say("charged", unit=teller.unit(charged)) if charged else ""
                yield f"{teller.moment(line.at)}  {line.text}{aside}"
