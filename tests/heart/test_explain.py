"""The explanation of a case: true by what `decide` takes, complete, and in agreement with what was promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools import CASE, OTHER, START, TEXTS, WORDS, Play

from bancheng.journey.explanation import as_data, sections
from bancheng.journey.phrases import VERBS
from bancheng.journey.story import Teller
from router.cases import commands as do
from router.cases.assignment import Own
from router.cases.commands import ACTIONS, AT_THE_VAULT, ROUTER_ONLY, Actor, Command
from router.cases.decide import decide
from router.cases.duties import duties
from router.cases.explain import explain
from router.cases.other import other
from router.cases.plausible import About, actors
from router.cases.possible import openings, possible
from router.cases.state import OPEN, Case, Stage
from router.cases.steps import What
from router.clocks.limits import ends
from router.ledger.record import Cause, Record, Refusing, Who
from router.policy.limits import PauseKind
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.decide import Decision
    from router.cases.explanation import Explanation
    from router.cases.possible import May
    from router.policy.policy import Policy

BEFORE_HOLIDAYS = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
"""Monday 28 September 2026, 10:00 in Shanghai: 国庆 is 1 to 7 October, and Saturday the 10th is made up."""


@dataclass
class Watched(Play):
    """A case being played, whose records are kept as the ledger keeps them."""

    records: list[Record] = field(default_factory=list)

    def take(self, command: Command) -> Decision:
        """Decide, and keep the record."""
        decision = super().take(command)
        refusal = decision.refusal
        self.records.append(
            Record(
                shard=0, sequence=len(self.records) + 1, previous="", recorded_at=self.now, now=self.now, case=CASE,
                version=len(self.history), policy=self.policy.hash, cause=Cause(),
                actor=Who(command.actor.id, command.actor.role), command={"verb": command.action.verb},
                classification=command.classification, events=decision.events,
                refusal=Refusing(refusal.code, refusal.about) if refusal else None,
            )
        )  # fmt: skip
        return decision

    def wait(self, **length: int) -> None:
        """Let time pass, and what is due by then happen."""
        self.now += timedelta(**length)
        self.take(Command(CASE, Actor("router", Role.ROUTER), do.Tick()))

    def explained(self) -> Explanation:
        """The case's explanation now."""
        assert self.case
        return explain(self.case, self.policy, self.now, self.records)

    def told(self, lang: str = "zh") -> dict[str, tuple[str, ...]]:
        """The explanation in words: lines by heading."""
        return dict(sections(self.explained(), self.records, Teller(self.policy, lang)))


@pytest.fixture
def watched(policy: Policy) -> Watched:
    """A case that has not been submitted yet, on the Monday before the holidays."""
    return Watched(policy, BEFORE_HOLIDAYS)


def test_a_due_date_across_the_holidays_explains_itself(watched: Watched) -> None:
    """The sentence counts 国庆 out and the made-up Saturday in, word for word, in both languages."""
    watched.submit("one")
    told = as_data(watched.explained(), watched.policy)
    clock = next(one for one in told["clocks"] if one["key"] == "unit-1")
    assert clock["sentence"] == {
        "zh": "自2026年9月28日（周一）10:00起算，期限5个工作日（依据：测试）；起算当日不计；"
        "不计：10月1日至10月7日（国庆节）；调休上班，计入：10月10日；到期：2026年10月10日（周六）17:30。",
        "en": "runs from 2026-09-28 10:00, limit 5 working days (测试); "
        "not counted: 2026-10-01 to 2026-10-07 (holiday); make-up workdays that count: 2026-10-10; "
        "due 2026-10-10 17:30.",
    }
    assert f"承办单位办理〔住房和城乡建设局〕：{clock['sentence']['zh']}" in watched.told()["期限如何得出"]


