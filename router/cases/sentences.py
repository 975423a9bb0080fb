"""What refusals say, and the words for stages and for what has to come with a command: Chinese, English."""

from __future__ import annotations

STAGE_NAMES: dict[str, tuple[str, str]] = {
    "received": ("已登记", "received"),
    "triage": ("人工研判", "triage"),
    "proposed": ("专班待批", "task force proposed"),
    "handling": ("办理中", "in hand"),
    "conference": ("会商", "conference"),
    "review": ("否定答复待审", "negative answer under review"),
    "on_hold": ("挂账", "on hold"),
    "resolved": ("已办结", "resolved"),
    "closed": ("已归档", "closed"),
    "declined": ("不予受理", "declined"),
    "linked": ("已并案", "linked"),
    "withdrawn": ("已撤回", "withdrawn"),
    "waiting": ("待下达", "not issued yet"),
    "issued": ("已下达", "issued"),
    "submitted": ("已申请销号", "closing applied for"),
    "checked": ("牵头已核对", "checked by the lead"),
    "done": ("已销号", "done"),
    "failed": ("查无／办不成", "found impossible"),
}
"""The stages of a case and of an item of a duty list: Chinese, English."""
WORD_NAMES: dict[str, tuple[str, str]] = {
    "text": ("文字说明", "the text"),
    "basis": ("法律依据", "the legal basis"),
    "remedy": ("救济途径", "the remedy"),
    "signed_by": ("签批人", "who signs"),
}
"""The words that may have to come with a command: Chinese, English."""

