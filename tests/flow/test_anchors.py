"""Anchors and verifying on a running installation: made, published, kept, posted; and what was touched is named."""

from __future__ import annotations

import fcntl
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from bancheng.anchors import KEPT, KEY, HomeAnchors, SigningKeyError
from router.audit import anchor
from router.audit.anchoring import KeyNotKnownError, NotToRetireError
from router.audit.sources import DatabaseSource, KafkaSource
from router.audit.troubles import Kind, Trouble
from router.audit.verifying import Given, verify
from router.ledger.database import NoRightError, connect, transaction
from router.ledger.policies import OtherPolicyError, fetched
from router.ledger.roles import AUDITOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Said, Wire
    from sqlalchemy.engine import Engine


@pytest.fixture(scope="module")
def anchored(wire: Wire) -> HomeAnchors:
    """The installation with some cases and an anchor over them."""
    for _ in range(3):
        wire.good()
    anchors = wire.house.anchors()
    anchors.make(datetime.now(UTC))
    return anchors


def test_an_anchor_is_published_kept_and_posted(
    anchored: HomeAnchors, wire: Wire, bancheng: Callable[..., Said], eventually: Callable[..., Any]
) -> None:
    """Row, topic and file hold the same bytes; the line that is printed fits them; the key's file is its owner's."""
    said = bancheng("anchor", "now", "--json").json()
    home = wire.house.settings.home
    rows = list(DatabaseSource(wire.engine).anchors())
    assert anchor.decode(rows[-1]).number == said["number"] == len(rows)
    assert (home / KEPT).read_bytes().splitlines() == rows
    source = KafkaSource(wire.house.connection("auditor"))
    assert eventually(lambda: (found := list(dict.fromkeys(source.anchors()))) == rows and found)
    for path in (home / KEY, home / KEPT):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    line = bancheng("anchor", "line").out.strip()
    assert line == said["line"] == str(anchor.line(rows[-1]))
    assert said["key"] in bancheng("anchor", "list").out
    key = bancheng("anchor", "key").out.strip()
    for words in (("--database",), ("--kafka",), ("--line", line), ("--key", key, "--kafka")):
        found = bancheng("verify", *words, "--json")
        assert found.code == 0, found.out
        assert found.json()["trusted"] == ("--key" in words)
    assert "完整" in bancheng("verify").out
    assert bancheng("verify", "--line", line.replace("records ", "records 9")).code == 1
    assert bancheng("verify", "--line", "nothing").code == bancheng("verify", "--key", "nothing").code == 2
    assert bancheng("verify", "--database", "--kafka").code == 2


