"""The words of an explanation besides those of the journey: headings, sentences, and what codes mean there."""

from __future__ import annotations

HEADINGS: dict[str, tuple[str, str]] = {
    "standing": ("现状", "How it stands"),
    "force": ("专班", "Task force"),
    "holdings": ("谁在办，为何由其办", "Who holds what, and why"),
    "clocks": ("期限如何得出", "How each due date follows"),
    "ahead": ("时间到了会怎样", "What time will bring"),
    "possible": ("接下来可以办什么，由谁办", "What may be done next, and by whom"),
    "routing": ("为何派到这里", "Why it was routed so"),
    "decisions": ("历次决定", "What was decided"),
}
"""The sections, in their order: Chinese, English."""

SENTENCES: dict[str, tuple[str, str]] = {
    "as_of": ("截至：{now}", "As of: {now}"),
    "stage": ("阶段：{stage}，自 {since} 起", "Stage: {stage}, since {since}"),
    "outcome": ("结果：{outcome}", "Outcome: {outcome}"),
    "rules": ("规则：{name}，版本 {version}（{hash}）", "Policy: {name}, version {version} ({hash})"),
    "total": (
        "总历时：{days} 个工作日，工作时间 {hours} 小时 {minutes} 分（自 {since} 首次受理，{until}）",
        "Total time: working days {days}, working time {hours} h {minutes} min (accepted {since}, {until})",
    ),
    "until_now": ("仍在计", "still running"),
    "until": ("至 {until}", "until {until}"),
    "due": ("期限：{due}（{limit}）", "Due: {due} ({limit})"),
    "due_stands": ("期限：暂停计时，恢复后确定（{limit}）", "Due: the clock stands still ({limit})"),
    "provisional": ("，放假安排公布后核定", ", holidays not published yet"),
    "counts": (
        "重办 {round} 次，超期 {missed} 次，退单 {returns} 次",
        "Redone: {round}, limits missed: {missed}, returns: {returns}",
    ),
    "recused": ("回避：{units}", "Complained of, never shown it: {units}"),
    "force": (
        "{why}：组长 {leader}，牵头 {lead}，办公室 {office}",
        "{why}: leader {leader}, lead {lead}, office {office}",
    ),
    "force_times": ("提议 {proposed}{opened}{dissolved}", "Proposed {proposed}{opened}{dissolved}"),
    "force_opened": ("，成立 {at}", ", opened {at}"),
    "force_dissolved": ("，撤销 {at}", ", dissolved {at}"),
    "force_approver": ("批准：{approver}（授权 {delegation}）", "Approved by: {approver} (delegation {delegation})"),
    "opinion": ("办理意见：{date} 前办结，已批准", "Handling opinion: done by {date}, approved"),
    "opinion_asked": ("办理意见：拟定 {date} 前办结，待批准", "Handling opinion: done by {date}, waits for the leader"),
    "meetings": ("调度例会：{count} 次，最近 {last}", "Meetings: {count}, the last {last}"),
    "member": ("成员：{unit}（{posts}）", "Member: {unit} ({posts})"),
    "part": ("条目：{part}〔{unit}〕{stage}{aside}", "Part: {part} [{unit}] {stage}{aside}"),
    "part_since": ("，自 {since} 起", ", since {since}"),
    "part_waits": ("，待 {names}", ", after {names}"),
    "part_optional": ("，非必办", ", not required"),
    "part_returns": ("，退单 {count} 次", ", returned {count} times"),
    "holding": (
        "{number}. {unit}（{role}，{form}{part}）：{held}，期限 {due}；来由：{why}{aside}",
        "{number}. {unit} ({role}, {form}{part}): {held}, due {due}; why: {why}{aside}",
    ),
    "on_part": ("，{part}", ", {part}"),
    "aside": ("（{text}）", " ({text})"),
    "stands": ("，暂停计时", ", its clock stands still"),
    "designated": ("，不得再退", ", can't be returned"),
    "extended": ("，延期 {count} 次", ", extended {count} times"),
    "round": ("，第 {count} 次重办", ", redo {count}"),
    "clock": ("{clock}〔{holder}〕：{derivation}{aside}", "{clock} [{holder}]: {derivation}{aside}"),
    "warned": ("已预警（用时 {share}）。", " Warned at {share}."),
    "overdue": ("已催办 {count} 次。", " Overdue notices so far: {count}."),
    "promised": (
        "移入本规则前已定为 {due}，以此为准。",
        " Promised before the case came to this policy, and kept: {due}.",
    ),
    "ahead_about": ("：{clock}〔{holder}〕", ": {clock} [{holder}]"),
    "ahead_late": ("（已到时，随即执行）", " (its time has come: it happens at once)"),
    "possible": ("{verb}：{names}{needs}", "{verb}: {names}{needs}"),
    "needs": ("；须附{words}", "; with {words}"),
    "assignment": ("任务 {number}", "No. {number}"),
    "whole": ("整件", "the whole case"),
    "everybody": ("各单位（{count} 个）", "{count} units"),
    "judged": (
        "分类：{domain}（把握 {sure}）；依据词：{words}{aside}",
        "Domain: {domain} ({sure}); words: {words}{aside}",
    ),
    "runner_up": ("；次选：{domain}", "; second best: {domain}"),
    "judged_cause": ("；原因：{cause}（把握 {sure}）；依据词：{words}", "; cause: {cause} ({sure}); words: {words}"),
    "urgent": ("；紧急", "; urgent"),
    "row": ("路由表：{when} → 主办 {lead}：{why}", "Routing table: {when} → lead {lead}: {why}"),
    "row_words": ("出现“{words}”", "“{words}” occurred"),
    "beside": ("协办 {unit}：{why}{aside}", "Cooperating {unit}: {why}{aside}"),
    "beside_not": ("（不符合“{when}”，不需要）", " (“{when}” does not hold: not needed)"),
    "enterprise": (
        "材料里提到{name}，其原主管部门的职能由该单位承接",
        "{name} was named; this unit took over the department it stood under",
    ),
    "stood_in": ("回避，由其他单位代替：{units}", "Complained of, others took their place: {units}"),
    "charged": ("，计在 {unit}", ", charged to {unit}"),
}
"""Sentences of an explanation: Chinese, English."""

