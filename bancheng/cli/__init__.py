"""The command line. Each module is one group of commands; this one puts them together."""

from __future__ import annotations

import os
import sys

import typer

from bancheng.cli import (
    access,
    cases,
    classify,
    clock,
    config,
    doctor,
    labels,
    learning,
    match,
    models,
    office,
    policy,
    positions,
    publish,
    quarantine,
    report,
    serve,
    watch,
)
from bancheng.unforeseen import note

app = typer.Typer(
    name="bancheng",
    help="办成：把“办不成的事”办成。A router for matters that “cannot be done”.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("up")(serve.up)
app.command("route")(serve.route)
app.command("relay")(serve.relay)
app.command("watch")(watch.watch)
app.command("status")(watch.status)
app.add_typer(clock.app, name="clock")
app.add_typer(match.app, name="match")
app.add_typer(serve.topics, name="topics")
app.add_typer(access.app, name="access")
app.command("act")(office.act)
app.command("publish")(publish.publish)
app.add_typer(cases.app, name="cases")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(positions.app, name="positions")
app.command("report")(report.report)
app.command("classify")(classify.classify)
app.add_typer(labels.app, name="labels")
app.command("train")(learning.train)
app.command("evaluate")(learning.evaluate)
app.add_typer(models.app, name="models")
app.add_typer(policy.app, name="policy")
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")
app.command("version")(config.version)


def main() -> None:
    """Run the command line. Nobody sees a traceback: what was not foreseen is noted under an id."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 (the last resort: noted, told, and left with)
        name = note(error)
        english = os.environ.get("BANCHENG_LANG") == "en"
        sentence = "Something unforeseen happened" if english else "出现意外错误"
        sys.exit(f"{sentence} ({type(error).__name__}): BANCHENG_HOME/log/errors.log, {name}")
