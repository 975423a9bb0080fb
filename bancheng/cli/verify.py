"""`bancheng verify`: whether a log is whole, from the database, from Kafka, or from an export alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bancheng.anchors import KEPT
from bancheng.cli.counting import counting
from bancheng.cli.publics import Keys, public_keys
from bancheng.cli.shell import FAILED, MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.collecting import collect_rarely
from router.audit import anchor
from router.audit.sources import DatabaseSource, ExportSource, KafkaSource, SourceError
from router.audit.verifying import Given
from router.audit.verifying import verify as verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.audit.source import Source
    from router.audit.verifying import Verdict

_SHOWN = 20
"""Troubles told one by one to a person; `--json` has more."""


def verify(
    folder: Annotated[Path | None, typer.Argument(help="导出目录。An export's folder.", show_default=False)] = None,
    *,
    kafka: Annotated[bool, typer.Option("--kafka", help="读主题 ledger。From the topic `ledger`.")] = False,
    database: Annotated[bool, typer.Option("--database", help="读数据库（默认）。From the database.")] = False,
    key: Keys = None,
    line: Annotated[str | None, typer.Option(help="张贴的校验行。The line that was posted.")] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="另处留存的 anchors.log。Anchors that you kept elsewhere.")
    ] = None,
    json: AsJson = False,
) -> None:
    """核验台账是否完整：指出第一条有问题的记录和问题所在，退出码 1。Whether a log is whole, and if not, where."""
    collect_rarely()
    lang = os.environ.get("BANCHENG_LANG", "zh")
    if sum((folder is not None, kafka, database)) > 1:
        fail(said(lang, "导出目录、--kafka、--database 只能选一个。",
                  "Name one source: a folder, --kafka or --database."), MISUSED)  # fmt: skip
    given = Given(public_keys(key, lang), _line(line, lang), _kept(anchors))
    if folder is not None:  # needs no settings, no home, no server
        try:
            verdict = _run(ExportSource(folder), given, lang)
        except SourceError as error:
            fail(error.sentence(lang))
    else:
        with house(outside=kafka) as here:
            lang, own = here.settings.lang, here.settings.home / KEPT
            if anchors is None and own.exists():
                given = given._replace(kept=_kept(own))
            source = KafkaSource(here.connection("auditor")) if kafka else DatabaseSource(here.engine)
            verdict = _run(source, given, lang)
    if json:
        print_json(_plain(verdict, lang))
    else:
        for sentence in _sentences(verdict, lang, given_key=bool(key)):
            console().print(sentence, markup=False)
    if not verdict.whole:
        raise typer.Exit(FAILED)


def _run(source: Source, given: Given, lang: str) -> Verdict:
    with counting(said(lang, "核验记录", "Verifying records")) as told:
        return verified(source, given, told)


def _line(written: str | None, lang: str) -> anchor.Line | None:
    if written is None:
        return None
    found = anchor.read_line(written)
    if found is None:
        fail(said(lang, "--line 里没有校验行：请照抄“年-月-日 anchor … key …”。",
                  "There is no posted line in --line: copy it from the date to the key's last letter."),
             MISUSED)  # fmt: skip
    return found


def _kept(path: Path | None) -> Iterator[bytes]:
    """Yield the anchors in a file, one a line; the last line may have been cut short by a crash."""
    if path is None:
        return
    if not path.is_file():
        raise typer.BadParameter(str(path), param_hint="--anchors")
    with path.open("rb") as file:
        yield from (one.rstrip(b"\n") for one in file if one.endswith(b"\n"))


def _sentences(verdict: Verdict, lang: str, *, given_key: bool) -> Iterator[str]:
    """Yield what is to be said to a person: the verdict, what is wrong, what holds, and what that proves."""
    records, shards = verdict.records, len(verdict.shards)
    if verdict.whole:
        yield said(lang, f"完整：{shards} 个分片共 {records} 条记录，{verdict.anchors} 个锚点，均无问题。",
                   f"Whole: {records} records in {shards} shards, {verdict.anchors} anchors, nothing is wrong.",
                   )  # fmt: skip
        if verdict.part:
            left = sum(one.first - 1 for one in verdict.shards)
            yield said(lang, f"但这只是一部分：更早的 {left} 条记录不在其中，未经核验。",
                       f"But it is a part: {left} earlier records aren't in it and were not verified.")  # fmt: skip
    else:
        count = len(verdict.troubles) + verdict.more
        yield said(lang, f"有问题（{count} 处）；第一处是 {verdict.troubles[0].where}：",
                   f"Not whole ({count} troubles); the first is at {verdict.troubles[0].where}:")  # fmt: skip
        yield from (f"  {trouble.sentence(lang)}" for trouble in verdict.troubles[:_SHOWN])
        if count > _SHOWN:
            yield said(lang, f"  另有 {count - _SHOWN} 处，见 --json。", f"  {count - _SHOWN} more: see --json.")
        for one in verdict.shards:
            if one.whole < one.newest:
                yield said(lang, f"  分片 {one.shard}：到 {one.shard}-{one.whole} 为止仍可信。",
                           f"  Shard {one.shard}: up to {one.shard}-{one.whole} it still holds.")  # fmt: skip
    yield _anchored(verdict, lang)
    yield _keys(verdict, lang, given_key=given_key)


def _anchored(verdict: Verdict, lang: str) -> str:
    newest = verdict.newest
    if newest is None:
        return said(lang, "没有锚点：若截去最新的记录，无从发现。请执行 bancheng anchor now。",
                    "There is no anchor: newest records could be cut off unseen. Run `bancheng anchor now`.",
                    )  # fmt: skip
    at = newest.made_at.isoformat(timespec="seconds")
    return said(lang, f"最新锚点 {newest.number}（{at}）；其后 {verdict.unanchored} 条记录尚无锚点，截去无从发现。",
                f"The newest anchor is {newest.number} ({at}); {verdict.unanchored} records aren't anchored yet and"
                " could be cut off unseen.")  # fmt: skip


def _keys(verdict: Verdict, lang: str, *, given_key: bool) -> str:
    names = ", ".join(key.id for key in verdict.keys) or "—"
    if verdict.trusted:
        return said(lang, f"签名出自您给定的密钥或由它引入的密钥（{names}）。",
                    f"Signatures are by the key that you gave, or by ones joined to it ({names}).")  # fmt: skip
    if given_key:
        english = f"Signatures aren't by the key that you gave ({names})."
        return said(lang, f"签名不是您给定的密钥所作（{names}）。", english)
    return said(lang, f"签名只证明与台账自己引入的密钥（{names}）一致；要证明出自谁手，请用 --key 给出另行得到的公钥。",
                f"Signatures prove only that the log agrees with keys that it introduces itself ({names}): give --key,"
                " a public key that you have from elsewhere, to prove whose they are.")  # fmt: skip


def _plain(verdict: Verdict, lang: str) -> dict[str, Any]:
    newest = verdict.newest
    return {
        "whole": verdict.whole, "part": verdict.part, "records": verdict.records, "anchors": verdict.anchors,
        "newest_anchor": None if newest is None else {"number": newest.number, "made_at": newest.made_at},
        "unanchored": verdict.unanchored, "trusted": verdict.trusted,
        "keys": [key._asdict() for key in verdict.keys],
        "troubles": [
            {name: value for name, value in trouble._asdict().items() if value is not None}
            | {"where": trouble.where, "sentence": trouble.sentence(lang)}
            for trouble in verdict.troubles
        ],
        "more": verdict.more, "shards": [one._asdict() for one in verdict.shards],
    }  # fmt: skip
