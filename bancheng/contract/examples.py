"""One example of every message type, as it stands on the wire. The people and cases in them are made up. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import orjson

from router.cases import events as ev
from router.cases.refusals import Refusal
from router.cases.state import Entry, EntryKind, Form, Share
from router.classify.classification import Classification, Cue, Verdict
from router.ledger import record
from router.messages.envelope import write
from router.messages.inbound import kinds

CASE: Final = "0195d3a0-7b1c-7c3e-9a4f-2b6d8e1f0a11"
OTHER: Final = "0195d39f-10aa-7d21-8c55-6f1d2e3c4b5a"
_NUMBER: Final = "OTOG-2026-001"
_HERE: Final = timezone(timedelta(hours=8))
_TIME: Final = datetime(2026, 3, 2, 9, 30, tzinfo=_HERE)
_UTC: Final = _TIME.astimezone(UTC)
_DUE: Final = "2026-03-23T09:30:00Z"
_NOTE: Final = {"scheme": "plain", "text": "已电话联系本人，约定周三上午带工作证来窗口。"}
_PERSON: Final = {"name": "巴图", "phone": "13800000001", "address": "乌兰镇"}
_TITLE: Final = "老厂职工，多年没交养老保险，档案找不到"
_MATTER: Final = (
    "八三年进厂，厂子关了以后回家放羊，养老保险断缴多年。来办退休，窗口说要先看职工档案，可谁也不知道档案存在哪里。"
)

_IN: Final[dict[str, dict[str, Any]]] = {
    "cn.bancheng.case.submitted.v1": {
        "reference": _NUMBER,
        "details": {"scheme": "plain", "title": _TITLE, "narrative": _MATTER, "person": _PERSON},
    },
    "cn.bancheng.case.supplemented.v1": {"details": {"text": "补交工作证和先进生产者奖状的照片两张。"}},
    "cn.bancheng.case.withdrawn.v1": {"details": {"text": "本人说事情已经办好，不用再查了。"}},
    "cn.bancheng.feedback.rated.v1": {"grade": "satisfied", "details": {"text": "跑了四趟没办成，这回一趟就有人管。"}},
    "cn.bancheng.response.sign.v1": {"assignment": 1},
    "cn.bancheng.response.contact.v1": {"assignment": 1, "details": _NOTE},
    "cn.bancheng.response.apply_return.v1": {
        "assignment": 1,
        "reason": "not-our-duty",
        "details": {
            "text": "本单位不保管已关闭企业的职工档案。",
            "basis": "三定规定第四条",
            "signed_by": "分管副局长",
        },
    },
    "cn.bancheng.response.report_progress.v1": {"assignment": 1, "details": {"text": "已查完八十年代招工登记册。"}},
    "cn.bancheng.response.answer.v1": {"assignment": 1, "details": {"text": "档案已找到，工龄认定为十五年。"}},
    "cn.bancheng.response.propose_negative.v1": {
        "assignment": 1,
        "reason": "no-legal-basis",
        "details": {
            "text": "现有材料不能证明劳动关系，不能按职工身份补缴。",
            "basis": "社会保险法第六十三条",
            "remedy": "可在六十日内申请行政复议，也可继续缴纳城乡居民养老保险。",
            "signed_by": "局长",
        },
    },
    "cn.bancheng.response.give_opinion.v1": {
        "assignment": 1,
        "done_by": "2026-05-29",
        "details": {"text": "先找档案，再认定工龄，核定补缴金额后办理退休。"},
    },
    "cn.bancheng.response.submit_part.v1": {
        "part": "search-archives",
        "result": "done",
        "details": {"text": "在工业主管部门移交的箱子里找到招工表。"},
    },
    "cn.bancheng.response.check_part.v1": {"part": "search-archives"},
    "cn.bancheng.response.verify_part.v1": {"part": "search-archives"},
    "cn.bancheng.response.reject_part.v1": {
        "part": "search-archives",
        "details": {"text": "缺少查档人签字，请补上。"},
    },
    "cn.bancheng.response.triage.v1": {
        "domain": "pension",
        "cause": "file-lost",
        "lead": "hrss",
        "cooperating": ["archive"],
    },
    "cn.bancheng.response.decline.v1": {"rule": "litigation", "details": {"text": "同一事项法院正在审理。"}},
    "cn.bancheng.response.grant_return.v1": {"assignment": 1, "to": "archive"},
    "cn.bancheng.response.refuse_return.v1": {
        "assignment": 1,
        "details": {"text": "职责清单载明由你单位承接，不予退单。"},
    },
    "cn.bancheng.response.designate.v1": {"unit": "hrss", "details": {"text": "经会商，指定由人社局牵头办理。"}},
    "cn.bancheng.response.approve_task_force.v1": {"details": {"text": "同意成立专班。"}},
    "cn.bancheng.response.refuse_task_force.v1": {"details": {"text": "一家单位可以办成，不必成立专班。"}},
    "cn.bancheng.response.approve_negative.v1": {},
    "cn.bancheng.response.refuse_negative.v1": {"details": {"text": "没有写明救济途径，请补充后重报。"}},
    "cn.bancheng.response.follow_up.v1": {
        "grade": "very_satisfied",
        "details": {"text": "养老金已经到账，老人很高兴。"},
    },
}
_ANSWER: Final = {"scheme": "plain", "text": "档案已找到，工龄认定为十五年，补缴后已办理退休。"}
_OUT: Final[dict[str, dict[str, Any]]] = {
    "cn.bancheng.result.receipt.v1": {
        "version": 5,
        "reference": _NUMBER,
        "stage": "handling",
        "due": _DUE,
        "lead": "hrss",
        "units": 1,
    },
    "cn.bancheng.result.declined.v1": {
        "version": 3,
        "rule": "litigation",
        "details": {
            "scheme": "plain",
            "notice": {"reason": "法院正在审理", "basis": "信访工作条例", "right_door": "审理该案的人民法院"},
        },
    },
    "cn.bancheng.result.resolved.v1": {
        "version": 14,
        "reference": _NUMBER,
        "outcome": "resolved",
        "lead": "hrss",
        "details": {"scheme": "plain", "notes": [_ANSWER]},
    },
    "cn.bancheng.result.withdrawn.v1": {"version": 6, "reference": _NUMBER},
    "cn.bancheng.command.refused.v1": {
        "version": 7,
        "verb": "apply_return",
        "code": "return_without_contact",
        "message": "0195d3b2-5c10-7a44-9d0e-3f5a6b7c8d9e",
        "details": {
            "scheme": "plain",
            "notice": {lang: Refusal("return_without_contact").sentence(lang) for lang in ("zh", "en")},
        },
    },
    "cn.bancheng.assignment.dispatched.v1": {
        "version": 5,
        "reference": _NUMBER,
        "assignment": 1,
        "role": "lead",
        "form": "order",
        "sign_due": "2026-03-03T09:30:00Z",
        "due": _DUE,
        "domain": "pension",
        "cause": "file-lost",
        "lead": "hrss",
        "details": {"scheme": "plain", "title": _TITLE, "narrative": _MATTER, "person": _PERSON},
    },
    "cn.bancheng.assignment.return_decided.v1": {"version": 9, "reference": _NUMBER, "assignment": 1, "granted": True},
    "cn.bancheng.assignment.withdrawn.v1": {"version": 9, "reference": _NUMBER, "assignment": 2},
    "cn.bancheng.assignment.part_sent_back.v1": {
        "version": 11,
        "reference": _NUMBER,
        "part": "search-archives",
        "by": "window",
        "details": {"scheme": "plain", "notes": [{"scheme": "plain", "text": "缺少查档人签字，请补上。"}]},
    },
    "cn.bancheng.task.requested.v1": {
        "version": 4,
        "reference": _NUMBER,
        "task": "triage",
        "reason": "unsure",
        "offered": ["pension", "labour"],
        "details": {"scheme": "plain", "title": _TITLE, "narrative": _MATTER, "person": _PERSON},
    },
}
_PLACE: Final = ("cases.window-system", 3, 1207)


def example(type_: str) -> dict[str, Any]:
    """Return a whole event of that type; raises KeyError for a type without an example."""
    if type_ == record.TYPE:
        return _read(_record())
    if type_ == "cn.bancheng.quarantined.v1":
        return _quarantined(type_)
    kind = kinds().get(type_)
    source = "/router"
    if kind is not None:
        source = "/units/hrss" if kind.family == "responses" else "/channels/window-system"
    name = "0195d3a0-7b1d-7f00-8a10-" + hashlib.sha256(type_.encode()).hexdigest()[:12] if kind else "5-42-0"
    data = (_IN if kind else _OUT)[type_]
    time = _TIME if kind else _UTC
    return _read(write(id=name, source=source, type=type_, subject=CASE, time=time.isoformat(), data=data))


def _quarantined(type_: str) -> dict[str, Any]:
    topic, partition, offset = _PLACE
    place = f"{topic}/{partition}/{offset}"
    data = {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "code": "bad_field",
        "field": "data.details.narrative",
        "digest": hashlib.sha256(b"example").hexdigest(),
    }
    return _read(write(id=place, source="/router", type=type_, subject=place, time=_UTC.isoformat(), data=data))


def _record() -> bytes:
    """Return the record of the example submission, as the router would encode it."""
    policy = hashlib.sha256(b"example policy").hexdigest()
    entries = (Entry(CASE, "matter", EntryKind.MATTER), Entry(CASE, "person", EntryKind.PERSON))
    domain, cause = "pension", "file-lost"
    due = datetime.fromisoformat(_DUE)
    return record.encode(
        record.Record(
            shard=5,
            sequence=42,
            previous=hashlib.sha256(b"the record before").hexdigest(),
            recorded_at=_UTC,
            now=_UTC,
            case=CASE,
            version=5,
            policy=policy,
            cause=record.Cause(
                message="0195d3a0-7b1d-7f00-8a10-1c2d3e4f5a6b", topic=_PLACE[0], partition=5, offset=880
            ),
            actor=record.Who("window-system", "channel"),
            command={"verb": "submit", "occurred_at": _TIME.isoformat(), "reference": _NUMBER},
            entries=entries,
            classification=Classification(
                model=policy,
                domain=Verdict(domain, 912, "labour", (Cue("养老保险", 3000, title=True),)),
                cause=Verdict(cause, 874, None, (Cue("档案找不到", 4000, title=True),)),
            ),
            events=(
                ev.Submitted("window-system", policy, _TIME, _NUMBER, entries=entries),
                ev.Acknowledged(),
                ev.Classified(policy, domain, cause=cause, confidence=912, cause_confidence=874),
                ev.Accepted(due),
                ev.Assigned(1, "hrss", Share.LEAD, Form.ORDER, _UTC + timedelta(days=1), due),
            ),
        )
    )


def _read(event: bytes) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(event)
    return content
