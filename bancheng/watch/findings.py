"""What isn't well, in one sentence that says where and what to do; from how services and installation stand. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from router.health import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bancheng.watch.look import Look
    from router.audit.reach import Reach
    from router.health import Health
    from router.ledger.standing import Standing

LOOP_LIMIT: Final = timedelta(seconds=30)
"""A loop that hasn't turned for so long hangs: its longest step, a batch under load, takes a few seconds."""
BEAT_LIMIT: Final = timedelta(seconds=10)
"""Clock and matching show themselves once a second."""
PUBLISH_LIMIT: Final = timedelta(seconds=60)
DUE_LIMIT: Final = timedelta(seconds=60)
INBOX_LIMIT: Final = timedelta(seconds=60)
LAG_LIMIT: Final = 10_000
"""Messages of one topic: some seconds' work of one router (`docs/operating.md` says how to choose another)."""


class Finding(NamedTuple):
    """Something that isn't well: a code, what it is about, and the sentence in Chinese and English."""

    code: str
    about: str
    chinese: str
    english: str
    urgent: bool = True
    """Whether something doesn't work; else it only waits for a person."""

    def sentence(self, lang: str) -> str:
        """Return the sentence in the person's language."""
        return self.english if lang == "en" else self.chinese


_WAITING: Final = {
    Reason.STARTING: ("正在启动。", "It is starting."),
    Reason.DATABASE: (
        "数据库不可用或已满：请检查 PostgreSQL 是否运行、磁盘和连接数是否用尽；恢复后自动继续。",
        "The database is away or full: see whether PostgreSQL runs, has disk and connections; it goes on by itself.",
    ),
    Reason.BROKER: (
        "Kafka 无人应答：请检查代理是否运行、网络是否可达；恢复后自动继续。",
        "Nobody answers at the broker's address: see whether Kafka runs and can be reached; it goes on by itself then.",
    ),
    Reason.BROKER_SILENT: (
        "Kafka 接受连接但不应答：请检查代理负载与磁盘，必要时重启代理。",
        "The broker takes connections and says nothing: look at its load and disk, and restart it if need be.",
    ),
}


def of_service(task: str, health: Health, loop_age: timedelta) -> Iterator[Finding]:
    """Yield what isn't well with one service: a hanging loop, waiting, topics that it doesn't take."""
    if loop_age > LOOP_LIMIT:
        seconds = round(loop_age.total_seconds())
        yield Finding(
            "hangs", task,
            f"{task} 已 {seconds} 秒没有动静：请查看 log/{task}.log 后重启该服务；不会丢失也不会重复。",
            f"{task} hasn't turned for {seconds} s: see its log, then restart it; nothing is lost or doubled.",
        )  # fmt: skip
    if health.reason is not None:
        chinese, english = _WAITING[health.reason]
        yield Finding(health.reason.value, task, f"{task}：{chinese}", f"{task}: {english}")
    for paused in health.paused:
        yield Finding(
            "topic_paused", paused.topic,
            f"{paused.topic} 坏消息过多，暂停接收：请用 bancheng quarantine list 查看原因并联系发送方；会自动再试。",
            f"{paused.topic} isn't taken, too many of its messages were bad: see `bancheng quarantine list`, "
            "and tell its sender; it is tried again by itself.",
        )  # fmt: skip


def of_installation(look: Look) -> Iterator[Finding]:
    """Yield what isn't well with the installation as a whole."""
    if look.database is not None:
        yield Finding("database", "", *look.database)
    if look.broker is not None:
        yield Finding("broker", "", *look.broker)
    elif look.routers == 0:
        yield Finding(
            "no_router", "router", "没有分派路由服务在运行：请执行 bancheng route（bancheng up 会一并启动）。",
            "No router runs: start `bancheng route` (`bancheng up` runs it too).",
        )  # fmt: skip
    for topic, lag in sorted(look.lag.items()):
        if lag > LAG_LIMIT:
            yield Finding(
                "lag", topic, f"{topic} 积压 {lag} 条：路由服务跟不上；若持续增长，请增加 bancheng route 进程。",
                f"{topic} is {lag} messages behind: if that grows, run more `bancheng route` processes.",
            )  # fmt: skip
    if look.standing is not None:
        yield from _publishing(look.standing)
        yield from _time(look.standing)
        yield from _set_aside(look.standing)
    if look.reach is not None and look.late_anchor:
        yield _not_anchored(look.reach)


