"""A new password without a cut: handed over while the old one is still good, or at once where it has become known.

SCRAM keeps one password a user and mechanism, and a broker that takes SCRAM-SHA-256 and SCRAM-SHA-512 so keeps two.
The new one is made under the mechanism that isn't in use; whoever runs goes on with the old one, connects again with
it, and takes the new one when it is next started or told. `finish` ends the old one. Sessions that are open stay open
in any case: a broker asks for the password when a connection is made.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from bancheng.access import end_logins, set_logins
from bancheng.access_keeper import ADMIN, AccessMisusedError, note
from bancheng.credentials import Login
from router.ledger.access_changes import Change
from router.wire.connection import BadCredentialsError, WireError, admin

if TYPE_CHECKING:
    from bancheng.access_compare import Account
    from bancheng.access_keeper import Keeper

_LOGIN_LIMIT_S: Final = 15.0
"""A broker acknowledges a password some milliseconds before it takes it; an overloaded one later."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """Where a change of password stands, and the login that is to be used from now on."""

    user: str
    step: Literal["begun", "under way", "finished", "nothing to finish", "replaced"]
    login: Login


def rotate(keeper: Keeper, user: str) -> Rotated:
    """Make a new password; the old one stays good until `finish`. Done again, it only says where it stands.

    Raises:
        AccessMisusedError: the user has no password yet, or the broker doesn't take both mechanisms.
    """
    found = _able(keeper, user)
    login = _known(keeper, found)
    if len(found.mechanisms) > 1 and keeper.standing().history(user).handing_over:
        return Rotated(user, "under way", login)
    fresh = login.successor()
    set_logins(keeper.client, {user: fresh})
    try:
        _try(keeper, user, fresh)
    except WireError as error:
        end_logins(keeper.client, user, (fresh.mechanism,))
        raise AccessMisusedError(
            f"新密码（{fresh.mechanism}）登录不成，原密码照旧有效：请在 Kafka 上启用该机制，或加 --now 立即更换。",
            f"The new password can't be used ({fresh.mechanism}) and the old one is as good as before: enable that"
            " mechanism on the broker's listener, or use --now to change at once.",
        ) from error
    keeper.house.credentials.keep(user, fresh)
    note(keeper.house, [Change(user, "rotated")])
    return Rotated(user, "begun", fresh)


def finish(keeper: Keeper, user: str) -> Rotated:
    """End the old password of a change that is under way; raises AccessMisusedError if the new one isn't known here."""
    found = _able(keeper, user)
    login = _known(keeper, found)
    old = tuple(mechanism for mechanism in found.mechanisms if mechanism != login.mechanism)
    if not old:
        return Rotated(user, "nothing to finish", login)
    _try(keeper, user, login)
    end_logins(keeper.client, user, old)
    note(keeper.house, [Change(user, "handed_over")])
    return Rotated(user, "finished", login)


def replace_now(keeper: Keeper, user: str) -> Rotated:
    """Make a new password and end every other at once: for one that has become known.

    Raises:
        AccessMisusedError: the user has no password yet.
    """
    found = _able(keeper, user)
    fresh = Login.new(found.mechanisms[0])
    set_logins(keeper.client, {user: fresh})
    keeper.house.credentials.keep(user, fresh)
    end_logins(keeper.client, user, found.mechanisms[1:])
    note(keeper.house, [Change(user, "replaced")])
    _try(keeper, user, fresh)
    return Rotated(user, "replaced", fresh)


def _able(keeper: Keeper, user: str) -> Account:
    found = keeper.account(user)
    if not found.mechanisms:
        raise AccessMisusedError(
            f"{user} 没有密码：请先执行 bancheng access grant {user}。",
            f"{user} has no password: grant it access first (`bancheng access grant {user}`).",
        )
    return found


def _known(keeper: Keeper, found: Account) -> Login:
    """Return the login in this home's file: without it nobody can tell an old password from a new one."""
    login = keeper.house.credentials.find(found.user)
    if login is None or login.mechanism not in found.mechanisms:
        path = keeper.house.credentials.path
        raise AccessMisusedError(
            f"{path} 中没有 {found.user} 现用的密码：请在存有它的主机上执行，或加 --now 立即更换。",
            f"{path} doesn't hold the password that {found.user} uses: run this where it is kept, or use --now to"
            " change at once.",
        )
    return login


def _try(keeper: Keeper, user: str, login: Login) -> None:
    """Log in as the user; raises WireError if that doesn't work within the time."""
    own = replace(
        keeper.house.connection(ADMIN), user=user, password=login.password, mechanism=login.mechanism
    )  # fmt: skip
    deadline = time.monotonic() + _LOGIN_LIMIT_S
    while True:
        try:
            admin(own).close()
        except BadCredentialsError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
