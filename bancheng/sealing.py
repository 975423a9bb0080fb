"""The keys of an embedded home: made for everybody in it and registered, so that its broker holds nothing in clear."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bancheng import secrets
from router.ledger import sealing_keys
from router.ledger.database import cursor, transaction
from router.policy.sealing import Mode
from router.vault import keyfile

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.vault.sealing import PublicKey


def users(house: House) -> dict[str, str]:
    """Return every unit's and channel's Kafka user, with its id."""
    book = house.book
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
