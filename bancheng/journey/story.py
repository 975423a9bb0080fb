"""Records into lines: time, phrase, and the names behind the codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from bancheng.journey.phrases import CLOCKS, PHRASES, WORDS
from router.cases import events as ev
from router.cases.refusals import Refusal
from router.cases.sentences import STAGE_NAMES
from router.door.inbox import ROUTER
from router.policy.naming import namer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from router.ledger.record import Record
    from router.policy.policy import Policy


_UNITS = frozenset({"unit", "leader", "lead", "office", "holder", "before", "to", "channel"})
_MOMENTS = frozenset({"due", "until", "reply_due"})
_PLAIN = frozenset({"done_by", "days", "round"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when (aware), what (the event's tag), and the phrase."""

    at: datetime
    event: str
    text: str


@dataclass
class Teller:
    """Tells one case's records in order; it remembers who holds which assignment."""

    policy: Policy
    lang: str = "zh"
    _units: dict[int, str] = field(default_factory=dict, repr=False)
    _parts: dict[int, str] = field(default_factory=dict, repr=False)
    _template: str | None = None

    def lines(self, records: Iterable[Record]) -> Iterator[Line]:
        """Yield a line for every event, and for every command that was refused."""
        for record in records:
            for event in record.events:
                tag = str(event.__struct_config__.tag)
                yield Line(record.now, tag, self._phrase(tag, event, record))
            if record.refusal is not None:
                yield Line(record.now, "refused", self._refused(record))

    def _phrase(self, tag: str, event: ev.AnyEvent, record: Record) -> str:
        if isinstance(event, ev.Assigned):
            self._units[event.number] = event.unit
            self._parts[event.number] = event.part or ""
        if isinstance(event, ev.TaskForceProposed):
            self._template = event.template
        chinese, english = PHRASES[tag]
        text = (english if self.lang == "en" else chinese).format(**self._facts(event, record))
        return " ".join(text.split())

    def _refused(self, record: Record) -> str:
        refusal = record.refusal
        if refusal is None:
            return ""
        named = namer(self.policy, self._template, self.lang)
        sentence = Refusal(refusal.code, refusal.about).sentence(self.lang, named)
        return f"{self.unit(record.actor.id)} · {record.command['verb']}：{self.word('refused')}。{sentence}"

    def word(self, code: str | None) -> str:
        """Return a code in words; the code itself where there are none."""
        pair = WORDS.get(code or "none", (code or "", code or ""))
        return pair[1 if self.lang == "en" else 0]

    def stage(self, stage: str) -> str:
        """Return where a case stands, in words."""
        return STAGE_NAMES[stage][1 if self.lang == "en" else 0]

    def unit(self, name: str | None) -> str:
        """Return a unit's, office's or channel's name."""
        found = self.policy.unit_by_id.get(name or "") or self.policy.channel_by_id.get(name or "")
        return found.title(self.lang) if found else (name or "")

    def part(self, name: str | None) -> str:
        """Return what an item of the duty list is about, by its template."""
        if not name:
            return ""
        rule = self.policy.part_rule(self._template, name) if self._template else None
        return f"{rule.task}" if rule and self.lang == "zh" else name

    def clock(self, key: str) -> str:
        """Return what a clock is about: `unit-2` is the unit's work on assignment 2."""
        kind, _, rest = key.partition("-")
        chinese, english = CLOCKS.get(kind, (key, key))
        named = english if self.lang == "en" else chinese
        if kind in ("sign_supervision", "reply", "issue_circular"):
            aside = self.clock(rest)
        else:
            aside = self.part(self._parts.get(int(rest))) if rest.isdigit() else self.part(rest)
        return named + self._aside(aside)

    def domain(self, name: str | None) -> str:
        """Return a domain's name."""
        found = self.policy.domain_by_id.get(name or "")
        return found.title(self.lang) if found else self.word(name)

    def moment(self, at: datetime) -> str:
        """Return a date and time in the centre's zone."""
        return at.astimezone(self.policy.work_calendar.zone).strftime("%Y-%m-%d %H:%M")

    def _facts(self, event: ev.AnyEvent, record: Record) -> dict[str, str]:
        facts = {name: self._shown(name, getattr(event, name)) for name in event.__struct_fields__}
        number = getattr(event, "number", None)
        if number is not None:
            facts["unit"] = self.unit(self._units.get(number))
            facts["part"] = self._aside(self.part(self._parts.get(number)))
        facts.setdefault("part", "")
        return facts | self._of_intake(event, record) | self._of_work(event)

    def _shown(self, name: str, value: Any) -> str:  # noqa: ANN401, PLR0911 (whatever a field holds; one arm a name)
        """Return a field of an event in words, by the field's name."""
        if value is None or value == ():
            return ""
        if name in _UNITS:
            return self.unit(value)
        if name in _MOMENTS:
            return self.moment(value)
        if name in _PLAIN:
            return str(value)
        match name:
            case "clock":
                return self.clock(value)
            case "part":
                return self.part(value)
            case "share":
                return f"{value / 10:.0f}%"
            case "units":
                return "、".join(self.unit(unit) for unit in value)
            case "by":
                code, _, delegation = value.partition(":")
                return f"{self.word(code)} {delegation}" if delegation else self.unit(code)
            case _:
                return self.word(str(value))

    def _of_intake(self, event: ev.AnyEvent, record: Record) -> dict[str, str]:  # noqa: PLR0911 (one arm an event)
        match event:
            case ev.Classified():
                judged = record.classification
                words = [cue.word for cue in judged.domain.cues] if judged else []
                return {
                    "domain": self.domain(event.domain),
                    "confidence": f"{event.confidence / 10:.0f}%",
                    "cause": self._cause(event.cause),
                    "words": "、".join(words) or self.word("none"),
                }
            case ev.Triaged():
                return {"domain": self.domain(event.domain), "cause": self._cause(event.cause)}
            case ev.TriageRequested():
                names = "、".join(self.domain(name) for name in event.offered)
                return {
                    "offered": self.word("offered").format(names=names) if names else "",
                    "other": self._aside(event.other or ""),
                }
            case ev.Declined():
                rule = next((r for r in self.policy.not_accepted if r.id == event.rule), None)
                return {
                    "rule": rule.title(self.lang) if rule else event.rule,
                    "right_door": rule.right_door if rule else "",
                }
            case ev.DuplicateLinked() | ev.DuplicateUnlinked():
                share = getattr(event, "similarity", 0)
                alike = self.word("alike").format(share=f"{share / 10:.0f}%") if share else ""
                by = "" if event.by == ROUTER.id else self._aside(self.unit(event.by))
                return {"other": event.primary or event.repeat or "", "alike": alike, "by": by}
            case ev.AnswerMerged():
                return {"other": event.primary}
            case _:
                return {}

    def _of_work(self, event: ev.AnyEvent) -> dict[str, str]:  # noqa: PLR0911 (likewise)
        match event:
            case ev.MeetingHeld() if event.items:
                return {"items": self.word("agreed").format(names="、".join(map(self.part, event.items)))}
            case ev.HoldReviewed():
                return {"resume": self.word(str(event.resume))}
            case ev.PartAdded():
                names = "、".join(self.part(n) for n in (*event.after, *event.needs, *event.only_if_failed))
                return {"waits": self.word("waits").format(names=names) if names else ""}
            case ev.PartVerified():
                return {"step": self.word("checked" if event.by_lead else "verified")}
            case ev.ReturnApplied() | ev.NegativeAnswerProposed():
                reasons = (*self.policy.return_reasons, *self.policy.negative_reasons)
                named = next((r for r in reasons if r.id == event.reason), None)
                return {"reason": named.title(self.lang) if named else event.reason}
            case ev.DetailsViewed() | ev.SubjectErased():
                known = (*self.policy.privacy.purposes, *self.policy.privacy.erase_reasons)
                why = next((one.title(self.lang) for one in known if one.id == event.why), event.why)
                shown = {name: self._fields(getattr(event, name, ())) for name in ("revealed", "masked")}
                return {"why": why, "clerk": self._aside(event.clerk or ""), **shown}
            case _:
                return {}

    def _fields(self, names: tuple[str, ...]) -> str:
        return "、".join(map(self.word, names)) or self.word("none")

    def _cause(self, name: str | None) -> str:
        found = self.policy.cause_by_id.get(name or "")
        return self.word("cause").format(name=found.title(self.lang)) if found else ""

    def _aside(self, text: str) -> str:
        if not text:
            return ""
        return f" ({text})" if self.lang == "en" else f"（{text}）"


def as_data(record: Record) -> dict[str, Any]:
    """Return a record as plain data for `--json`."""
    return dict(msgspec.to_builtins(record))
