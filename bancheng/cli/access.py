"""`bancheng access list|grant|revoke|rotate|check|database`: who may read and write what on the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from bancheng import access_rotation as rotation
from bancheng.access_keeper import Keeper, auditor
from bancheng.access_trial import asked
from bancheng.cli.access_words import LOGIN, REVOKED, ROLES_MISSING, STEPS, Line, lines
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.journey.story import Teller
from router.ledger import roles
from router.ledger.database import transaction

if TYPE_CHECKING:
    from bancheng.access_keeper import Done
    from bancheng.compose import House

app = typer.Typer(help="Kafka 用户与权限。Users and rights on the broker.", no_args_is_help=True)

_WHO = "用户名，或单位、渠道编号。A user's name, or the id of a unit or channel."
User = Annotated[str, typer.Argument(help=_WHO, show_default=False)]
Show = Annotated[bool, typer.Option("--show", help="显示密码（请避人）。Show the password.")]


@app.command("list")
def listing(
    *,
    wrong: Annotated[bool, typer.Option("--wrong", help="只列与规则不符的。Only what is not as planned.")] = False,
    json: AsJson = False,
) -> None:
    """列出全部用户：属于谁、可读写什么、何时授权、是否与规则相符。Every user, and whether the broker is as planned."""
    with house() as given:
        lang = given.settings.lang
        with Keeper.of(given) as keeper:
            standing = keeper.standing()
        every = lines(standing, Teller(given.policy, lang))
    shown = [line for line in every if not (wrong and line.account.agrees)]
    off = sum(not line.account.agrees for line in every)
    if json:
        print_json([line.plain() for line in shown])
        return
    if shown:
        _print(shown, lang)
    if off:
        console().print(said(lang, f"{len(every)} 个用户中有 {off} 个与规则不符，可用 grant 或 revoke 修正。",
                             f"{off} of {len(every)} users are not as planned: `bancheng access grant` or `revoke`"
                             " puts them right."))  # fmt: skip
    else:
        console().print(said(lang, f"{len(every)} 个用户全部与规则一致。", f"All {len(every)} users are as planned."))


@app.command()
def grant(
    user: Annotated[str | None, typer.Argument(help=_WHO, show_default=False)] = None,
    *,
    name: Annotated[
        str | None, typer.Option("--auditor", metavar="NAME", help="新增只读账本的审计用户。A further auditor.")
    ] = None,
    show: Show = False,
    json: AsJson = False,
) -> None:
    """建立或修复一个用户，权限恰如规则所定。Make or mend a user, with just the rights of the plan."""
    with house() as given:
        lang = given.settings.lang
        if (user is None) == (name is None):
            fail(said(lang, "请写一个用户，或 --auditor 名称（二者取一）。",
                      "Name one user, or one new auditor by --auditor."), MISUSED)  # fmt: skip
        with Keeper.of(given) as keeper:
            done = keeper.grant(keeper.named(user) if user is not None else auditor(str(name)))
        secret = _password(given, done.user, show=show)
    _tell(done, lang, json=json, extra=secret)
    if not json and done.login != "kept":
        _tell_where(given, done.user, lang)


@app.command()
def revoke(
    user: User,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。Don't ask.")] = False,
    json: AsJson = False,
) -> None:
    """收回一个用户的全部权限和密码，立即生效。Take a user's rights and password back, at once."""
    with house() as given, Keeper.of(given) as keeper:
        lang = given.settings.lang
        found = keeper.named(user)
        if not yes:
            question = said(lang, f"收回 {found} 的全部权限和密码？", f"Take all rights and passwords of {found} back?")
            typer.confirm(question, abort=True, err=True)
        done = keeper.revoke(found)
    _tell(done, lang, json=json, extra={})
    if not json and not done.nothing:
        console().print(said(lang, *REVOKED))


@app.command()
def rotate(
    user: User,
    *,
    finish: Annotated[bool, typer.Option("--finish", help="新密码已用上：作废旧密码。End the old one.")] = False,
    now: Annotated[bool, typer.Option("--now", help="密码已泄露：立即更换。Change at once.")] = False,
    show: Show = False,
    json: AsJson = False,
) -> None:
    """更换密码：先新旧并存，换上新的以后 --finish。A new password; the old one is good until --finish."""
    with house() as given:
        lang = given.settings.lang
        if finish and now:
            fail(said(lang, "--finish 与 --now 只能取一。", "Use --finish or --now, not both."), MISUSED)
        step = rotation.finish if finish else rotation.replace_now if now else rotation.rotate
        with Keeper.of(given) as keeper:
            done = step(keeper, keeper.named(user))
        secret = _password(given, done.user, show=show)
    if json:
        print_json({"user": done.user, "step": done.step, "mechanism": done.login.mechanism, **secret})
        return
    console().print(said(lang, *STEPS[done.step]).format(user=done.user, mechanism=done.login.mechanism))
    _print_secret(secret)
    if done.step in ("begun", "replaced"):
        _tell_where(given, done.user, lang)


