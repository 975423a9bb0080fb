"""A judgement and its reasons in one sentence, Chinese or English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.journey.wording import percent, weighed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.classify.classification import Cue
    from router.classify.explaining import Explanation
    from router.policy.policy import Policy

_FEW = 5

KINDS = {
    "consultation": ("咨询", "consultation"), "help": ("求助", "help"), "complaint": ("投诉", "complaint"),
    "report": ("举报", "report"), "suggestion": ("建议", "suggestion"), "demand": ("需求", "demand"),
}  # fmt: skip
"""What a person wants: Chinese, English."""


def sentence(policy: Policy, told: Explanation, lang: str) -> str:
    """Return why a text was judged as it was: the words with their weights, the runner-up, what was missing."""
    domain, english = told.judged.domain, lang == "en"
    if domain.choice is None:
        return "No word of the policy occurs: a person decides." if english else "没有出现规则里的词，转人工研判。"
    said = _english(policy, told) if english else _chinese(policy, told)
    return "".join(said)


def _chinese(policy: Policy, told: Explanation) -> Iterable[str]:
    domain = told.judged.domain
    yield f"判为“{_name(policy, domain.choice, 'zh')}”，把握 {percent(domain.confidence)}："
    yield f"凭“{_words(told.spoke_for, '”“')}”"
    if told.spoke_against:
        yield f"，不利的词“{_words(told.spoke_against, '”“')}”"
    if domain.runner_up:
        yield f"；其次是“{_name(policy, domain.runner_up, 'zh')}”"
        yield f"，凭“{_words(told.spoke_for_rival, '”“')}”" if told.spoke_for_rival else ""
    if told.short:
        yield f"；未达到要求的 {percent(told.wanted)}（现为 {percent(domain.surely)}），转人工研判"
        yield f"，若提到“{'”“'.join(told.missing)}”则更有把握" if told.missing else ""
    if told.judged.doubt:
        yield "；各项判断互相矛盾，转人工研判"
    yield "。"


def _english(policy: Policy, told: Explanation) -> Iterable[str]:
    domain = told.judged.domain
    yield f"Judged “{_name(policy, domain.choice, 'en')}”, {percent(domain.confidence)} sure,"
    yield f" by “{_words(told.spoke_for, '”, “')}”"
    if told.spoke_against:
        yield f", against it “{_words(told.spoke_against, '”, “')}”"
    if domain.runner_up:
        yield f"; next “{_name(policy, domain.runner_up, 'en')}”"
        yield f" by “{_words(told.spoke_for_rival, '”, “')}”" if told.spoke_for_rival else ""
    if told.short:
        yield f"; below the wanted {percent(told.wanted)} ({percent(domain.surely)}), so a person decides"
        yield f"; “{'”, “'.join(told.missing)}” would have settled it" if told.missing else ""
    if told.judged.doubt:
        yield "; its answers contradict each other, so a person decides"
    yield "."


def _words(cues: Iterable[Cue], between: str) -> str:
    return between.join(map(weighed, tuple(cues)[:_FEW]))


def _name(policy: Policy, domain: str | None, lang: str) -> str:
    found = policy.domain_by_id.get(domain or "")
    return found.title(lang) if found else str(domain)
