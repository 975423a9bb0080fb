"""A signing key that is lost, and one that isn't at hand: what the commands, the doctor and `verify` say of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from homes import SMALL
from pydantic import SecretStr

from bancheng.anchors import KEY, SigningKeyError
from bancheng.compose import House
from bancheng.doctor import ask_database, ask_machine
from bancheng.settings import Settings
from router.audit.anchoring import Every
from router.ledger.database import cursor, transaction
from router.ledger.house import note
from router.ledger.install import migrate
from router.ledger.record import Noted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said, Wire


@pytest.fixture
def elsewhere(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An installation of its own in the session's server, as commands find it: what is lost there harms nobody else."""
    with wire.house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE lost_key")
    url = wire.house.engine.url.set(database="lost_key").render_as_string(hide_password=False)
    house = House(Settings(home=tmp_path, policy=SMALL, kafka="none:0", database=SecretStr(url)))
    with house.engine.begin() as connection:
        migrate(connection)
    house.install()
    for name, value in {"HOME": str(tmp_path), "KAFKA": "none:0", "DATABASE": url}.items():
        monkeypatch.setenv(f"BANCHENG_{name}", value)
    yield house
    house.close()
    with wire.house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP DATABASE lost_key WITH (FORCE)")


def pem() -> bytes:
    """A private key that nobody knows, as a file of one holds it."""
    key, plain = Ed25519PrivateKey.generate(), serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


@pytest.mark.slow
def test_a_lost_key_is_followed_by_another(bancheng: Callable[..., Said], elsewhere: House) -> None:
    """Nothing signs without it; with `--lost` a new key goes on, and only who was given that sees a whole log."""
    assert bancheng("anchor", "now").code == 0
    old = bancheng("anchor", "key").out.strip()
    (elsewhere.settings.home / KEY).unlink()
    for words in ((), ("--finish",)):
        refused = bancheng("anchor", "rotate-key", *words)
        assert refused.code == 1
        assert KEY in refused.err
    told = bancheng("anchor", "rotate-key", "--lost")
    assert told.code == 0, told.err
    new = bancheng("anchor", "key").out.strip()
    assert new != old
    assert new in told.out
    assert bancheng("anchor", "now").code == 0
    assert bancheng("verify", "--database", "--key", new).code == 0
    for words in ((), ("--key", old)):
        found = bancheng("verify", "--database", "--json", *words)
        assert found.code == 1
        assert {"anchor_key"} <= {trouble["kind"] for trouble in found.json()["troubles"]}
    listed = bancheng("anchor", "list", "--json").json()
    assert [bool(one["introduces"]) for one in listed] == [False, True, True]


def test_how_far_anchors_reach(bancheng: Callable[..., Said], elsewhere: House) -> None:
    """What is recorded after the newest anchor is counted from its first record on, and late once it waits too long."""

    def record(at: datetime) -> None:
        with transaction(elsewhere.engine) as connection:
            note(cursor(connection), at, Noted("tried", {}))

    begun, hourly = datetime.now(UTC), Every(10_000, timedelta(minutes=60))
    before = ask_database.anchored(elsewhere.engine)
    record(begun)
    none = ask_database.anchored(elsewhere.engine)
    assert (none.number, none.made_at, none.beyond) == (0, None, before.beyond + 1)
    assert not none.late(begun, hourly)
    assert none.late(begun + timedelta(minutes=6), hourly)
    assert bancheng("anchor", "now").code == 0
    made = ask_database.anchored(elsewhere.engine)
    assert (made.number, made.beyond, made.since) == (1, 0, None)
    assert not made.late(begun + timedelta(days=9), hourly)
    later = begun + timedelta(minutes=30)
    record(later)
    record(later + timedelta(minutes=1))
    found = ask_database.anchored(elsewhere.engine)
    assert (found.number, found.beyond, found.since) == (1, 2, later)
    assert not found.late(begun + timedelta(minutes=64), hourly)
    assert found.late(begun + timedelta(minutes=67), hourly)
    assert found.late(begun + timedelta(minutes=40), Every(1, hourly.time))


def test_the_signing_key_is_looked_at(bancheng: Callable[..., Said], elsewhere: House) -> None:
    """One that signs is told apart from one that the log never heard of, and from none."""
    with pytest.raises(SigningKeyError):
        ask_machine.signing(elsewhere.working, elsewhere.settings)
    assert bancheng("anchor", "now").code == 0
    found = ask_machine.signing(elsewhere.working, elsewhere.settings)
    assert (found.holds, found.kept.mode) == (True, 0o600)
    (elsewhere.settings.home / KEY).write_bytes(pem())
    assert ask_machine.signing(elsewhere.working, elsewhere.settings).holds is None
    assert bancheng("anchor", "now").code == 1


def test_doctor_and_status_speak_of_anchors(
    bancheng: Callable[..., Said], wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fresh anchor and its key all is well; with another key, or none, the doctor warns and says what to do."""

    def told() -> dict[str, tuple[str, str]]:
        found = bancheng("doctor", "--json").json()["findings"]
        parts = {"锚点": "anchors", "签名密钥": "key"}
        return {parts[f["part"]]: (f["status"], f["todo"] or "") for f in found if f["part"] in parts}

    wire.good()
    assert bancheng("anchor", "now").code == 0
    assert told() == {"anchors": ("ok", ""), "key": ("ok", "")}
    status = bancheng("status", "--json").json()
    assert status["figures"]["unanchored"] >= 0
    assert "anchors" not in {finding["code"] for finding in status["findings"]}
    monkeypatch.setenv("BANCHENG_SIGNING_KEY_FILE", str(tmp_path / "none"))
    mark, todo = told()["key"]
    assert mark == "warn"
    assert "bancheng anchor rotate-key --lost" in todo
