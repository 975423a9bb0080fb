"""Judging the work: that every service runs, and what waits for whom. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, warn
from bancheng.doctor.seen import Missing, first_missing
from bancheng.watch.findings import BEAT_LIMIT, DUE_LIMIT, INBOX_LIMIT, LAG_LIMIT, PUBLISH_LIMIT, over
from bancheng.watch.lag import lags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bancheng.doctor.seen import Seen
    from router.ledger.standing import Standing

ROUTER = Words("路由服务", "Router")
RELAY = Words("发布服务", "Relay")
CLOCK = Words("计时服务", "Clock")
MATCH = Words("查重服务", "Matching")
BACKLOG = Words("积压", "Backlog")
OUTPUTS = Words("待发布", "Outputs")
INBOX = Words("内部指令", "Inbox")
DUE = Words("到期事项", "What is due")
TOLD = Words("服务状态", "Services' state")
QUARANTINE = Words("隔离区", "Quarantine")
_BEATING = {"clock": (CLOCK, "bancheng clock"), "match": (MATCH, "bancheng match")}


def services(seen: Seen) -> Sequence[Finding]:
    """A router is in the group, relays hold every shard, clock and matching beat."""
    return [_router(seen), _relay(seen), *_beating(seen)]


def told(seen: Seen) -> Sequence[Finding]:
    """What services say of themselves where they show themselves: waiting for something, hanging, an open breaker."""
    if not seen.neighbours:
        return [skipped(TOLD, Missing(Words("没有服务提供状态页", "No service shows itself"), _SHOW))]
    wrong = [bad(TOLD, one.chinese, one.english) for near in seen.neighbours for one in near.findings]
    names = ", ".join(near.task for near in seen.neighbours)
    return wrong or [ok(TOLD, f"{names} 都正常", f"{names}: well")]


def backlog(seen: Seen) -> Sequence[Finding]:
    """What stands in the input topics and isn't taken yet, by the positions in the database."""
    if isinstance(seen.ends, Missing) or isinstance(seen.work, Missing):
        return [skipped(BACKLOG, first_missing(seen.ends, seen.work))]
    waiting = lags(seen.ends, seen.work.positions)
    total = sum(waiting.values())
    if not total:
        return [ok(BACKLOG, "消息都已收下", "Every message is taken")]
    most = max(waiting, key=lambda name: waiting[name])
    zh, en = (
        f"{total} 条消息未收下，{most} 最多（{waiting[most]}）",
        f"{total} messages wait, most in {most} ({waiting[most]})",
    )
    if seen.members == 0:
        return [bad(BACKLOG, zh, en, "bancheng route")]
    if waiting[most] > LAG_LIMIT:
        more = Words(
            "在另一终端再运行一个 bancheng route（分区数以内）",
            "Run one more `bancheng route`, up to as many as partitions",
        )
        return [warn(BACKLOG, zh, en, more)]
    return [ok(BACKLOG, zh, en)]


def outputs(seen: Seen) -> Sequence[Finding]:
    """Decisions that aren't published yet, and outputs that could not be."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(OUTPUTS, found)]
    wrong = []
    parked = sum(found.parked.values())
    if parked:
        topic = max(found.parked, key=lambda name: found.parked[name])
        zh, en = f"{parked} 条发不出去，多在 {topic}", f"{parked} could not be published, most to {topic}"
        wrong.append(warn(OUTPUTS, zh, en, "bancheng topics create"))
    count = found.unpublished_records + found.unpublished_outputs
    if over(found.oldest_unpublished, found.at, PUBLISH_LIMIT):
        since = ago(found.at, found.oldest_unpublished)
        zh, en = f"{count} 条等待发布，最早{since.zh}", f"{count} wait to be published, the first {since.en}"
        wrong.append(warn(OUTPUTS, zh, en, "bancheng relay"))
    return wrong or [ok(OUTPUTS, f"{count} 条等待发布，没有发不出去的", f"{count} wait, none is parked")]


def inbox(seen: Seen) -> Sequence[Finding]:
    """Commands that follow from other cases' decisions are taken by any router within a round."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(INBOX, found)]
    if over(found.inbox_since, found.at, INBOX_LIMIT):
        since = ago(found.at, found.inbox_since)
        zh, en = (
            f"{found.inbox} 条等待路由服务，最早{since.zh}",
            f"{found.inbox} wait for a router, the first {since.en}",
        )
        return [warn(INBOX, zh, en, "bancheng route")]
    return [ok(INBOX, f"{found.inbox} 条等待", f"{found.inbox} wait")]


