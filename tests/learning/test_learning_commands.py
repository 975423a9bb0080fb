"""`bancheng train` and `bancheng evaluate` as a person types them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import typer
from typer.testing import CliRunner

from bancheng import policies
from bancheng.cli import learning
from bancheng.compose import House
from bancheng.secrets import import_key
from router.classify.learned.model import ModelError, genuine, packed, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from bancheng.learning.rows import Labelled
    from bancheng.learning.training import Trained

COLUMNS = ["--text-column", "text", "--label-column", "label"]


@pytest.fixture
def run(tmp_path: Path, policy_file: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call a command in a home of its own."""
    monkeypatch.setenv("BANCHENG_POLICY", str(policy_file))
    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BANCHENG_LANG", "en")
    app = typer.Typer()
    app.command("train")(learning.train)
    app.command("evaluate")(learning.evaluate)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def file(tmp_path: Path, written: Callable[[int, int], Labelled]) -> Path:
    """120 labelled rows and two that lack something."""
    path = tmp_path / "rows.csv"
    given = written(120, 1)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "label"])
        writer.writerows([text.body, label] for text, label in zip(given.texts, given.labels, strict=True))
        writer.writerows([["没有标签", ""], ["", "labour"]])
    return path


@pytest.mark.slow
def test_train_then_evaluate(tmp_path: Path, run: Callable[..., Result], file: Path) -> None:
    """A model is written, told about in words, and measured."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    model = tmp_path / "m.model"
    told = run("train", file, *COLUMNS, "--out", model)
    assert told.exit_code == 0, told.output
    assert "Trained on 120 texts of 3 labels" in told.stdout
    assert "1 without a label, 1 without a text" in told.stdout
    assert "unseen" not in told.stdout
    assert "rows neither had seen" in told.stdout
    again = run("train", file, *COLUMNS, "--out", tmp_path / "n.model", "--compare", model, "--json")
    compared = json.loads(again.stdout)["report"]["compared"]
    assert (compared["how"], compared["better"]) == ("retrained", False)
    picture = tmp_path / "p.svg"
    found = run("evaluate", file, *COLUMNS, "--model", model, "--picture", picture, "--json")
    assert found.exit_code == 0, found.output
    data = json.loads(found.stdout)
    assert data["macro_f1"] > 0.95
    assert data["texts_per_second"] > 0
    assert [one["precision"] for one in data["coverage"]] == [0.9, 0.95, 0.98]
    assert ET.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 (written just now)


@pytest.mark.slow
def test_the_untrained_words_are_measured(run: Callable[..., Result], file: Path) -> None:
    """Without a model it is the policy's words, for people and for programs."""
    told = run("evaluate", file, *COLUMNS)
    assert told.exit_code == 0, told.output
    assert "120 texts: macro-F1" in told.stdout
    data = json.loads(run("evaluate", file, *COLUMNS, "--json").stdout)
    assert data["rows"] == 120
    assert len(data["calibration"]) >= 1


