"""`bancheng cases list|show|journey|tally`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table

from bancheng.cli.shell import AsJson, console, fail, house, print_json
from bancheng.journey.story import Teller, as_data
from bancheng.tally import from_topics
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.policies import Policies

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.cases.state import Case

app = typer.Typer(help="工单。Cases.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="工单编号或渠道编号。The case's id, or its reference.")]


@app.command("list")
def list_(
    *,
    stage: Annotated[str | None, typer.Option(help="阶段。")] = None,
    disposition: Annotated[
        str | None, typer.Option(help="去向：unit units task_force triage repeat declined。")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="渠道。")] = None,
    domain: Annotated[str | None, typer.Option(help="领域。")] = None,
    lead: Annotated[str | None, typer.Option(help="主办单位。")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="最多多少件。")] = 50,
    json: AsJson = False,
) -> None:
    """最近有变化的工单。The cases changed last."""
    with house() as given, transaction(given.engine) as connection:
        rows = reading.list_cases(
            connection, most=most, stage=stage, disposition=disposition, channel=channel, domain=domain,
            lead=lead,
        )  # fmt: skip
        if json:
            print_json([row._asdict() for row in rows])
            return
        teller = Teller(given.policy, given.settings.lang)
    table = Table(
        "工单 Case",
        "渠道编号 Reference",
        "阶段 Stage",
        "去向 Went to",
        "领域 Domain",
        "主办 Lead",
        "变化 Changed",
    )
    for row in rows:
        domain_name = given.policy.domain_by_id.get(row.domain or "")
        table.add_row(
            row.id,
            row.reference or "",
            row.stage,
            row.disposition,
            domain_name.title(given.settings.lang) if domain_name else "",
            teller.unit(row.lead),
            teller.moment(row.changed_at),
        )
    console().print(table)


@app.command()
def show(case: Which, *, json: AsJson = False) -> None:
    """工单现状。A case as it stands."""
    with house() as given:
        found = _find(given, case)
        if json:
            print_json(msgspec.to_builtins(found))
            return
        teller = Teller(given.policy, given.settings.lang)
        out = console()
        out.print(f"[bold]{found.id}[/bold]  {found.reference or ''}")
        out.print(f"阶段 Stage: {found.stage.value}   结果 Outcome: {found.outcome or '—'}")
        if found.due:
            out.print(f"期限 Due: {teller.moment(found.due)}")
        table = Table("号 No.", "单位 Unit", "角色 Role", "条目 Part", "状态 Status", "期限 Due")
        for held in found.assignments:
            table.add_row(
                str(held.number), teller.unit(held.unit), teller.word(held.role.value), held.part or "",
                held.held.value, teller.moment(held.due),
            )  # fmt: skip
        out.print(table)


@app.command()
def journey(case: Which, *, json: AsJson = False) -> None:
    """工单全过程，逐条来自台账。The whole journey, line by line from the ledger."""
    with house() as given:
        engine = given.engine
        found = _find(given, case)
        with transaction(engine) as connection:
            records = reading.history(connection, found.id)
        if json:
            print_json([as_data(record) for record in records])
            return
        pinned = Policies(engine, given.policy).by_hash(found.policy)
        teller = Teller(pinned, given.settings.lang)
        out = console()
        out.print(f"[bold]{found.reference or ''}[/bold] {found.id}")
        for line in teller.lines(records):
            out.print(f"  {teller.moment(line.at)}  {line.text}", markup=False)


@app.command()
def tally(*, json: AsJson = False) -> None:
    """各去向件数：台账与主题两边各数一遍。Counts by destination: from the ledger and from the topics."""
    with house() as given:
        with transaction(given.engine) as connection:
            ledger = Counter(reading.tally(connection))
            parked = reading.count_parked(connection)
        topics = from_topics(given)
    if json:
        print_json({"ledger": ledger, "topics": topics, "parked": parked, "equal": ledger == topics})
    else:
        table = Table("去向 Went to", "台账 Ledger", "主题 Topics")
        for name in sorted(ledger | topics):
            table.add_row(name, str(ledger[name]), str(topics[name]))
        table.add_row("合计 Total", str(ledger.total()), str(topics.total()))
        console().print(table)
        if parked:
            console().print(f"另有 {parked} 条消息待发布。{parked} messages wait to be published.")
    if ledger != topics:
        fail("The two counts differ: the relay may still be publishing; count again in a moment.")


def _find(given: House, wanted: str) -> Case:
    with transaction(given.engine) as connection:
        found = reading.find_case(connection, wanted)
    if found is None:
        fail(f"没有工单 {wanted}，或编号不止一件。There is no case {wanted}, or more than one.")
    return found