def due(seen: Seen) -> Sequence[Finding]:
    """What is due has happened."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(DUE, found)]
    if found.simulated:
        return [skipped(DUE, DEMO)]
    if over(found.due_since, found.at, DUE_LIMIT):
        since = ago(found.at, found.due_since)
        zh, en = f"{found.due} 件到期未处理，最早{since.zh}", f"{found.due} cases are due, the first {since.en}"
        return [warn(DUE, zh, en, "bancheng clock status")]
    return [ok(DUE, f"{found.due} 件待处理", f"{found.due} cases wait")]


def quarantined(seen: Seen) -> Sequence[Finding]:
    """Messages that could not be taken wait for a person."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(QUARANTINE, found)]
    count = sum(found.set_aside.values())
    if count:
        zh, en = f"{count} 条等人处理", f"{count} messages wait for a person"
        return [warn(QUARANTINE, zh, en, "bancheng quarantine list")]
    return [ok(QUARANTINE, "空", "Empty")]


DEMO = Missing(Words("演示用模拟时间，不运行此服务", "A demonstration has simulated time and doesn't run it"))
_SHOW = Words("用 --watch 或 BANCHENG_WATCH 指定地址", "Say where by --watch or BANCHENG_WATCH")


def _router(seen: Seen) -> Finding:
    if isinstance(seen.members, Missing):
        return skipped(ROUTER, seen.members)
    if not seen.members:
        return bad(ROUTER, "没有路由服务在运行", "No router runs", "bancheng route")
    return ok(ROUTER, f"{seen.members} 个进程在消费组中", f"{seen.members} processes are in the group")


def _relay(seen: Seen) -> Finding:
    if isinstance(seen.work, Missing) or isinstance(seen.installation, Missing):
        return skipped(RELAY, first_missing(seen.work, seen.installation))
    unheld, shards = seen.work.unheld, seen.installation.shards
    if unheld:
        zh, en = f"{unheld} 个分片没有发布服务", f"Nobody publishes {unheld} of {shards} shards"
        return (warn if unheld < shards else bad)(RELAY, zh, en, "bancheng relay")
    return ok(RELAY, f"{shards} 个分片都有人发布", f"All {shards} shards are held")


def _beating(seen: Seen) -> list[Finding]:
    if isinstance(seen.work, Missing):
        return [skipped(part, seen.work) for part, _ in _BEATING.values()]
    if seen.work.simulated:
        return [skipped(part, DEMO) for part, _ in _BEATING.values()]
    return [_beat(seen.work, service) for service in _BEATING]


def _beat(work: Standing, service: str) -> Finding:
    part, command = _BEATING[service]
    last = work.beats.get(service)
    if last is None:
        return bad(part, "没有运行", "It doesn't run", command)
    since = ago(work.at, last)
    zh, en = f"最近心跳{since.zh}", f"Its last beat was {since.en}"
    return bad(part, zh, en, command) if over(last, work.at, BEAT_LIMIT) else ok(part, zh, en)


def ago(now: datetime, then: datetime | None) -> Words:
    """Return how long ago that was."""
    seconds = max(0, round((now - then).total_seconds())) if then else 0
    for unit, zh, en in ((86_400, "天", "days"), (3_600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds >= 2 * unit:
            return Words(f" {seconds // unit} {zh}前", f"{seconds // unit} {en} ago")
    return Words(f" {seconds} 秒前", f"{seconds} s ago")