@pytest.mark.slow
def test_labels_go_through_a_map(tmp_path: Path, run: Callable[..., Result], file: Path) -> None:
    """Labels of another catalogue; one that the map lacks is told."""
    renamed = tmp_path / "renamed.csv"
    text = file.read_text(encoding="utf-8").replace(",labour", ",甲").replace(",education", ",乙")
    renamed.write_text(text.replace(",environment", ",丙"), encoding="utf-8")
    fields = tmp_path / "map.csv"
    fields.write_text("field,label\nlabour,甲\neducation,乙\n", encoding="utf-8")
    told = run("evaluate", renamed, *COLUMNS, "--map", fields)
    assert told.exit_code == 0, told.output
    assert "never answer, all counted as mistakes: 丙 (40)" in told.stdout
    unmapped = run("evaluate", renamed, *COLUMNS)
    assert unmapped.exit_code == 2
    assert "map them with --map" in unmapped.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["train", "FILE", "--text-column", "nope", "--label-column", "label"], "has no column 'nope'"),
        (["train", "PICTURE", *COLUMNS], "is of no known kind"),
        (["train", "MISSING", *COLUMNS], "can't be read"),
        (["train", "FILE", *COLUMNS, "--compare", "FILE"], "This is no model file"),
        (["train", "FILE", *COLUMNS, "--compare", "MISSING"], "can't be read"),
        (["train", "FILE", *COLUMNS, "--out", "FOLDER"], "can't be read or written"),
        (["evaluate", "FILE", *COLUMNS, "--model", "FILE"], "This is no model file"),
        (["evaluate", "FILE", *COLUMNS, "--map", "MISSING"], "can't be read"),
    ],
)
def test_bad_input_gets_one_sentence(
    tmp_path: Path, run: Callable[..., Result], file: Path, words: list[str], why: str
) -> None:
    """What is wrong is said once, with exit code 2 or 1 and no traceback."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n")
    places = {"FILE": file, "PICTURE": picture, "MISSING": tmp_path / "none.csv", "FOLDER": tmp_path}
    told = run(*(places.get(word, word) for word in words))
    assert told.exit_code in (1, 2)
    assert why in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert told.exception is None or isinstance(told.exception, SystemExit)


def test_a_model_in_use_that_cannot_be_used_does_not_stop_training(
    tmp_path: Path, run: Callable[..., Result], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody named it: the training goes on without a comparison, and says so."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")

    def unreadable(_: House) -> None:
        raise ModelError("模型坏了。", "The model is broken.")

    monkeypatch.setattr(House, "active_model", unreadable)
    told = run("train", file, *COLUMNS, "--out", tmp_path / "m.model", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["report"]["compared"] is None
    assert "Not compared with the model in use: The model is broken." in told.stderr
    assert read((tmp_path / "m.model").read_bytes()).labels == ("education", "environment", "labour")


def test_a_model_in_use_with_other_labels_does_not_stop_training(
    tmp_path: Path, run: Callable[..., Result], file: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A centre that adds a field can train for it."""
    other = read(packed(replace(trained.model, labels=("education", "environment", "moon")), bytes(32)))
    monkeypatch.setattr(House, "active_model", lambda _: other)
    told = run("train", file, *COLUMNS, "--out", tmp_path / "m.model", "--json")
    assert told.exit_code == 0, told.output
    assert "have different labels" in told.stderr


def test_a_model_is_sealed_by_the_installation_that_trains_it(
    tmp_path: Path, run: Callable[..., Result], file: Path
) -> None:
    """Its file is genuine under the home's own key, and under no other."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    told = run("train", file, *COLUMNS, "--out", tmp_path / "m.model")
    assert told.exit_code == 0, told.output
    content = (tmp_path / "m.model").read_bytes()
    assert genuine(content, import_key(tmp_path / "home"))
    assert not genuine(content, bytes(32))


def test_texts_named_as_labels_are_not_repeated(run: Callable[..., Result], file: Path) -> None:
    """Who names the wrong column sees how many values it has, and no citizen's words."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    for command in ("train", "evaluate"):
        told = run(command, file, "--text-column", "text", "--label-column", "text")
        assert told.exit_code == 2
        assert "look like texts, no labels" in told.stderr
        assert "希望" not in told.output
        assert len(told.stderr) < 300


def test_an_encoding_is_asked_for_where_there_is_an_option(tmp_path: Path, run: Callable[..., Result]) -> None:
    """A file in no encoding gets a sentence without an option that this command hasn't."""
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"text,label\n" + bytes(range(128, 256)) * 4 + b",a\n")
    told = run("evaluate", bad, *COLUMNS)
    assert told.exit_code == 2
    assert "save it as UTF-8 (an import can name its --encoding)" in told.stderr


def test_confusion_is_read_at_eighty_columns(
    tmp_path: Path, run: Callable[..., Result], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is empty is left out; a table that is still too wide gives way to its worst cells, one a line."""
    monkeypatch.setenv("COLUMNS", "80")
    told = run("evaluate", file, *COLUMNS)
    assert told.exit_code == 0, told.output
    assert "True \\ said" in told.stdout
    assert "…" not in told.stdout
    many = tmp_path / "many.csv"
    labels = [domain.id for domain in policies.read().domains]
    lines = file.read_text(encoding="utf-8").splitlines()[1:121]
    with many.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "label"])
        writer.writerows([line.rsplit(",", 1)[0], labels[place % 16]] for place, line in enumerate(lines))
    monkeypatch.setenv("COLUMNS", "40")
    told = run("evaluate", many, *COLUMNS)
    assert told.exit_code == 0, told.output
    assert "True \\ said" not in told.stdout
    assert re.search(r"^[a-z-]+, said [a-z-]+: \d+$", told.stdout, re.MULTILINE)
