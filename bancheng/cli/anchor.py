"""`bancheng anchor now|list|line|key|rotate-key`: signing where the chains end, and the key that does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bancheng.cli.shell import AsJson, console, fail, house, print_json, said
from router.audit import anchor

if TYPE_CHECKING:
    from router.audit.anchor import Anchor

app = typer.Typer(help="锚点：为台账各链首签名。Anchors: the heads of the chains, signed.", no_args_is_help=True)


@app.command()
def now(*, json: AsJson = False) -> None:
    """现在就做一个锚点。Make an anchor now."""
    with house() as given:
        lang, made = given.settings.lang, given.anchors().make(datetime.now(UTC))
    _tell(made, lang, json=json)


@app.command("list")
def list_(
    *,
    most: Annotated[int, typer.Option(help="最多显示多少个。How many at most.", min=1)] = 20,
    json: AsJson = False,
) -> None:
    """列出锚点，最新的在前。List anchors, the newest first."""
    with house() as given:
        lang = given.settings.lang
        found: list[Anchor] = []
        for data in given.anchors().all():
            found = [*found, anchor.decode(data)][-most:]
    if json:
        print_json([_plain(one) for one in reversed(found)])
        return
    heads = (("编号", "Number"), ("时间", "Made at"), ("记录数", "Records"), ("密钥", "Key"), ("变动", "Change"))
    table = Table(*(said(lang, *head) for head in heads))
    for one in reversed(found):
        change = f"+ {one.introduces.key}" if one.introduces else f"- {one.retires}" if one.retires else ""
        made_at = one.made_at.isoformat(timespec="seconds")
        table.add_row(str(one.number), made_at, str(one.records), one.key, change)
    console().print(table)


@app.command()
def line() -> None:
    """打印最新锚点的校验行，供张贴或寄给另一单位。Print the newest anchor's line, to be posted or sent."""
    with house() as given:
        lang, newest = given.settings.lang, None
        for data in given.anchors().all():
            newest = data
    if newest is None:
        fail(
            said(lang, "还没有锚点：请执行 bancheng anchor now。", "There is no anchor yet: run `bancheng anchor now`.")
        )
    typer.echo(str(anchor.line(newest)))


@app.command()
def key() -> None:
    """打印公钥，请交给审计方另行保存。Print the public key: auditors should have it from you, not from the log."""
    with house() as given:
        public = given.anchors().public()
    typer.echo(public.hex())


@app.command()
def rotate_key(
    *,
    finish: Annotated[bool, typer.Option("--finish", help="停用旧密钥。Retire the old key.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="旧密钥已丢失。The old key is lost.")] = False,
) -> None:
    """换签名密钥：新旧并用，--finish 停用旧的。A new signing key beside the old one; --finish retires that."""
    with house() as given:
        lang, at, anchors = given.settings.lang, datetime.now(UTC), given.anchors()
        if finish:
            old, _ = anchors.retire(at)
            typer.echo(said(lang, f"密钥 {old} 已停用。", f"The key {old} is retired."))
            return
        anchors.rotate(at, lost=lost)
        public = anchors.public()
    typer.echo(said(
        lang, f"新密钥 {anchor.key_id(public)} 已引入；公钥 {public.hex()} 请交给审计方。各处换好后执行 --finish。",
        f"The key {anchor.key_id(public)} is introduced; let auditors have its public key {public.hex()}, and run"
        " --finish when every place has it.",
    ))  # fmt: skip


def _tell(made: bytes, lang: str, *, json: bool) -> None:
    one = anchor.decode(made)
    if json:
        print_json(_plain(one) | {"line": str(anchor.line(made))})
        return
    typer.echo(said(lang, f"锚点 {one.number}：{one.records} 条记录已签名。",
                    f"Anchor {one.number}: {one.records} records are signed for."))  # fmt: skip
    typer.echo(str(anchor.line(made)))


def _plain(one: Anchor) -> dict[str, object]:
    return {
        "number": one.number, "made_at": one.made_at, "records": one.records, "key": one.key, "retires": one.retires,
        "introduces": one.introduces.key if one.introduces else None,
    }  # fmt: skip
