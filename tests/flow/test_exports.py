"""Exports and imports: everything goes along byte for byte, nothing personal without being asked, or nothing at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from homes import SMALL, installation
from pydantic import SecretStr
from sqlalchemy import text

from bancheng.cli.exports import standing
from bancheng.compose import House
from bancheng.settings import Settings
from bancheng.up import services
from producers.window import Submission, WindowClient, new_id
from router.audit import rows
from router.audit.anchor import decode as decode_anchor
from router.audit.comparing import Comparing
from router.audit.exported import lines
from router.audit.exporting import Wanted, export
from router.audit.importing import bring
from router.audit.layout import read_manifest
from router.audit.replaying import Replay
from router.audit.snapshot import snapshot, stored_records
from router.audit.sources import KafkaSource
from router.door.received import Received
from router.ledger import reading
from router.ledger.database import cursor, transaction
from router.ledger.record import GENESIS, chained, decode
from router.ledger.tables import metadata
from router.messages.envelope import CONTENT_TYPE
from router.vault.store import open_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said, Wire

CANARY = {"name": "金丝雀", "phone": "13987650123"}
_NUMBERS = count()
_PUBLISHED = """
    SELECT bool_and(r.record = s.sequence AND r.output = s.outputs) FROM relays AS r JOIN shards AS s USING (shard)
