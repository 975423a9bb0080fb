"""`bancheng config show` and `bancheng version`."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Annotated

import typer
from rich.table import Table

from bancheng.cli.shell import AsJson, console, print_json, said, settings

app = typer.Typer(help="设置。Settings.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """设置。Settings."""


@app.command()
def show(*, json: AsJson = False) -> None:
    """显示全部设置，密码等以 ** 代替。Show every setting; secrets are hidden."""
    found = settings()
    values = {name: str(value) for name, value in found if value is not None}
    if json:
        print_json(values)
        return
    heads = ("设置", "Setting"), ("环境变量", "Variable"), ("值", "Value")
    table = Table(*(said(found.lang, *head) for head in heads))
    for name, value in values.items():
        table.add_row(name, f"BANCHENG_{name.upper()}", value)
    console().print(table)


def version(*, short: Annotated[bool, typer.Option("--short", help="只显示版本号。")] = False) -> None:
    """显示版本。Show the version."""
    number = installed("bancheng")
    typer.echo(number if short else f"bancheng {number}")
