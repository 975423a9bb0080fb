"""`bancheng topics`: the policy's topics and rights, and the topics that people bring."""

from __future__ import annotations

import typer

from bancheng.cli.emerging import emerging
from bancheng.cli.shell import AsJson, house, print_json, said
from bancheng.up import prepare

app = typer.Typer(help="主题与权限。Topics and rights.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """主题与权限。Topics and rights."""


app.command("emerging")(emerging)


@app.command()
def create(*, json: AsJson = False) -> None:
    """按规则建立主题、用户和权限；重复执行无妨。Make the policy's topics, users and rights."""
    with house() as given:
        lang = given.settings.lang
        changes = prepare(given)
    if json:
        print_json(
            {
                "topics": changes.topics,
                "users": changes.users,
                "rights": len(changes.rights),
                "differing": changes.differing,
            }
        )
        return
    made = len(changes.topics), len(changes.users), len(changes.rights)
    typer.echo(said(lang, "新建主题 {}、用户 {}、权限 {}。", "Made {} topics, {} users, {} rights.").format(*made))
    for differing in changes.differing:
        text = said(lang, "{} 有 {} 个分区，应为 {}。", "{} has {} partitions instead of {}.")
        typer.echo(text.format(*differing))
