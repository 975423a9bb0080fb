"""`bancheng what-if` on a running installation: exactly what a draft changes, and nothing written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any
from uuid import UUID
from xml.etree import ElementTree as ET

import orjson
import pytest
import yaml
from homes import SMALL
from sqlalchemy import func, select, text
from test_exports import cut, forged, rewritten

from producers.window import new_id
from router.ledger.database import transaction
from router.ledger.shards import shard_of
from router.ledger.tables import cases, policies, records, vault_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Said, Wire

DAY = "2025-09-09"
"""A day on which nobody else's test has cases."""
WORDS = {
    "leak": ("小区房屋漏水", {}),
    "heat": ("暖气不热，供热公司不管", {}),
    "hidden": ("小区房屋漏水没人管", {"withheld": True}),
}


@pytest.fixture(scope="module")
def brought(wire: Wire) -> dict[str, str]:
    """Three cases of one day: their ids by name."""
    ids: dict[str, str] = {}
    for name, (words, more) in WORDS.items():
        data = {"details": {"narrative": f"{words}{new_id()}"}, **more}
        case_id, value = wire.submit("", time=f"{DAY}T09:30:00+08:00", data=data)
        topic = "cases.window-system"
        wire.send("channel-window-system", topic, case_id.encode(), value, partition=shard_of(case_id, 16))
        wire.case_when(case_id, lambda case: case is not None)
        ids[name] = case_id
    return ids


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The small policy with three days instead of five, and another lead for housing."""
    content = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    content["limits"]["ordinary"] = {"working_days": 3, "source": "试"}
    for route in content["routes"]:
        route["lead"] = "urban" if route["domain"] == "housing" else route["lead"]
    content["examples"] = []
    file = tmp_path / "draft.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_a_draft_shows_exactly_what_it_changes(
    brought: dict[str, str], draft: Path, bancheng: Callable[..., Said], wire: Wire, tmp_path: Path
) -> None:
    """Another lead and a shorter limit: just the cases concerned, in tables, JSON and a picture; nothing is written."""
    before = _rows(wire, brought.values())
    file, picture = tmp_path / "found.json", tmp_path / "found.svg"
    days = ("--since", DAY, "--until", DAY)
    said = bancheng("what-if", "--policy", draft, *days, "--json", file, "--picture", picture)
    assert said.code == 0, said.err
    found = orjson.loads(file.read_bytes())
    assert (found["cases"], found["differ"], found["same"], found["undecidable"]) == (3, 2, 1, [])
    assert {one["case"] for one in found["differing"]} == {brought["leak"], brought["hidden"]}
    assert found["leads"] == [{"was": "housing", "would": "urban", "cases": 2}]
    assert found["due"]["earlier"] == 2
    assert "主办单位" in said.out
    assert f"来件 {DAY}～{DAY}；" in said.out
    assert ET.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 (our own)
    again = tmp_path / "again.json"
    assert bancheng("what-if", "--policy", draft, *days, "--json", again).code == 0
    assert again.read_bytes() == file.read_bytes()
    assert _rows(wire, brought.values()) == before


def test_the_policy_in_use_changes_nothing(
    brought: dict[str, str], bancheng: Callable[..., Said], tmp_path: Path
) -> None:
    """Tried against itself, the policy in use makes no difference."""
    file = tmp_path / "found.json"
    assert bancheng("what-if", "--policy", SMALL, "--since", DAY, "--until", DAY, "--json", file).code == 0
    found = orjson.loads(file.read_bytes())
    assert (found["same"], found["differ"], found["undecidable"]) == (len(brought), 0, [])


def test_another_classifier_opens_texts_but_hidden_and_erased_ones(
    brought: dict[str, str], bancheng: Callable[..., Said], wire: Wire, tmp_path: Path
) -> None:
    """Judged anew by the words alone: a withheld person's and an erased text count as undecidable."""
    with transaction(wire.engine) as connection:
        connection.execute(text("DELETE FROM vault_keys WHERE case_id = :case"), {"case": brought["heat"]})
    file = tmp_path / "found.json"
    said = bancheng("what-if", "--model", "none", "--since", DAY, "--until", DAY, "--json", file)
    assert said.code == 0, said.err
    found = orjson.loads(file.read_bytes())
    assert [(one["code"], one["cases"]) for one in found["undecidable"]] == [("erased", 1), ("hidden", 1)]
    assert (found["same"], found["differ"], found["model"]) == (1, 0, "none")
    assert "漏水" not in said.out + file.read_text(encoding="utf-8")


