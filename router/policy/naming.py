"""The names that people know behind the codes of a policy. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from router.policy.policy import Policy

PAUSES: Mapping[str, tuple[str, str]] = {
    "citizen": ("等待群众", "waiting for the person"),
    "statutory": ("法定程序", "statutory procedure"),
    "inquiry": ("外地或上级协查", "inquiry elsewhere"),
    "court": ("诉讼仲裁", "court or arbitration"),
    "force_majeure": ("不可抗力", "force majeure"),
    "hold": ("挂账", "on hold"),
}
"""Why a clock stands still: Chinese, English."""


def pause_name(kind: str, lang: str = "zh") -> str:
    """Return why a clock stands still, in `zh` or `en`."""
    return PAUSES[kind][1 if lang == "en" else 0]


def namer(policy: Policy, template: str | None, lang: str) -> Callable[[str], str]:
    """Return what turns a code into the name that people know; several may stand apart by `、`.

    Codes are of units, offices, channels, pauses, and of items of a duty list, whose words stand in `template`.
    """

    def one(code: str) -> str:
        known = policy.unit_by_id.get(code) or policy.channel_by_id.get(code)
        if known is not None:
            return known.title(lang)
        if code in PAUSES:
            return pause_name(code, lang)
        part = policy.part_rule(template, code) if template else None
        return part.task if part is not None and lang == "zh" else code

    return lambda codes: "、".join(one(code) for code in codes.split("、"))
