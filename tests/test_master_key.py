"""Where the master key comes from, how a new one takes over, and what is never made in its place."""

from __future__ import annotations

import os
import stat
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from bancheng.master_key import Bare, ByCommand, Given, KeyFile
from bancheng.secrets import keyring, master_key
from bancheng.settings import Settings
from router.ledger.install import install
from router.vault.keyring import Keyring, VaultError, master_id

if TYPE_CHECKING:
    from pathlib import Path

    from bancheng.compose import House

TURNS_ROUND = """\
import sys, base64
given = base64.b64decode(sys.stdin.readline())
sys.stdout.write(base64.b64encode(bytes(255 - one for one in given)).decode())
"""


def key() -> bytes:
    """A key of this run alone."""
    return os.urandom(32)


def test_a_key_takes_over_and_the_old_one_is_gone(tmp_path: Path) -> None:
    """Both open while both are there, the installation says which wraps; afterwards the old bytes stand nowhere."""
    kept = master_key(Settings(home=tmp_path))
    kept.make()
    (old,) = kept.keys()
    ring = keyring(kept)
    wrapped = ring.new("case").wrapped
    fresh = kept.begin(master_id(old))
    assert kept.begin(master_id(old)) == fresh
    assert ring.taking(master_id(fresh)).new("case").wrapped[:8] == master_id(fresh)
    assert ring.unwrap(wrapped, "case")
    assert kept.finish(fresh)
    assert kept.finish(fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]
    assert (tmp_path / "master.key").read_bytes() == fresh
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600
    with pytest.raises(VaultError, match="another master key"):
        keyring(kept).unwrap(wrapped, "case")


def test_a_rotation_that_ends_late_harms_no_key(tmp_path: Path) -> None:
    """Of two that end the same rotation, the slower one leaves what the quicker one, or the next rotation, has put."""
    kept = master_key(Settings(home=tmp_path))
    kept.make()
    (old,) = kept.keys()
    fresh = kept.begin(master_id(old))

    class Slow(Bare):
        """Lets the other one end in between."""

        def unwrap(self, content: bytes) -> bytes:
            assert kept.finish(fresh)
            return content

    assert KeyFile(tmp_path / "master.key", own=True, wrapping=Slow()).finish(fresh)
    assert kept.keys() == (fresh,)
    newest = kept.begin(master_id(fresh))
    assert kept.finish(fresh)
    assert kept.keys() == (fresh, newest)


def test_a_lost_key_is_never_made_anew(house: House, tmp_path: Path) -> None:
    """A home without its key beside a database with wrapped ones: one sentence, and no new file."""
    house.install()
    kept = master_key(Settings(home=tmp_path))
    with pytest.raises(VaultError, match="missing"):
        install(house.engine, keyring(kept), first=kept.make)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(VaultError, match=r"none\.key"):
        master_key(Settings(home=tmp_path, master_key_file=tmp_path / "none.key")).make()


def test_what_was_wrapped_before_keys_were_named() -> None:
    """A key wrapped by an earlier version opens under whichever of two master keys wrapped it."""
    one, other = key(), key()
    wrapped = Keyring(one).wrap_secret(bytes(32), "case")[8:]
    assert Keyring(other, one).unwrap_secret(wrapped, "case") == bytes(32)
    assert Keyring(one).unwrap_secret(wrapped, "case") == bytes(32)
    with pytest.raises(VaultError, match="BANCHENG_MASTER_KEY_FILE"):
        Keyring(other).unwrap_secret(wrapped, "case")


def test_a_shorter_key_leaves_no_end_of_the_longer_one(tmp_path: Path) -> None:
    """A program may wrap the next key in fewer letters: what is read then is that key alone."""
    lengths = iter((96, 48))

    class Uneven(Bare):
        def wrap(self, key: bytes) -> bytes:
            return key.hex().encode().ljust(next(lengths), b"=") + b"\n"

        def unwrap(self, kept: bytes) -> bytes:
            return bytes.fromhex(kept.strip().rstrip(b"=").decode())

    kept = KeyFile(tmp_path / "key", own=True, wrapping=Uneven())
    kept.make()
    fresh = kept.begin(master_id(*kept.keys()))
    assert kept.finish(fresh)
    assert kept.keys() == (fresh,)


def test_another_program_wraps_the_file(tmp_path: Path) -> None:
    """The file holds what the program made of the key; one that fails is named, without what it said."""
    program = tmp_path / "kms.py"
    program.write_text(TURNS_ROUND)
    kept = KeyFile(tmp_path / "key", own=True, wrapping=ByCommand(f"{sys.executable} {program}"))
    kept.make()
    (made,) = kept.keys()
    assert made not in (tmp_path / "key").read_bytes()
    fresh = kept.begin(master_id(made))
    assert kept.finish(fresh)
    assert kept.keys() == (fresh,)
    with pytest.raises(VaultError, match="could not unwrap"):
        KeyFile(tmp_path / "key", own=True, wrapping=ByCommand(f"{sys.executable} -c raise(SystemExit(3))")).keys()


def test_keys_of_the_environment() -> None:
    """Two while one takes over; without a new one in front nothing rotates; what isn't Base64 is told."""
    old, new = key(), key()
    written = [b64encode(one).decode() for one in (new, old)]
    with pytest.raises(VaultError, match="in front"):
        Given(written[1]).begin(master_id(old))
    both = Given(",".join(written))
    assert both.begin(master_id(old)) == new
    assert not both.finish(new)
    assert Given(written[0]).finish(new)
    with pytest.raises(VaultError, match="Base64"):
        Given("no key").keys()
