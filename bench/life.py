"""Whole lives of cases, played at full speed: dispatched, signed, contacted, answered, followed up, rated.

Every unit and office is played by the administrator, who reads all assignments and writes all responses: what is
measured is the router's side. A case that no unit can answer alone (triage, task force, several units) is left as it
stands, as the day's end would find it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from matters import CHANNEL, MATTERS, TOPIC

from producers.window import new_id
from router.ledger.install import SHARDS
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matters import Feeder

    from bancheng.compose import House

_QUIET_POLLS = 3
_POLL_MS = 1000
_SECONDS = 60
_WORDS = {"text": "已与居民联系，派人到现场查看并按规定办理，结果已当面告知。"}


class Players:
    """All units, offices and the rating system at once."""

    def __init__(self, house: House, units: tuple[str, ...]) -> None:
        """Read what units are told from the end of their topics on."""
        options = house.connection("admin").options()
        self._producer = KafkaProducer(acks="all", enable_idempotence=True, compression_type="lz4", **options)
        self._consumer = KafkaConsumer(enable_auto_commit=False, max_poll_records=5000, **options)
        self._consumer.assign([TopicPartition(f"assignments.{unit}", 0) for unit in units])
        self._consumer.seek_to_end()
        for partition in self._consumer.assignment():
            self._consumer.position(partition)
        self.sent = 0

    def play(self) -> int:
        """Answer everything that units are told until they are told nothing new; return how many messages that took."""
        begun, quiet = self.sent, 0
        while quiet < _QUIET_POLLS:
            batch = self._consumer.poll(timeout_ms=_POLL_MS)
            quiet = 0 if batch else quiet + 1
            promised = [
                self._send(topic, case_id, value)
                for partition, records in batch.items()
                for record in records
                for topic, case_id, value in answers(partition.topic.partition(".")[2], orjson.loads(record.value))
            ]
            for promise in promised:
                promise.get(timeout=_SECONDS)
        return self.sent - begun

    def close(self) -> None:
        """Let go of the broker."""
        self._producer.close(timeout=5)
        self._consumer.close()

    def _send(self, topic: str, case_id: str, value: bytes) -> Any:
        self.sent += 1
        return self._producer.send(topic, value=value, key=case_id.encode(), partition=0, headers=[CONTENT_TYPE])


def bring(feeder: Feeder, count: int) -> None:
    """Submit cases that speak of one thing each, as most do: one unit can answer them."""
    promised = []
    for number in range(count):
        case_id, (title, said) = new_id(), MATTERS[number % len(MATTERS)]
        told = {"title": title, "narrative": f"{said}（第{number}户）"}
        person = {"name": f"住户{number}", "phone": f"15{number:09d}"}
        value = _event(
            f"/channels/{CHANNEL}", "cn.bancheng.case.submitted.v1", case_id, {"details": {**told, "person": person}}
        )
        promised.append(feeder.producer.send(
            TOPIC, value=value, key=case_id.encode(), headers=[CONTENT_TYPE], partition=shard_of(case_id, SHARDS)
        ))  # fmt: skip
    for promise in promised:
        promise.get(timeout=_SECONDS)
    feeder.sent += count


def answers(unit: str, event: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """Yield what a unit or office sends when it is told something: topic, case, message."""
    kind, case_id, data = event["type"], event["subject"], event["data"]
    if kind == "cn.bancheng.assignment.dispatched.v1" and data.get("alone", True):
        number = {"assignment": data["assignment"]}
        yield _response(unit, case_id, "sign", number, None)
        yield _response(unit, case_id, "contact", number, _WORDS)
        yield _response(unit, case_id, "answer", {}, _WORDS)
    if kind == "cn.bancheng.task.requested.v1" and data["task"] == "follow_up":
        yield _response(unit, case_id, "follow_up", {"grade": "satisfied"}, _WORDS)
        yield (
            f"feedback.{CHANNEL}",
            case_id,
            _event(f"/channels/{CHANNEL}", "cn.bancheng.feedback.rated.v1", case_id, {"grade": "satisfied"}),
        )


def _response(
    unit: str, case_id: str, verb: str, data: dict[str, Any], details: dict[str, str] | None
) -> tuple[str, str, bytes]:
    told = data | ({"details": details} if details else {})
    return f"responses.{unit}", case_id, _event(f"/units/{unit}", f"cn.bancheng.response.{verb}.v1", case_id, told)


def _event(source: str, kind: str, case_id: str, data: dict[str, Any]) -> bytes:
    now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    return write(id=new_id(), source=source, type=kind, subject=case_id, time=now, data=data)
