"""What others send, an example a type, by who sends it: the fields of `data`, and the words of `details`. Pure."""

from __future__ import annotations

from typing import Any, Final

from bancheng.contract.matter import EARLIER, MATTER, NUMBER, POLICY

Example = tuple[dict[str, Any], dict[str, Any]]
"""Fields and words; no words, no details."""

_CHANNEL: Final[dict[str, Example]] = {
    "case.submitted": ({"reference": NUMBER, "guided": True}, MATTER),
    "case.supplemented": ({}, {"text": "补交工作证和先进生产者奖状的照片两张。"}),
    "case.withdrawn": ({}, {"text": "本人说事情已经办好，不用再查了。"}),
    "feedback.rated": ({"grade": "satisfied"}, {"text": "跑了四趟没办成，这回一趟就有人管。"}),
    "feedback.objected": ({}, {"text": "说我年份记错了，可奖状上写着八三年，请再查一遍。"}),
}
_LEAD: Final[dict[str, Example]] = {
    "response.sign": ({"assignment": 1}, {}),
    "response.contact": ({"assignment": 1}, {"text": "已电话联系本人，约定周三上午带工作证来窗口。"}),
    "response.report_progress": ({"assignment": 1}, {"text": "已查完八十年代招工登记册。"}),
    "response.apply_return": (
        {"assignment": 1, "reason": "not-our-duty"},
        {"text": "本单位不保管已关闭企业的职工档案。", "basis": "三定规定第四条", "signed_by": "分管副局长"},
    ),
    "response.answer": ({"assignment": 1}, {"text": "档案已找到，工龄认定为十五年，补缴后已办理退休。"}),
    "response.propose_negative": (
        {"assignment": 1, "reason": "no-legal-basis"},
        {
            "text": "现有材料不能证明劳动关系，不能按职工身份补缴。",
            "basis": "社会保险法第六十三条",
            "remedy": "可在六十日内申请行政复议，也可继续缴纳城乡居民养老保险。",
            "signed_by": "局长",
        },
    ),
    "response.pause": (
        {"assignment": 1, "kind": "statutory"},
        {"text": "工龄认定结果在嘎查和局网站公示五天，期满前不能核定。"},
    ),
    "response.resume": ({"assignment": 1}, {"text": "公示期满，没有人提出异议。"}),
    "response.apply_extension": (
        {"assignment": 1, "days": 10},
        {"text": "市局复核要等下一次例会，请延期十个工作日。"},
    ),
    "response.propose_hold": (
        {"assignment": 1},
        {"text": "补缴办法正在修订，新办法出台前无法核定，建议先挂账，出台当月重新办理。"},
    ),
    "response.give_opinion": (
        {"assignment": 1, "done_by": "2026-05-29"},
        {"text": "先找档案，再认定工龄，核定补缴金额后办理退休。"},
    ),
    "response.check_part": ({"part": "search-archives"}, {}),
    "response.add_part": (
        {
            "item": {
                "id": "ask-foreman",
                "unit": "industry-it",
                "working_days": 5,
                "required": False,
                "after": ["enterprise-history"],
            }
        },
        {
            "text": (
                "问题：花名册缺八五年以前的。任务：走访原车间主任。"
                "措施：两人上门，作笔录。完成标准：笔录签字并附身份证复印件。"
            )
        },
    ),
    "response.name_member": (
        {"unit": "hrss", "post": "responsible"},
        {"text": "责任人：养老保险股股长其木格，负责工龄认定和补缴核定。"},
    ),
    "response.reply_supervision": (
        {"clock": "unit-1"},
        {"text": "超期是因为老账只有手写蒙文，已请档案馆派人辨认，本周五前出认定意见。"},
    ),
}
_OWNER: Final[dict[str, Example]] = {
    "response.submit_part": (
        {"part": "search-archives", "result": "done"},
        {"text": "在馆藏碱厂全宗里找到招工登记表，复印件已盖查档章。"},
    ),
}
_DISPATCHER: Final[dict[str, Example]] = {
    "response.triage": (
        {"domain": "pension", "cause": "file-lost", "lead": "hrss", "cooperating": ["archives"]},
        {},
    ),
    "response.link": (
        {"primary": EARLIER, "relation": "supporter"},
        {"text": "与工友反映的是同一家厂的档案，并案办理。"},
    ),
    "response.separate": ({}, {"text": "本人在另一家厂工作，档案不在一处，单独办理。"}),
    "response.decline": ({"rule": "litigation"}, {"text": "同一事项法院正在审理。"}),
    "response.grant_return": ({"assignment": 1, "to": "archives"}, {}),
    "response.refuse_return": ({"assignment": 1}, {"text": "职责清单载明由你单位承接，不予退单。"}),
}
_WINDOW: Final[dict[str, Example]] = {
    "response.request_supplement": (
        {},
        {"text": "请一次补齐：身份证和工作证原件、签字的查档委托书，并写明在厂的起止年份。"},
    ),
    "response.answer_directly": ({}, {"text": "领养老金的年度认证在嘎查便民点就能做，不用来旗里。"}),
    "response.grant_extension": ({}, {}),
    "response.refuse_extension": ({}, {"text": "复核可以与核定同时进行，不必延期。"}),
    "response.verify_part": ({"part": "search-archives"}, {}),
    "response.reject_part": ({"part": "search-archives"}, {"text": "缺少查档人签字，请补上。"}),
    "response.hold_meeting": (
        {"items": [{"id": "read-ledgers", "unit": "archives", "working_days": 3}]},
        {"text": "第二次调度例会纪要：手写蒙文老账由档案馆派人辨认，三个工作日内交人社局。"},
    ),
    "response.approve_negative": ({}, {}),
    "response.refuse_negative": ({}, {"text": "没有写明救济途径，请补充后重报。"}),
    "response.follow_up": ({"grade": "very_satisfied"}, {"text": "养老金已经到账，老人很高兴。"}),
    "response.check_rating": (
        {"result": "fault"},
        {"text": "经核实，少算了在厂的第一年，是承办单位核对不细，应予重办。"},
    ),
    "response.review_hold": ({"resume": True}, {"text": "新的补缴办法本月施行，恢复办理。"}),
    "response.sign_supervision": ({"clock": "unit-1"}, {}),
    "response.move_policy": ({"policy": POLICY}, {"text": "新规则把查档时限缩短，改按新规则对群众有利。"}),
}
_SUPERVISOR: Final[dict[str, Example]] = {
    "response.confirm_set_aside": (
        {"agree": True},
        {"text": "已与本人核对通话，他评的是另一件事，同意不计入。"},
    ),
    "response.order_redo": ({}, {"text": "归档后又找到八三年的工资册，原认定少算一年，予以重办。"}),
    "response.issue_circular": ({"clock": "unit-1"}, {}),
    "response.drop_circular": ({"clock": "unit-1"}, {"text": "已当面说明原因并于昨日办结，不再通报。"}),
}
_LEADER: Final[dict[str, Example]] = {
    "response.designate": ({"unit": "hrss"}, {"text": "经会商，指定由人社局牵头办理。"}),
    "response.approve_task_force": ({}, {"text": "同意成立专班。"}),
    "response.refuse_task_force": ({}, {"text": "一家单位可以办成，不必成立专班。"}),
    "response.approve_opinion": ({}, {}),
    "response.refuse_opinion": ({}, {"text": "查档和公示可以同时进行，请把办结日期提前后重报。"}),
    "response.hand_over": (
        {"to": "social-insurance-center"},
        {"text": "档案已经找到，余下是核定和补缴，改由社保中心牵头。"},
    ),
    "response.dissolve_task_force": (
        {"cause": "predecessor-dissolved"},
        {"text": "首月养老金已到账，专班解散。根子在企业注销时职工档案没有移交，建议逐厂清查。"},
    ),
    "response.approve_hold": ({}, {"text": "同意挂账，每月问一次新办法的进度。"}),
    "response.refuse_hold": ({}, {"text": "工龄可以先认定，不能等，请继续办理。"}),
}
_BY: Final = {
    "/channels/window-system": _CHANNEL,
    "/units/hrss": _LEAD,
    "/units/archives": _OWNER,
    "/units/dispatcher": _DISPATCHER,
    "/units/window": _WINDOW,
    "/units/supervisor": _SUPERVISOR,
    "/units/leader": _LEADER,
}


def sent(name: str) -> tuple[str, Example]:
    """Return who sends an example of a type, as `source` says it, and the example.

    `name` is the type's, between `cn.bancheng.` and `.v1`; raises LookupError for one without an example.
    """
    for source, examples in _BY.items():
        if name in examples:
            return source, examples[name]
    raise LookupError(f"no example of {name}: write one in bancheng.contract.inbound_examples")
