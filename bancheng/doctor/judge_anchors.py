"""Judging anchors: how old the newest is against what the settings promise, and the key that signs them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bancheng.doctor.finding import Words, ok, skipped, warn
from bancheng.doctor.judge_machine import others_read, readable
from bancheng.doctor.judge_work import DEMO, ago
from bancheng.doctor.seen import Missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bancheng.doctor.finding import Finding
    from bancheng.doctor.seen import Seen, Signing
    from router.audit.reach import Reach

ANCHORS: Final = Words("锚点", "Anchors")
SIGNING_KEY: Final = Words("签名密钥", "Signing key")
_MAKE: Final = "bancheng anchor now"
_OTHER: Final = Words(
    "放回原来的签名密钥，或执行 bancheng anchor rotate-key --lost",
    "Put the right key back, or run bancheng anchor rotate-key --lost",
)
_ELSEWHERE: Final = Missing(
    Words(
        "这里没有：锚点由运行 bancheng clock 的地方签",
        "None here: anchors are signed elsewhere, where bancheng clock runs",
    )
)


def anchors(seen: Seen) -> Sequence[Finding]:
    """An anchor covers every record in the time, or before the number of records, that the settings promise."""
    found = seen.reach
    if isinstance(found, Missing):
        return [skipped(ANCHORS, found)]
    if not isinstance(seen.work, Missing) and seen.work.simulated:
        return [skipped(ANCHORS, DEMO)]
    newest, minutes = _newest(seen, found), round(seen.every.time.total_seconds() / 60)
    zh = f"{newest.zh}，其后 {found.beyond} 条记录（约定每 {seen.every.records} 条或 {minutes} 分钟一个）"
    en = (
        f"{newest.en}, {found.beyond} records after it (promised: one after {seen.every.records}, or {minutes} minutes)"
    )
    return [warn(ANCHORS, zh, en, _MAKE) if found.late(seen.at, seen.every) else ok(ANCHORS, zh, en)]


def signing_key(seen: Seen) -> Sequence[Finding]:
    """Where anchors are signed the key can be read, is nobody else's to read, and is one that the log knows."""
    if isinstance(seen.reach, Missing):
        return [skipped(SIGNING_KEY, seen.reach)]
    if isinstance(seen.signing, Missing):
        return [_no_key(seen, seen.reach, seen.signing)]
    return [_key(seen.signing, seen.reach, outside=seen.outside)]


def _no_key(seen: Seen, reach: Reach, why: Missing) -> Finding:
    """A deployment signs where its clock runs; a home makes its key with the first anchor."""
    if seen.outside and not reach.late(seen.at, seen.every):
        return skipped(SIGNING_KEY, _ELSEWHERE)
    if reach.number == 0 and not seen.outside:
        return ok(SIGNING_KEY, "随第一个锚点生成", "It is made with the first anchor")
    return warn(SIGNING_KEY, why.why.zh, why.why.en, _OTHER)


def _key(found: Signing, reach: Reach, *, outside: bool) -> Finding:
    path = found.kept.path
    if others_read(found.kept, outside=outside):
        return readable(SIGNING_KEY, found.kept)
    if reach.number == 0:
        return ok(SIGNING_KEY, f"{path}，尚未签过锚点", f"{path}, nothing is signed yet")
    if not found.holds:
        return warn(SIGNING_KEY, f"{path} 不是台账认可的密钥", f"{path} is no key that the log lets sign", _OTHER)
    return ok(SIGNING_KEY, f"{path}，台账认可", f"{path}, and the log lets it sign")


def _newest(seen: Seen, found: Reach) -> Words:
    if found.made_at is None:
        return Words("还没有", "None yet")
    made = ago(seen.at, found.made_at)
    return Words(f"最新的是第 {found.number} 个，{made.zh.strip()}", f"The newest is number {found.number}, {made.en}")
