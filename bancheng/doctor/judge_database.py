"""Judging the database: that it answers, keeps what it is told, has room, and has this version's tables. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, unusable, warn
from bancheng.doctor.seen import Missing, first_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bancheng.doctor.seen import Database, Seen

DATABASE = Words("数据库", "Database")
SETTINGS = Words("数据库设置", "Database settings")
CONNECTIONS = Words("数据库连接", "Connections")
SIZE = Words("数据库大小", "Database size")
MIGRATIONS = Words("表结构", "Tables")
_TESTED = 18
"""PostgreSQL's version that everything is tested with (DESIGN §12)."""
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
_LIMITS = {"idle_in_transaction_session_timeout": "5s", "lock_timeout": "3s"}
"""What each connection of ours asks for (DESIGN §9); a pooler between may take it away."""
_CROWDED, _FULL = 0.8, 0.95
MIB = 1024 * 1024
GIB = 1024 * MIB


def database(seen: Seen) -> Sequence[Finding]:
    """It answers, in UTF-8."""
    found = seen.database
    if isinstance(found, Missing):
        return [unusable(DATABASE, found)]
    if found.encoding != "UTF8":
        return [
            bad(
                DATABASE,
                f"编码是 {found.encoding}，存不下汉字",
                f"Its encoding is {found.encoding}: Chinese can't be kept",
                "createdb --encoding=UTF8 --template=template0 bancheng",
            )
        ]
    major = int(found.version.split(".")[0].split(" ")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))
    if major < _TESTED:
        return [
            warn(
                DATABASE,
                f"PostgreSQL {found.version}：只在 {_TESTED} 上检验过",
                f"PostgreSQL {found.version}: tested with {_TESTED} only",
                "pg_upgrade",
            )
        ]
    return [
        ok(DATABASE, f"PostgreSQL {found.version}，{found.encoding}", f"PostgreSQL {found.version}, {found.encoding}")
    ]


def settings(seen: Seen) -> Sequence[Finding]:
    """What is committed is on the disk, and a stopped process can't hold a shard."""
    found = seen.database
    if isinstance(found, Missing):
        return [skipped(SETTINGS, found)]
    off = [name for name in _DURABLE if found.settings[name] == "off"]
    wrong = []
    if off:
        names = ", ".join(off)
        mend = "; ".join(f"ALTER SYSTEM SET {name} = on" for name in off)
        wrong.append(
            bad(
                SETTINGS,
                f"{names} 关着：断电会丢已提交的数据",
                f"{names} off: a power cut loses what was committed",
                f'psql -c "{mend}; SELECT pg_reload_conf()"',
            )
        )
    lost = [f"{name}={found.settings[name]}" for name, wanted in _LIMITS.items() if found.settings[name] != wanted]
    if lost:
        names = ", ".join(lost)
        wrong.append(
            warn(
                SETTINGS,
                f"{names}：停住的进程会一直占着分片",
                f"{names}: a stopped process would hold its shards",
                Words(
                    "连接池（如 PgBouncer）改为会话模式，并放行 options",
                    "Set the pooler (PgBouncer) to session mode, options let through",
                ),
            )
        )
    return wrong or [
        ok(SETTINGS, "提交即落盘；停住的进程 5 秒后让出", "Commits are durable; a stopped process gives way after 5 s")
    ]


def connections(seen: Seen) -> Sequence[Finding]:
    """Services can get the connections that they need."""
    found = seen.database
    if isinstance(found, Missing):
        return [skipped(CONNECTIONS, found)]
    share = found.connections / found.most_connections
    zh, en = (
        f"已用 {found.connections}，上限 {found.most_connections}",
        f"{found.connections} of {found.most_connections} in use",
    )
    if share < _CROWDED:
        return [ok(CONNECTIONS, zh, en)]
    mend = f'psql -c "ALTER SYSTEM SET max_connections = {2 * found.most_connections}"'
    more = Words(f"{mend}（重启后生效）", f"{mend} (and restart)")
    return [(bad if share >= _FULL else warn)(CONNECTIONS, zh, en, more)]


def size(seen: Seen) -> Sequence[Finding]:
    """How much it holds, and what a week adds."""
    found = seen.database
    if isinstance(found, Missing):
        return [skipped(SIZE, found)]
    week = weekly_growth(found)
    return [
        ok(
            SIZE,
            f"{sized(found.size)}，诉求约 {found.cases} 件；最近一周 {found.new_a_week} 件，约增 {sized(week)}",
            f"{sized(found.size)}, about {found.cases} cases; {found.new_a_week} in the last week, some {sized(week)}",
        )
    ]


def migrations(seen: Seen) -> Sequence[Finding]:
    """The tables are this version's, neither older nor newer."""
    found = seen.migrations
    if isinstance(found, Missing):
        return [skipped(MIGRATIONS, found)]
    head = found.known[-1]
    if found.installed == head:
        if isinstance(seen.installation, Missing):
            return [skipped(MIGRATIONS, first_missing(seen.installation))]
        return [
            ok(
                MIGRATIONS,
                f"版本 {head}，{seen.installation.shards} 个分片",
                f"Version {head}, {seen.installation.shards} shards",
            )
        ]
    if found.installed is None:
        return [bad(MIGRATIONS, "还没有表", "There are no tables yet", "bancheng topics create")]
    if found.installed not in found.known:
        return [
            bad(
                MIGRATIONS,
                f"版本 {found.installed} 比本程序（{head}）新",
                f"Version {found.installed} is newer than this program's ({head})",
                "pip install --upgrade bancheng",
            )
        ]
    behind = len(found.known) - 1 - found.known.index(found.installed)
    return [
        bad(
            MIGRATIONS,
            f"版本 {found.installed}，落后 {behind} 步（应为 {head}）",
            f"Version {found.installed} is {behind} behind {head}",
            "bancheng topics create",
        )
    ]


def weekly_growth(found: Database) -> int:
    """Return by how many bytes a week's cases made the database grow, by the mean size of all its cases."""
    return found.size * found.new_a_week // found.cases if found.cases else 0


def sized(count: int) -> str:
    """Return a number of bytes for people."""
    return f"{count / GIB:.1f} GiB" if count >= GIB else f"{count / MIB:.1f} MiB"
