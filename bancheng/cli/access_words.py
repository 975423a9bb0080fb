"""How a user's access reads: one line of `bancheng access list`, and what was done, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bancheng.cli.shell import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bancheng.access_compare import Account
    from bancheng.access_keeper import Standing
    from bancheng.access_plan import Right
    from bancheng.journey.story import Teller
    from router.ledger.access_changes import History

_HOUSE: Final = {
    "router": ("路由与发布服务", "router and relay"),
    "auditor": ("审计", "auditors"),
    "operator": ("运维", "operators"),
}
_KINDS: Final = {
    "unit": ("单位", "unit"), "channel": ("渠道", "channel"), "auditor": ("审计", "auditor"),
}  # fmt: skip
LOGIN: Final = {
    "made": ("新建密码", "password made"),
    "kept": ("密码照旧", "password kept"),
    "ended": ("密码作废", "password ended"),
    "none": ("没有密码", "no password"),
}
_FINISH: Final = " bancheng access rotate {user} --finish。"
_OPEN: Final = " Open sessions stay open: to cut them off, revoke and grant."
_THEN: Final = " then run `bancheng access rotate {user} --finish`."
STEPS: Final = {
    "begun": (
        "{user} 有了新密码（{mechanism}），旧密码仍有效。请让相应服务改用新密码，然后执行" + _FINISH,
        "{user} has a new password ({mechanism}) and the old one is still good. Let what uses it take the new one,"
        + _THEN,
    ),
    "under way": (
        "{user} 正在更换密码，新旧都有效。新密码（{mechanism}）用上后，执行" + _FINISH,
        "{user} is changing its password and both are good. Once the new one ({mechanism}) is in use," + _THEN,
    ),
    "finished": (
        "{user} 的旧密码已作废，只有新密码（{mechanism}）有效；旧密码已打开的连接不受影响。",
        "{user}'s old password is ended and only the new one ({mechanism}) is good; open sessions stay open.",
    ),
    "nothing to finish": (
        "{user} 没有在更换密码，没有改动。",
        "{user} is not changing its password: nothing changed.",
    ),
    "replaced": (
        "{user} 的密码已更换（{mechanism}），旧密码不能再登录，请重启相应服务；已打开的连接要切断须先收回再授权。",
        "{user} has a new password ({mechanism}) and the old one logs nobody in: restart what uses it." + _OPEN,
    ),
}
REVOKED: Final = (
    "已打开的连接从现在起什么也读写不了，密码不能再登录；topics create 不会恢复它，重新 grant 才会。",
    "Open sessions read and write nothing from now on, and the password logs nobody in; only `grant` brings it back.",
)
ROLES_MISSING: Final = (
    "角色不齐，服务以登录自身的权限运行：请数据库管理员执行 --sql 输出的语句，再执行 bancheng topics create。",
    "Roles are missing, so services have all rights of their login: let a DBA run the --sql, then `topics create`.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One user, ready to be shown."""

    account: Account
    history: History
    teller: Teller

    def cells(self) -> tuple[str, ...]:
        """Return the columns of the table: user, whose, reads, writes, since, password, state."""
        since, rotated = self.history.granted_at, self.history.rotated_at
        return (
            self.account.user, self.whose(), _topics(self.account.rights, "READ"),
            _topics(self.account.rights, "WRITE"), self.teller.moment(since) if since else "—",
            self.teller.moment(rotated) if rotated else "—", self.state(),
        )  # fmt: skip

    def whose(self) -> str:
        """Return whose the user is: a service, or a unit, channel or auditor by its name."""
        lang, user = self.teller.lang, self.account.user
        if user in _HOUSE:
            return said(lang, *_HOUSE[user])
        kind, _, name = user.partition("-")
        return f"{said(lang, *_KINDS[kind])} {self.teller.unit(name)}" if kind in _KINDS else "—"

    def state(self) -> str:
        """Return what is to be said of it: as planned, or each difference."""
        lang, account = self.teller.lang, self.account
        parts = []
        if account.agrees and self.history.revoked_at:
            parts.append(said(lang, "已收回", "revoked") + f" {self.teller.moment(self.history.revoked_at)}")
        elif account.agrees:
            parts.append(said(lang, "一致", "as planned"))
        elif not account.planned:
            parts.append(said(lang, "规则中没有", "not in the plan"))
        elif not account.mechanisms:
            parts.append(said(lang, "没有密码", "no password"))
        if account.planned:
            parts += [said(lang, "缺 {}", "lacks {}").format(right) for right in account.missing]
            parts += [said(lang, "多 {}", "has {} too much").format(right) for right in account.surplus]
        if len(account.mechanisms) > 1:
            parts.append(said(lang, "新旧密码并存，待 --finish", "two passwords until --finish"))
        return said(lang, "；", "; ").join(parts)

    def plain(self) -> dict[str, Any]:
        """Return it as data; moments are aware."""
        account, history = self.account, self.history
        return {
            "user": account.user, "whose": self.whose(), "planned": account.planned, "agrees": account.agrees,
            "mechanisms": account.mechanisms, "rights": [str(right) for right in account.rights],
            "missing": [str(right) for right in account.missing],
            "surplus": [str(right) for right in account.surplus], "granted_at": history.granted_at,
            "rotated_at": history.rotated_at, "revoked_at": history.revoked_at,
        }  # fmt: skip


def lines(standing: Standing, teller: Teller) -> list[Line]:
    """Return one line a user."""
    return [Line(account, standing.history(account.user), teller) for account in standing.accounts]


def _topics(rights: Iterable[Right], operation: str) -> str:
    found = [r for r in rights if (r.resource, r.operation, r.permission) == ("TOPIC", operation, "ALLOW")]
    return " ".join(f"{right.name}{'*' * (right.pattern == 'PREFIXED')}" for right in found) or "—"