def test_it_tells_who_is_responsible_and_why(watched: Watched) -> None:
    """Lead and cooperating unit each with the reason in its routing row; the words, the confidence, the second best."""
    watched.submit("two")
    told = watched.told()
    assert told["谁在办，为何由其办"] == (
        "1. 住房和城乡建设局（主办，派单）：已派单，期限 2026-10-16 17:30；来由：按路由表（供热主管）",
        "2. 城市管理局（协办，派单）：已派单，期限 2026-10-16 17:30；来由：按路由表（管网）",
    )
    judged, *rows = told["为何派到这里"]
    assert judged.startswith("分类：供热（把握 ")
    assert rows == ["路由表：供热 → 主办 住房和城乡建设局：供热主管", "协办 城市管理局：管网"]


def test_what_time_will_bring(watched: Watched) -> None:
    """The next step of every ladder, in order; one whose moment has come says that it happens at once."""
    watched.submit("one")
    steps = watched.explained().ahead
    assert [(step.what, step.clock) for step in steps] == [
        (What.OVERDUE, "sign-1"), (What.OVERDUE, "contact-1"), (What.WARN, "unit-1"),
    ]  # fmt: skip
    watched.now += timedelta(days=2)
    late = watched.told()["时间到了会怎样"]
    assert late[0] == "2026-09-29 17:30  第 1 次催办（红灯）：签收〔住房和城乡建设局〕（已到时，随即执行）"


def test_what_is_due_comes_before_what_may_be_done(watched: Watched) -> None:
    """Where the clock is behind, what may be done is what the door would take: behind everything that is due."""
    watched.submit("one")
    watched.act("housing", do.Contact())
    watched.act("housing", do.ApplyReturn(reason="not-ours"))
    watched.act("dispatcher", do.GrantReturn(assignment=1, to="urban"))
    watched.act("urban", do.Contact())
    watched.act("urban", do.ApplyReturn(reason="not-ours"))
    assert "designate" in {act.verb for act in watched.explained().possible}
    watched.now += timedelta(days=20)
    verbs = {act.verb for act in watched.explained().possible}
    assert "designate" not in verbs
    assert "answer" in verbs


def test_returns_and_designations_are_told(watched: Watched) -> None:
    """Each decision stands there in order, with who is charged for the time that it cost."""
    watched.submit("one")
    watched.act("housing", do.Contact())
    watched.act("housing", do.ApplyReturn(reason="not-ours"))
    watched.act("dispatcher", do.GrantReturn(assignment=1, to="urban"))
    watched.act("urban", do.Contact())
    watched.act("urban", do.ApplyReturn(reason="not-ours"))
    watched.wait(days=20)
    told = watched.told()
    decided = [line.partition("  ")[2] for line in told["历次决定"]]
    assert decided[0] == "住房和城乡建设局 申请退单：不属本单位职责"
    assert "召集会商：住房和城乡建设局、城市管理局" in decided
    assert "指定承办：住房和城乡建设局（不得再退）" in decided
    assert any(line.endswith("，计在 分派中心") for line in decided)
    assert told["谁在办，为何由其办"][2].endswith("来由：逾期未指定，首接负责，不得再退")


def test_an_extension_is_charged_to_who_asked(watched: Watched) -> None:
    """An extension granted stands on the account of the unit that asked; its limit says so too."""
    watched.submit("one")
    watched.act("housing", do.ApplyExtension(days=3))
    watched.act("window", do.GrantExtension())
    told = watched.told()
    assert any("延期 3 个工作日，计在 住房和城乡建设局" in line for line in told["历次决定"])
    assert any("延期3个工作日" in line for line in told["期限如何得出"])
    assert "延期 1 次" in told["谁在办，为何由其办"][0]


