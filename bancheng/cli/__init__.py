"""The command line. Each module is one group of commands; this one says where they are.

A module is imported when one of its commands is called: a service needs no spreadsheets and no learning.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

import typer
from typer.core import TyperGroup

from bancheng.unforeseen import note

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHERE: Final = {
    "up": "up:up",
    "route": "serve:route",
    "relay": "serve:relay",
    "watch": "watch:watch",
    "status": "watch:status",
    "clock": "clock:app",
    "match": "match:app",
    "topics": "topics:app",
    "access": "access:app",
    "keys": "keys:app",
    "act": "office:act",
    "publish": "publish:publish",
    "cases": "cases:app",
    "quarantine": "quarantine:app",
    "vault": "vault:app",
    "person": "person:app",
    "positions": "positions:app",
    "report": "report:report",
    "classify": "classify:classify",
    "labels": "labels:app",
    "train": "learning:train",
    "evaluate": "learning:evaluate",
    "models": "models:app",
    "verify": "verify:verify",
    "anchor": "anchor:app",
    "export": "exports:export",
    "import": "exports:import_",
    "replay": "replay:replay",
    "archive": "archive:app",
    "policy": "policy:app",
    "what-if": "whatif:what_if",
    "doctor": "doctor:doctor",
    "config": "config:app",
    "version": "config:version",
}
"""Each command's module in this folder, and its function or its group there."""


def _program() -> None:
    """办成：把“办不成的事”办成。A router for matters that “cannot be done”."""


class _Commands(Mapping[str, Any]):
    """The commands by their names, made when asked for."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 (a command of Typer's own, private kind)
        module, _, told = _WHERE[name].partition(":")
        found = getattr(import_module(f"{__name__}.{module}"), told)
        around = typer.Typer(callback=_program, rich_markup_mode=None, add_completion=False)
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=name)
        else:
            around.command(name)(found)
        return cast("TyperGroup", typer.main.get_command(around)).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_WHERE)

    def __len__(self) -> int:
        return len(_WHERE)


class _Group(TyperGroup):
    """Our commands, each looked up when it is called."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 (handed on)
        super().__init__(**given)
        self.commands = _Commands()  # type: ignore[assignment]  # only ever read


app = typer.Typer(
    name="bancheng",
    cls=_Group,
    callback=_program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line. Nobody sees a traceback: what was not foreseen is noted under an id."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 (the last resort: noted, told, and left with)
        name = note(error)
        english = os.environ.get("BANCHENG_LANG") == "en"
        sentence = "Something unforeseen happened" if english else "出现意外错误"
        sys.exit(f"{sentence} ({type(error).__name__}): BANCHENG_HOME/log/errors.log, {name}")
