"""`bancheng policy check|show`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bancheng import policies
from bancheng.cli.shell import FAILED, AsJson, console, house, print_json, said, settings
from router.policy.load import PolicyError

if TYPE_CHECKING:
    from router.policy.policy import Policy

app = typer.Typer(help="规则。Policies.", no_args_is_help=True)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="规则文件或文件夹。A policy file or folder.")],
    *,
    json: AsJson = False,
) -> None:
    """检查规则，逐条指出行、字段和改法。Check a policy: line, field and mend of every mistake."""
    lang = settings().lang
    try:
        policy = policies.read(file)
    except PolicyError as error:
        if json:
            print_json(
                [
                    {"file": m.file, "line": m.line, "field": m.field, "what": m.what, "mend": m.mend}
                    for m in error.mistakes
                ]
            )
        else:
            for mistake in error.mistakes:
                typer.echo(str(mistake))
            count = len(error.mistakes)
            typer.echo(said(lang, f"共 {count} 处需要修改。", f"{count} to mend."))
        raise typer.Exit(FAILED) from None
    if json:
        print_json([])
    else:
        name = f"{policy.name} {policy.version} · {policy.hash[:12]}"
        typer.echo(said(lang, f"规则可用：{name}", f"The policy can be used: {name}"))


@app.command()
def show(*, json: AsJson = False) -> None:
    """显示现行规则的要点。Show the active policy in short."""
    with house() as given:
        policy, lang = given.policy, given.settings.lang
    if json:
        print_json(policy.model_dump(mode="json"))
        return
    _summary(policy, lang)


def _summary(policy: Policy, lang: str) -> None:
    out = console()
    out.print(f"[bold]{policy.name}[/bold] {policy.id} {policy.version} · {policy.hash[:12]}")
    roles = Counter(unit.role.value for unit in policy.units)
    counts = said(lang, "，", ", ").join(f"{role} {count}" for role, count in sorted(roles.items()))
    out.print(said(lang, f"单位：{counts}", f"Units: {counts}"))
    names = said(lang, "，", ", ").join(f"{channel.title(lang)} [{channel.id}]" for channel in policy.channels)
    out.print(said(lang, f"渠道：{names}", f"Channels: {names}"), markup=False)
    heads = ("领域", "Domain"), ("主办", "Lead"), ("词数", "Words")
    table = Table(*(said(lang, *head) for head in heads))
    for domain in policy.domains:
        general = next(route for route in policy.routes_of(domain.id) if not route.conditions())
        lead = policy.unit_by_id[general.lead].title(lang)
        table.add_row(domain.title(lang), lead, str(len(domain.all_words())))
    out.print(table)
    for template in policy.task_forces.templates:
        count, name = len(template.parts), f"{template.title(lang)} [{template.id}]"
        out.print(said(lang, f"专班：{name}，{count} 项", f"Task force: {name}, {count} parts"), markup=False)
