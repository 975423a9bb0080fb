"""`bancheng cases list|show|journey|explain|causes|details|views|tally`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import msgspec
import typer
from rich.table import Column, Table

from bancheng.cli.causes import print_causes
from bancheng.cli.details import case_of, case_views, details
from bancheng.cli.explain import print_explanation
from bancheng.cli.past import At, as_it_was
from bancheng.cli.shell import AsJson, console, fail, house, print_json, said
from bancheng.cli.similar import similar
from bancheng.journey.story import Teller, as_data
from bancheng.tally import from_topics
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.policies import Policies

app = typer.Typer(help="工单。Cases.", no_args_is_help=True)
app.command("similar")(similar)
app.command("details")(details)
app.command("views")(case_views)

Which = Annotated[str, typer.Argument(help="工单编号或渠道编号。The case's id, or its reference.")]


@app.command("list")
def list_(
    *,
    stage: Annotated[
        str | None, typer.Option(help="阶段，如 triage、handling、resolved。Where the case stands.")
    ] = None,
    disposition: Annotated[
        str | None, typer.Option(help="去向：unit units task_force triage repeat declined。Where it first went.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="渠道。The channel.")] = None,
    domain: Annotated[str | None, typer.Option(help="领域。The domain.")] = None,
    lead: Annotated[str | None, typer.Option(help="主办单位。The lead unit.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="最多多少件。At most so many.")] = 50,
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
        lang = given.settings.lang
        teller = Teller(given.policy, lang)
    heads = ("阶段", "Stage"), ("去向", "Went to"), ("领域", "Domain"), ("主办", "Lead"), ("变化", "Changed")
    name = Column(said(lang, "渠道编号或工单", "Reference or case"), no_wrap=True)  # whole, to be copied from
    table = Table(name, *(said(lang, *head) for head in heads))
    for row in rows:
        table.add_row(
            row.reference or row.id, teller.stage(row.stage), teller.word(row.disposition),
            teller.domain(row.domain), teller.unit(row.lead), teller.moment(row.changed_at),
        )  # fmt: skip
    console().print(table)


@app.command()
def show(case: Which, *, at: At = None, json: AsJson = False) -> None:
    """工单现状，或当时所知。A case as it stands, or as it was known to stand."""
    with house() as given:
        found = case_of(given, case)
        if at is not None:
            found = as_it_was(given, found, at).case
        if json:
            print_json(msgspec.to_builtins(found))
            return
        lang = given.settings.lang
        teller = Teller(given.policy, lang)
        out = console()
        out.print(f"[bold]{found.reference or ''}[/bold] {found.id}")
        out.print(said(lang, f"阶段：{teller.stage(found.stage)}", f"Stage: {teller.stage(found.stage)}"))
        if found.outcome:
            out.print(said(lang, f"结果：{teller.word(found.outcome)}", f"Outcome: {teller.word(found.outcome)}"))
        if found.due:
            out.print(said(lang, f"期限：{teller.moment(found.due)}", f"Due: {teller.moment(found.due)}"))
        heads = ("号", "No."), ("单位", "Unit"), ("角色", "Role"), ("条目", "Part"), ("状态", "Status"), ("期限", "Due")
        table = Table(*(said(lang, *head) for head in heads))
        for held in found.assignments:
            table.add_row(
                str(held.number), teller.unit(held.unit), teller.word(held.role), held.part or "",
                teller.word(held.held), teller.moment(held.due),
            )  # fmt: skip
        out.print(table)


@app.command()
def journey(case: Which, *, at: At = None, json: AsJson = False) -> None:
    """工单全过程，逐条来自台账。The whole journey, line by line from the ledger."""
    with house() as given:
        engine = given.engine
        found = case_of(given, case)
        if at is not None:
            found, records, _ = as_it_was(given, found, at)
        else:
            with transaction(engine) as connection:
                records = reading.history(connection, found.id)
        if json:
            print_json([as_data(record) for record in records])
            return
        pinned = Policies(engine, given.book).by_hash(found.policy)
        teller = Teller(pinned, given.settings.lang)
        out = console()
        out.print(f"[bold]{found.reference or ''}[/bold] {found.id}")
        for line in teller.lines(records):
            out.print(f"  {teller.moment(line.at)}  {line.text}", markup=False)


@app.command()
def explain(case: Which, *, at: At = None, json: AsJson = False) -> None:
    """为何这样派、何时到期、接下来谁能办什么。Why it went so, why it is due then, what may follow."""
    with house() as given:
        print_explanation(given, case_of(given, case), at=at, json=json)


@app.command()
def causes(case: Which, *, json: AsJson = False) -> None:
    """来龙去脉：哪条消息引出哪条记录，又引出什么。What came of what: messages, records, other cases, messages sent."""
    with house() as given:
        print_causes(given, case_of(given, case), json=json)


@app.command()
def tally(*, json: AsJson = False) -> None:
    """各去向件数：台账与主题两边各数一遍。Counts by destination: from the ledger and from the topics."""
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            ledger = Counter(reading.tally(connection))
            parked = reading.count_parked(connection)
        topics = from_topics(given)
        teller = Teller(given.policy, lang)
    if json:
        print_json({"ledger": ledger, "topics": topics, "parked": parked, "equal": ledger == topics})
    else:
        heads = ("去向", "Went to"), ("台账", "Ledger"), ("主题", "Topics")
        table = Table(*(said(lang, *head) for head in heads))
        for name in sorted(ledger | topics):
            table.add_row(teller.word(name), str(ledger[name]), str(topics[name]))
        table.add_row(said(lang, "合计", "Total"), str(ledger.total()), str(topics.total()))
        console().print(table)
        if parked:
            console().print(said(lang, f"另有 {parked} 条消息待发布。", f"{parked} messages wait to be published."))
    if ledger != topics:
        fail(said(lang, "两边件数不等：可能仍在发布，请稍后再数。",
                  "The two counts differ: the relay may still be publishing; count again in a moment."))  # fmt: skip