def test_a_task_force_is_told(watched: Watched) -> None:
    """People, duty list with what each part waits for, the opinion, and why it was proposed."""
    watched.submit("force")
    watched.act("hrss", do.NameMember(unit="hrss", post="head"))
    watched.act("hrss", do.GiveOpinion(done_by=datetime(2026, 11, 2, tzinfo=UTC).date()))
    told = watched.told()["专班"]
    assert told == (
        "原因非一家可解：组长 分管领导，牵头 人力资源和社会保障局，办公室 办不成事窗口",
        "提议 2026-09-28 10:00，成立 2026-09-28 10:00",
        "批准：规则授权（授权 by-rule）",
        "办理意见：拟定 2026-11-02 前办结，待批准",
        "调度例会：0 次，最近 —",
        "成员：人力资源和社会保障局（分管领导）",
        "条目：受理〔办不成事窗口〕已下达，自 2026-09-28 10:00 起",
        "条目：查档〔档案馆〕待下达，待 受理，非必办",
        "条目：查档〔工业和信息化局〕待下达，待 受理，非必办",
        "条目：出证〔工业和信息化局〕待下达，待 查档、查档",
        "条目：认定〔人力资源和社会保障局〕待下达，待 查档、查档、出证",
        "条目：征收〔税务局〕待下达，待 认定",
    )
    acts = watched.told()["接下来可以办什么，由谁办"]
    assert "暂停计时：人力资源和社会保障局、分派中心、办不成事窗口（整件、任务 2）；须附文字说明" in acts
    assert "申请销号：办不成事窗口（受理）；须附文字说明" in acts


def test_total_time_never_restarts(watched: Watched) -> None:
    """总历时 runs from the first acceptance, stands at the outcome, and goes on when the case is redone."""
    watched.submit("one")
    watched.act("housing", do.Answer(), later=timedelta(days=1))
    watched.wait(days=1)
    total = watched.explained().standing.total
    assert total is not None
    assert (total.working_days, total.working_minutes, total.running) == (1, 510, False)
    watched.act("rating", do.Rate(grade=do.Grade.DISSATISFIED), note=False)
    watched.act("window", do.CheckRating(result="fault"))
    standing = watched.explained().standing
    assert standing.total is not None
    assert (standing.total.working_days, standing.total.running, standing.round) == (2, True, 1)


def test_a_standing_clock_says_so(watched: Watched) -> None:
    """While the case waits for the person nobody knows the due date, and time brings the end of the pause."""
    watched.submit("one")
    watched.act("housing", do.Pause(kind=PauseKind.CITIZEN))
    found = watched.explained()
    assert {clock.derivation.due for clock in found.clocks if clock.key in ("case", "unit-1")} == {None}
    assert What.RESUME in {step.what for step in found.ahead}
    told = watched.told()
    assert "期限：暂停计时，恢复后确定（一般事项）" in told["现状"]
    assert any("暂停满期，自动恢复计时" in line for line in told["时间到了会怎样"])


def test_who_is_complained_of_is_passed_over(policy: Policy) -> None:
    """A unit complained of is named as passed over, and nothing may be done by it."""
    watched = Watched(policy)
    watched.submit("unclear")
    watched.act("dispatcher", do.Triage(domain="heating", complained_of=("housing",)))
    found = watched.explained()
    assert found.reasons.routed[0].recused == ("housing",)
    assert "housing" not in {may.who for act in found.possible for may in act.by}
    assert "回避：住房和城乡建设局" in watched.told()["现状"]
    assert "回避，由其他单位代替：住房和城乡建设局" in watched.told()["为何派到这里"]


def test_moved_to_another_policy_what_was_promised_stays(policy: Policy) -> None:
    """Under a policy with other limits the promise is told beside what those limits would give."""
    watched = Watched(policy)
    watched.submit("one")
    limits = policy.limits.model_copy(update={"ordinary": policy.limits.complex})
    watched.policy = policy.model_copy(update={"limits": limits, "version": "2"})
    line = next(line for line in watched.told()["期限如何得出"] if line.startswith("工单办理"))
    assert "期限10个工作日" in line
    assert line.endswith("移入本规则前已定为 2026-03-09 17:30，以此为准。")


def offered(watched: Watched, *verbs: str) -> dict[str, set[str]]:
    """Who may do each of these now."""
    found = {act.verb: {may.who for may in act.by} for act in watched.explained().possible}
    return {verb: found.get(verb, set()) for verb in verbs}


