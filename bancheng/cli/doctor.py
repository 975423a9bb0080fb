"""`bancheng doctor`: whether this installation is well, and what to do where it isn't."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from bancheng import logs
from bancheng.cli.shell import FAILED, AsJson, console, print_json, said
from bancheng.cli.shell import settings as read_settings
from bancheng.compose import House
from bancheng.doctor.examine import examine
from bancheng.doctor.finding import WORST_FIRST, healthy

if TYPE_CHECKING:
    from bancheng.doctor.finding import Finding

_MARKS = {"ok": ("正常", "ok"), "warn": ("注意", "warn"), "bad": ("异常", "bad"), "skipped": ("略过", "skipped")}


def doctor(*, json: AsJson = False) -> None:
    """逐项检查本安装是否正常，并说明怎么办。Examine every part, and say what to do."""
    logs.configure("error")
    given = House(read_settings())
    lang = given.settings.lang
    try:
        findings = examine(given, datetime.now(UTC))
    finally:
        given.close()
    if json:
        print_json({"healthy": healthy(findings), "findings": [finding.data(lang) for finding in findings]})
    else:
        for finding in findings:
            console().print(_line(finding, lang), markup=False)
        console().print(_sum(findings, lang), markup=False)
    if not healthy(findings):
        raise typer.Exit(FAILED)


def _line(finding: Finding, lang: str) -> str:
    """Return one line: how it is, what was looked at, what was found, and what to do."""
    mark = said(lang, *_MARKS[finding.status])
    todo = f" → {finding.todo.said(lang)}" if finding.todo else ""
    return f"{mark:7} {finding.part.said(lang)}{said(lang, '：', ': ')}{finding.found.said(lang)}{todo}"


def _sum(findings: list[Finding], lang: str) -> str:
    counted = Counter(finding.status for finding in findings)
    parts = [f"{said(lang, *_MARKS[status])} {counted[status]}" for status in WORST_FIRST if counted[status]]
    return said(lang, "，", ", ").join(parts)