SENTENCES: dict[str, tuple[str, str]] = {
    "unknown_case": (
        "没有这件工单；请核对工单编号。",
        "There is no such case; check the case id.",
    ),
    "known_case": (
        "这个编号已有另一件诉求；新诉求请用新的编号。",
        "That id already belongs to another submission; give a new case a new id.",
    ),
    "role_not_allowed": (
        "您的角色不能执行“{about}”；请由规则中列明的角色办理。",
        "Your role may not do “{about}”; the policy names who may.",
    ),
    "wrong_stage": (
        "工单目前处于“{about}”，此时不能这样办理。",
        "The case stands at “{about}”; that can't be done now.",
    ),
    "not_assigned": (
        "贵单位没有这件工单的在办任务；请核对任务编号。",
        "Your unit holds no such assignment; check its number.",
    ),
    "which_assignment": (
        "贵单位在本工单有多项在办任务；请写明任务编号。",
        "Your unit holds several assignments of this case; name the number.",
    ),
    "already_done": (
        "“{about}”已经办过，不必重复。",
        "“{about}” has been done already.",
    ),
    "return_without_contact": (
        "退单前须先联系群众；请先联系并登记。",
        "Contact the person first; a return without it is refused.",
    ),
    "return_too_late": (
        "已超过退单期限；请继续办理，或申请会商。",
        "The time for a return has passed; go on handling it.",
    ),
    "return_of_designated": (
        "指定承办的任务不能退单。",
        "A designated assignment can't be returned.",
    ),
    "return_by_lead_of_task_force": (
        "专班牵头单位不能退单。",
        "The lead unit of a task force can't return it.",
    ),
    "unknown_reason": (
        "没有“{about}”这个理由代码；请使用规则中的代码。",
        "There is no reason code “{about}”; use one of the policy's.",
    ),
    "unknown_unit": (
        "没有单位“{about}”；请使用规则中的单位编号。",
        "There is no unit “{about}”; use a unit id of the policy.",
    ),
    "unknown_domain": (
        "没有领域“{about}”；请使用规则中的领域编号。",
        "There is no domain “{about}”; use a domain id of the policy.",
    ),
    "unknown_cause": (
        "没有原因“{about}”；请使用规则中的原因编号。",
        "There is no cause “{about}”; use a cause id of the policy.",
    ),
    "unknown_rule": (
        "没有不予受理规则“{about}”；请使用规则中的编号。",
        "There is no rule of refusal “{about}”; use one of the policy's.",
    ),
    "no_return": (
        "该任务没有待审核的退单申请。",
        "No return is applied for on that assignment.",
    ),
    "next_unit_missing": (
        "同意退单时请写明改派单位。",
        "Name the unit that gets it next.",
    ),
    "no_task_force": ("本工单没有专班。", "The case has no task force."),
    "unknown_part": (
        "任务清单中没有“{about}”。",
        "There is no part “{about}” on the duty list.",
    ),
    "not_the_owner": (
        "该条目由“{about}”负责；请由责任单位申请销号。",
        "That part belongs to “{about}”; its owner applies for closing.",
    ),
    "not_the_lead": (
        "应由牵头单位“{about}”办理。",
        "That is for the lead unit “{about}”.",
    ),
    "part_wrong_stage": (
        "该条目目前状态为“{about}”，不能这样办理。",
        "That part is “{about}”; that can't be done now.",
    ),
    "part_by_closing": (
        "任务清单条目请申请销号，不用答复。",
        "A part is closed by applying for closing, not by an answer.",
    ),
    "parts_open": (
        "任务清单还有必办条目未销号：{about}；全部销号后方可答复。",
        "Required parts are still open: {about}; close them first.",
    ),
    "cooperating_open": (
        "协办单位尚未答复：{about}；请等待或催办后再答复。",
        "Cooperating units haven't answered yet: {about}.",
    ),
    "details_missing": (
        "缺少{about}；请在 details 中补充。",
        "Say {about} in the details.",
    ),
    "date_too_far": ("承诺的办结日期太远；请写一年之内的日期。", "That date is too far away; give one within a year."),
    "date_passed": (
        "承诺的办结日期已过；请写今后的日期。",
        "That date has passed; give a later one.",
    ),
    "no_member": (
        "“{about}”不是本专班的成员单位。",
        "“{about}” is no member of this task force.",
    ),
    "returns_used_up": (
        "退单次数已满，承办单位已经会商指定，不能再退单。",
        "It has been returned as often as may be, and was designated; it can't be returned again.",
    ),
    "stale_version": (
        "工单已有新的变化（现为第{about}版）；请重新查看后再办。",
        "The case has moved on (it is at version {about}); look again, then decide.",
    ),
    "recused": (
        "“{about}”是被反映对象，依回避规定不得经办或查看本工单。",
        "“{about}” is complained of and may neither handle nor see this case.",
    ),
    "township_not_listed": (
        "部门职责内的工作不得派给“{about}”，除非规则的职责清单写明。",
        "Work of a department isn't given to “{about}” unless the policy's lists name it.",
    ),
    "same_unit": (
        "“{about}”刚申请退单；请改派别的单位。",
        "“{about}” has just returned it; name another unit.",
    ),
    "not_local": (
        "“{about}”不归本级管辖，只能商请，不能指定。",
        "“{about}” isn't under local authority: it can be asked, not designated.",
    ),
    "not_the_office": (
        "应由“{about}”办理这一步。",
        "That step is for “{about}”.",
    ),
    "no_opinion": (
        "没有待批准的办理意见。",
        "No handling opinion waits for approval.",
    ),
    "expired": (
        "期限已过；应在到期之前提出。",
        "The limit has passed; that has to be asked before expiry.",
    ),
    "supplement_once": (
        "补正只能一次性告知；本工单已经告知过。",
        "Supplements are asked for once and completely; on this case that has been done.",
    ),
    "pause_used_up": (
        "以“{about}”为由的暂停已经用满最长时间，不能再次暂停。",
        "A pause for “{about}” has lasted its longest already.",
    ),
    "clock_runs": (
        "期限没有暂停，不必恢复。",
        "The clock isn't paused.",
    ),
    "clock_stands": (
        "期限正在暂停；恢复后如有需要再申请延期。",
        "The clock is paused; ask for an extension once it runs.",
    ),
    "not_extendable": (
        "这一期限不能延长。",
        "That limit can't be extended.",
    ),
    "extension_too_long": (
        "延期最长{about}个工作日；请减少天数。",
        "An extension is {about} working days at most.",
    ),
    "no_extension": (
        "没有待审批的延期申请。",
        "No extension is applied for.",
    ),
    "part_known": (
        "任务清单中已有“{about}”；请另取编号。",
        "The duty list has “{about}” already; take another id.",
    ),
    "circle": (
        "条目互相等待，成了循环：{about}。",
        "Parts would wait for each other in a circle: {about}.",
    ),
    "no_hold_proposed": (
        "没有待批准的挂账申请。",
        "Nobody has proposed to put it on hold.",
    ),
    "no_bad_rating": (
        "没有需要核实的差评。",
        "There is no bad rating to deal with.",
    ),
    "nothing_to_confirm": (
        "没有待复核的差评剔除意见。",
        "Nothing waits for a second person.",
    ),
    "second_person": (
        "须由另一人复核；提出意见的人不能自己确认。",
        "A second person has to confirm it, not the one who asked.",
    ),
    "objection_once": (
        "对差评核实结果只能提出一次异议。",
        "One may object once.",
    ),
    "nothing_to_object": (
        "差评尚未核实，请等待结果。",
        "The rating hasn't been checked yet.",
    ),
    "not_by_the_unit": (
        "回访由窗口或热线进行，承办单位“{about}”不能自己回访。",
        "The follow-up is made by the window or hotline, never by the unit “{about}” that did the work.",
    ),
    "unknown_clock": (
        "没有正在计时的“{about}”；请用 bancheng cases explain 查看。",
        "There is no running clock “{about}”; see `bancheng cases explain`.",
    ),
    "not_overdue": (
        "“{about}”没有催办记录。",
        "“{about}” hasn't been noticed as overdue.",
    ),
    "no_draft": (
        "“{about}”没有待办的督办或通报稿。",
        "Nothing is drafted for “{about}”.",
    ),
    "not_supervised": (
        "“{about}”尚未督办，不需要书面回复。",
        "“{about}” hasn't been supervised: no reply is owed.",
    ),
    "unknown_policy": (
        "本系统没有规则“{about}”；请用 bancheng policy list 查看。",
        "This installation has no policy “{about}”; see `bancheng policy list`.",
    ),
    "unknown_primary": ("没有要并入的那件工单；请核对编号。", "There is no such case to link it with; check its id."),
    "primary_ended": (
        "要并入的工单处于“{about}”，已不在办理；请单独办理。",
        "The case to link it with stands at “{about}” and no longer runs; handle this one by itself.",
    ),
    "same_case": ("工单不能与自己并案。", "A case can't be linked with itself."),
    "other_region": (
        "两件工单属于不同地区或适用不同规则，不能并案。",
        "The two cases belong to different regions or rules and can't be linked.",
    ),
    "primary_later": ("那件来得更晚；请把那件并入这件。", "That case came later; link it with this one instead."),
    "withheld": ("保密工单和举报不并案。", "Withheld cases and reports are never linked."),
    "recused_differently": (
        "两件工单的被反映对象不同，不能并案。",
        "The two cases complain of different units and can't be linked.",
    ),
    "more_urgent": ("紧急工单不能并入不紧急的工单。", "An urgent case isn't linked with one that isn't."),
    "work_begun": (
        "承办单位已经签收或开始办理；两件工单各自办理。",
        "A unit has begun to work on it; the two cases go on by themselves.",
    ),
    "taken_apart": ("两件工单已被解除并案，不再自动并案。", "They were taken apart once; the router leaves them so."),
    "field_hidden": ("规则不准贵处查看“{about}”。", "The policy doesn't show you “{about}”."),
    "nothing_due": (
        "现在没有到期的事项。",
        "Nothing is due now.",
    ),
}
"""Every refusal's sentence: Chinese, English."""
