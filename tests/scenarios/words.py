"""The words a clerk writes in a story, and the router's own for the same things; either may stand in a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VERBS: Mapping[str, str] = {
    "提交": "submit", "补正": "supplement", "撤回": "withdraw", "一次性告知补正": "request_supplement",
    "人工研判": "triage", "不予受理": "decline", "当场答复": "answer_directly", "移入规则": "move_policy",
    "签收": "sign", "先行联系": "contact", "报告进展": "report_progress", "答复": "answer",
    "拟否定答复": "propose_negative", "申请退单": "apply_return", "同意退单": "grant_return",
    "不同意退单": "refuse_return", "指定承办": "designate", "暂停计时": "pause", "恢复计时": "resume",
    "申请延期": "apply_extension", "同意延期": "grant_extension", "不同意延期": "refuse_extension",
    "批准专班": "approve_task_force", "不批准专班": "refuse_task_force", "出具办理意见": "give_opinion",
    "批准办理意见": "approve_opinion", "退回办理意见": "refuse_opinion", "申请销号": "submit_part",
    "牵头核对": "check_part", "核验销号": "verify_part", "退回条目": "reject_part", "增列条目": "add_part",
    "召开例会": "hold_meeting", "报成员": "name_member", "移交牵头": "hand_over", "撤销专班": "dissolve_task_force",
    "评价": "rate", "提出异议": "object", "审核通过": "approve_negative", "审核退回": "refuse_negative",
    "回访": "follow_up", "差评核实": "check_rating", "复核剔除": "confirm_set_aside", "重新办理": "order_redo",
    "申请挂账": "propose_hold", "批准挂账": "approve_hold", "不批准挂账": "refuse_hold", "复查挂账": "review_hold",
    "签发督办": "sign_supervision", "回复督办": "reply_supervision", "签发通报": "issue_circular",
    "不予通报": "drop_circular",
}  # fmt: skip
"""What somebody does: 做什么 → the verb of a command."""

EVENTS: Mapping[str, str] = {
    "提交": "submitted", "登记": "acknowledged", "告知补正": "supplement_requested", "已补正": "supplemented",
    "分类": "classified", "转研判": "triage_requested", "已研判": "triaged", "受理": "accepted",
    "不予受理": "declined", "并案": "duplicate_linked", "解除并案": "duplicate_unlinked", "移入规则": "policy_moved",
    "派单": "assigned", "签收": "signed", "先行联系": "first_contacted", "申请退单": "return_applied",
    "同意退单": "return_granted", "不同意退单": "return_refused", "撤回任务": "assignment_withdrawn",
    "召集会商": "conference_called", "指定承办": "designated", "报告进展": "progress_reported",
    "期限暂停": "clock_paused", "期限恢复": "clock_resumed", "申请延期": "extension_applied",
    "同意延期": "extension_granted", "不同意延期": "extension_refused", "期限变更": "due_date_revised",
    "提议专班": "task_force_proposed", "专班成立": "task_force_opened", "不成立专班": "task_force_refused",
    "列入清单": "part_added", "报成员": "member_named", "移交牵头": "handed_over", "例会": "meeting_held",
    "下达条目": "part_issued", "申请销号": "part_submitted", "销号": "part_verified", "退回条目": "part_rejected",
    "条目作罢": "part_withdrawn", "办理意见": "opinion_given", "批准办理意见": "opinion_approved",
    "退回办理意见": "opinion_refused", "撤销专班": "task_force_dissolved", "答复": "answered",
    "并案答复": "answer_merged", "拟否定答复": "negative_answer_proposed", "审核通过": "negative_answer_approved",
    "审核退回": "negative_answer_refused", "办结": "resolved", "待回访": "follow_up_due", "已回访": "followed_up",
    "评价": "feedback_received", "差评核实": "rating_checked", "不同意剔除": "set_aside_refused",
    "异议": "objection_received", "重办": "redo_ordered", "申请挂账": "hold_proposed", "不同意挂账": "hold_refused",
    "挂账": "put_on_hold", "复查挂账": "hold_reviewed", "归档": "closed", "撤回诉求": "case_withdrawn",
    "预警": "warned", "催办": "overdue_noticed", "拟督办": "supervision_drafted", "督办": "supervised",
    "回复督办": "supervision_replied", "拟通报": "circular_drafted", "通报": "circular_issued",
    "不予通报": "circular_dropped",
}  # fmt: skip
"""What then has happened: 发生什么 → the tag of an event."""

MESSAGES: Mapping[str, str] = {
    "回执": "result.receipt", "不予受理": "result.declined", "办结告知": "result.resolved",
    "补正告知": "result.supplement_requested", "期限告知": "result.due_changed", "挂账告知": "result.on_hold",
    "核实告知": "result.rating_checked", "撤回确认": "result.withdrawn", "未予执行": "command.refused",
    "派单": "assignment.dispatched", "退单结果": "assignment.return_decided", "撤回任务": "assignment.withdrawn",
    "条目退回": "assignment.part_sent_back", "补正转达": "assignment.supplemented",
    "任务期限变更": "assignment.due_changed", "审批结果": "assignment.decided",
    "警示": "assignment.noticed", "请办": "task.requested",
}  # fmt: skip
"""What somebody is told: 告知什么 → the type of a message, without its `cn.bancheng.` and `.v1`."""