def test_each_stage_offers_its_own(watched: Watched) -> None:
    """Review, follow-up, rating, checking, redo and hold are offered when their time has come, to whose they are."""
    watched.submit("one")
    assert offered(watched, "approve_negative", "follow_up") == {"approve_negative": set(), "follow_up": set()}
    watched.act("housing", do.ProposeNegative(reason="beyond-law"))
    assert offered(watched, "approve_negative", "answer") == {"approve_negative": {"window"}, "answer": set()}
    watched.act("window", do.ApproveNegative())
    raters = {"window-system"}
    assert offered(watched, "follow_up", "rate", "object") == {"follow_up": {"window"}, "rate": raters, "object": set()}
    watched.act("rating", do.Rate(grade=do.Grade.DISSATISFIED), note=False)
    assert offered(watched, "check_rating", "rate") == {"check_rating": {"window"}, "rate": set()}
    watched.act("window", do.CheckRating(result="set_aside"))
    assert offered(watched, "confirm_set_aside", "object") == {"confirm_set_aside": {"supervisor"}, "object": set()}
    watched.act("supervisor", do.ConfirmSetAside(agree=False))
    watched.act("window", do.CheckRating(result="lawful"))
    assert offered(watched, "object") == {"object": raters}
    watched.wait(days=60)
    assert offered(watched, "order_redo", "object") == {"order_redo": {"window", "supervisor"}, "object": set()}
    watched.act("window", do.OrderRedo())
    watched.act("housing", do.ProposeHold())
    assert offered(watched, "approve_hold", "review_hold") == {"approve_hold": {"leader"}, "review_hold": set()}
    watched.act("leader", do.ApproveHold())
    assert offered(watched, "approve_hold", "review_hold") == {
        "approve_hold": set(),
        "review_hold": {"window", "leader"},
    }


def test_a_task_force_is_dissolved_by_who_opened_it(policy: Policy) -> None:
    """With its work done the task force waits for who approved it, and its parts offer nothing more."""
    watched = Watched(policy)
    watched.submit("force")
    for part in ("accept", "search-archive", "search-industry", "decide", "collect"):
        watched.close_part(part)
    watched.act("hrss", do.Answer())
    watched.now += timedelta(minutes=1)
    assert offered(watched, "dissolve_task_force", "submit_part") == {
        "dissolve_task_force": {"window"},
        "submit_part": set(),
    }
    watched.act("window", do.DissolveTaskForce())
    assert "撤销 2026-03-02 10:01" in watched.told()["专班"][1]


def test_a_case_is_moved_only_to_another_policy(watched: Watched) -> None:
    """Moving is offered only where this installation has another policy to move it to."""
    watched.submit("one")
    assert watched.case
    own = watched.policy.hash
    for policies, expected in (((own,), set()), ((own, "f" * 64), {"window", "leader"})):
        found = explain(watched.case, watched.policy, watched.now, watched.records, policies).possible
        assert {may.who for act in found for may in act.by if act.verb == "move_policy"} == expected


