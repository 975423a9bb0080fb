"""Which rule decides which command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from router.cases import commands
from router.cases.rules import (
    closing,
    extending,
    forces,
    handling,
    holding,
    intake,
    linking,
    meetings,
    oversight,
    parts,
    pausing,
    privacy,
    ratings,
    returns,
    separating,
    ticking,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from router.cases.commands import Action
    from router.cases.draft import Draft

RULES: Mapping[type[Action], Callable[[Draft, Any], None]] = {
    commands.Submit: intake.submit,
    commands.Triage: intake.triage,
    commands.Decline: intake.decline,
    commands.AnswerDirectly: intake.answer_directly,
    commands.MovePolicy: intake.move_policy,
    commands.Link: linking.link,
    commands.LinkFound: linking.link_found,
    commands.Separate: separating.separate,
    commands.LinkRepeat: linking.link_repeat,
    commands.UnlinkRepeat: linking.unlink_repeat,
    commands.KeepUp: linking.keep_up,
    commands.MergeAnswer: linking.merge_answer,
    commands.RequestSupplement: pausing.request_supplement,
    commands.Supplement: pausing.supplement,
    commands.Pause: pausing.pause,
    commands.Resume: pausing.resume,
    commands.Sign: handling.sign,
    commands.Contact: handling.contact,
    commands.ReportProgress: handling.report_progress,
    commands.Answer: handling.answer,
    commands.ProposeNegative: handling.propose_negative,
    commands.ApplyReturn: returns.apply_return,
    commands.GrantReturn: returns.grant_return,
    commands.RefuseReturn: returns.refuse_return,
    commands.Designate: returns.designate,
    commands.ApplyExtension: extending.apply_extension,
    commands.GrantExtension: extending.grant_extension,
    commands.RefuseExtension: extending.refuse_extension,
    commands.ApproveTaskForce: forces.approve,
    commands.RefuseTaskForce: forces.refuse,
    commands.GiveOpinion: forces.give_opinion,
    commands.ApproveOpinion: forces.approve_opinion,
    commands.RefuseOpinion: forces.refuse_opinion,
    commands.HandOver: forces.hand_over,
    commands.DissolveTaskForce: forces.dissolve,
    commands.SubmitPart: parts.submit_part,
    commands.CheckPart: parts.check_part,
    commands.VerifyPart: parts.verify_part,
    commands.RejectPart: parts.reject_part,
    commands.AddPart: meetings.add_part,
    commands.HoldMeeting: meetings.hold_meeting,
    commands.NameMember: meetings.name_member,
    commands.ApproveNegative: closing.approve_negative,
    commands.RefuseNegative: closing.refuse_negative,
    commands.FollowUp: closing.follow_up,
    commands.Withdraw: closing.withdraw,
    commands.Rate: ratings.rate,
    commands.CheckRating: ratings.check_rating,
    commands.ConfirmSetAside: ratings.confirm_set_aside,
    commands.ObjectRating: ratings.object_rating,
    commands.OrderRedo: ratings.order_redo,
    commands.ProposeHold: holding.propose_hold,
    commands.ApproveHold: holding.approve_hold,
    commands.RefuseHold: holding.refuse_hold,
    commands.ReviewHold: holding.review_hold,
    commands.SignSupervision: oversight.sign_supervision,
    commands.ReplySupervision: oversight.reply_supervision,
    commands.IssueCircular: oversight.issue_circular,
    commands.DropCircular: oversight.drop_circular,
    commands.ViewDetails: privacy.view_details,
    commands.EraseSubject: privacy.erase_subject,
    commands.Tick: ticking.tick,
}
"""The rule for each action; a test holds that every action has one."""
