"""Cases to be submitted, as bytes: of about the length that people write, no two alike, each by a person of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from kafka import KafkaProducer

from producers.window import new_id
from router.door.received import Received
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bancheng.compose import House

MATTERS = (
    (
        "小区暖气不热",
        "小区暖气一直不热，室温只有十三四度，家里有老人和孩子。打了几次供热公司电话都说在排查，请尽快处理。",
    ),
    ("工地拖欠工资", "工地拖欠工资三个月，老板不接电话，二十多个工人等着回家过年。请劳动监察帮忙把钱要回来。"),
    ("道路坑洼积水", "门口的路坑坑洼洼，下雨天积水很深，上个月骑车的人摔了好几个。什么时候能修一修，请给个准话。"),
    (
        "营业执照办不下来",
        "办营业执照跑了四趟，窗口每次要的材料都不一样，先说缺租赁合同，又说要房东身份证。希望一次说清楚。",
    ),
    ("草场承包合同丢失", "草场承包合同丢了，邻居越界放牧，嘎查说没有底档，苏木说要找旗里。不知道找谁确权，请指条路。"),
    ("医保报销备案", "外地住院回来报销医保，说要备案证明，可是当时医院没有告诉我们要办备案，花了四万多。能不能补办。"),
    ("夜间施工噪音", "晚上工地施工到凌晨两点，噪音太大，孩子第二天还要上学。打过电话，来人看一下就走了，希望管一管。"),
    ("路灯不亮", "主街到学校那一段的路灯坏了快一个月，晚上接孩子看不见路，前天有电动车撞到一起。请派人修好。"),
)
"""What people bring: a title and what they say; one in eight goes to triage or a proposal, the rest to units."""
HARD = ("档案不知道在哪", "多年没交养老保险，档案不知道在哪里，原来的厂子已经改制，单位早就没了。想补缴以后办理退休。")
"""Opens a task force with 26 parts at once: thirty events in one decision."""
RARELY = 100
"""One in so many is hard. (*assumption*; before, every fourth was, which measured task forces rather than routing)"""
CHANNEL = "import"
TOPIC = f"cases.{CHANNEL}"
_PENDING = 5_000
_SECONDS = 60


class Matter(NamedTuple):
    """One submission as its channel sends it."""

    case_id: str
    value: bytes


def matters(count: int, first: int = 0) -> Iterator[Matter]:
    """Yield submissions; `first` is the number of the first, so that later ones differ from earlier ones."""
    for number in range(first, first + count):
        case_id, now = new_id(), datetime.now(UTC).isoformat()
        title, said = HARD if number % RARELY == RARELY - 1 else MATTERS[number % len(MATTERS)]
        text = f"{said}（第{number}件）"
        person = {"name": f"居民{number}", "phone": f"13{number:09d}"}
        yield Matter(case_id, write(
            id=new_id(), source=f"/channels/{CHANNEL}", type="cn.bancheng.case.submitted.v1", subject=case_id,
            time=now, data={"details": {"title": title, "narrative": text, "person": person}},
        ))  # fmt: skip


def received(batch: Iterable[Matter], *, offset: int = 0) -> list[Received]:
    """Return submissions as the door gets them from a consumer."""
    return [
        Received(TOPIC, 0, offset + at, one.case_id.encode(), one.value, [CONTENT_TYPE]) for at, one in enumerate(batch)
    ]


class Feeder:
    """The channel's producer: it sends bytes as they are, to the partition of each case."""

    def __init__(self, house: House) -> None:
        """Connect as the channel."""
        self.producer = KafkaProducer(
            acks="all", enable_idempotence=True, compression_type="lz4", batch_size=256 * 1024, linger_ms=20,
            **house.connection(f"channel-{CHANNEL}").options(),
        )  # fmt: skip
        self._partitions = len(self.producer.partitions_for(TOPIC))
        self.sent = 0

    def feed(self, count: int) -> None:
        """Send that many more cases and wait until all are in the broker."""
        promised = []
        for one in matters(count, self.sent):
            promised.append(self.producer.send(
                TOPIC, value=one.value, key=one.case_id.encode(), headers=[CONTENT_TYPE],
                partition=shard_of(one.case_id, self._partitions),
            ))  # fmt: skip
            if len(promised) >= _PENDING:
                promised.pop(0).get(timeout=_SECONDS)
        for promise in promised:
            promise.get(timeout=_SECONDS)
        self.sent += count

    def close(self) -> None:
        """Let go of the broker."""
        self.producer.close(timeout=5)