def test_every_verb_has_a_name() -> None:
    """Whatever may be done has a name in both languages, and no name is left over."""
    assert set(VERBS) == set(ACTIONS)
    assert all(chinese and english for chinese, english in VERBS.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("text", sorted(TEXTS))
def test_every_beginning_is_told_in_words(policy: Policy, text: str, lang: str) -> None:
    """From the first decision on everything is told without a code, as data the same in any order of asking."""
    watched = Watched(policy)
    watched.submit(text)
    told = watched.told(lang)
    assert all(line.strip() for lines in told.values() for line in lines)
    assert not any("_" in line for lines in told.values() for line in lines)
    assert msgspec.json.encode(watched.explained()) == msgspec.json.encode(watched.explained())


NUMBERS = st.none() | st.integers(1, 6)
UNITS = ["hrss", "archives", "industry", "housing", "urban", "benefits", "tax", "window", "sumu", "supervisor"]
PARTS = ["accept", "search-archive", "search-industry", "certify", "decide", "collect", "extra"]
CLOCKS = [f"{kind}-{number}" for kind, number in product(("sign", "contact", "unit"), (1, 2, 3))]
CLOCKS += ["case", "triage", "meeting", "designate", "follow_up", "letter-1"]
DAY = datetime(2026, 4, 30, tzinfo=UTC).date()
FIELDS: dict[str, list[dict[str, Any]]] = {
    "triage": [{"domain": one, "lead": lead} for one in ("heating", "social-insurance") for lead in (None, "tax")],
    "decline": [{"rule": "litigation"}],
    "move_policy": [{"policy": "f" * 64}],
    "link": [{"primary": OTHER}],
    "propose_negative": [{"reason": "beyond-law"}],
    "apply_return": [{"reason": "not-ours"}, {"reason": "recusal"}],
    "grant_return": [{"to": unit} for unit in UNITS],
    "designate": [{}, *({"unit": unit} for unit in UNITS)],
    "pause": [{"kind": kind} for kind in PauseKind],
    "apply_extension": [{"days": 1}, {"days": 20}],
    "give_opinion": [{"done_by": DAY}, {"done_by": DAY + timedelta(days=300)}],
    "submit_part": [{"result": "done"}, {"result": "impossible"}],
    "add_part": [{"item": {"id": "extra", "unit": unit, "working_days": 1}} for unit in UNITS]
    + [{"item": {"id": "another", "unit": "hrss", "working_days": 1}}],
    "name_member": [{"unit": unit, "post": "head"} for unit in UNITS],
    "hand_over": [{"to": unit} for unit in UNITS],
    "rate": [{"grade": "satisfied"}, {"grade": "dissatisfied"}],
    "follow_up": [{}, {"grade": "dissatisfied"}],
    "check_rating": [{"result": one} for one in ("fault", "remediable", "lawful", "set_aside")],
    "confirm_set_aside": [{"agree": True}, {"agree": False}],
    "review_hold": [{"resume": True}, {"resume": False}],
}
"""What each verb may name besides what it is about: the tests' own table."""
OURS = [verb for verb in ACTIONS if verb not in ROUTER_ONLY | AT_THE_VAULT | {"submit"}]


class Asked(NamedTuple):
    """A random act: who, what, with which of the fields that it may name."""

    actor: int
    verb: str
    number: int | None
    part: str
    clock: str
    choice: int

    def command(self, policy: Policy) -> Command:
        """The command that it is."""
        kind = ACTIONS[self.verb]
        about: dict[str, Any] = {}
        if "assignment" in kind.model_fields:
            about = {"assignment": self.number or (1 if kind in (do.GrantReturn, do.RefuseReturn) else None)}
        about |= {name: getattr(self, name) for name in ("part", "clock") if name in kind.model_fields}
        if kind is do.Designate and self.number is None:  # for the case itself
            about = {}
        choices = FIELDS.get(self.verb, [{}])
        everybody = list(actors(policy))
        action = kind.model_validate(about | choices[self.choice % len(choices)])
        return Command(CASE, everybody[self.actor % len(everybody)], action, given=WORDS)


ASKED = st.builds(
    Asked, st.integers(0, 15), st.sampled_from(OURS), NUMBERS, st.sampled_from(PARTS), st.sampled_from(CLOCKS),
    st.integers(0, 9),
)  # fmt: skip
STEPS = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 9)), min_size=1, max_size=9)


@settings(max_examples=10, deadline=None)
@given(text=st.sampled_from(sorted(TEXTS)), steps=STEPS, asked=st.lists(ASKED, max_size=40))
def test_along_any_way(policy: Policy, text: str, steps: list[tuple[int, int]], asked: list[Asked]) -> None:
    """Wherever a case comes to: what is listed is taken, what is taken was listed, and due dates agree."""
    watched = Watched(policy, START)
    watched.submit(text)
    for choice, days in steps:
        assert watched.case
        _listed_is_taken(watched)
        ways = [command for command, _ in openings(watched.case, policy, watched.now)]
        ways += _taken_was_listed(watched, asked)
        _somebody_owes(watched)
        _due_dates_agree(watched)
        if ways:
            assert watched.take(ways[choice % len(ways)]).refusal is None
        watched.wait(days=days)


