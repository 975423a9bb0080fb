"""What a person sees of the demonstration: one journey in full, milestones of the others, the outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bancheng.journey.story import Line, Teller

if TYPE_CHECKING:
    from bancheng.demo.stage import OnStage
    from router.ledger.record import Record
    from router.policy.policy import Policy
    from router.wire.reader import Event

_MILESTONES = frozenset(
    {"classified", "declined", "duplicate_linked", "triage_requested", "triaged", "assigned", "return_applied",
     "conference_called", "designated", "task_force_opened", "negative_answer_proposed", "resolved", "refused"}
)  # fmt: skip
"""Events shown of every case; of the first one everything is shown."""


class Screen:
    """Writes to standard output, in Chinese or English."""

    def __init__(self, policy: Policy, lang: str) -> None:
        """`policy` has the names behind the codes."""
        self._policy = policy
        self._lang = lang
        self._out = Console(highlight=False, soft_wrap=True)
        self._tellers: dict[str, Teller] = {}
        self._featured = ""

    def _say(self, chinese: str, english: str) -> str:
        return english if self._lang == "en" else chinese

    def opening(self, count: int, featured: str) -> None:
        """Say what is going to be shown; all of the case with that reference is."""
        self._featured = featured
        self._out.print(
            self._say(
                f"演示：{count} 件诉求。Kafka、PostgreSQL、凭据、台账都是真的；"
                "单位由演示代理扮演，下面的日期是模拟时间。",
                f"Demonstration: {count} cases. Kafka, PostgreSQL, credentials and ledger are real; "
                "units are played by agents, and the dates below are simulated time.",
            ),
            style="bold",
        )

    def published(self, channel: str, count: int) -> None:
        """Say that a channel has submitted its cases."""
        name = self._policy.channel_by_id[channel].title(self._lang)
        self._out.print(self._say(f"{name} 提交 {count} 件", f"{name} submits {count} cases"), style="dim")

    def record(self, case: OnStage, record: Record) -> None:
        """Show a decision: all of the featured case, milestones of the others."""
        teller = self._tellers.setdefault(case.case_id, Teller(self._policy, self._lang))
        for line in teller.lines([record]):
            if case.play.reference == self._featured or line.event in _MILESTONES:
                self._line(teller, case, line)

    def _line(self, teller: Teller, case: OnStage, line: Line) -> None:
        featured = case.play.reference == self._featured
        style = "red" if line.event == "refused" else "green" if line.event == "resolved" else None
        text = f"{teller.moment(line.at)} │ {case.play.title} │ {line.text}"
        self._out.print(text, style=style or (None if featured else "dim"), markup=False)

    def result(self, channel: str, case: OnStage, event: Event) -> None:
        """Show that the window was told the outcome."""
        if event.type != "cn.bancheng.result.resolved.v1":
            return
        name = self._policy.channel_by_id[channel].title(self._lang)
        topic = f"results.{channel}"
        text = self._say(
            f"    ◀ {name} 从 {topic} 收到 {case.play.title} 的办理结果",
            f"    ◀ {name} reads the outcome of {case.play.title} from {topic}",
        )
        self._out.print(text, style="cyan", markup=False)

    def closing(self, cases: list[OnStage], seconds: float) -> None:
        """Show how every case ended, and how to look closer."""
        table = Table(
            self._say("渠道编号", "Reference"),
            self._say("诉求", "Case"),
            self._say("结果", "Outcome"),
            self._say("模拟历时（天）", "Simulated days"),
            self._say("记录", "Records"),
        )
        for case in cases:
            days = (case.records[-1].now - case.records[0].now).days if case.records else 0
            mark = "✓" if case.ended and case.as_expected else "✗"
            outcome = Teller(self._policy, self._lang).word(case.outcome)
            table.add_row(
                case.play.reference, case.play.title, f"{mark} {outcome}", str(days),
                str(len(case.records)),
            )  # fmt: skip
        self._out.print(table)
        ended = sum(case.ended and case.as_expected for case in cases)
        self._out.print(
            self._say(
                f"{len(cases)} 件中 {ended} 件按预期办结，用时 {seconds:.1f} 秒。"
                "逐件全过程：bancheng cases journey 渠道编号",
                f"{ended} of {len(cases)} ended as expected, in {seconds:.1f} s. "
                "Each whole journey: bancheng cases journey REFERENCE",
            ),
            style="bold",
        )