def test_an_export_is_verified_without_anything_else(
    anchored: HomeAnchors, bancheng: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `bancheng export` wrote is whole for us and for an outsider's script, with neither home nor server."""
    key = anchored.public().hex()
    assert bancheng("export", tmp_path / "out").code == 0
    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("BANCHENG_KAFKA", "localhost:1")
    found = bancheng("verify", tmp_path / "out", "--key", key)
    assert found.code == 0, found.out + found.err
    assert not (tmp_path / "nowhere").exists()
    script = Path(__file__).parent.parent.parent / "examples" / "verify_outside.py"
    done = subprocess.run([sys.executable, script, tmp_path / "out", key], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    path = tmp_path / "out" / "records.jsonl.zst"
    path.write_bytes(path.read_bytes()[:-100])
    found = bancheng("verify", tmp_path / "out")
    assert found.code == 1
    assert "读不下去" in found.out
    assert bancheng("verify", tmp_path / "nowhere").code == 1


def test_anchors_are_kept_one_process_after_the_other(
    anchored: HomeAnchors, wire: Wire, eventually: Callable[..., Any]
) -> None:
    """While another process writes the file of kept anchors an anchor is made all the same, and written behind."""
    kept = wire.house.settings.home / KEPT
    rows = len(list(anchored.all()))
    with ThreadPoolExecutor() as pool, kept.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = kept.read_bytes()
        making = pool.submit(wire.house.anchors().make, datetime.now(UTC))
        eventually(lambda: len(list(anchored.all())) == rows + 1)
        assert kept.read_bytes() == before
        assert not making.done()
        fcntl.flock(file, fcntl.LOCK_UN)
        making.result(20)
    assert kept.read_bytes().splitlines() == list(anchored.all())


@pytest.fixture
def copied(wire: Wire) -> Iterator[Engine]:
    """The tables once more, without their triggers, for somebody who owns them."""
    tables = ("installation", "shards", "records", "anchors", "policies", "models")
    with wire.house.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA copied"))
        for table in tables:
            connection.execute(text(f"CREATE TABLE copied.{table} AS TABLE public.{table}"))
    engine = create_engine(wire.house.engine.url, connect_args={"options": "-c search_path=copied"})
    yield engine
    engine.dispose()
    with wire.house.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA copied CASCADE"))


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE records SET bytes = bytes || ' ' WHERE shard = {0} AND sequence = {1}", Kind.ALTERED),
        ("UPDATE records SET hash = sha256(bytes) WHERE shard = {0} AND sequence = {1}", Kind.COLUMN),
        ("UPDATE records SET case_id = gen_random_uuid() WHERE shard = {0} AND sequence = {1}", Kind.COLUMN),
        ("DELETE FROM records WHERE shard = {0} AND sequence = {1}", Kind.TRUNCATED),
    ],
)
def test_what_an_owner_did_to_the_tables_is_named(
    anchored: HomeAnchors, copied: Engine, statement: str, kind: Kind
) -> None:
    """A record edited, a column beside it, or the newest one removed: told with its name, and nothing else."""
    before = verify(DatabaseSource(copied))
    assert before.whole, before.troubles
    shard = next(one for one in before.shards if one.newest)
    with copied.begin() as connection:
        connection.execute(text(statement.format(shard.shard, shard.newest)))
    [trouble] = verify(DatabaseSource(copied)).troubles
    assert (trouble.kind, trouble.shard, trouble.sequence) == (kind, shard.shard, shard.newest)


def test_rules_that_were_changed_are_named(anchored: HomeAnchors, copied: Engine) -> None:
    """Other rules under the hash by which cases and records name theirs: seen, and nothing is decided by them."""
    with copied.begin() as connection:
        own = connection.execute(text("SELECT min(hash) FROM policies")).scalar_one()
        connection.execute(text("UPDATE policies SET content = content || ' ' WHERE hash = :own"), {"own": own})
    assert verify(DatabaseSource(copied)).troubles == (Trouble(Kind.RULES, file=f"policies/{own}.json"),)
    with pytest.raises(OtherPolicyError, match=own):
        fetched(copied, own)


def test_an_auditor_verifies_with_its_own_rights(anchored: HomeAnchors, wire: Wire) -> None:
    """The auditor's role is enough to verify, and makes no anchor."""
    engine = connect(wire.house.engine.url.render_as_string(hide_password=False), name="test", role=AUDITOR)
    try:
        assert verify(DatabaseSource(engine)).whole
        with pytest.raises(NoRightError):
            HomeAnchors(engine, wire.house.settings).make(datetime.now(UTC))
    finally:
        engine.dispose()


def test_keys_are_rotated_with_overlap(anchored: HomeAnchors, wire: Wire, bancheng: Callable[..., Said]) -> None:
    """The new key signs, the old one is retired; both stand in the chain; either public key is proof enough."""
    old = anchored.public()
    with pytest.raises(NotToRetireError):
        anchored.retire(datetime.now(UTC))
    assert bancheng("anchor", "rotate-key").code == 0
    new = anchored.public()
    assert new != old
    anchored.make(datetime.now(UTC))
    assert bancheng("anchor", "rotate-key", "--finish").code == 0
    for key in (old, new):
        verdict = verify(DatabaseSource(wire.engine), Given(keys=(key,)))
        assert verdict.whole, verdict.troubles
        assert verdict.trusted
    assert [key.retired is None for key in verdict.keys] == [False, True]
    with transaction(wire.engine) as connection:
        noted = connection.execute(text(
            "SELECT convert_from(bytes, 'UTF8')::json #>> '{data,noted,kind}' FROM records WHERE shard = 0 AND"
            " bytes LIKE '%signing_key_%'"
        )).scalars().all()  # fmt: skip
    assert {"signing_key_introduced", "signing_key_retired"} <= set(noted)