@app.command()
def check(*, json: AsJson = False) -> None:
    """逐个用户登录，向 Kafka 查问它能读写哪些主题、能否改动集群。Log in as every user and ask what it may do."""
    with house() as given:
        lang = given.settings.lang
        with Keeper.of(given) as keeper:
            found = asked(keeper)
    wrong = [one for one in found if one.wrong]
    if json:
        print_json([one.plain() for one in found])
    else:
        for one in wrong:
            console().print(f"{one.user}: {'; '.join(one.wrong)}", markup=False)
        answers = sum(one.answers for one in found)
        console().print(said(lang, f"{len(found)} 个用户、{answers} 个问答，{len(wrong)} 个用户与规则不符。",
                             f"{len(found)} users, {answers} answers; {len(wrong)} users are not as planned."
                             ))  # fmt: skip
    if wrong:
        raise typer.Exit(1)


@app.command()
def database(
    *,
    sql: Annotated[
        bool, typer.Option("--sql", help="输出建立角色的 SQL，供数据库管理员执行。The SQL for a DBA.")
    ] = False,
    json: AsJson = False,
) -> None:
    """数据库角色是否齐备。Whether the database's roles are there, and what a DBA has to run."""
    with house() as given:
        lang = given.settings.lang
        if sql:
            typer.echo(roles.script(given.engine.url.username or "bancheng"))
            return
        with transaction(given.engine) as connection:
            found = roles.standing(connection)
    if json:
        print_json([one._asdict() for one in found])
    else:
        heads = ("角色", "Role"), ("已建立", "Made"), ("本登录可用", "This login may take it")
        table = Table(*(said(lang, *head) for head in heads))
        for one in found:
            table.add_row(one.name, *(said(lang, *(("是", "yes") if is_so else ("否", "no"))) for is_so in one[1:]))
        console().print(table)
    if not all(one.made and one.taken for one in found):
        fail(said(lang, *ROLES_MISSING))


def _print(shown: list[Line], lang: str) -> None:
    heads = (
        ("用户", "User"), ("属于", "Whose"), ("可读", "Reads"), ("可写", "Writes"), ("授权", "Since"),
        ("换密码", "Password"), ("状态", "State"),
    )  # fmt: skip
    table = Table(*(said(lang, *head) for head in heads))
    for line in shown:
        table.add_row(*line.cells())
    console().print(table)


def _tell(done: Done, lang: str, *, json: bool, extra: dict[str, str]) -> None:
    given, taken = [str(right) for right in done.given], [str(right) for right in done.taken]
    if json:
        print_json({"user": done.user, "login": done.login, "given": given, "taken": taken, **extra})
        return
    if done.nothing:
        console().print(
            said(lang, f"{done.user} 本来如此，没有改动。", f"{done.user} stood so already: nothing changed.")
        )
    else:
        what = said(lang, *LOGIN[done.login])
        console().print(said(lang, f"{done.user}：{what}，授予 {len(given)} 项权限，收回 {len(taken)} 项。",
                             f"{done.user}: {what}, {len(given)} rights given, {len(taken)} taken back."))  # fmt: skip
        for mark, rights in (("+", given), ("-", taken)):
            for right in rights:
                console().print(f"  {mark} {right}", markup=False)
    _print_secret(extra)


def _password(given: House, user: str, *, show: bool) -> dict[str, str]:
    login = given.credentials.find(user) if show else None
    return {"password": login.password, "mechanism": login.mechanism} if login else {}


def _print_secret(secret: dict[str, Any]) -> None:
    for value in secret.values():
        console().print(f"  {value}", markup=False)


def _tell_where(given: House, user: str, lang: str) -> None:
    path = given.credentials.path
    console().print(said(lang, f"密码在 {path}（{user} 一项，仅所有者可读）；用 --show 显示。",
                         f"The password stands in {path} under {user} (its owner's only); --show prints it."),
                    markup=False)  # fmt: skip