def _publishing(standing: Standing) -> Iterator[Finding]:
    if standing.unheld:
        yield Finding(
            "no_relay", "relay", f"{standing.unheld} 个分片无人发布：请执行 bancheng relay（bancheng up 会一并启动）。",
            f"Nobody publishes {standing.unheld} shards: start `bancheng relay` (`bancheng up` runs it too).",
        )  # fmt: skip
    if over(standing.oldest_unpublished, standing.at, PUBLISH_LIMIT):
        count = standing.unpublished_records + standing.unpublished_outputs
        yield Finding(
            "unpublished", "relay", f"有 {count} 条消息待发布，最早的已超过一分钟：请查看 log/relay.log 和 Kafka。",
            f"{count} messages wait to be published, the oldest for over a minute: see the relay's log and the broker.",
        )  # fmt: skip
    for topic, count in sorted(standing.parked.items()):
        yield Finding(
            "parked", topic,
            f"发往 {topic} 的 {count} 条消息无法送出：请执行 bancheng topics create 补齐主题与权限；会自动重发。",
            f"{count} messages to {topic} can't be sent: run `bancheng topics create`, "
            "which makes missing topics and rights; they are sent again by themselves.",
        )  # fmt: skip


def _time(standing: Standing) -> Iterator[Finding]:
    names = {
        "clock": ("计时服务", "The clock"),
        "match": ("查重服务", "The matching service"),
    }
    for task, (chinese, english) in names.items():
        if not standing.simulated and over(standing.beats.get(task), standing.at, BEAT_LIMIT, never=True):
            yield Finding(
                f"no_{task}", task, f"{chinese}没有运行：请执行 bancheng {task}（bancheng up 会一并启动）。",
                f"{english} doesn't run: start `bancheng {task}` (`bancheng up` runs it too).",
            )  # fmt: skip
    if not standing.simulated and over(standing.due_since, standing.at, DUE_LIMIT):
        yield Finding(
            "late_clock", "clock", f"{standing.due} 件工单的到期事项未及时处理：请查看 log/clock.log。",
            f"The clock is late on {standing.due} cases: see its log.",
        )  # fmt: skip
    if over(standing.inbox_since, standing.at, INBOX_LIMIT):
        yield Finding(
            "inbox", "router", f"{standing.inbox} 条内部指令等待超过一分钟：请查看 log/router.log。",
            f"{standing.inbox} commands between cases have waited for over a minute: see the router's log.",
        )  # fmt: skip


def _set_aside(standing: Standing) -> Iterator[Finding]:
    count = sum(standing.set_aside.values())
    if count:
        yield Finding(
            "quarantine", "", f"{count} 条消息在隔离区待处理：请执行 bancheng quarantine list。",
            f"{count} messages wait in quarantine: see `bancheng quarantine list`.", urgent=False,
        )  # fmt: skip


def _not_anchored(reach: Reach) -> Finding:
    count = reach.beyond
    return Finding(
        "anchors", "clock",
        f"{count} 条记录还没有锚点，已超过约定：请执行 bancheng anchor now，并用 bancheng doctor 查看签名密钥。",
        f"{count} records have no anchor yet, though one was due: run `bancheng anchor now`, and see what "
        "`bancheng doctor` says of the signing key.", urgent=False,
    )  # fmt: skip


def over(since: datetime | None, now: datetime, limit: timedelta, *, never: bool = False) -> bool:
    """Whether something has lasted longer than a limit; `never` is the answer where it never began."""
    return never if since is None else now - since > limit
