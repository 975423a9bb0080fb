"""Judging the broker: that it answers, its settings and topics. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.access_plan import MESSAGE_MAX_BYTES, TopicSpec, plan_access
from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, unusable, warn
from bancheng.doctor.seen import Missing, first_missing
from router.ledger.install import SHARDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bancheng.access_plan import AccessPlan
    from bancheng.doctor.seen import Rules, Seen, Topic

BROKER = Words("Kafka", "Broker")
LOGIN = Words("路由登录", "Router's login")
SETTINGS = Words("Kafka 设置", "Broker settings")
TOPICS = Words("主题", "Topics")
SURPLUS = Words("多余主题", "Surplus topics")
SETUP = "bancheng topics create"
_OLDEST = (4, 0)
"""The oldest protocol that was tested (DESIGN §12 runs 4.3.1)."""
_NAMED = 3


def broker(seen: Seen) -> Sequence[Finding]:
    """It answers, lets us in, and has one controller."""
    found = seen.broker
    if isinstance(found, Missing):
        return [unusable(BROKER, found)]
    if found.controller is None:
        return [
            bad(
                BROKER,
                f"{found.address} 有 {found.nodes} 个节点，但没有主控节点",
                f"{found.address} has {found.nodes} nodes but no controller",
                Words(
                    "查看 Kafka 日志（内置：log 旁的 kafka/broker.log）",
                    "Read the broker's log (embedded: kafka/broker.log)",
                ),
            )
        ]
    version = ".".join(map(str, found.version))
    if found.version < _OLDEST:
        return [
            warn(
                BROKER,
                f"{found.address} 版本过旧（{version}）",
                f"{found.address} is old ({version})",
                Words("升级到 Kafka 4", "Upgrade to Kafka 4"),
            )
        ]
    return [
        ok(
            BROKER,
            f"{found.address}，协议 {version}，节点 {found.nodes} 个，主控节点 {found.controller}，登录为 {found.user}",
            f"{found.address}, protocol {version}, {found.nodes} nodes, controller {found.controller}, as {found.user}",
        )
    ]


def login(seen: Seen) -> Sequence[Finding]:
    """The router's own password is taken."""
    found = seen.router_login
    if isinstance(found, Missing):
        return [unusable(LOGIN, found)]
    return [ok(LOGIN, f"用户 {found} 可登录", f"User {found} gets in")]


def settings(seen: Seen) -> Sequence[Finding]:
    """Messages of the largest size come through, and a misspelt topic is an error."""
    found = seen.broker
    if isinstance(found, Missing):
        return [skipped(SETTINGS, found)]
    if found.message_max_bytes is None or found.auto_create is None:
        return [skipped(SETTINGS, Missing(Words(f"用户 {found.user} 无权查看", f"User {found.user} may not see them")))]
    wrong = []
    if found.message_max_bytes < MESSAGE_MAX_BYTES:
        wrong.append(
            bad(
                SETTINGS,
                f"message.max.bytes 是 {found.message_max_bytes}，长诉求发不进来",
                f"message.max.bytes is {found.message_max_bytes}: long matters can't come in",
                "kafka-configs.sh --alter --entity-type brokers --entity-default --add-config "
                f"message.max.bytes={MESSAGE_MAX_BYTES}",
            )
        )
    if found.auto_create:
        wrong.append(
            warn(
                SETTINGS,
                "auto.create.topics.enable 开着：写错的主题名会变成新主题",
                "auto.create.topics.enable is on: a misspelt topic becomes a topic",
                Words(
                    "在 server.properties 里设 auto.create.topics.enable=false 并重启",
                    "Set auto.create.topics.enable=false in server.properties and restart",
                ),
            )
        )
    return wrong or [
        ok(
            SETTINGS,
            f"单条消息上限 {found.message_max_bytes} 字节；不自动建主题",
            f"Messages of {found.message_max_bytes} bytes come through; no topics by mistake",
        )
    ]