"""


class Elsewhere:
    """An empty database of the session's server, and the settings by which commands find it."""

    def __init__(self, house: House, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        name = f"elsewhere_{next(_NUMBERS)}"
        with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        url = house.engine.url.set(database=name).render_as_string(hide_password=False)
        self.house = House(Settings(home=home, policy=SMALL, kafka="none:0", database=SecretStr(url)))
        self._variables = {"BANCHENG_HOME": str(home), "BANCHENG_KAFKA": "none:0", "BANCHENG_DATABASE": url}
        self._monkeypatch = monkeypatch
        self._from = house.settings.home

    def enter(self) -> None:
        """Let commands work here from now on; what was open here is closed, so that nobody is at work."""
        self.house.close()
        for name, value in self._variables.items():
            self._monkeypatch.setenv(name, value)

    def enter_with_its_key(self) -> None:
        """Work here with the master key of the running installation, as somebody who moves it does."""
        self.house.settings.home.mkdir(exist_ok=True)
        shutil.copy(self._from / "master.key", self.house.settings.home)
        self.enter()

    def rows(self, query: str, **given: object) -> list[Any]:
        """Rows of the database."""
        with transaction(self.house.engine) as connection:
            found = list(connection.execute(text(query), given))
        self.house.engine.dispose()
        return found


@pytest.fixture
def elsewhere(running: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """An empty database with another home."""
    made = Elsewhere(running, tmp_path / "elsewhere", monkeypatch)
    yield made
    made.house.close()


@pytest.fixture(scope="module")
def cases(wire: Wire) -> list[str]:
    """Some cases in the running system, one of them by the canary."""
    told = {"details": {"narrative": "小区房屋漏水，金丝雀的家里", "person": CANARY}}
    case_id, value = wire.submit("", data=told)
    wire.send("channel-window-system", "cases.window-system", case_id.encode(), value)
    wire.case_when(case_id, lambda case: case is not None)
    return [case_id, *(wire.good() for _ in range(3))]


def unpacked(folder: Path) -> bytes:
    """All that stands in an export, uncompressed."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += (
                zstandard.ZstdDecompressor().decompressobj().decompress(content) if path.suffix == ".zst" else content
            )
    return found


def submission(wire: Wire) -> Received:
    """A fresh submission as the door gets it."""
    case_id, value = wire.submit(f"路灯不亮{new_id()}")
    return Received("cases.window-system", 0, 0, case_id.encode(), value, [CONTENT_TYPE])


def test_an_export_holds_every_record_and_nothing_personal(
    wire: Wire, cases: list[str], bancheng: Callable[..., Said], tmp_path: Path
) -> None:
    """Records stand there byte for byte with heads and hashes; no name, phone, word or key of a citizen does."""
    told = bancheng("export", tmp_path / "out", "--json")
    assert told.code == 0, told.err
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest == told.json()
    ends: dict[int, bytes] = {}
    for line in lines(tmp_path / "out" / "records.jsonl.zst"):
        record = decode(line)
        ends[record.shard] = chained(ends.get(record.shard, GENESIS), line)
    assert {head["shard"]: head["hash"] for head in manifest["heads"] if head["sequence"]} == {
        shard: end.hex() for shard, end in ends.items()
    }
    for name, stored in manifest["files"].items():
        content = (tmp_path / "out" / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (stored["sha256"], stored["bytes"])
    everything = unpacked(tmp_path / "out")
    for personal in (*CANARY.values(), "金丝雀的家里"):
        assert personal.encode() not in everything
        assert json.dumps(personal).encode() not in everything
    assert not manifest["vault"]
    assert b"lookup_key" not in everything
    assert b"wrapped" not in everything
    assert cases[0].encode() in everything


def test_a_folder_that_is_there_is_left_alone(cases: list[str], bancheng: Callable[..., Said], tmp_path: Path) -> None:
    """An export into an existing folder is refused, and nothing is left beside it."""
    (tmp_path / "there").mkdir()
    told = bancheng("export", tmp_path / "there")
    assert (told.code, len(told.err.splitlines())) == (1, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert cases


def test_a_system_goes_on_from_an_export(
    wire: Wire, cases: list[str], bancheng: Callable[..., Said], elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """An empty database takes the export, replays to the same cases, says so in the chain, and takes more."""
    assert bancheng("export", tmp_path / "out").code == 0
    elsewhere.enter()
    told = bancheng("import", tmp_path / "out", "--json")
    assert told.code == 0, told.err
    assert bancheng("replay", "--json").json()["differing"] == {}
    assert bancheng("cases", "show", cases[1]).code == 0
    before = elsewhere.rows("SELECT sum(sequence) FROM shards")[0][0]
    elsewhere.house.door().take([submission(wire)], ())
    elsewhere.house.close()
    assert elsewhere.rows("SELECT sum(sequence) FROM shards")[0][0] == before + 1
    ends: dict[int, bytes] = {}
    for shard, data, digest in elsewhere.rows("SELECT shard, bytes, hash FROM records ORDER BY shard, sequence"):
        ends[shard] = chained(ends.get(shard, GENESIS), data)
        assert ends[shard] == digest
    assert {row.shard: row.head for row in elsewhere.rows("SELECT * FROM shards WHERE sequence > 0")} == ends
    noted = [decode(row[0]).noted for row in elsewhere.rows("SELECT bytes FROM records WHERE shard = 0")]
    assert [one.kind for one in noted if one and one.kind == "imported"] == ["imported"]
    again = bancheng("import", tmp_path / "out")
    assert (again.code, len(again.err.splitlines())) == (1, 1)


def forged(folder: Path, **changes: Any) -> None:
    """Write an export's manifest anew, as somebody would who changed a file and wants it unseen."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, stored in manifest["files"].items():
        if (folder / name).exists():
            content = (folder / name).read_bytes()
            stored |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))


