"""Judging who may do what: on the broker user by user, in the database by its roles. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bancheng.access_compare import differences, planned
from bancheng.doctor.finding import Finding, Words, bad, ok, skipped, warn
from bancheng.doctor.seen import Missing, first_missing
from router.ledger.roles import ROUTER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bancheng.access_compare import Account
    from bancheng.doctor.seen import Seen
    from router.ledger.access_changes import History
    from router.ledger.guard import Guard, Open

RIGHTS = Words("权限", "Rights")
ROLES = Words("数据库角色", "Database roles")
FINAL = Words("不可改的记录", "Final rows")
SEALING = Words("密封", "Sealing")
_SETUP = "bancheng topics create"


def rights(seen: Seen) -> Sequence[Finding]:
    """Every user of the broker may do what the plan says, and nobody more; who was taken access from has none."""
    if (
        isinstance(seen.holdings, Missing)
        or isinstance(seen.rules, Missing)
        or isinstance(seen.installation, Missing)
        or isinstance(seen.histories, Missing)
    ):
        return [skipped(RIGHTS, first_missing(seen.holdings, seen.rules, seen.installation, seen.histories))]
    plan = planned(seen.rules, seen.installation.shards, seen.histories)
    found = differences(plan, seen.holdings)
    lacking = [one for one in found if one.planned and (one.missing or not one.mechanisms)]
    wrong = [*_lacking(lacking), *_more(found, seen.histories)]
    return wrong or [ok(RIGHTS, f"{len(plan.users)} 个用户全部相符", f"All {len(plan.users)} users are as planned")]


def roles(seen: Seen) -> Sequence[Finding]:
    """Services work in a role that can change no record, and log in as somebody who can't either."""
    found = seen.guard
    if isinstance(found, Missing):
        return [skipped(ROLES, found)]
    wrong = [*_lax(found), *_powerful(found, outside=seen.outside)]
    if wrong:
        return wrong
    names = ", ".join(login.name for login in found.logins)
    if not names:
        return [
            ok(ROLES, f"{ROUTER} 不能改动记录；没有服务连着", f"{ROUTER} can't change records; nobody is connected")
        ]
    return [
        ok(ROLES, f"{names} 以 {ROUTER} 工作，不能改动记录", f"{names} works as {ROUTER}, who can't change records")
    ]


def final(seen: Seen) -> Sequence[Finding]:
    """What is written can't be changed by anybody, the tables' owner included, as long as the triggers stand."""
    found = seen.guard
    if isinstance(found, Missing):
        return [skipped(FINAL, found)]
    if not found.open:
        return [ok(FINAL, "触发器都在，谁也不能改", "Their triggers stand: nobody changes them")]
    return [
        bad(
            FINAL,
            f"{one.table} 的触发器{'停用了' if one.made else '没有了'}，记录可被改动",
            f"{one.table}: its trigger is {'switched off' if one.made else 'gone'}, rows could be changed",
            f'psql -c "{_mend(one)}"',
        )
        for one in found.open
    ]


def _lacking(accounts: Sequence[Account]) -> list[Finding]:
    if not accounts:
        return []
    first = accounts[0]
    zh, en = (
        (f"{first.missing[0]}", f"{first.missing[0]}")
        if first.missing
        else ("不能登录", "has no login")
    )  # fmt: skip
    return [
        bad(
            RIGHTS,
            f"{len(accounts)} 个用户缺少权限（如 {first.user}：{zh}）",
            f"{len(accounts)} users lack something, such as {first.user}: {en}",
            _SETUP,
        )
    ]


def _more(found: Sequence[Account], histories: Mapping[str, History]) -> list[Finding]:
    """Return a finding for each kind: those that were revoked, those that nobody planned, planned ones with more."""
    out = [one for one in found if not one.planned]
    revoked = [one for one in out if one.user in histories and histories[one.user].revoked_at is not None]
    strangers = [one for one in out if one not in revoked]
    generous = [one for one in found if one.planned and one.surplus]
    wrong = []
    if revoked:
        user = revoked[0].user
        zh, en = (
            f"{len(revoked)} 个已收回的用户仍可使用（如 {user}）",
            f"{len(revoked)} users still have what was taken back, such as {user}",
        )
        wrong.append(bad(RIGHTS, zh, en, f"bancheng access revoke {user}"))
    if strangers:
        user = strangers[0].user
        zh, en = f"{len(strangers)} 个用户规则里没有（如 {user}）", f"{len(strangers)} users stand in no plan: {user}"
        wrong.append(warn(RIGHTS, zh, en, f"bancheng access revoke {user}"))
    if generous:
        first = generous[0]
        zh, en = (
            f"{len(generous)} 个用户权限过多（如 {first.user}：{first.surplus[0]}）",
            f"{len(generous)} users may do more than planned, such as {first.user}: {first.surplus[0]}",
        )
        wrong.append(warn(RIGHTS, zh, en, f"bancheng access grant {first.user}"))
    return wrong


def _lax(found: Guard) -> list[Finding]:
    """Return what is wrong with the roles themselves."""
    missing = [role.name for role in found.roles if not role.made]
    wrong = []
    if missing:
        names = ", ".join(missing)
        wrong.append(warn(ROLES, f"没有 {names}", f"There is no {names}", "bancheng access database --sql"))
    if found.surplus:
        names = ", ".join(found.surplus)
        wrong.append(bad(ROLES, f"{ROUTER} 可改动 {names}", f"{ROUTER} may change {names}", _SETUP))
    return wrong


def _powerful(found: Guard, *, outside: bool) -> list[Finding]:
    """Return who works with more rights than needed; the embedded servers have one login, which takes the role."""
    wrong = []
    for login in found.logins:
        if login.changes and not login.takes:
            zh, en = f"{login.name} 以自身权限工作，可改动记录", f"{login.name} works with rights to change records"
            wrong.append(bad(ROLES, zh, en, f'psql -c "GRANT {ROUTER} TO {login.name}"'))
        elif login.changes and outside:
            zh, en = f"{login.name} 登录后才让出改动记录的权限", f"{login.name} gives up its rights only once connected"
            wrong.append(warn(ROLES, zh, en, f'psql -c "CREATE ROLE bancheng_services LOGIN IN ROLE {ROUTER}"'))
    return wrong


def _mend(one: Open) -> str:
    enable = f"ALTER TABLE {one.table} ENABLE ALWAYS TRIGGER {one.trigger}"
    if one.made:
        return enable
    made = f"CREATE TRIGGER {one.trigger} BEFORE UPDATE OR DELETE OR TRUNCATE ON {one.table}"
    return f"{made} FOR EACH STATEMENT EXECUTE FUNCTION {one.trigger}(); {enable}"


def sealing(seen: Seen) -> Sequence[Finding]:
    """To whom the policy lets nothing go but sealed has a key: else what is for it waits."""
    found = seen.keyless
    if isinstance(found, Missing):
        return [skipped(SEALING, found)]
    if found:
        return [
            warn(
                SEALING,
                f"规则要求密封，但没有公钥：{'、'.join(found)}；发给它们的内容暂存",
                f"Sealing is required, but there is no key of {', '.join(found)}: what is for them is parked",
                "bancheng keys register",
            )
        ]
    return [ok(SEALING, "须密封的单位和渠道都有公钥", "Who must be sealed to has a key")]
