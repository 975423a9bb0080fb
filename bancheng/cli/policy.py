"""`bancheng policy check|diff|list|show`."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from bancheng import policies
from bancheng.cli.shell import FAILED, MISUSED, AsJson, console, house, print_json, said, settings
from router.cases.proving import disagreements
from router.classify.lexicon import LexiconClassifier
from router.ledger.policies import Policies
from router.policy.diff import differences
from router.policy.load import PolicyError

if TYPE_CHECKING:
    from router.policy.policy import Policy

app = typer.Typer(
    help="规则；启用前可用 bancheng what-if 按上月工单试算。Policies; what-if tries a draft on last month.",
    no_args_is_help=True,
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="规则文件或文件夹。A policy file or folder.")],
    *,
    json: AsJson = False,
) -> None:
    """检查规则，逐条指出行、字段和改法，并试一遍它的例子。Check a policy: every mistake, and its examples."""
    lang = settings().lang
    policy = checked(file, lang, json=json)
    if json:
        print_json([])
        return
    name, tried = _signature(policy), len(policy.examples)
    typer.echo(said(lang, f"规则可用：{name}；检验例子 {tried} 个，全部相符。",
                    f"The policy can be used: {name}; all its {tried} examples come out as they say."))  # fmt: skip


def checked(file: Path, lang: str, *, json: bool = False) -> Policy:
    """Read a policy and try its examples; tell every mistake and leave where it fails its check."""
    policy = _read(file, lang, json=json)
    differing = list(disagreements(policy, LexiconClassifier(policy, policy.hash), datetime.now(UTC)))
    if json and differing:
        print_json([differs._asdict() for differs in differing])
    for differs in [] if json else differing:
        text, where = policy.examples[differs.example].text, f"examples.{differs.example}.{differs.field}"
        typer.echo(said(lang, f"{where}（{text}）：写的是 {differs.said}，结果是 {differs.found}",
                        f"{where} ({text}): says {differs.said}, comes out {differs.found}"))  # fmt: skip
    if differing:
        raise typer.Exit(FAILED)
    return policy


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="A", help="原规则文件或文件夹。The old policy's file or folder.")],
    new: Annotated[Path, typer.Argument(metavar="B", help="新规则文件或文件夹。The new policy's file or folder.")],
    *,
    json: AsJson = False,
) -> None:
    """逐条说明两套规则的不同。Say in sentences what B changes in A."""
    lang = settings().lang
    before, after = (_read(file, lang, json=json, code=MISUSED) for file in (old, new))
    found = differences(before, after)
    if json:
        print_json(
            [
                {"path": d.path, "kind": d.kind, "old": d.old, "new": d.new, "sentence": d.sentence(lang)}
                for d in found
            ]
        )  # fmt: skip
        return
    for difference in found:
        typer.echo(difference.sentence(lang))
    names = f"{_signature(before)} → {_signature(after)}"
    if found:
        count = len(found)
        typer.echo(said(lang, f"共 {count} 处不同：{names}", f"Differences: {count} ({names})"))
    elif before.hash == after.hash:
        typer.echo(
            said(lang, f"两套规则完全相同：{_signature(after)}", f"The policies are the same: {_signature(after)}")
        )
    else:
        typer.echo(said(lang, f"两套规则内容相同，只是书写顺序不同：{names}",
                        f"The policies say the same, in another order: {names}"))  # fmt: skip


@app.command("list")
def list_(*, json: AsJson = False) -> None:
    """列出本系统用过的规则及其编号。The policies that cases may be pinned to, with their hashes."""
    with house() as given:
        lang = given.settings.lang
        rows = Policies(given.engine, given.book).listed()
    if json:
        print_json(
            [
                {"hash": p.hash, "id": p.id, "version": p.version, "starts": p.starts, "since": since, "in_use": used}
                for p, since, used in rows
            ]
        )  # fmt: skip
        return
    heads = ("规则", "Policy"), ("版本", "Version"), ("启用日期", "Starts"), ("在用", "In use")
    table = Table(*(said(lang, *head) for head in heads), Column(said(lang, "编号", "Hash"), overflow="fold"))
    for policy, _, used in rows:
        table.add_row(policy.id, policy.version, str(policy.starts or "—"), "✓" if used else "", policy.hash)
    console().print(table)


@app.command()
def show(*, json: AsJson = False) -> None:
    """显示现行规则的要点。Show the active policy in short."""
    with house() as given:
        policy, lang = given.policy, given.settings.lang
    if json:
        print_json(policy.model_dump(mode="json"))
        return
    _summary(policy, lang)


def _read(file: Path, lang: str, *, json: bool, code: int = FAILED) -> Policy:
    """Read a policy, or tell every mistake in it and leave with `code`."""
    try:
        return policies.read(file)
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
        raise typer.Exit(code) from None


def _signature(policy: Policy) -> str:
    return f"{policy.name} {policy.version} · {policy.hash[:12]}"


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
        general = next(route for route in policy.routes_of(domain.id) if not route.conditions)
        lead = policy.unit_by_id[general.lead].title(lang)
        table.add_row(domain.title(lang), lead, str(len(domain.all_words())))
    out.print(table)
    for template in policy.task_forces.templates:
        count, name = len(template.parts), f"{template.title(lang)} [{template.id}]"
        out.print(said(lang, f"专班：{name}，{count} 项", f"Task force: {name}, {count} parts"), markup=False)
