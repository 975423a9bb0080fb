"""`bancheng quarantine list|show|requeue|discard|expire`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from bancheng.cli.shell import AsJson, console, fail, house, print_json, said
from bancheng.requeue import requeue as send_again
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.ledger.house import note
from router.ledger.record import Noted
from router.messages.faults import is_message, sentence
from router.vault.erasing import expire
from router.vault.store import open_message

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

app = typer.Typer(help="隔离区：收不下的消息。Messages that could not be taken.", no_args_is_help=True)

_STATUS = {"open": ("待处理", "open"), "requeued": ("已重新提交", "sent again"), "discarded": ("已删除", "discarded"),
           "expired": ("已到期清除", "expired")}  # fmt: skip

Number = Annotated[int, typer.Argument(help="隔离编号。Its number in the list.")]


@app.command("list")
def list_(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="包括已重新提交和已删除的。Also those sent again or discarded.")
    ] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="最多多少条。")] = 50,
    json: AsJson = False,
) -> None:
    """隔离的消息及原因。Messages set aside, each with its reason."""
    with house() as given, transaction(given.engine) as connection:
        rows = reading.list_quarantine(connection, most=most, status=None if everything else "open")
        if json:
            print_json([row._asdict() for row in rows])
            return
        lang = given.settings.lang
    heads = ("编号", "No."), ("位置", "Position"), ("原因", "Reason"), ("状态", "Status")
    table = Table(*(said(lang, *head) for head in heads))
    for row in rows:
        place = f"{row.topic}/{row.partition}/{row.offset}"
        table.add_row(str(row.id), place, sentence(row.code, row.field, lang), said(lang, *_STATUS[row.status]))
    console().print(table)


@app.command()
def show(number: Number, *, json: AsJson = False) -> None:
    """显示一条隔离消息的原文（含个人信息），先留痕。Show one message whole, recorded first; it may be personal."""
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            row = _find(connection, number, lang)
            place = f"{row.topic}/{row.partition}/{row.offset}"
            note(cursor(connection), datetime.now(UTC), Noted("quarantine_shown", {"number": number, "place": place}))
        whole = open_message(given.keyring, place, row.wrapped, row.sealed)
    content = {
        "position": place,
        "reason": sentence(row.code, row.field, lang),
        "key": (whole.key or b"").decode(errors="backslashreplace"),
        "value": (whole.value or b"").decode(errors="backslashreplace"),
    }
    if json:
        print_json(content)
        return
    for name, text in content.items():
        console().print(f"{name}: {text}", markup=False)


@app.command()
def requeue(number: Number) -> None:
    """修正规则或系统后，把消息原样重新提交。Send a message again as it was, once its cause is mended."""
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            row = _find(connection, number, lang)
            if not is_message(row.code):
                fail(said(lang, f"隔离记录 {number} 不是一条完整的消息，不能重新提交：请发送方补发。",
                          f"Entry {number} is no whole message and can't be sent again: ask its sender."))  # fmt: skip
            if row.status != "open":
                fail(
                    said(lang, f"隔离消息 {number} 已经重新提交过。", f"Message {number} has been sent again already.")
                )
        send_again(given, row)
        with transaction(given.engine) as connection:
            reading.mark_quarantined(connection, number, "requeued")
    typer.echo(said(lang, f"已重新提交到 {row.topic}。", f"Sent again to {row.topic}."))


@app.command()
def discard(
    number: Number,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。Don't ask.")] = False,
) -> None:
    """永久删除一条隔离消息的内容。Remove a message's content for good."""
    with house() as given:
        lang = given.settings.lang
        with transaction(given.engine) as connection:
            _find(connection, number, lang)
        if not yes:
            question = said(
                lang, f"永久删除隔离消息 {number} 的内容？", f"Remove the content of message {number} for good?"
            )
            typer.confirm(question, abort=True)
        with transaction(given.engine) as connection:
            reading.discard_quarantined(connection, number)
    typer.echo(said(lang, f"已删除 {number}。", f"Removed {number}."))


@app.command("expire")
def expire_(
    *,
    days: Annotated[
        int | None, typer.Option(min=1, help="保留天数，默认按规则。Days to keep; by default the policy's.")
    ] = None,
    json: AsJson = False,
) -> None:
    """清除到期隔离消息的内容，位置和原因保留。Remove the content of old messages; where and why stays."""
    with house() as given:
        lang = given.settings.lang
        kept = days or given.policy.privacy.quarantine_days
        now = datetime.now(UTC)
        with transaction(given.engine) as connection:
            cur = cursor(connection)
            count = expire(cur, now - timedelta(days=kept))
            if count:
                note(cur, now, Noted("quarantine_expired", {"count": count, "days": kept}))
    if json:
        print_json({"expired": count, "days": kept})
        return
    console().print(said(lang, f"已清除 {count} 条超过 {kept} 天的隔离消息的内容。",
                         f"The content of {count} messages older than {kept} days is gone."))  # fmt: skip


def _find(connection: Connection, number: int, lang: str) -> Row[Any]:
    """Return the message's row, or leave when there is none or its content is gone."""
    row = reading.find_quarantined(connection, number)
    if row is None:
        fail(said(lang, f"隔离区没有编号 {number}；请用 bancheng quarantine list 查看。",
                  f"There is no message {number} in quarantine; see `bancheng quarantine list`."))  # fmt: skip
    if row.sealed is None:
        fail(said(lang, f"隔离消息 {number} 的内容已删除。", f"The content of message {number} was removed."))
    return row
