"""What the router tells, an example a type: the fields of `data`, and the words of `details`. Pure."""

from __future__ import annotations

from typing import Any, Final

from bancheng.contract.inbound_examples import Example, sent
from bancheng.contract.matter import DUE, EARLIER, MATTER, NUMBER
from router.cases.refusals import Refusal

_REFUSAL: Final = Refusal("return_without_contact")


def _said(name: str) -> dict[str, Any]:
    """Return the words of an inbound example, as the router passes them on."""
    _, (_, words) = sent(name)
    return {"notes": [{"scheme": "plain", **words}]}


_TOLD: Final[dict[str, Example]] = {
    "result.receipt": (
        {"version": 5, "reference": NUMBER, "stage": "handling", "due": DUE, "lead": "hrss", "units": 1},
        {},
    ),
    "result.declined": (
        {"version": 3, "reference": NUMBER, "rule": "litigation"},
        {"notice": {"reason": "法院正在审理", "basis": "信访工作条例", "right_door": "审理该案的人民法院"}},
    ),
    "result.supplement_requested": (
        {"version": 7, "reference": NUMBER, "due": "2026-03-16T09:30:00Z"},
        _said("response.request_supplement"),
    ),
    "result.due_changed": (
        {"version": 12, "reference": NUMBER, "due": "2026-05-29T09:30:00Z", "why": "opinion"},
        {},
    ),
    "result.on_hold": ({"version": 13, "reference": NUMBER}, _said("response.propose_hold")),
    "result.resolved": (
        {"version": 14, "reference": NUMBER, "outcome": "resolved", "lead": "hrss"},
        _said("response.answer"),
    ),
    "result.rating_checked": (
        {"version": 19, "reference": NUMBER, "result": "fault"},
        _said("response.check_rating"),
    ),
    "result.linked": (
        {"version": 7, "reference": NUMBER, "primary": EARLIER, "relation": "supporter", "due": DUE},
        {},
    ),
    "result.separated": ({"version": 9, "reference": NUMBER, "primary": EARLIER, "due": DUE}, {}),
    "result.withdrawn": ({"version": 6, "reference": NUMBER}, {}),
    "command.refused": (
        {
            "version": 7,
            "verb": "apply_return",
            "code": _REFUSAL.code,
            "message": "0195d3b2-5c10-7a44-9d0e-3f5a6b7c8d9e",
        },
        {"notice": {lang: _REFUSAL.sentence(lang) for lang in ("zh", "en")}},
    ),
    "assignment.dispatched": (
        {
            "version": 5,
            "reference": NUMBER,
            "assignment": 1,
            "role": "lead",
            "form": "order",
            "sign_due": "2026-03-03T09:30:00Z",
            "due": DUE,
            "domain": "pension",
            "cause": "file-lost",
            "lead": "hrss",
            "guided": True,
            "why": "route",
        },
        MATTER,
    ),
    "assignment.return_decided": ({"version": 9, "reference": NUMBER, "assignment": 1, "granted": True}, {}),
    "assignment.withdrawn": ({"version": 9, "reference": NUMBER, "assignment": 2}, {}),
    "assignment.part_sent_back": (
        {"version": 11, "reference": NUMBER, "part": "search-archives", "by": "window"},
        _said("response.reject_part"),
    ),
    "assignment.supplemented": ({"version": 8, "reference": NUMBER}, _said("case.supplemented")),
    "assignment.due_changed": (
        {"version": 12, "reference": NUMBER, "assignment": 3, "due": "2026-03-30T09:30:00Z", "why": "pause"},
        {},
    ),
    "assignment.decided": (
        {"version": 10, "reference": NUMBER, "what": "extension", "granted": False, "assignment": 1},
        _said("response.refuse_extension"),
    ),
    "assignment.noticed": (
        {
            "version": 16,
            "reference": NUMBER,
            "rung": "supervised",
            "clock": "unit-1",
            "holder": "hrss",
            "was_due": "2026-02-27T09:30:00Z",
            "reply_due": "2026-03-04T09:30:00Z",
        },
        {},
    ),
    "task.requested": (
        {
            "version": 4,
            "reference": NUMBER,
            "task": "triage",
            "reason": "not_sure",
            "offered": ["pension", "labour"],
            "choices": [{"domain": "pension", "words": ["补缴", "退休"]}, {"domain": "labour", "words": ["工资"]}],
        },
        MATTER,
    ),
}


def told(name: str) -> Example:
    """Return the example of a type by its name between `cn.bancheng.` and `.v1`.

    Raises LookupError for a type without one.
    """
    if name not in _TOLD:
        raise LookupError(f"no example of {name}: write one in bancheng.contract.outbound_examples")
    return _TOLD[name]
