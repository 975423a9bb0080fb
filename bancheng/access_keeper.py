"""Giving access to the broker and taking it back: the plan, the broker, the file of passwords, the trace.

What is wanted is written to the database and then done: a command that was cut short leaves a difference that
`bancheng access list` shows, and the same command again completes it.
"""

from __future__ import annotations

import os
import pwd
import re
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal

from bancheng import logs
from bancheng.access import end_logins, give, holdings, set_logins, take
from bancheng.access_compare import Account, compare, planned
from bancheng.access_plan import AUDITOR, SUPERUSERS
from router.ledger import access_changes
from router.ledger.access_changes import Change, History
from router.ledger.database import transaction
from router.saying import SaidError
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kafka import KafkaAdminClient

    from bancheng.access_plan import Right
    from bancheng.compose import House

ADMIN: Final = SUPERUSERS[0]
_NAME: Final = re.compile(r"[a-z0-9-]{1,60}")
_LOG: Final = "access.log"


class AccessMisusedError(SaidError):
    """Nobody of that name, or something that can't be asked of this user as it stands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Every user as plan and broker have it, and what was done to each."""

    accounts: tuple[Account, ...]
    histories: Mapping[str, History]

    def history(self, user: str) -> History:
        """What was done to a user; an empty history for one made before changes were written down."""
        return self.histories.get(user, History())


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did to a user; nothing at all where it stood so already."""

    user: str
    login: Literal["made", "kept", "ended", "none"]
    given: tuple[Right, ...] = ()
    taken: tuple[Right, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether all stood so already."""
        return self.login in ("kept", "none") and not self.given and not self.taken


def histories(house: House) -> dict[str, History]:
    """Read what was done to whom."""
    with transaction(house.engine) as connection:
        return access_changes.histories(connection)


def note(house: House, changes: Iterable[Change]) -> None:
    """Write changes down: in the database for auditors, and in `log/access.log` of the home."""
    kept, by = tuple(changes), f"{_account_name()}@{socket.gethostname()}"
    if not kept:
        return
    with transaction(house.engine) as connection:
        access_changes.note(connection, kept, by=by, at=datetime.now(UTC))
    with logs.journal(house.settings.home / "log" / _LOG) as log:
        for one in kept:
            rights = {"given": list(one.given), "taken": list(one.taken)}
            log.info("access changed", user=one.account, change=one.change, by=by, **rights)


def _account_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container an account may be a mere number
        return str(os.getuid())


@dataclass(frozen=True)
class Keeper:
    """One command's work on the users of an installation, as the broker's administrator."""

    house: House
    client: KafkaAdminClient
    shards: int

    @classmethod
    @contextmanager
    def of(cls, house: House) -> Iterator[Keeper]:
        """Connect as the administrator; raises WireError, NotRunningError, NotNowError."""
        shards = house.install().shards
        client = admin(house.connection(ADMIN))
        try:
            yield cls(house, client, shards)
        finally:
            client.close()

    def standing(self) -> Standing:
        """Return every user: wanted, found, or gone."""
        past = histories(self.house)
        accounts = compare(planned(self.house.book, self.shards, past), holdings(self.client))
        shown = {account.user for account in accounts}
        gone = tuple(_nobody(user) for user in past if user not in shown)
        return Standing((*accounts, *gone), past)

    def account(self, user: str) -> Account:
        """Return how one user stands."""
        return next((one for one in self.standing().accounts if one.user == user), _nobody(user))

    def named(self, name: str) -> str:
        """Return the user that a person means by its name, or by the id of a unit, channel or auditor.

        Raises:
            AccessMisusedError: there is none, or several; the sentence says which come near.
        """
        if name in SUPERUSERS:
            raise AccessMisusedError(
                f"{name} 是 Kafka 的超级用户，不归本命令管：做法见 docs/access.md。",
                f"{name} is a superuser of the broker and not for this command: docs/access.md says what to do.",
            )
        users = [account.user for account in self.standing().accounts]
        meant = [name] if name in users else [user for user in users if _id(user) == name]
        if len(meant) > 1:
            raise AccessMisusedError(
                f"{name} 有多个用户：请写明 {' 或 '.join(meant)}。",
                f"{name} may be one of several users: say {' or '.join(meant)}.",
            )
        if not meant:
            near = get_close_matches(name, (*users, *map(_id, users)), 3)
            zh, en = (f"（相近的有 {'、'.join(near)}）", f" ({', '.join(near)} come near)") if near else ("", "")
            raise AccessMisusedError(
                f"没有用户 {name}{zh}：请用 bancheng access list 查看。",
                f"There is no user {name}{en}: `bancheng access list` shows them all.",
            )
        return meant[0]

    def grant(self, user: str) -> Done:
        """Give a user a login and just the rights of the plan, whatever it had before; a new auditor as well."""
        past = histories(self.house)
        before = past.get(user)
        is_out = before.revoked_at is not None if before else user.startswith(f"{AUDITOR}-")
        plan = planned(self.house.book, self.shards, past | {user: History()})
        found = next((one for one in compare(plan, holdings(self.client)) if one.user == user), _nobody(user))
        if not found.planned:
            raise AccessMisusedError(
                f"规则中没有 {user}：只能收回（bancheng access revoke {user}）。",
                f"The policy knows no {user}: it can only be revoked (`bancheng access revoke {user}`).",
            )
        if is_out or not found.agrees:
            note(self.house, [Change(user, "granted", [*map(str, found.missing)], [*map(str, found.surplus)])])
        take(self.client, found.surplus)
        if not found.mechanisms:
            set_logins(self.client, self.house.credentials.logins((user,)))
        give(self.client, found.missing)
        return Done(user, "kept" if found.mechanisms else "made", found.missing, found.surplus)

    def revoke(self, user: str) -> Done:
        """Take all rights and passwords of a user back: at once, also from sessions that are open."""
        found = self.account(user)
        if found.planned or found.mechanisms or found.rights:
            note(self.house, [Change(user, "revoked", (), [*map(str, found.rights)])])
        take(self.client, found.rights)
        end_logins(self.client, user, found.mechanisms)
        self.house.credentials.forget(user)
        return Done(user, "ended" if found.mechanisms else "none", (), found.rights)


def auditor(name: str) -> str:
    """Return the user of a further auditor; raises AccessMisusedError where the name can't be one."""
    if not _NAME.fullmatch(name):
        raise AccessMisusedError(
            f"{name} 不能作名称：只用小写字母、数字和连字符，最多 60 个。",
            f"{name} can't be a name: small letters, digits and hyphens, 60 at most.",
        )
    return f"{AUDITOR}-{name}"


def _nobody(user: str) -> Account:
    return Account(user, planned=False, mechanisms=(), rights=(), missing=(), surplus=())


def _id(user: str) -> str:
    """Return the id of a unit, channel or auditor in its user's name."""
    return user.partition("-")[2] or user
