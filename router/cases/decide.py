"""The one way in: a command on a case becomes events, or a named refusal that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from router.cases import closing, commands, forces, handling, intake, parts, returns
from router.cases.draft import Draft
from router.cases.follow import Follow, follows
from router.cases.refusals import Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from router.cases.commands import Action, Command
    from router.cases.events import AnyEvent
    from router.cases.state import Case
    from router.policy.policy import Policy


class Decision(NamedTuple):
    """What was decided: the case after it, its events or the refusal, and commands for other cases."""

    case: Case | None
    events: tuple[AnyEvent, ...] = ()
    refusal: Refusal | None = None
    follows: tuple[Follow, ...] = ()


def decide(case: Case | None, command: Command, policy: Policy, now: datetime) -> Decision:
    """Decide `command` on `case` (none: not known yet) under `policy` at `now` (aware). Pure and total."""
    verb = command.action.verb
    if verb not in policy.allowed.get(command.actor.role, ()):
        return Decision(case, refusal=Refusal("role_not_allowed", verb))
    draft = Draft(case, command, policy, now)
    try:
        _RULES[type(command.action)](draft, command.action)
    except RefusedError as refused:
        return Decision(case, refusal=refused.refusal)
    events = tuple(draft.events)
    return Decision(draft.case, events, follows=follows(draft.case, events))


_RULES: Mapping[type[Action], Callable[[Draft, Any], None]] = {
    commands.Submit: intake.submit,
    commands.Supplement: intake.supplement,
    commands.Triage: intake.triage,
    commands.Decline: intake.decline,
    commands.LinkRepeat: intake.link_repeat,
    commands.MergeAnswer: intake.merge_answer,
    commands.Sign: handling.sign,
    commands.Contact: handling.contact,
    commands.ReportProgress: handling.report_progress,
    commands.Answer: handling.answer,
    commands.ProposeNegative: handling.propose_negative,
    commands.ApplyReturn: returns.apply_return,
    commands.GrantReturn: returns.grant_return,
    commands.RefuseReturn: returns.refuse_return,
    commands.Designate: returns.designate,
    commands.ApproveTaskForce: forces.approve,
    commands.RefuseTaskForce: forces.refuse,
    commands.GiveOpinion: forces.give_opinion,
    commands.SubmitPart: parts.submit_part,
    commands.CheckPart: parts.check_part,
    commands.VerifyPart: parts.verify_part,
    commands.RejectPart: parts.reject_part,
    commands.ApproveNegative: closing.approve_negative,
    commands.RefuseNegative: closing.refuse_negative,
    commands.FollowUp: closing.follow_up,
    commands.Rate: closing.rate,
    commands.Withdraw: closing.withdraw,
}
"""The rule for each action; a test holds that every action has one."""
