"""The figures of a what-if in words: names behind codes, in the centre's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.journey.phrases import VERBS
from bancheng.journey.story import Teller
from router.cases.sentences import SENTENCES

if TYPE_CHECKING:
    from router.audit.whatif.report import Moved, Rate
    from router.policy.policy import Policy

_WHOLE = 100

KINDS = {
    "intake": ("是否接收", "taken in or refused"),
    "judged": ("领域、原因、类别或紧急程度", "taken for another matter"),
    "went": ("首次去向", "where it first goes"),
    "triage": ("人工研判", "triage"),
    "declined": ("不予受理", "not accepted"),
    "lead": ("主办单位", "lead unit"),
    "cooperating": ("协办单位", "cooperating units"),
    "task_force": ("专班", "task force"),
    "due": ("告知群众的期限", "the person's due date"),
    "unit_due": ("单位办理期限", "a unit's due date"),
    "sign_due": ("签收期限", "until when to sign"),
    "steps": ("预警、催办、督办等", "warnings, notices, supervision"),
    "on_time": ("是否按时答复", "answered in time or not"),
    "later": ("仅后续环节", "only something later"),
}
"""In what cases may differ, in the order in which it is told."""
STEPS = {
    "warned": ("预警", "early warnings"),
    "overdue_noticed": ("催办", "overdue notices"),
    "supervision_drafted": ("督办拟稿", "supervision drafted"),
    "circular_drafted": ("通报拟稿", "circulars drafted"),
    "clock_resumed": ("恢复计时", "clocks resumed"),
    "closed": ("结案", "cases closed"),
}
WHY = {
    "unknown_channel": ("所试规则没有该渠道", "the tried policy lacks the channel"),
    "unknown_domain": ("所试规则没有该领域", "the tried policy lacks the domain"),
    "unknown_policy": ("找不到当时的规则", "the policy of that time isn't here"),
    "program": (
        "今天的程序按原规则也得不出当时的结果",
        "today's program decides otherwise under the old rules too",
    ),
    "erased": ("原文已不在（已删除，或导入时没有带来）", "the text is gone: erased, or not brought along by an import"),
    "archived": (
        "原文已归档（bancheng archive restore 可放回）",
        "archived: see `bancheng archive restore`",
    ),
    "hidden": ("保密工单或举报，原文不打开", "withheld or a report: the text isn't opened"),
}
"""Why a case can't be judged."""


class Wording:
    """Codes in words; what a policy doesn't know stands as its code."""

    def __init__(self, policy: Policy, lang: str) -> None:
        """Name things as `policy` does."""
        self.lang = lang
        self._teller = Teller(policy, lang)

    def say(self, chinese: str, english: str) -> str:
        """Return the text in the centre's language."""
        return english if self.lang == "en" else chinese

    def word(self, code: str | None) -> str:
        """Return where a case went, or why, in a word."""
        return self.say("未接收", "refused") if code == "refused" else self._teller.word(code)

    def unit(self, name: str | None) -> str:
        """Return a unit's name; without one, that nobody was given the case yet."""
        return self._teller.unit(name) if name is not None else self.say("（尚未派单）", "(nobody yet)")

    def domain(self, name: str | None) -> str:
        """Return a domain's name."""
        return self._teller.domain(name)

    def verb(self, verb: str) -> str:
        """Return what was asked; the clock's own command is time."""
        if verb == "tick":
            return self.say("时间到了", "time passing")
        return self.say(*VERBS.get(verb, (verb, verb)))

    def misfit(self, code: str) -> str:
        """Return why a recorded command no longer fits."""
        if code == "accepted":
            return self.say("当时被拒绝，现在会执行", "it was refused, and would be accepted")
        return self.say(*SENTENCES.get(code, (code, code))).format(about="…")

    def moved(self, moved: Moved) -> str:
        """Return how many dates moved and how far: the days by which most did."""
        far = [abs(one.days) for one in moved.by_days]
        days = "" if not far else str(min(far)) if min(far) == max(far) else f"{min(far)}–{max(far)}"
        aside = self.say(f"，{days} 天", f", by {days} days") if far else ""
        return self.say(f"提前 {moved.earlier}，推后 {moved.later}{aside}",
                    f"{moved.earlier} earlier, {moved.later} later{aside}")  # fmt: skip

    def rate(self, rate: Rate) -> str:
        """Return a rate with its numbers; it says 100% only where nothing is missing."""
        if not rate.denominator:
            return "—"
        percent = _WHOLE * rate.numerator // rate.denominator
        return f"{percent}% ({rate.numerator}/{rate.denominator})"