WHYS: dict[str, tuple[str, str]] = {
    "route": ("按路由表", "by the routing table"),
    "triage": ("人工研判指定", "named in triage"),
    "directly": ("当场答复", "answered on the spot"),
    "return": ("退单后改派", "after a return"),
    "designation": ("会商后书面指定", "designated in writing"),
    "first_received": ("逾期未指定，首接负责", "nobody was designated in time: who had it first leads"),
    "part": ("专班任务清单", "the task force's duty list"),
    "opened": ("专班成立，牵头", "leads the task force"),
    "hand_over": ("牵头移交", "the lead was handed over"),
    "redo": ("重办", "redo"),
    "remedy": ("整改", "to be put right"),
}
"""Why an assignment came to its unit."""

FORCES: dict[str, tuple[str, str]] = {
    "cause": ("原因非一家可解", "A cause that no unit lifts alone"),
    "returns": ("多次退单", "Returned again and again"),
    "missed": ("多次超期", "Limits missed again and again"),
    "redos": ("多次重办", "Redone again and again"),
}
"""Why a task force was proposed."""

STEPS: dict[str, tuple[str, str]] = {
    "resume": ("暂停满期，自动恢复计时", "the pause has lasted its longest: the clock runs on"),
    "warn": ("预警（黄灯，用时 {share}）", "early warning ({share} of its time)"),
    "overdue": ("第 {round} 次催办（红灯）", "overdue notice {round}"),
    "draft_supervision": ("拟督办单", "supervision is drafted"),
    "draft_circular": ("拟通报", "a circular is drafted"),
    "designate": ("无人指定，由首接单位承办", "nobody designated: who had it first leads"),
    "reckon": ("重新核定期限", "the due date is reckoned anew"),
    "close": ("自动归档", "closed by itself"),
}
"""What time brings, by the kinds of step."""

LIMITS: dict[str, tuple[str, str]] = {
    "": ("原并案诉求的期限", "the running case's"),
    "simple": ("简单事项", "simple matter"),
    "ordinary": ("一般事项", "ordinary matter"),
    "complex": ("复杂事项", "complex matter"),
    "urgent": ("紧急事项", "urgent matter"),
    "opinion": ("专班办理意见", "the task force's opinion"),
    "date": ("办理意见载明的日期", "the date in the opinion"),
    "unit_minimum": ("最短办理时间", "the least time for a unit"),
    "redo": ("重办", "redo"),
    "remedy": ("整改", "to be put right"),
}
"""The limits that a case's due date may stand on."""
