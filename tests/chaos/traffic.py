"""What is sent: cases with their follow-ups, repeats, disorder, conflicts and rubbish, all from a seed."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

from checker import Sent

CHANNELS = ("window-system", "hotline")
TEXTS = (
    ("房屋漏水，物业不管", "housing"), ("暖气不热", "housing"), ("社保断了多年，档案找不到", "hrss"), ("社保", "hrss"),
    ("气死我了", "dispatcher"), ("房屋漏水，法院已立案", "housing"),
)  # fmt: skip
_TIME = "2026-03-02T09:30:00+08:00"
_SHARDS = 16
_MASK = 0xFFFFFFFF


def shard(case_id: str) -> int:
    """Return the partition of a case: Kafka's murmur2, written here anew."""
    data = case_id.encode()
    h = 0x9747B28C ^ len(data)
    for at in range(0, len(data) // 4 * 4, 4):
        k = int.from_bytes(data[at : at + 4], "little") * 0x5BD1E995 & _MASK
        h = (h * 0x5BD1E995 & _MASK) ^ ((k ^ k >> 24) * 0x5BD1E995 & _MASK)
    rest = data[len(data) // 4 * 4 :]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * 0x5BD1E995 & _MASK
    h = (h ^ h >> 13) * 0x5BD1E995 & _MASK
    return ((h ^ h >> 15) & 0x7FFFFFFF) % _SHARDS


class Traffic:
    """A seeded plan of messages in the order in which they are to be sent."""

    def __init__(self, seed: int, messages: int) -> None:
        """Plan about `messages` messages: of a hundred some 5 are exact repeats and 1 is rubbish."""
        self._random = random.Random(seed)  # noqa: S311 (a plan to be repeated, no secret)
        self._number = 0
        self._timed: list[tuple[float, Sent]] = []
        self._span = float(messages)
        while len(self._timed) < messages:
            self._case()
        self.plan = [sent for _, sent in sorted(self._timed, key=lambda pair: pair[0])]

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4)).replace("-4", "-7", 1)[:36]

    def _id(self) -> str:
        """A case id of version 7 that says its number."""
        self._number += 1
        return (
            f"0197{self._number:04x}-{self._random.getrandbits(16):04x}-7000-8000-{self._random.getrandbits(48):012x}"
        )

    def _case(self) -> None:
        """One case: its submission at some time, what follows it, and sometimes what comes too early."""
        pick = self._random
        case_id, channel = self._id(), pick.choice(CHANNELS)
        text, unit = pick.choice(TEXTS)
        at = pick.uniform(0, self._span * 0.9)
        words = text if pick.random() < 0.02 else f"{text} 第{self._number}件 {case_id[:13]}"
        data: dict[str, Any] = {"details": {"narrative": words, "person": {"name": "张三"}}}
        if pick.random() < 0.2:
            data["details"]["person"]["phone"] = f"1380{pick.randrange(300):07d}"
        if pick.random() < 0.01:
            data["complained_of"] = ["nobody"]
        submission = self._event(f"/channels/{channel}", "case.submitted", case_id, data)
        self._add(at, self._of(f"cases.{channel}", case_id, submission))
        later = at
        for kind, source, details in self._follow_ups(channel, unit):
            early = pick.random() < 0.08
            later += 1 + pick.expovariate(1 / 200)
            moment = at - pick.uniform(1, 300) if early else later
            topic = f"cases.{channel}" if kind.startswith("case") else f"responses.{unit}"
            self._add(moment, self._of(topic, case_id, self._event(source, kind, case_id, details)))
        if pick.random() < 0.01:
            self._conflict(at, channel, case_id, submission)
        if pick.random() < 0.018:
            self._rubbish(at, channel)

    def _follow_ups(self, channel: str, unit: str) -> list[tuple[str, str, dict[str, Any]]]:
        """What channel and unit send after the submission, in order."""
        own, theirs, note = f"/channels/{channel}", f"/units/{unit}", {"details": {"text": "补充说明"}}
        chance = self._random.random()
        if chance < 0.5:
            return []
        if chance < 0.6:
            return [("case.supplemented", own, note)]
        if chance < 0.65:
            return [("case.supplemented", own, note), ("case.withdrawn", own, {})]
        steps: list[tuple[str, str, dict[str, Any]]] = [("response.sign", theirs, {}), ("response.contact", theirs, {})]
        if chance > 0.75:
            steps.append(("response.report_progress", theirs, note))
        if chance > 0.8:
            steps.append(("response.answer", theirs, note))
        return steps

    def _event(self, source: str, kind: str, case_id: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0", "id": self._uuid(), "source": source, "type": f"cn.bancheng.{kind}.v1",
            "subject": case_id, "time": _TIME, "datacontenttype": "application/json", "data": data, **changes,
        }  # fmt: skip

    def _of(self, topic: str, case_id: str, event: dict[str, Any], *, rubbish: bool = False) -> Sent:
        partition = shard(case_id) if topic.startswith("cases.") else 0
        return Sent(topic, partition, case_id.encode(), json.dumps(event, ensure_ascii=False).encode(), rubbish)

    def _add(self, at: float, sent: Sent) -> None:
        self._timed.append((at, sent))
        while self._random.random() < 0.05:
            self._timed.append((at + self._random.expovariate(1 / 500), sent))

    def _conflict(self, at: float, channel: str, case_id: str, submission: dict[str, Any]) -> None:
        """The same id with other content, or a second submission: long after the first, by the same partition."""
        changed = json.loads(json.dumps(submission))
        changed["data"]["details"]["narrative"] += "，又补一句"
        if self._random.random() < 0.5 and "complained_of" not in submission["data"]:
            changed["id"] = self._uuid()
        self._timed.append((at + self._span / 2 + 3000, self._of(f"cases.{channel}", case_id, changed, rubbish=True)))

    def _rubbish(self, at: float, channel: str) -> None:
        case_id = self._id()
        good = self._event(f"/channels/{channel}", "case.submitted", case_id, {"details": {"narrative": case_id}})
        topic, key = f"cases.{channel}", case_id.encode()
        spoil = self._random.choice(_SPOILT)
        value, key = spoil(good, key, self._random)
        self._timed.append((at, Sent(topic, self._random.randrange(_SHARDS), key, value, rubbish=True)))