def test_who_waits_for_the_chain_signs_with_no_key_that_was_retired_meanwhile(
    anchored: HomeAnchors, wire: Wire, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    """A clock elsewhere still has the old key; it waits for shard 0 behind its retirement, and then signs nothing."""
    (tmp_path / KEY).write_bytes((wire.house.settings.home / KEY).read_bytes())
    elsewhere = HomeAnchors(wire.house.working, wire.house.settings.model_copy(update={"home": tmp_path}))
    anchored.rotate(datetime.now(UTC))
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%shards%'")

    def queued(count: int) -> bool:
        with transaction(wire.engine) as connection:
            return bool(connection.execute(waiting).scalar_one() == count)

    with ThreadPoolExecutor(2) as pool:
        with transaction(wire.engine) as connection:
            connection.execute(text("SELECT FROM shards WHERE shard = 0 FOR UPDATE"))
            retiring = pool.submit(anchored.retire, datetime.now(UTC))
            assert eventually(lambda: queued(1))
            making = pool.submit(elsewhere.make, datetime.now(UTC))
            assert eventually(lambda: queued(2))
        retiring.result()
        with pytest.raises(KeyNotKnownError):
            making.result()
    assert verify(DatabaseSource(wire.engine)).troubles == ()


def test_only_an_earlier_key_is_retired(anchored: HomeAnchors, wire: Wire, tmp_path: Path) -> None:
    """Where the old key still lies, `--finish` doesn't retire the one that came after it."""
    (tmp_path / KEY).write_bytes((wire.house.settings.home / KEY).read_bytes())
    elsewhere = HomeAnchors(wire.house.working, wire.house.settings.model_copy(update={"home": tmp_path}))
    anchored.rotate(datetime.now(UTC))
    with pytest.raises(NotToRetireError):
        elsewhere.retire(datetime.now(UTC))
    anchored.retire(datetime.now(UTC))


def test_a_strange_key_signs_nothing(anchored: HomeAnchors, wire: Wire, tmp_path: Path) -> None:
    """A home with a key that the log doesn't know, or none, anchors nothing, says so, and its clock goes on."""
    settings = wire.house.settings.model_copy(update={"home": tmp_path})
    strange = HomeAnchors(wire.house.working, settings)
    with pytest.raises(SigningKeyError):
        strange.make(datetime.now(UTC), fresh=False)
    with pytest.raises(KeyNotKnownError):
        strange.make(datetime.now(UTC))
    wire.good()
    assert not strange.make_due(datetime.now(UTC) + timedelta(days=1))
    (tmp_path / KEY).write_text("no key")
    with pytest.raises(SigningKeyError):
        strange.make(datetime.now(UTC))


def test_anchors_are_due_by_count_and_by_time(anchored: HomeAnchors, wire: Wire, tmp_path: Path) -> None:
    """None without a new record; after some time with one, or after so many; its digest is stamped by one's program."""
    stamp = tmp_path / "stamp.py"
    stamp.write_text("import sys; print('stamp of', sys.stdin.read())")
    changes = {"anchor_records": 2, "anchor_minutes": 60, "anchor_stamp_command": f"{sys.executable} {stamp}"}
    mine = HomeAnchors(wire.house.working, wire.house.settings.model_copy(update=changes))
    made = mine.make(datetime.now(UTC))
    number = anchor.decode(made).number
    folder = wire.house.settings.home / "stamps"
    assert (folder / f"{number}.tsr").read_text().strip() == f"stamp of {anchor.digest(made).hex()}"
    now = datetime.now(UTC)
    assert not mine.make_due(now + timedelta(days=1))
    wire.good()
    assert mine.make_due(now + timedelta(minutes=61)) or mine.make_due(now)
    assert verify(DatabaseSource(wire.engine)).troubles == ()
