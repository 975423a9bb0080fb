"""`bancheng classify`: try a text; what the router would make of it, and why."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.journey.judgement import KINDS, sentence
from bancheng.journey.story import Teller
from bancheng.journey.wording import Words
from router.cases.proving import outcome
from router.cases.reasons import row_told
from router.classify.classification import Text
from router.classify.marks import marks
from router.classify.matcher import normalise
from router.messages.base import NARRATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.proving import Outcome
    from router.policy.policy import Policy


def classify(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="一段诉求；- 表示从标准输入读。A matter; - reads stdin.")],
    *,
    title: Annotated[str, typer.Option(help="标题。Its title.")] = "",
    json: AsJson = False,
) -> None:
    """试一段文字：领域、原因、类型、紧急、派给谁，以及为什么。Try a text: what it is about, where it goes, and why."""
    body = sys.stdin.read() if text == "-" else text
    with house() as given:
        policy, lang = given.policy, given.settings.lang
        if len(body) > NARRATIVE:
            fail(said(lang, f"文字超过 {NARRATIVE} 字，请截短。",
                      f"The text is longer than {NARRATIVE} characters: cut it."), MISUSED)  # fmt: skip
        classifier = given.classifier(policy)
        words = Text(normalise(title), normalise(body))
        told = classifier.explain([words], round(1000 * policy.confidence.domain))[0]
        found = outcome(policy, classifier, words, datetime.now(UTC))
    if json:
        print_json(_data(policy, found, msgspec.to_builtins(told), body))
        return
    out = console()
    out.print(sentence(policy, told, lang), markup=False)
    for line in _lines(policy, found, body, lang):
        out.print(line, markup=False)


def _data(policy: Policy, found: Outcome, told: object, body: str) -> dict[str, object]:
    return {
        "explanation": told,
        "policy": policy.hash,
        "cause": found.case.cause,
        "declined": found.declined,
        "triage": found.triage,
        "lead": found.lead,
        "cooperating": found.cooperating,
        "letters": found.letters,
        "recused": found.case.recused,
        "marks": [{"kind": m.kind, "start": m.start, "end": m.end, "text": body[m.start : m.end]} for m in marks(body)],
    }


def _lines(policy: Policy, found: Outcome, body: str, lang: str) -> Iterator[str]:
    teller, judged = Teller(policy, lang), found.judged
    firms = policy.enterprise_by_id
    section = next((s for d in policy.domains for s in d.sections if s.id == judged.section), None)
    facts = (
        (("章节", "Section"), section.title(lang) if section else ""),
        (("原因", "Cause"), _title(policy, found.case.cause, lang)),
        (("类型", "Kind"), KINDS.get(judged.kind.choice or "", ("", ""))[lang == "en"]),
        (("紧急", "Urgent"), "、".join(cue.word for cue in judged.urgency.cues)),
        (("被投诉单位", "Complained of"), "、".join(map(teller.unit, judged.complained_of))),
        (("提到的企业", "Enterprises named"), "、".join(firms[name].title(lang) for name in judged.enterprises)),
        (("不予受理", "Not accepted"), teller.word(found.declined) if found.declined else ""),
        (("转人工研判", "A person decides"), teller.word(found.triage) if found.triage else ""),
    )
    yield from (_line(lang, name, value) for name, value in facts if value)
    if found.lead is not None and found.declined is None:
        yield from _units(policy, found, Words(teller), lang)
    found_marks = marks(body)
    for kind, name in _MARKS.items():
        spans = dict.fromkeys(body[m.start : m.end] for m in found_marks if m.kind == kind)
        if spans:
            yield _line(lang, name, " | ".join(spans))


_MARKS = {
    "place": ("地点", "Places"), "organisation": ("单位和企业", "Organisations"), "amount": ("数额", "Amounts"),
    "date": ("时间", "Dates"), "wish": ("诉求原话", "Wanted"),
}  # fmt: skip


def _units(policy: Policy, found: Outcome, words: Words, lang: str) -> Iterator[str]:
    """Yield the lead and the others, each with the reason that stands in the routing table."""
    row = row_told(found.case, policy, found.case.changed_at)
    reasons = {row.lead: row.why}
    for other in row.cooperating:
        reasons.setdefault(other.unit, words.enterprise(other.enterprise) if other.enterprise else other.why)
    given = [(found.lead or "", _LEAD), *((unit, _FORMS[unit in found.letters]) for unit in found.cooperating)]
    for unit, form in given:
        why = reasons.get(unit) or words.say("stood_in", units=words.units(row.recused))
        yield _line(lang, form, words.teller.unit(unit) + words.aside(why))


_LEAD = ("主办", "Lead")
_FORMS = {False: ("协办", "Cooperating"), True: ("商请", "By letter")}


def _line(lang: str, head: tuple[str, str], text: str) -> str:
    return said(lang, f"{head[0]}：{text}", f"{head[1]}: {text}")


def _title(policy: Policy, cause: str | None, lang: str) -> str:
    found = policy.cause_by_id.get(cause or "")
    return found.title(lang) if found else ""
