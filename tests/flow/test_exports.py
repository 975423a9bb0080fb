"""Exports and imports: everything goes along byte for byte, nothing personal without being asked, or nothing at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from homes import SMALL
from pydantic import SecretStr
from sqlalchemy import text

from bancheng.compose import House
from bancheng.settings import Settings
from producers.window import new_id
from router.audit.exported import lines
from router.door.received import Received
from router.ledger.database import transaction
from router.ledger.record import GENESIS, chained, decode
from router.messages.envelope import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Said, Wire

CANARY = {"name": "金丝雀", "phone": "13987650123"}
_NUMBERS = count()


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

    def enter(self) -> None:
        """Let commands work here from now on; what was open here is closed, so that nobody is at work."""
        self.house.close()
        for name, value in self._variables.items():
            self._monkeypatch.setenv(name, value)

    def rows(self, query: str) -> list[Any]:
        """Rows of the database."""
        with transaction(self.house.engine) as connection:
            found = list(connection.execute(text(query)))
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
    assert {shard: head for shard, head in elsewhere.rows("SELECT shard, head FROM shards WHERE sequence > 0")} == ends
    noted = [decode(row[0]).noted for row in elsewhere.rows("SELECT bytes FROM records WHERE shard = 0")]
    assert [one.kind for one in noted if one and one.kind == "imported"] == ["imported"]
    again = bancheng("import", tmp_path / "out")
    assert (again.code, len(again.err.splitlines())) == (1, 1)
