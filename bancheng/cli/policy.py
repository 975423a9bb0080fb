"""`bancheng policy check|show`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bancheng import policies
from bancheng.cli.shell import FAILED, AsJson, console, house, print_json
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
            typer.echo(f"共 {len(error.mistakes)} 处需要修改。{len(error.mistakes)} to mend.")
        raise typer.Exit(FAILED) from None
    if json:
        print_json([])
    else:
        typer.echo(f"规则可用：{policy.name} {policy.version}（{policy.hash[:12]}）。The policy can be used.")


@app.command()
def show(*, json: AsJson = False) -> None:
    """显示现行规则的要点。Show the active policy in short."""
    with house() as given:
        policy = given.policy
    if json:
        print_json(policy.model_dump(mode="json"))
        return
    _summary(policy)


def _summary(policy: Policy) -> None:
    out = console()
    out.print(f"[bold]{policy.name}[/bold] {policy.id} {policy.version} · {policy.hash[:12]}")
    roles = Counter(unit.role.value for unit in policy.units)
    out.print("单位 Units: " + "，".join(f"{role} {count}" for role, count in sorted(roles.items())))
    out.print("渠道 Channels: " + "，".join(f"{channel.name}（{channel.id}）" for channel in policy.channels))
    table = Table("领域 Domain", "主办 Lead", "词 Words")
    for domain in policy.domains:
        general = next(route for route in policy.routes_of(domain.id) if not route.conditions())
        lead = policy.unit_by_id[general.lead].name
        table.add_row(domain.name, lead, str(len(domain.all_words())))
    out.print(table)
    for template in policy.task_forces.templates:
        out.print(f"专班 Task force: {template.name}（{template.id}），{len(template.parts)} 项")
