"""Judging the policy: that it can be used, is kept in the database, and knows the holidays that come. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, unusable, warn
from bancheng.doctor.seen import Missing, first_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bancheng.doctor.seen import Seen

POLICY = Words("规则", "Policy")
STORED = Words("规则存档", "Policy kept")
HOLIDAYS = Words("节假日", "Holidays")
_BEFORE_YEARS_END = 60
"""Days: the State Council publishes the next year's days in October or November, and longest limits run some months."""
_MEND = Words(
    "pip install --upgrade chinesecalendar，或在规则的 calendar.holidays、workdays 中补上，"
    "再执行 bancheng policy check 和 bancheng topics create",
    "pip install --upgrade chinesecalendar, or add the days to the policy's calendar.holidays/workdays, then "
    "`bancheng policy check` and `bancheng topics create`",
)


def policy(seen: Seen) -> Sequence[Finding]:
    """Its files can be read and make sense."""
    found = seen.rules
    if isinstance(found, Missing):
        return [unusable(POLICY, found)]
    return [
        ok(
            POLICY,
            f"{found.name}：渠道 {len(found.channels)} 个，单位和岗位 {len(found.units)} 个",
            f"{found.name}: {len(found.channels)} channels, {len(found.units)} units and offices",
        )
    ]


def stored(seen: Seen) -> Sequence[Finding]:
    """The policy in the files is kept in the database, so that topics and rights were made for it."""
    if isinstance(seen.rules, Missing) or isinstance(seen.policies, Missing):
        return [skipped(STORED, first_missing(seen.rules, seen.policies))]
    new = seen.rules.hashes - seen.policies
    if new:
        return [
            warn(
                STORED,
                "文件里的规则还没有启用",
                "The files hold a policy that was never activated",
                "bancheng topics create",
            )
        ]
    return [
        ok(
            STORED,
            f"与文件相同；曾用规则共 {len(seen.policies)} 套",
            f"The same as in the files; {len(seen.policies)} were ever used",
        )
    ]


def holidays(seen: Seen) -> Sequence[Finding]:
    """Due dates beyond the known years are guesses: next year's days must be known before this year ends."""
    found = seen.rules
    if isinstance(found, Missing):
        return [skipped(HOLIDAYS, found)]
    year, left = found.today.year, (date(found.today.year, 12, 31) - found.today).days
    known = found.known_until.year
    zh, en = f"已知到 {known} 年", f"Known to the end of {known}"
    if known < year:
        return [bad(HOLIDAYS, f"{zh}：今年的期限都是推算的", f"{en}: this year's due dates are guesses", _MEND)]
    if known == year and left <= _BEFORE_YEARS_END:
        return [
            warn(
                HOLIDAYS,
                f"{zh}，离年底 {left} 天：跨年的期限是推算的",
                f"{en}, {left} days away: due dates beyond are guesses",
                _MEND,
            )
        ]
    return [ok(HOLIDAYS, zh, en)]
