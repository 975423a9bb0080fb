"""An installation's keys for sealing: registered, replaced and taken back; in an embedded home made as well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bancheng import secrets
from router.ledger import sealing_keys
from router.ledger.database import cursor, transaction
from router.policy.sealing import Mode
from router.vault import keyfile
from router.vault.sealing import SealingError

if TYPE_CHECKING:
    from pathlib import Path

    from bancheng.compose import House
    from router.ledger.sealing_keys import Standing
    from router.policy.book import Book
    from router.vault.sealing import PublicKey


def users(house: House) -> dict[str, str]:
    """Return every unit's and channel's Kafka user, with its id."""
    return _users(house.book)


def required(book: Book) -> list[str]:
    """Return the users of units and channels to whom nothing goes but sealed."""
    return [user for user, name in _users(book).items() if book.sealing(name) is Mode.REQUIRED]


def _users(book: Book) -> dict[str, str]:
    return {f"channel-{name}": name for name in book.channels} | {f"unit-{name}": name for name in book.units}


def register_own(house: House) -> None:
    """Register the router's key, and in an embedded home keys of those who have none, made here; again does nothing.

    Where the broker is an outside one, units and channels make their own (`bancheng keys make`) and tell the public
    part alone. Whose key was taken back gets no other by this.

    Raises:
        SealingError: a file of keys can't be used.
    """
    home = house.settings.home
    router = secrets.sealing_keys(home, house.settings.sealing_key_file).public
    with transaction(house.engine) as connection:
        cur = cursor(connection)
        known = sealing_keys.newest(cur)
        wanted = {sealing_keys.ROUTER: router} | (_made(house, known) if house.settings.embedded else {})
        sealing_keys.register(cur, datetime.now(UTC), wanted)


def _made(house: House, known: dict[str, PublicKey | None]) -> dict[str, PublicKey]:
    missing = [u for u, name in users(house).items() if u not in known and house.book.sealing(name) is not Mode.OFF]
    return {user: keyfile.kept(secrets.party_file(house.settings.home, user)).public for user in missing}


def standing(house: House) -> list[Standing]:
    """Return every key that was ever registered."""
    with transaction(house.engine) as connection:
        return sealing_keys.standing(cursor(connection))


def without(house: House) -> list[str]:
    """Return the users of units and channels to whom nothing can be sealed now, though the policy would have it."""
    with transaction(house.engine) as connection:
        known = sealing_keys.newest(cursor(connection))
    return [u for u, name in users(house).items() if known.get(u) is None and house.book.sealing(name) is not Mode.OFF]


def register(house: House, user: str, key: PublicKey) -> str | None:
    """Let a key hold for `user`; return the record that says so, None if it held already. Raises SealingError."""
    with transaction(house.engine) as connection:
        return sealing_keys.register(cursor(connection), datetime.now(UTC), {user: key})


def rotate(house: House, user: str) -> tuple[PublicKey, str | None]:
    """Make another key for `user` in the file that this home keeps, and let it hold; return it and the record.

    Raises:
        SealingError: its private key isn't kept here, so it must make one itself; or the file can't be used or written.
    """
    file = _file(house, user)
    if not file.exists():
        raise SealingError(
            f"{user} 的私钥不在此处：请由对方执行 bancheng keys make，再在此 bancheng keys register。",
            f"{user}'s private key isn't kept here: let it run `bancheng keys make`, then register the public one.",
        )
    try:
        made = keyfile.add(file)
    except OSError as error:
        raise SealingError(
            f"写不了 {file}（{error.strerror}）：请在副本中用 bancheng keys make 添一把，"
            "换上后执行 bancheng topics create。",
            f"{file} can't be written ({error.strerror}): add a key to a copy of it (`bancheng keys make`), put that in"
            " its place, then run `bancheng topics create`.",
        ) from None
    return made, register(house, user, made)


def revoke(house: House, user: str, key_id: str | None) -> Standing:
    """Take a key back; return it as it stood. The router's goes from its file: what is sealed to it opens no more.

    Raises:
        SealingError: there is no such key, or it is the router's only one.
    """
    if user == sealing_keys.ROUTER:
        file = _file(house, user)
        keyfile.drop(file, key_id or keyfile.KeyFile(file).public.id)
    with transaction(house.engine) as connection:
        return sealing_keys.revoke(cursor(connection), datetime.now(UTC), user, key_id)


def _file(house: House, user: str) -> Path:
    home = house.settings.home
    if user == sealing_keys.ROUTER:
        return secrets.sealing_file(home, house.settings.sealing_key_file)
    return secrets.party_file(home, user)