def test_an_export_tells_the_same(
    brought: dict[str, str], draft: Path, bancheng: Callable[..., Said], tmp_path: Path
) -> None:
    """From an export folder the figures are those of the database; its texts can't be judged anew."""
    assert brought
    folder = tmp_path / "export"
    assert bancheng("export", folder).code == 0
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    days = ("--since", DAY, "--until", DAY)
    assert bancheng("what-if", "--policy", draft, *days, "--json", one).code == 0
    said = bancheng("what-if", "--policy", draft, *days, "--from", folder, "--json", other)
    assert said.code == 0, said.err
    told = [orjson.loads(file.read_bytes()) | {"as_of": None} for file in (one, other)]  # the clock goes on meanwhile
    assert told[0] == told[1]
    assert told[0]["differ"] == 2
    refused = bancheng("what-if", "--policy", draft, "--from", folder, "--model", "none")
    assert refused.code == 2
    assert "保险库" in refused.err


def _another(folder: Path, kind: str) -> None:
    """Change a byte of the first file of a kind."""
    path = min((folder / kind).iterdir())
    path.write_bytes(path.read_bytes().replace(b":", b";", 1))


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut in half": (cut, "incomplete"),
    "cut in half, with a manifest to suit": (lambda folder: (cut(folder), forged(folder)), "breaks off"),
    "a policy changed": (lambda folder: _another(folder, "policies"), "SHA-256"),
    "records left out, with a manifest to suit": (
        lambda folder: rewritten(folder, lambda found: [one for one in found if b'"submit"' not in one]), "verify",
    ),
    "no record at all": (lambda folder: rewritten(folder, lambda found: [b"{}", *found]), "verify"),
    "a newer format": (lambda folder: forged(folder, format="bancheng.export.v2"), "newer"),
    "newer tables": (lambda folder: forged(folder, tables="9999"), "newer version"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "no export"),
    "a part": (lambda folder: forged(folder, after=_first(folder)), "--since"),
}  # fmt: skip


def _first(folder: Path) -> list[dict[str, Any]]:
    """Heads as a part names them: it begins behind the first record of a shard."""
    return [head | {"sequence": 1} for head in orjson.loads((folder / "manifest.json").read_bytes())["heads"][:1]]


def test_spoilt_exports_are_refused_in_one_sentence(
    brought: dict[str, str], draft: Path, bancheng: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut, changed, newer, or a part without its cases' beginnings: said at once, code 1, and nothing is written."""
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert bancheng("act", brought["leak"], "sign", "--as", "housing").code == 0
    assert bancheng("export", tmp_path / "whole").code == 0
    for number, (name, (spoil, said)) in enumerate(SPOILT.items()):
        folder, file = tmp_path / str(number), tmp_path / f"{number}.json"
        shutil.copytree(tmp_path / "whole", folder)
        spoil(folder)
        told = bancheng("what-if", "--policy", draft, "--from", folder, "--json", file)
        assert (name, told.code, len(told.err.splitlines()), told.out) == (name, 1, 1, ""), told
        assert said in told.err, name
        assert not file.exists()


def test_what_is_asked_wrongly_is_said(draft: Path, bancheng: Callable[..., Said], tmp_path: Path) -> None:
    """A policy that fails its check is refused in the check's own sentences; so is asking for nothing."""
    assert bancheng("what-if").code == 2
    draft.write_text(draft.read_text(encoding="utf-8").replace("lead: urban", "lead: nobody"), encoding="utf-8")
    checked, refused = bancheng("policy", "check", draft), bancheng("what-if", "--policy", draft)
    assert (refused.code, refused.out) == (checked.code, checked.out) == (1, checked.out)
    assert "nobody" in refused.out
    assert bancheng("what-if", "--model", tmp_path / "no.model").code == 2
    assert bancheng("what-if", "--policy", SMALL, "--since", "soon").code == 2
    assert bancheng("what-if", "--policy", SMALL, "--from", tmp_path).code == 1


def _rows(wire: Wire, ids: Iterable[str]) -> list[Any]:
    """What a side effect on these cases would show in: their records, states and texts, and the policies kept."""
    wanted = [UUID(name) for name in ids]
    with transaction(wire.engine) as connection:
        return [
            connection.execute(select(func.count()).where(records.c.case_id.in_(wanted))).scalar_one(),
            connection.execute(select(func.count()).where(vault_entries.c.case_id.in_(wanted))).scalar_one(),
            connection.execute(select(cases.c.state).where(cases.c.id.in_(wanted)).order_by(cases.c.id))
            .scalars()
            .all(),
            connection.execute(select(policies.c.hash).order_by(policies.c.hash)).scalars().all(),
        ]
