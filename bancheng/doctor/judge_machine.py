"""Judging this machine: clocks, disks, the master key and the files of passwords. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, warn
from bancheng.doctor.judge_database import GIB, MIB, sized, weekly_growth
from bancheng.doctor.seen import Missing
from router.vault.keyring import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bancheng.doctor.seen import Disk, Kept, Offset, Seen

CLOCKS = Words("时钟", "Clocks")
DISKS = Words("磁盘", "Disk")
MASTER_KEY = Words("主密钥", "Master key")
CREDENTIALS = Words("密码文件", "Files of passwords")
_DRIFTS, _WRONG = 2.0, 30.0
"""Seconds: decisions bear the router's time, due dates the clock's; two seconds more or less nobody notices."""
_LITTLE, _TOO_LITTLE = GIB, 256 * MIB
"""Free bytes: the broker rolls segments of 128 MiB, PostgreSQL WAL of as much before a checkpoint."""
_LITTLE_SHARE = 0.05
_WEEKS = 8
_OTHERS = 0o077
_EVERYBODY = 0o007


def clocks(seen: Seen) -> Sequence[Finding]:
    """This machine, the database and the broker agree on the time."""
    return [
        *_clock(seen.database_clock, Words("数据库", "database")),
        *_clock(seen.broker_clock, Words("Kafka ", "broker")),
    ]


def disks(seen: Seen) -> Sequence[Finding]:
    """There is room on the disks of this home; of servers elsewhere nothing can be told from here."""
    growth = 0
    if not seen.outside and not isinstance(seen.database, Missing):
        growth = weekly_growth(seen.database)
    return [_disk(disk, growth) for disk in seen.disks]


def master_key(seen: Seen) -> Sequence[Finding]:
    """It is there, whole, nobody else's to read, and the one by which this installation was made."""
    found = seen.master_key
    if isinstance(found, Missing):
        return [_no_key(seen, found)]
    if found.length != KEY_BYTES:
        return [
            bad(
                MASTER_KEY,
                f"{found.path} 有 {found.length} 字节，应为 {KEY_BYTES}",
                f"{found.path} has {found.length} bytes instead of {KEY_BYTES}",
                _RESTORE,
            )
        ]
    opened = None if isinstance(seen.installation, Missing) else seen.installation.opened
    if opened is False:
        return [
            bad(
                MASTER_KEY,
                f"{found.path} 不是建立时的那一把，打不开保险库",
                f"{found.path} is another key: it doesn't open the vault",
                _RESTORE,
            )
        ]
    if others_read(found, outside=seen.outside):
        return [readable(MASTER_KEY, found)]
    checked = (
        Words("能打开保险库", "opens the vault") if opened else Words("尚未与数据库核对", "not tried on the database")
    )
    return [
        ok(
            MASTER_KEY,
            f"{found.path}，{KEY_BYTES} 字节，{checked.zh}",
            f"{found.path}, {KEY_BYTES} bytes, {checked.en}",
        )
    ]


def credentials(seen: Seen) -> Sequence[Finding]:
    """Nobody else can read them."""
    if not seen.credentials:
        if not seen.outside:
            return [bad(CREDENTIALS, "没有 credentials.json", "There is no credentials.json", "bancheng up")]
        return [skipped(CREDENTIALS, Missing(Words("这里没有：密码来自设置", "None here: passwords come by settings")))]
    wrong = [readable(CREDENTIALS, kept) for kept in seen.credentials if kept.mode & _OTHERS]
    names = ", ".join(kept.path.name for kept in seen.credentials)
    return wrong or [ok(CREDENTIALS, f"{names} 仅本人可读", f"{names}: their owner's only")]


_RESTORE = Words(
    "从备份恢复主密钥，或核对 BANCHENG_MASTER_KEY_FILE",
    "Restore the key from its backup, or set BANCHENG_MASTER_KEY_FILE right",
)


def _no_key(seen: Seen, found: Missing) -> Finding:
    if isinstance(seen.installation, Missing):
        return Finding("warn" if not seen.outside else "bad", MASTER_KEY, found.why, _RESTORE)
    return bad(
        MASTER_KEY,
        f"{found.why.zh}；没有它，保险库中的内容无法打开",
        f"{found.why.en}; without it nothing in the vault opens",
        _RESTORE,
    )


def others_read(kept: Kept, *, outside: bool) -> bool:
    """Whether somebody else on this machine can read a key; in a deployment its group may."""
    return not kept.mounted and bool(kept.mode & _EVERYBODY or (kept.mode & _OTHERS and not outside))


def readable(part: Words, kept: Kept) -> Finding:
    """Others can read a file that is its owner's."""
    zh, en = f"{kept.path} 他人可读（{kept.mode:03o}）", f"Others can read {kept.path} ({kept.mode:03o})"
    return bad(part, zh, en, f"chmod 600 {kept.path}")


def _clock(offset: Offset | Missing, whose: Words) -> list[Finding]:
    if isinstance(offset, Missing):
        return [
            skipped(CLOCKS, Missing(Words(f"{whose.zh}：{offset.why.zh}", f"{whose.en}: {offset.why.en}"), offset.todo))
        ]
    apart = max(0.0, abs(offset.ahead) - offset.doubt)
    zh = f"{whose.zh}与本机相差 {abs(offset.ahead):.3f} 秒（±{offset.doubt:.3f}）"
    en = f"The {whose.en}'s differs by {abs(offset.ahead):.3f} s (±{offset.doubt:.3f})"
    if apart <= _DRIFTS:
        return [ok(CLOCKS, zh, en)]
    mend = Words(
        "两台机器都启用时间同步：timedatectl set-ntp true", "Let both machines keep time: timedatectl set-ntp true"
    )
    return [(bad if apart > _WRONG else warn)(CLOCKS, zh, en, mend)]


def _disk(disk: Disk, growth: int) -> Finding:
    zh = f"{disk.folder} 所在磁盘剩余 {sized(disk.free)}，共 {sized(disk.total)}"
    en = f"{sized(disk.free)} of {sized(disk.total)} free where {disk.folder} lies"
    mend = Words("清理或扩容磁盘", "Free or add space")
    if disk.free < _TOO_LITTLE:
        return bad(DISKS, zh, en, mend)
    if disk.free < _LITTLE or disk.free < _LITTLE_SHARE * disk.total:
        return warn(DISKS, zh, en, mend)
    if growth and disk.free < _WEEKS * growth:
        weeks = disk.free / growth
        return warn(
            DISKS, f"{zh}；照上周的量还够 {weeks:.1f} 周", f"{en}; enough for {weeks:.1f} weeks like the last", mend
        )
    return ok(DISKS, zh, en)