def _listed_is_taken(watched: Watched) -> None:
    """Whatever is listed is taken, as a command made by the tests' own table."""
    for act in watched.explained().possible:
        for may in act.by:
            assert any(_taken(watched, act.verb, may, more) for more in FIELDS.get(act.verb, [{}])), (act.verb, may)


def _taken(watched: Watched, verb: str, may: May, more: dict[str, Any]) -> bool:
    about = {name: value for name in About._fields if (value := getattr(may, name)) is not None}
    action = ACTIONS[verb].model_validate(about | more)
    assert watched.case
    twin = other(watched.case, watched.policy.id)
    earlier = watched.case.received_at - timedelta(hours=1)
    twin = msgspec.structs.replace(twin, id=OTHER, stage=Stage.HANDLING, hidden=False, received_at=earlier)
    command = Command(
        CASE, Actor(may.who, may.role), action, given=WORDS, other=twin, knows_policy=verb == "move_policy"
    )  # fmt: skip
    return decide(watched.case, command, watched.policy, watched.now).refusal is None


def _taken_was_listed(watched: Watched, asked: list[Asked]) -> list[Command]:
    """Whatever random act is taken was listed for its actor, about that very thing; return those taken."""
    taken = []
    case = watched.case
    assert case
    listed = {
        (act.verb, may.who, may.role, may.assignment, may.part, may.clock)
        for act in possible(case, watched.policy, watched.now)
        for may in act.by
    }
    for one in asked:
        command = one.command(watched.policy)
        if decide(case, command, watched.policy, watched.now).refusal is None:
            action, actor = command.action, command.actor
            number, part, clock = _number(case, command), getattr(action, "part", None), getattr(action, "clock", None)
            assert (action.verb, actor.id, actor.role, number, part, clock) in listed
            taken.append(command)
    return taken


def _number(case: Case, command: Command) -> int | None:
    """The assignment that a command is about: the one it names, or the lead's, or the actor's only one."""
    action, lead = command.action, case.lead_assignment
    named = getattr(action, "assignment", None)
    if not isinstance(action, do.OfAssignment) or isinstance(action, do.GiveOpinion):
        return None if isinstance(action, do.GiveOpinion) else named
    if isinstance(action, do.Pause | do.Resume):
        own = case.live(command.actor.id)
        part = next((a.number for a in own if a.limit is Own.PART and named in (None, a.number)), None)
        leads = lead is not None and named == lead.number
        offices = command.actor.role in (Role.WINDOW, Role.DISPATCHER) or command.actor.id == case.lead
        return None if leads or (named is None and offices) else part
    if named is not None:
        return int(named)
    own = case.live(command.actor.id)
    return lead.number if lead in own and lead is not None else own[0].number


def _somebody_owes(watched: Watched) -> None:
    """An open case always has a duty on somebody, or a pause that ends by itself."""
    case = watched.case
    assert case
    if case.stage in OPEN:
        capped = any(pause.end is None and pause.until is not None for pause in case.pauses)
        assert capped or any(duty.due is not None for duty in duties(case, watched.policy)), case.stage


def _due_dates_agree(watched: Watched) -> None:
    """Each clock's derivation ends where the case, the assignment and the duty say that it is due."""
    case, found = watched.case, watched.explained()
    assert case
    held = {f"unit-{a.number}": a for a in found.holdings} | {f"letter-{a.number}": a for a in found.holdings}
    for clock in found.clocks:
        assert clock.derivation.due == clock.due, clock.key
        if clock.key == "case":
            assert clock.due == (None if found.standing.standing else case.due)
        elif clock.key in held:
            assert clock.due == (None if held[clock.key].standing else held[clock.key].due)
    assert all(
        duty.due in (None, ends(duty.clock, watched.policy.work_calendar).at) for duty in duties(case, watched.policy)
    )
