"""Nothing of a person stands anywhere in clear but in details: whatever way the person's words went."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import orjson
import pytest
from canaries import person, walked
from homes import SMALL
from leaks import PLACES, Searcher, encodings, searched, table, tables, topics, unpacked, without_details
from operated import EVERY_CASE

from bancheng.contract import schemas
from bancheng.whatif.wording import Wording
from producers.window import new_id
from router.audit import rows
from router.ledger.shards import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said, Wire

HOLDING = {
    "export/records.jsonl.zst, unpacked", "archive/vault.jsonl.zst, unpacked", "outside.json", "outside.svg",
    "words.json", "words.svg", "erased.json", "erased.txt", "causes.json", "report.txt",
}  # fmt: skip
"""Files that rightly hold the code of a case, a unit's name or their format, and so show that they were searched."""


def test_canaries_are_found_nowhere(wire: Wire, bancheng: Callable[..., Said], tmp_path: Path) -> None:
    """Accepted, refused, repeated, set aside, crashed on, traced, logged at DEBUG: no value in any writing anywhere."""
    begun = time.monotonic()
    walk = walked(wire, bancheng, tmp_path)
    went = time.monotonic()
    made = tmp_path / "made"
    found = searched(wire, Searcher(walk.values), frozenset(walk.own), walk.said, made)
    took = f"sent in {went - begun:.1f} s, searched in {time.monotonic() - went:.1f} s"
    sys.stdout.write(f"\n{table(walk.values, found)}\n{took}\n")
    assert {place: found[place] for place in PLACES if found[place]} == {}
    assert b'"level": "debug"' in (wire.house.settings.home / "log" / "relay.log").read_bytes()
    codes = Searcher({"codes": {"unit": "住房和城乡建设局", "format": "bancheng.what-if.v1", **walk.cases}})
    holding = {leak.where for leak in codes.within(unpacked(made))}
    assert holding >= HOLDING, "the search is blind in files that hold a code"


def test_the_search_finds_what_there_is(wire: Wire) -> None:
    """The search isn't blind: details that aren't cut out are found in topics, and codes in tables and as text."""
    one = person()
    case_id, value = wire.submit("", data={"reference": "canary-reference", "details": {"narrative": one["narrative"]}})
    wire.send("channel-window-system", "cases.window-system", case_id.encode(), value, partition=shard_of(case_id, 16))
    wire.case_when(case_id, lambda case: case is not None)
    searcher = Searcher({"here": {"narrative": one["narrative"], "reference": "canary-reference", "case": case_id}})
    whole = [(where, content.replace(b"\0", b"")) for where, content in [("sent", value)]]
    assert {leak.what for leak in searcher.within(whole)} == {"narrative", "reference", "case"}
    assert {leak.what for leak in searcher.within(topics(wire.house, frozenset()))} == {"reference", "case"}
    assert "public.cases" in {leak.where for leak in searcher.within(tables(wire.engine)) if leak.what == "reference"}


def test_leaks_in_what_operators_make_are_caught(
    wire: Wire, bancheng: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exporter and a picture that tell too much are found out, in packed files too, and in a file's very name."""
    one, line = person(), rows.line
    wire.good()
    monkeypatch.setattr(rows, "line", lambda *given: line(*given)[:-1] + f',"by":"{one["name"]}"}}'.encode())
    monkeypatch.setattr(schemas, "files", lambda: {f"schemas/{one['phone']}.json": orjson.dumps(one["note"]).decode()})
    monkeypatch.setattr(Wording, "unit", lambda *_: one["address"])
    made = tmp_path / "made"
    made.mkdir()
    assert bancheng("export", made / "export").code == 0
    assert bancheng("what-if", "--policy", SMALL, *EVERY_CASE, "--picture", made / "same.svg").code == 0
    found = {(leak.what, leak.where) for leak in Searcher({"planted": one}).within(unpacked(made))}
    name = f"export/schemas/{one['phone']}.json"
    assert found >= {
        ("name", "export/state.jsonl.zst, unpacked"), ("note", name), ("phone", name),
        ("phone", "export/manifest.json"), ("address", "same.svg"),
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["plain", "sealed"])
def test_only_plain_details_are_cut_out(scheme: str) -> None:
    """Plain details are left out of the search, sealed ones are searched like everything beside them."""
    one = person()
    value = orjson.dumps({"id": new_id(), "data": {"part": "a", "details": {"scheme": scheme, "text": one["note"]}}})
    assert (one["note"].encode() in without_details(value)) == (scheme == "sealed")
    assert b'"part":"a"' in without_details(value)


def test_values_are_known_in_every_writing(tmp_path: Path) -> None:
    """Within a longer text, in a file, over the border of a piece: a value is found however it is written."""
    one = person()
    searcher = Searcher({"here": one})
    for what, value in one.items():
        for encoding, written in encodings(value).items():
            found = searcher.within([("text", b"before " + written + b" after")])
            assert {leak.what for leak in found} == {what}, encoding
    file = tmp_path / "file"
    file.write_bytes(b"x" * ((1 << 23) - 5) + one["note"].encode() + b"x" * 100)
    assert {leak.what for leak in searcher.in_file(file, "file")} == {"note"}