def _json(event: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**event, **changes}, ensure_ascii=False).encode()


_SPOILT: tuple[Any, ...] = (
    lambda _e, k, _r: (None, k),
    lambda e, k, r: (_json(e)[: r.randrange(5, 150)], k),
    lambda _e, k, r: (r.randbytes(r.randrange(1, 300)), k),
    lambda e, _k, r: (_json(e), r.randbytes(8)),
    lambda e, _k, _r: (_json(e), None),
    lambda e, k, _r: (_json(e, type="cn.bancheng.case.submitted.v9"), k),
    lambda e, k, _r: (_json(e, source="/channels/elsewhere"), k),
    lambda e, k, _r: (_json(e, time="yesterday"), k),
    lambda e, k, _r: (_json(e, data={"details": {"narrative": "a\x00b" + e["id"]}}), k),
    lambda e, k, _r: (_json(e, data={"details": {"narrative": e["id"], "phone\x00": "1"}}), k),
    lambda e, k, _r: (_json(e, data={"details": {}, "x": e["id"]}), k),
    lambda e, k, _r: (_json(e, specversion="2.0"), k),
    lambda e, k, _r: (json.dumps([e]).encode(), k),
    lambda e, k, _r: (_json(e, data={"details": {"narrative": "x" * 1_100_000 + e["id"]}}), k),
    lambda e, k, _r: (_json(e)[:-1] + b',"data":[]}', k),
    lambda e, k, _r: (_json(e).replace(b"narrative", b"narr\xff"), k),
)
