"""`bancheng what-if --model`: a model trained here, over an installation with its vault, and over one without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from operated import AGED
from test_exports import Elsewhere
from test_match import person

from router.ledger.shards import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said, Wire

    from bancheng.compose import House

DAY = "2025-09-11"
"""A day on which nobody else's test has cases."""
WORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "doubt": ("物业不管，保险不赔，楼道没灯，墙皮掉了", {}),
    "dark": ("楼道没灯，电梯停了，墙皮掉了", {}),
    "leak": ("房屋漏水，墙皮掉了", {}),
    "erased": ("物业不管，电梯停了", {}),
    "archived": ("法院已立案，电梯停了", {}),
    "hidden": ("墙皮掉了，电梯停了", {"withheld": True}),
}
"""What was said, by case. In the first the policy's words are at odds, for the second it has none."""


@pytest.fixture(scope="module")
def brought(wire: Wire) -> dict[str, str]:
    """Cases of one day: their ids by name."""
    ids: dict[str, str] = {}
    for name, (words, more) in WORDS.items():
        data = {"details": {"narrative": words, "person": person(name)}, **more}
        ids[name], value = wire.submit("", time=f"{DAY}T09:30:00+08:00", data=data)
        partition = shard_of(ids[name], 16)
        wire.send("channel-window-system", "cases.window-system", ids[name].encode(), value, partition=partition)
    for case_id in ids.values():
        wire.case_when(case_id, lambda case: case is not None)
    return ids


@pytest.fixture
def elsewhere(running: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Elsewhere]]:
    """Make empty databases, each with a home of its own."""
    made: list[Elsewhere] = []

    def another(name: str) -> Elsewhere:
        made.append(Elsewhere(running, tmp_path / name, monkeypatch))
        return made[-1]

    yield another
    for one in made:
        one.house.close()


@pytest.fixture
def model(labelled: Path, bancheng: Callable[..., Said], tmp_path: Path) -> Path:
    """A model of a hundred and eighty labels."""
    file, columns = tmp_path / "own.model", ("--text-column", "text", "--label-column", "label")
    assert bancheng("train", labelled, *columns, "--out", file).code == 0
    return file


def aged(wire: Wire, case_id: str, years: int) -> None:
    """Let a case look as if it had changed last so many years later."""
    with wire.engine.begin() as connection:
        connection.execute(AGED, {"years": years, "case": case_id})


def undecidable(found: Any) -> dict[str, int]:
    """How many cases can't be judged, by why."""
    return {one["code"]: one["cases"] for one in found["undecidable"]}


def test_a_trained_model_judges_what_texts_there_are(
    brought: dict[str, str], wire: Wire, bancheng: Callable[..., Said], elsewhere: Callable[[str], Elsewhere],
    model: Path,
) -> None:  # fmt: skip
    """What words couldn't place goes to a unit at once; who was erased is counted, with the vault and without it."""
    tmp_path = model.parent
    erase = ("person", "erase", "--as", "window", "--why", "unlawful", "--yes")
    assert bancheng(*erase, "--case", brought["erased"]).code == 0
    aged(wire, brought["archived"], -3)
    assert bancheng("archive", "make", tmp_path / "archive").code == 0
    aged(wire, brought["archived"], 3)

    def tried(name: str) -> Any:
        files = "--json", tmp_path / f"{name}.json", "--picture", tmp_path / f"{name}.svg"
        said = bancheng("what-if", "--model", model, "--since", DAY, "--until", DAY, *files)
        assert said.code == 0, said
        told = (tmp_path / f"{name}.json").read_text("utf-8") + (tmp_path / f"{name}.svg").read_text("utf-8")
        assert not any(piece in said.out + told for words, _ in WORDS.values() for piece in words.split("，"))
        return orjson.loads((tmp_path / f"{name}.json").read_bytes())

    here = tried("here")
    assert undecidable(here) == {"archived": 1, "erased": 1, "hidden": 1}
    assert here["moved"] == [{"was": "triage", "would": "unit", "cases": 1}]
    assert (here["cases"], here["same"], here["differ"]) == (len(brought), 1, 2)
    assert {one["case"] for one in here["differing"]} == {brought["doubt"], brought["dark"]}
    for name, vault in (("with", ("--with-vault",)), ("without", ())):
        assert bancheng("export", tmp_path / name, *vault).code == 0
    refused = bancheng("what-if", "--model", model, "--from", tmp_path / "with")
    assert (refused.code, "保险库" in refused.err) == (2, True)
    elsewhere("moved").enter_with_its_key()
    assert bancheng("import", tmp_path / "with").code == 0
    assert tried("moved") | {"as_of": None} == here | {"as_of": None}
    elsewhere("bare").enter()
    assert bancheng("import", tmp_path / "without").code == 0
    bare = tried("bare")
    assert undecidable(bare) == {"erased": len(brought) - 1, "hidden": 1}
    assert (bare["same"], bare["differ"]) == (0, 0)
