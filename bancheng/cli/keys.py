"""`bancheng keys public|list|make|register|rotate|revoke`: keys by which details are sealed to their reader."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from bancheng import sealing
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said, settings
from bancheng.journey.story import Teller
from router.ledger.sealing_keys import ROUTER
from router.messages.retention import TOPICS_KEEP
from router.vault import keyfile
from router.vault.sealing import PublicKey, SealingError

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.ledger.sealing_keys import Standing

app = typer.Typer(help="密封用的密钥。Keys for sealed details.", no_args_is_help=True)

_WHO = "router，或单位、渠道编号。router, or the id of a unit or channel."
Name = Annotated[str, typer.Argument(help=_WHO, show_default=False)]
_STATES = {"current": ("现用", "in use"), "former": ("已换下", "replaced"), "revoked": ("已收回", "revoked")}


@app.command()
def public(*, json: AsJson = False) -> None:
    """路由的公钥：渠道和单位用它密封（BANCHENG_ROUTER_KEY）。The router's public key, which others seal to."""
    with house() as given:
        key = given.router_key()
        lang = given.settings.lang
    if key is None:
        fail(said(lang, "此处没有路由的密钥：请先执行 bancheng topics create，或设置 BANCHENG_SEALING_KEY_FILE。",
                  "The router's key isn't here: `bancheng topics create` makes it, or set BANCHENG_SEALING_KEY_FILE."
                  ))  # fmt: skip
    if json:
        print_json(_plain(key))
    else:
        typer.echo(key.text)


@app.command("list")
def listing(*, json: AsJson = False) -> None:
    """列出登记过的公钥：属于谁、现用还是已换下、旧钥还须保管到何时。Every registered key, and who has none."""
    with house() as given:
        lang = given.settings.lang
        found, without = sealing.standing(given), sealing.without(given)
        teller = Teller(given.policy, lang)
    if json:
        print_json({"keys": [_line(one) for one in found], "without": without})
        return
    heads = ("属于", "Whose"), ("密钥", "Key"), ("状态", "State"), ("登记", "Since"), ("旧信至", "Still needed until")
    table = Table(*(said(lang, *head) for head in heads))
    for one in found:
        needed = teller.moment(one.ended_at + TOPICS_KEEP) if one.ended_at and one.state == "former" else ""
        state = said(lang, *_STATES[one.state])
        table.add_row(one.owner, one.public.id, state, teller.moment(one.registered_at), needed)
    console().print(table)
    if without:
        names = "、".join(without) if lang == "zh" else ", ".join(without)
        console().print(said(lang, f"没有公钥：{names}。", f"Without a key: {names}."), markup=False)


@app.command()
def make(
    file: Annotated[Path, typer.Argument(help="私钥写到哪里。Where the private key is written.", show_default=False)],
    *,
    json: AsJson = False,
) -> None:
    """在文件中生成一把密钥，显示公钥；文件已有密钥的，新的排在最后。Make a key in a file and print its public half."""
    lang = settings().lang
    try:
        made = keyfile.add(file)
    except SealingError as error:
        fail(error.sentence(lang))
    except OSError as error:
        fail(said(lang, f"写不了 {file}（{error.strerror}）。", f"{file} can't be written ({error.strerror})."))
    if json:
        print_json(_plain(made) | {"file": str(file)})
        return
    typer.echo(made.text)
    typer.echo(said(lang, f"私钥在 {file}，请妥善保管；公钥交路由一方登记：bancheng keys register 编号 {made.text}",
                     f"The private key stands in {file}: keep it. Have the public one registered:"
                     f" bancheng keys register ID {made.text}"), err=True)  # fmt: skip


@app.command()
def register(
    name: Name,
    key: Annotated[str, typer.Argument(metavar="PUBLIC", help="公钥，base64。The public key.", show_default=False)],
    *,
    json: AsJson = False,
) -> None:
    """登记单位或渠道的公钥：发给它的内容以此密封，等待公钥的随即发出。Let a key hold for a unit or channel."""
    with house() as given:
        lang = given.settings.lang
        user = _party(given, name)
        made = PublicKey.read(key)
        record = sealing.register(given, user, made)
    _tell(user, made, record, lang, json=json)


@app.command()
def rotate(name: Name, *, json: AsJson = False) -> None:
    """换一把密钥：新的随即使用，旧的留着打开旧信。Another key: it is used at once, the old one still opens."""
    with house() as given:
        lang = given.settings.lang
        user = name if name == ROUTER else _party(given, name)
        made, record = sealing.rotate(given, user)
    _tell(user, made, record, lang, json=json)


@app.command()
def revoke(
    name: Name,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="哪一把，默认现用的。Which.", show_default=False)
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """收回一把公钥：不再以它密封，发给该方的内容等到登记另一把才发出。Nothing more is sealed to a key."""
    with house() as given:
        lang = given.settings.lang
        user = name if name == ROUTER else _party(given, name)
        was = sealing.revoke(given, user, key)
    if json:
        print_json({"owner": user, "key": was.public.id, "was": was.state})
        return
    console().print(
        said(lang, f"已收回 {user} 的密钥 {was.public.id}。", f"{user}'s key {was.public.id} is taken back.")
    )
    if was.state == "current":
        console().print(said(lang, "发给它的内容暂存，登记另一把公钥后自动发出。",
                             "What is for it is parked, and goes out once another key is registered."))  # fmt: skip


def _party(given: House, name: str) -> str:
    """Return the Kafka user of a unit or channel, or say which there are."""
    users = sealing.users(given)
    meant = [name] if name in users else [user for user, own in users.items() if own == name]
    if len(meant) != 1:
        lang = given.settings.lang
        some = " / ".join(meant or users)
        zh = f"{name} 不是一个单位或渠道；可写：{some}。"
        fail(said(lang, zh, f"{name} isn't one unit or channel; say one of: {some}."), MISUSED)
    return meant[0]


def _tell(user: str, key: PublicKey, record: str | None, lang: str, *, json: bool) -> None:
    if json:
        print_json({"owner": user, **_plain(key), "record": record})
    elif record is None:
        console().print(said(lang, f"{user} 的公钥本来如此，没有改动。", f"{user}'s key stood so already."))
    else:
        console().print(
            said(
                lang, f"{user} 现用公钥 {key.id}（账本 {record}）：", f"{user}'s key is now {key.id} (record {record}):"
            )
        )
        typer.echo(key.text)


def _plain(key: PublicKey) -> dict[str, Any]:
    return {"key": key.id, "public": key.text}


def _line(one: Standing) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "owner": one.owner,
        **_plain(one.public),
        "state": one.state,
        "registered_at": one.registered_at,
        "ended_at": one.ended_at,
        "still_needed": one.may_still_be_needed(now, TOPICS_KEEP),
    }
