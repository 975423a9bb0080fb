"""Trained models in the flow: learnt from labels, activated only if better, seen by the router, named in records."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from router.classify.learned.model import packed, read
from router.door.engines import Engines
from router.ledger import models, reading
from router.ledger.database import transaction
from router.ledger.record import NO_CASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Said, Wire


def model_of(wire: Wire, case_id: str) -> str:
    """What judged a case, by its record."""
    with transaction(wire.engine) as connection:
        record = next(iter(reading.history(connection, case_id)))
    assert record.classification
    return record.classification.model


@pytest.fixture
def words_again(wire: Wire, bancheng: Callable[..., Said]) -> Iterator[None]:
    """Whatever happens, afterwards the policy's words judge alone, and the router has seen it."""
    yield
    bancheng("models", "deactivate")
    assert models.activations(wire.engine)[0].model is None
    wire.eventually(lambda: model_of(wire, wire.good()) == wire.house.policy.hash)


@pytest.mark.usefixtures("words_again")
def test_a_model_is_trained_activated_and_judges(
    bancheng: Callable[..., Said], wire: Wire, labelled: Path, tmp_path: Path
) -> None:
    """From a file of labels to a case that says which model judged it; the activation is a record in the chain."""
    out = tmp_path / "own.model"
    columns = ("--text-column", "text", "--label-column", "label")
    trained = bancheng("train", str(labelled), *columns, "--out", str(out), "--json")
    assert trained.code == 0, trained.err
    name = trained.json()["model"]
    assert trained.json()["report"]["compared"]["better"]
    before = model_of(wire, wire.good())
    assert before == wire.house.policy.hash
    activated = bancheng("models", "activate", str(out))
    assert activated.code == 0, activated.err
    newest = models.activations(wire.engine)[0]
    assert newest.model == name
    with transaction(wire.engine) as connection:
        record = next(r for r in reading.history(connection, NO_CASE) if f"{r.shard}-{r.sequence}" == newest.record)
    assert record.activated
    assert (record.activated.model, record.activated.forced) == (name, False)
    wire.eventually(lambda: model_of(wire, wire.good("物业不管楼道没灯")) == name)
    assert name[:16] in bancheng("models", "list").out


@pytest.mark.usefixtures("words_again")
def test_a_model_that_is_not_better_stays_out(bancheng: Callable[..., Said], labelled: Path, tmp_path: Path) -> None:
    """The same labels again beat nothing: one sentence says so, and `--force` is recorded as such."""
    columns = ("--text-column", "text", "--label-column", "label")
    first, again = tmp_path / "first.model", tmp_path / "again.model"
    assert bancheng("train", str(labelled), *columns, "--out", str(first)).code == 0
    assert bancheng("models", "activate", str(first)).code == 0
    assert bancheng("train", str(labelled), *columns, "--out", str(again)).code == 0
    refused = bancheng("models", "activate", str(again))
    assert refused.code == 1
    assert "没有启用" in refused.err
    assert bancheng("models", "activate", str(again), "--force").code == 0


@pytest.mark.usefixtures("words_again")
def test_a_model_that_was_not_made_here_needs_force(
    bancheng: Callable[..., Said], labelled: Path, tmp_path: Path
) -> None:
    """What a file says of its own figures proves nothing unless this installation sealed it."""
    out = tmp_path / "foreign.model"
    assert (
        bancheng("train", str(labelled), "--text-column", "text", "--label-column", "label", "--out", str(out)).code
        == 0
    )
    out.write_bytes(packed(read(out.read_bytes()), bytes(32)))
    refused = bancheng("models", "activate", str(out))
    assert refused.code == 1
    assert "不能作准" in refused.err
    assert bancheng("models", "activate", str(out), "--force").code == 0


@pytest.mark.usefixtures("words_again")
def test_a_model_that_cannot_be_read_leaves_the_words_to_judge(wire: Wire) -> None:
    """What is in use but can't be read (of a later version, say) stops nothing: the policy's words go on judging."""
    digest = hashlib.sha256(b"bancheng.model.v99")
    unreadable = {"content": b"bancheng.model.v99" + digest.digest(), "policy": wire.house.policy.hash, "forced": True}
    models.activate(wire.engine, model=digest.hexdigest(), figures={}, **unreadable)
    engines = Engines(wire.engine, wire.house.book)
    assert [judge.model for judge in engines.now().values()] == [wire.house.policy.hash]
    assert model_of(wire, wire.good()) == wire.house.policy.hash


def test_what_is_no_model_is_refused(bancheng: Callable[..., Said], labelled: Path, tmp_path: Path) -> None:
    """A file that is no model, or a model whose labels are no fields of the policy, gets one sentence."""
    refused = bancheng("models", "activate", str(labelled))
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    other = tmp_path / "other.csv"
    text, out = labelled.read_text(encoding="utf-8"), tmp_path / "other.model"
    for own, foreign in (("heating", "供暖类"), ("housing", "住建类"), ("social-insurance", "人社类")):
        text = text.replace(own, foreign)
    other.write_text(text, encoding="utf-8")
    columns = ("--text-column", "text", "--label-column", "label")
    assert bancheng("train", str(other), *columns, "--out", str(out)).code == 0
    unknown = bancheng("models", "activate", str(out))
    assert unknown.code == 2
    assert "供暖类" in unknown.err
    assert bancheng("models", "activate", str(tmp_path / "missing.model")).code == 2