def rewritten(folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the lines of the records, and the manifest with them."""
    path = folder / "records.jsonl.zst"
    changed = b"".join(line + b"\n" for line in change(list(lines(path))))
    path.write_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(changed))
    forged(folder)


def cut(folder: Path) -> None:
    """Half of the records' file."""
    path = folder / "records.jsonl.zst"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(folder: Path) -> None:
    """One byte of the state's file, changed."""
    path = folder / "state.jsonl.zst"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def anew(folder: Path) -> None:
    """One record changed, the newest of its shard that an anchor confirms, and all that follow chained anew."""
    manifest = json.loads((folder / "manifest.json").read_text())
    end = next(head for head in decode_anchor(list(lines(folder / "anchors.jsonl.zst"))[-1]).heads if head.sequence)
    found, head = [], GENESIS
    for line in lines(folder / "records.jsonl.zst"):
        event = json.loads(line)
        if event["data"]["shard"] == end.shard:
            more = {"version": 99} if event["data"]["sequence"] == end.sequence else {}
            line = json.dumps(event | {"data": event["data"] | {"previous": head.hex()} | more}).encode()  # noqa: PLW2901
            head = chained(head, line)
        found.append(line)
    manifest["heads"][end.shard]["hash"] = head.hex()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    rewritten(folder, lambda _: found)


def put(folder: Path, name: str, *told: object) -> None:
    """Put rows into a file of an export, and the manifest with it."""
    content = b"".join(json.dumps(one).encode() + b"\n" for one in told)
    (folder / name).write_bytes(zstandard.ZstdCompressor().compress(content))
    forged(folder)


def exchanged(folder: Path) -> None:
    """Other rules under a policy's hash."""
    path = next((folder / "policies").iterdir())
    path.write_bytes(path.read_bytes() + b" ")
    forged(folder)


LEADS_OUT = {"hash": "../../manifest", "since": "2026-03-02T02:00:00Z"}
SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (cut, "incomplete"),
    "cut, with a manifest to suit": (lambda folder: (cut(folder), forged(folder)), "breaks off"),
    "a byte flipped": (flipped, "SHA-256"),
    "a file missing": (lambda folder: (folder / "state.jsonl.zst").unlink(), "incomplete"),
    "records swapped": (
        lambda folder: rewritten(folder, lambda found: [found[1], found[0], *found[2:]]), "breaks the hash chain",
    ),
    "a record left out": (lambda folder: rewritten(folder, lambda found: found[1:]), "breaks the hash chain"),
    "the newest left out": (lambda folder: rewritten(folder, lambda found: found[:-1]), "breaks the hash chain"),
    "a record changed": (
        lambda folder: rewritten(folder, lambda found: [found[0].replace(b"Z", b"z", 1), *found[1:]]),
        "breaks the hash chain",
    ),
    "no record at all": (lambda folder: rewritten(folder, lambda found: [b"{}", *found]), "breaks the hash chain"),
    "a newer format": (lambda folder: forged(folder, format="bancheng.export.v2"), "newer"),
    "newer tables": (lambda folder: forged(folder, tables="9999"), "newer version"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "no export"),
    "a manifest cut": (lambda folder: (folder / "manifest.json").write_text("{"), "can't be understood"),
    "a name that leads out": (
        lambda folder: forged(folder, files={"../x": {"sha256": "", "bytes": 0, "lines": 0}}), "SHA-256",
    ),
    "a policy that leads out": (lambda folder: forged(folder, policies=[LEADS_OUT]), "SHA-256"),
    "a policy exchanged": (exchanged, "isn't what its hash says"),
    "a history made anew": (anew, "written anew"),
    "a row without its columns": (
        lambda folder: put(folder, "state.jsonl.zst", {"in": "relays", "row": {"shard": 0}}), "can't be understood",
    ),
    "a row that doesn't fit": (
        lambda folder: put(folder, "state.jsonl.zst", {"in": "activations", "row": {"number": None}}),
        "can't be understood",
    ),
    "a row beyond its column": (
        lambda folder: put(folder, "state.jsonl.zst", {"in": "shards", "row": {"shard": 0, "outputs": 2**63}}),
        "can't be understood",
    ),
    "a row of no table": (
        lambda folder: (
            (folder / "state.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(b'{"in":"x","row":{}}\n')),
            forged(folder),
        ),
        "can't be understood",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(
    cases: list[str], running: House, tmp_path_factory: pytest.TempPathFactory, eventually: Callable[..., Any]
) -> Path:
    """An export of the running system with its vault, taken once the relay has noted what it has published."""

    def published() -> bool:
        with transaction(running.engine) as connection:
            return bool(connection.execute(text(_PUBLISHED)).scalar())

    assert cases
    running.anchors().make(datetime.now(UTC))
    eventually(published)
    folder = tmp_path_factory.mktemp("export") / "out"
    export(running.engine, folder, Wanted("0.0", {}, vault=True), lambda _: lambda _: None)
    return folder


def test_spoilt_exports_are_refused_in_one_sentence(
    exported: Path, bancheng: Callable[..., Said], elsewhere: Elsewhere, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whatever is wrong with an export is said at once, and nothing of it is written."""
    monkeypatch.setenv("BANCHENG_LANG", "en")
    elsewhere.enter_with_its_key()
    for number, (name, (spoil, said)) in enumerate(SPOILT.items()):
        folder = tmp_path / str(number)
        shutil.copytree(exported, folder)
        spoil(folder)
        told = bancheng("import", folder)
        assert (name, told.code, len(told.err.splitlines())) == (name, 1, 1), told.err
        assert said in told.err, name
    tables = elsewhere.rows("SELECT relname FROM pg_class WHERE relname IN ('records', 'cases') AND relkind = 'r'")
    if tables:
        assert elsewhere.rows("SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM policies)") == [(0, 0)]


def test_the_vault_goes_along_under_its_own_master_key(
    wire: Wire, cases: list[str], exported: Path, bancheng: Callable[..., Said], elsewhere: Elsewhere
) -> None:
    """Another master key is refused and leaves no table; the old one opens every text, and knows repeats again."""
    elsewhere.enter()
    told = bancheng("import", exported)
    assert (told.code, "主密钥" in told.err) == (1, True)
    assert not elsewhere.rows("SELECT 1 FROM pg_class WHERE relname = 'records'")
    elsewhere.enter_with_its_key()
    assert bancheng("import", exported).code == 0
    entries = elsewhere.rows("SELECT case_id::text, name FROM vault_entries")
    with transaction(elsewhere.house.engine) as connection:
        opened = open_entries(cursor(connection), wire.house.keyring, {(case, name) for case, name in entries})
    elsewhere.house.engine.dispose()
    assert any(CANARY["phone"].encode() in text for (case, _), text in opened.items() if case == cases[0])
    assert len(opened) == len(entries)
    assert elsewhere.house.install() == wire.house.install()


def test_a_part_begins_behind_named_heads(
    wire: Wire, cases: list[str], bancheng: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records since a moment continue the chains that the manifest names; a part is neither imported nor replayed."""
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert cases
    since = wire.case_when(wire.good(), bool).changed_at.astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
    told = bancheng("export", tmp_path / "part", "--since", since, "--json")
    assert told.code == 0, told.err
    manifest = told.json()
    assert 0 < manifest["records"] < sum(head["sequence"] for head in manifest["heads"])
    ends = {head["shard"]: (head["sequence"], bytes.fromhex(head["hash"])) for head in manifest["after"]}
    for line in lines(tmp_path / "part" / "records.jsonl.zst"):
        record = decode(line)
        sequence, previous = ends[record.shard]
        assert (record.sequence, record.previous) == (sequence + 1, previous.hex())
        ends[record.shard] = record.sequence, chained(previous, line)
    assert ends == {head["shard"]: (head["sequence"], bytes.fromhex(head["hash"])) for head in manifest["heads"]}
    for command in ("import", "replay"):
        refused = bancheng(command, tmp_path / "part")
        assert (refused.code, len(refused.err.splitlines()), "part of a ledger" in refused.err) == (1, 1, True)
    assert bancheng("export", tmp_path / "both", "--since", since, "--with-vault").code == 2


def test_every_table_is_in_an_export_or_left_out_with_a_reason() -> None:
    """A new table is not forgotten: it goes along, in state or vault, or somebody wrote down why not."""
    assert {*rows.STATE, *rows.VAULT, *rows.ELSEWHERE} == set(metadata.tables)


def test_words_of_old_cases_leave_and_come_back(
    cases: list[str], exported: Path, bancheng: Callable[..., Said], elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """What ended as long ago as the policy says is archived, sealed; records and looks stay; who is erased stays so."""
    elsewhere.enter_with_its_key()
    assert bancheng("import", exported).code == 0
    old, older = cases[0], cases[1]
    looked = bancheng("cases", "details", old, "--as", "window", "--why", "citizen-request", "--reveal", "phone")
    assert looked.code == 0, looked.err
    views = bancheng("cases", "views", old, "--json").json()
    ended = "UPDATE cases SET stage = 'closed', next_due_at = NULL, changed_at = now() - interval '13 months'"
    elsewhere.rows(f"{ended} WHERE id::text IN (:old, :older) RETURNING 1", old=old, older=older)
    entries = "SELECT case_id::text, name, sealed FROM vault_entries ORDER BY 1, 2"
    before = elsewhere.rows(entries)
    records = elsewhere.rows("SELECT count(*) FROM records")[0][0]
    assert bancheng("archive", "make", tmp_path / "archive", "--months", "5").code == 2
    assert bancheng("archive", "make", tmp_path / "archive", "--months", "24", "--json").json()["record"] is None
    told = bancheng("archive", "make", tmp_path / "archive", "--json")  # the policy says 12
    assert told.code == 0, told.err
    assert told.json()["cases"] == 2
    assert elsewhere.rows(entries) == [row for row in before if row[0] not in (old, older)]
    assert elsewhere.rows("SELECT count(*) FROM records")[0][0] == records + 1
    assert bancheng("cases", "views", old, "--json").json() == views != []
    assert CANARY["name"].encode() not in unpacked(tmp_path / "archive")
    assert bancheng("archive", "make", tmp_path / "again", "--json").json()["record"] is None
    elsewhere.rows("DELETE FROM vault_keys WHERE case_id::text = :older RETURNING 1", older=older)
    assert bancheng("archive", "restore", tmp_path / "archive").code == 0
    assert elsewhere.rows(entries) == [row for row in before if row[0] != older]
    assert bancheng("archive", "restore", exported).code == 1


@pytest.mark.slow
def test_a_whole_installation_moves_to_another_broker(
    wire: Wire, exported: Path, tmp_path_factory: pytest.TempPathFactory, eventually: Callable[..., Any]
) -> None:
    """A new home with a broker of its own goes on: nothing is sent again, new cases continue the chains, all equal."""
    home = tmp_path_factory.mktemp("moved")
    shutil.copy(wire.house.settings.home / "master.key", home)
    house = House(Settings(home=home, policy=SMALL))
    manifest = read_manifest(exported)
    with standing(house):
        bring(
            house.engine,
            house.keyring,
            exported,
            manifest,
            publish_ledger=False,
            told=lambda _: None,
            first=house.master_key.make,
        )
    with installation(home) as (moved, _), services(moved):
        with WindowClient(moved.connection("channel-window-system"), "window-system") as window:
            case_id = window.submit(Submission(narrative=f"小区房屋漏水{new_id()}"))

        def taken() -> object:
            with transaction(moved.engine) as connection:
                return reading.find_case(connection, case_id)

        assert eventually(taken, seconds=60)
        with transaction(moved.engine) as connection:
            wanted = {row.shard: row.sequence for row in connection.execute(text("SELECT * FROM shards"))}
        told = eventually(
            lambda: (found := told_of(moved)) and len(found) >= sum(wanted.values()) - manifest.records and found,
            seconds=60,
        )
        heads = {head.shard: head.sequence for head in manifest.heads}
        assert sorted((one.shard, one.sequence) for one in told) == sorted(
            (shard, sequence) for shard, end in wanted.items() for sequence in range(heads[shard] + 1, end + 1)
        )
        with snapshot(moved.engine) as connection:
            replay = Replay()
            for data in stored_records(connection, dict.fromkeys(range(16), 0)):
                replay.take(data)
            assert list(Comparing(connection, replay).differences()) == []


def told_of(house: House) -> list[Any]:
    """The records that stand in an installation's topic `ledger`."""
    return [decode(data) for shard in range(16) for data in KafkaSource(house.connection("auditor")).records(shard)]
