"""`bancheng watch` and `bancheng status`: how the installation is, for Prometheus and for people."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from bancheng import logs
from bancheng.cli.shell import FAILED, MISUSED, AsJson, WatchAt, console, fail, house, print_json, said
from bancheng.stopping import looping, until_told
from bancheng.watch.findings import Finding, of_installation
from bancheng.watch.neighbours import WATCH, Neighbour, services
from bancheng.watch.watching import watching
from router.health import Condition

if TYPE_CHECKING:
    from bancheng.watch.look import Look

_LOOK_SECONDS = 0.5


def watch(*, watch: WatchAt = None) -> None:
    """提供整个系统的指标与健康状态。Show figures and health of the whole installation over HTTP."""
    with house(watch=watch) as given, until_told() as told:
        settings = given.settings
        if settings.watch is None:
            fail(said(settings.lang, "请用 --watch 127.0.0.1:9400 或 BANCHENG_WATCH 指定地址。",
                      "Say where: --watch 127.0.0.1:9400, or BANCHENG_WATCH."), MISUSED)  # fmt: skip
        logs.configure(settings.log_level)
        condition = Condition()
        condition.fine()
        with watching(given), looping(settings.home, WATCH, condition, told) as stopping:
            while not stopping():
                told.wait(_LOOK_SECONDS)


def status(*, json: AsJson = False) -> None:
    """是否一切正常；若否，该做什么。Whether all is well, and if not, what to do."""
    with house() as given:
        lang = given.settings.lang
        with closing(given.looking()) as looking:
            look = looking.look(counting=False)
        near = services(given.settings.home)
    findings = _once([*of_installation(look), *(finding for one in near for finding in one.findings)])
    if json:
        print_json({
            "well": not any(one.urgent for one in findings),
            "services": [{"task": n.task, "alive": n.alive, "ready": n.ready, "since": n.since} for n in near],
            "figures": _figures(look),
            "findings": [{"code": f.code, "about": f.about, "sentence": f.sentence(lang)} for f in findings],
        })  # fmt: skip
    else:
        _show(lang, near, look, findings)
    if any(one.urgent for one in findings):
        raise typer.Exit(FAILED)


def _once(findings: list[Finding]) -> list[Finding]:
    """Return each finding once: several services may wait for the same."""
    return list({(one.code, one.about): one for one in findings}.values())


def _figures(look: Look) -> dict[str, int | None]:
    standing = look.standing
    if standing is None:
        return {"routers": look.routers}
    return {
        "routers": look.routers,
        "lag": sum(look.lag.values()),
        "due": standing.due,
        "unpublished": standing.unpublished_records + standing.unpublished_outputs,
        "parked": sum(standing.parked.values()),
        "quarantined": sum(standing.set_aside.values()),
        "records": standing.records,
        "unanchored": look.reach.beyond if look.reach else None,
    }


def _show(lang: str, near: list[Neighbour], look: Look, findings: list[Finding]) -> None:
    out = console()
    if near:
        heads = (("服务", "Service"), ("状态", "State"), ("自", "Since"))
        table = Table(*(said(lang, *head) for head in heads))
        for one in near:
            since = datetime.fromisoformat(one.since).astimezone().strftime("%m-%d %H:%M:%S") if one.since else "—"
            table.add_row(one.task, _state(lang, one), since)
        out.print(table)
    names = {
        "routers": ("分派进程", "routers"), "lag": ("待接收", "to be taken"), "due": ("到期待处理", "due"),
        "unpublished": ("待发布", "to be published"), "parked": ("无法送出", "can't be sent"),
        "quarantined": ("隔离待处理", "in quarantine"), "records": ("决定总数", "decisions"),
        "unanchored": ("尚无锚点", "not anchored"),
    }  # fmt: skip
    figures = (
        f"{said(lang, *names[name])} {'—' if value is None else value}" for name, value in _figures(look).items()
    )
    out.print(said(lang, "；", "; ").join(figures), markup=False)
    for finding in findings:
        out.print(f"- {finding.sentence(lang)}", markup=False)
    if not findings:
        out.print(said(lang, "一切正常。", "All is well."))


def _state(lang: str, one: Neighbour) -> str:
    if one.ready and one.alive:
        return said(lang, "正常", "well")
    return said(lang, "等待中", "waiting") if one.alive else said(lang, "无响应", "no answer")
