"""`bancheng vault rotate|enlist`: the keys of the vault, and whose cases are whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bancheng.cli.shell import AsJson, console, house, print_json, said
from bancheng.persons import enlist as enlist_all
from bancheng.rotation import rotate as rotate_key

if TYPE_CHECKING:
    from bancheng.rotation import Rotated

app = typer.Typer(help="保险库。The vault of texts and personal fields.", no_args_is_help=True)


@app.command()
def rotate(*, json: AsJson = False) -> None:
    """更换主密钥：服务照常运行，中断后再执行即续办。A new master key while services run; run again if cut short."""
    with house() as given:
        lang = given.settings.lang
        done = rotate_key(given)
    if json:
        print_json({**done._asdict(), "wrapped": done.wrapped._asdict()})
        return
    for line in told(done, lang):
        console().print(line)


@app.command()
def enlist(*, json: AsJson = False) -> None:
    """登记旧工单属于谁，以便按人查找（只存带密钥的摘要）。Note whose the older cases are, by keyed hashes."""
    with house() as given:
        lang = given.settings.lang
        count = enlist_all(given)
    if json:
        print_json({"enlisted": count})
        return
    console().print(said(lang, f"已登记 {count} 件工单。", f"{count} cases were noted."))


def told(done: Rotated, lang: str) -> list[str]:
    """Return what a rotation did, in sentences."""
    cases, aside = done.wrapped
    lines = [
        said(lang, f"主密钥已更换为 {done.key}：重新封存 {cases} 件工单、{aside} 条隔离消息的密钥。",
             f"The master key is {done.key} now; wrapped anew: keys of {cases} cases, {aside} of messages set aside."),
    ]  # fmt: skip
    if done.resumed:
        lines.insert(0, said(lang, "上次没有做完的更换已续办完毕。", "A rotation that was cut short is finished."))
    lines.append(
        said(lang, "旧密钥已就地覆盖；请更新它的备份并销毁旧备份，其他机器请换上新密钥。",
             "The old key was overwritten where it stood: renew its backup, destroy the old one, and bring the new key"
             " to other machines.")
        if done.destroyed
        else said(lang, "旧密钥仍在 BANCHENG_MASTER_KEY 中：请删去它（只留新的），并销毁其备份。",
                  "The old key is still in BANCHENG_MASTER_KEY: take it out there, and destroy its backups.")
    )  # fmt: skip
    return lines
