"""Judging the work: that every service runs, and what waits for whom. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, warn
from bancheng.doctor.seen import Missing, first_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bancheng.doctor.seen import Beat, Place, Seen

ROUTER = Words("路由服务", "Router")
RELAY = Words("发布服务", "Relay")
CLOCK = Words("计时服务", "Clock")
MATCH = Words("查重服务", "Matching")
BACKLOG = Words("积压", "Backlog")
OUTPUTS = Words("待发布", "Outputs")
INBOX = Words("内部指令", "Inbox")
DUE = Words("到期事项", "What is due")
QUARANTINE = Words("隔离区", "Quarantine")
_ALIVE_SECONDS = 30.0
"""A service beats every second; one in a long round, or just being replaced, is no reason to call anybody."""
_MANY_MESSAGES = 10_000
_MANY_OUTPUTS = 2_000
_LATE_SECONDS = 60.0
_BEATING = {"clock": (CLOCK, "bancheng clock"), "match": (MATCH, "bancheng match")}


def services(seen: Seen) -> Sequence[Finding]:
    """A router is in the group, relays hold every shard, clock and matching beat."""
    return [_router(seen), _relay(seen), *_beating(seen)]


def backlog(seen: Seen) -> Sequence[Finding]:
    """What stands in the input topics and isn't taken yet, by the positions in the database."""
    if isinstance(seen.ends, Missing) or isinstance(seen.positions, Missing) or isinstance(seen.topics, Missing):
        return [skipped(BACKLOG, first_missing(seen.ends, seen.positions, seen.topics))]
    waiting = _waiting(seen)
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
    if total > _MANY_MESSAGES:
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
    if found.parked:
        since = _since(seen.at, found.parked_since)
        wrong.append(
            warn(
                OUTPUTS,
                f"{found.parked} 条发不出去，最早 {since.zh}",
                f"{found.parked} could not be published, the first {since.en}",
                "bancheng topics create",
            )
        )
    if found.unpublished > _MANY_OUTPUTS:
        wrong.append(
            warn(
                OUTPUTS,
                f"{found.unpublished} 条等待发布",
                f"{found.unpublished} wait to be published",
                "bancheng relay",
            )
        )
    return wrong or [
        ok(OUTPUTS, f"{found.unpublished} 条等待发布，没有发不出去的", f"{found.unpublished} wait, none is parked")
    ]


def inbox(seen: Seen) -> Sequence[Finding]:
    """Commands that follow from other cases' decisions are taken by any router within a round."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(INBOX, found)]
    if found.inbox and _age(seen.at, found.inbox_since) > _LATE_SECONDS:
        since = _since(seen.at, found.inbox_since)
        return [
            warn(
                INBOX,
                f"{found.inbox} 条等待路由服务，最早 {since.zh}",
                f"{found.inbox} wait for a router, the first {since.en}",
                "bancheng route",
            )
        ]
    return [ok(INBOX, f"{found.inbox} 条等待", f"{found.inbox} wait")]


def due(seen: Seen) -> Sequence[Finding]:
    """What is due has happened."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(DUE, found)]
    if _simulated(seen):
        return [skipped(DUE, _DEMO)]
    if found.due and _age(seen.at, found.due_since) > _LATE_SECONDS:
        since = _since(seen.at, found.due_since)
        return [
            warn(
                DUE,
                f"{found.due} 件到期未处理，最早 {since.zh}",
                f"{found.due} cases are due, the first {since.en}",
                "bancheng clock status",
            )
        ]
    return [ok(DUE, f"{found.due} 件待处理", f"{found.due} cases wait")]


def quarantined(seen: Seen) -> Sequence[Finding]:
    """Messages that could not be taken wait for a person."""
    found = seen.work
    if isinstance(found, Missing):
        return [skipped(QUARANTINE, found)]
    if found.quarantined:
        return [
            warn(
                QUARANTINE,
                f"{found.quarantined} 条等人处理",
                f"{found.quarantined} messages wait for a person",
                "bancheng quarantine list",
            )
        ]
    return [ok(QUARANTINE, "空", "Empty")]


_DEMO = Missing(Words("演示用模拟时间，不运行此服务", "A demonstration has simulated time and doesn't run it"))


def _router(seen: Seen) -> Finding:
    if isinstance(seen.members, Missing):
        return skipped(ROUTER, seen.members)
    if not seen.members:
        return bad(ROUTER, "没有路由服务在运行", "No router runs", "bancheng route")
    return ok(ROUTER, f"{seen.members} 个进程在消费组中", f"{seen.members} processes are in the group")


def _relay(seen: Seen) -> Finding:
    if isinstance(seen.work, Missing) or isinstance(seen.installation, Missing):
        return skipped(RELAY, first_missing(seen.work, seen.installation))
    held, shards = seen.work.held, seen.installation.shards
    if held < shards:
        return (warn if held else bad)(
            RELAY,
            f"{shards - held} 个分片没有发布服务",
            f"Nobody publishes {shards - held} of {shards} shards",
            "bancheng relay",
        )
    return ok(RELAY, f"{held} 个分片都有人发布", f"All {held} shards are held")


def _beating(seen: Seen) -> list[Finding]:
    if isinstance(seen.work, Missing):
        return [skipped(part, seen.work) for part, _ in _BEATING.values()]
    if _simulated(seen):
        return [skipped(part, _DEMO) for part, _ in _BEATING.values()]
    return [_beat(seen, beat) for beat in seen.work.beats]


def _beat(seen: Seen, beat: Beat) -> Finding:
    part, command = _BEATING[beat.service]
    if beat.at is None:
        return bad(part, "没有运行", "It doesn't run", command)
    age = _age(seen.at, beat.at)
    since = _since(seen.at, beat.at)
    if age > _ALIVE_SECONDS:
        return bad(part, f"最近心跳{since.zh}", f"Its last beat was {since.en}", command)
    return ok(part, f"最近心跳{since.zh}", f"Its last beat was {since.en}")


def _waiting(seen: Seen) -> dict[str, int]:
    """Return how many messages of each topic aren't taken; of a topic made anew nothing is."""
    ids = {} if isinstance(seen.topics, Missing) else {topic.name: topic.id for topic in seen.topics}
    taken: Mapping[Place, int] = (
        {}
        if isinstance(seen.positions, Missing)
        else {
            place: position.next_offset
            for place, position in seen.positions.items()
            if ids.get(place[0]) == position.topic_id
        }
    )
    waiting: dict[str, int] = {}
    for place, end in ({} if isinstance(seen.ends, Missing) else seen.ends).items():
        left = end - taken.get(place, 0)
        if left > 0:
            waiting[place[0]] = waiting.get(place[0], 0) + left
    return waiting


def _simulated(seen: Seen) -> bool:
    return not isinstance(seen.installation, Missing) and seen.installation.demo


def _age(now: datetime, then: datetime | None) -> float:
    return (now - then).total_seconds() if then else 0.0


def _since(now: datetime, then: datetime | None) -> Words:
    """Return how long ago that was."""
    seconds = max(0, round(_age(now, then)))
    for unit, zh, en in ((86_400, "天", "days"), (3_600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds >= 2 * unit:
            return Words(f" {seconds // unit} {zh}前", f"{seconds // unit} {en} ago")
    return Words(f" {seconds} 秒前", f"{seconds} s ago")