def topics(seen: Seen) -> Sequence[Finding]:
    """Every topic that the policy needs exists, led, with its partitions and retention (DESIGN §5)."""
    if isinstance(seen.topics, Missing) or isinstance(seen.rules, Missing):
        return [skipped(TOPICS, first_missing(seen.topics, seen.rules))]
    wanted = _plan(seen, seen.rules).topics
    there = {topic.name: topic for topic in seen.topics}
    lacking = [spec.name for spec in wanted if spec.name not in there]
    wrong = [bad(TOPICS, f"缺少 {_some(lacking)}", f"Missing: {_some(lacking)}", SETUP)] if lacking else []
    for spec in wanted:
        if spec.name in there:
            wrong += _differs(spec, there[spec.name], known=not isinstance(seen.installation, Missing))
    return wrong or [
        ok(
            TOPICS,
            f"规则需要的 {len(wanted)} 个都在，分区和保留期相符",
            f"All {len(wanted)} that the policy needs are there, with their partitions and retention",
        )
    ]


def surplus(seen: Seen) -> Sequence[Finding]:
    """Topics that no policy names hold messages that nobody reads, or were misspelt."""
    if isinstance(seen.topics, Missing) or isinstance(seen.rules, Missing):
        return []
    named = {spec.name for spec in _plan(seen, seen.rules).topics}
    more = sorted(topic.name for topic in seen.topics if topic.name not in named)
    if not more:
        return []
    return [
        warn(
            SURPLUS,
            f"{len(more)} 个主题规则里没有：{_some(more)}",
            f"{len(more)} topics stand in no policy: {_some(more)}",
            Words("确认无人使用后用 kafka-topics.sh --delete 删除", "Once nobody uses them: kafka-topics.sh --delete"),
        )
    ]


def _plan(seen: Seen, rules: Rules) -> AccessPlan:
    shards = SHARDS if isinstance(seen.installation, Missing) else seen.installation.shards
    return plan_access(channels=rules.channels, units=rules.units, shards=shards)


def _differs(spec: TopicSpec, topic: Topic, *, known: bool) -> list[Finding]:
    """Return what is wrong with a topic; its partitions count only where the number of shards is `known`."""
    wrong = []
    if topic.leaderless:
        wrong.append(
            bad(
                TOPICS,
                f"{topic.name} 有 {topic.leaderless} 个分区无主",
                f"{topic.name}: nobody leads {topic.leaderless} partitions",
                Words("检查 Kafka 各节点是否在运行", "See whether every broker runs"),
            )
        )
    if known and topic.partitions != spec.partitions:
        wrong.append(_partitions(spec, topic))
    if topic.retention_ms is not None and topic.retention_ms != spec.retention_ms:
        command = f"kafka-configs.sh --alter --topic {topic.name} --add-config retention.ms={spec.retention_ms}"
        worse = _shorter(topic.retention_ms, spec.retention_ms)
        judge = bad if worse else warn
        wrong.append(
            judge(
                TOPICS,
                f"{topic.name} 保留 {_days(topic.retention_ms).zh}，应为 {_days(spec.retention_ms).zh}",
                f"{topic.name} keeps {_days(topic.retention_ms).en} instead of {_days(spec.retention_ms).en}",
                command,
            )
        )
    return wrong


def _partitions(spec: TopicSpec, topic: Topic) -> Finding:
    """Fewer can be added to; more can't be taken away, but the router takes whatever partition a message came by."""
    zh = f"{topic.name} 有 {topic.partitions} 个分区，应为 {spec.partitions}"
    en = f"{topic.name} has {topic.partitions} partitions instead of {spec.partitions}"
    if topic.partitions < spec.partitions:
        return bad(TOPICS, zh, en, f"kafka-topics.sh --alter --topic {topic.name} --partitions {spec.partitions}")
    return warn(
        TOPICS,
        zh,
        en,
        Words(
            "分区不能减少；换用新主题或保持现状（不影响结果，只影响速度）",
            "Partitions can't be taken away; results stay right, only speed suffers",
        ),
    )


def _shorter(one: int, other: int) -> bool:
    return one >= 0 and (other < 0 or one < other)


def _days(retention_ms: int) -> Words:
    if retention_ms < 0:
        return Words("永久", "for ever")
    days = f"{retention_ms / 86_400_000:g}"
    return Words(f"{days} 天", f"{days} days")


def _some(names: Sequence[str]) -> str:
    more = f" …（{len(names)}）" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
