"""What a training stands on: rows, labels, near-copies, folds; and the sentence when it can't stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bancheng.learning import folds, labels, mapping, rows
from bancheng.learning.copies import groups
from bancheng.learning.rows import LearningError
from router.classify.classification import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bancheng.learning.rows import Labelled
    from router.policy.policy import Policy


def one_sentence(error: LearningError) -> bool:
    """Each language has one sentence, and they differ."""
    return error.zh.endswith("。") and error.en.endswith(".") and error.zh != error.en and "\n" not in error.zh


def test_rows_without_text_or_label_are_counted(tmp_path: Path) -> None:
    """What can't be used is passed over and told, the rest is read, normalised."""
    file = tmp_path / "a.csv"
    file.write_text("标题,正文,类\nＡ区,欠 薪,labour\n,,labour\n,扬尘,\n", encoding="gb18030")
    found = rows.read(file, text="正文", label="类", title="标题")
    assert found.texts == (Text("a区", "欠薪"),)
    assert found.numbers == (2,)
    assert found.skipped == {"no_text": 1, "no_label": 1}


def test_a_missing_column_is_named_beside_those_there(tmp_path: Path) -> None:
    """The sentence lists the columns, so that the right one can be picked."""
    file = tmp_path / "a.csv"
    file.write_text("正文,类\n欠薪,labour\n", encoding="utf-8")
    with pytest.raises(LearningError, match="has no column 'text'; it has 正文, 类") as caught:
        rows.read(file, text="text", label="类")
    assert one_sentence(caught.value)


def test_a_file_without_any_label_is_useless(tmp_path: Path) -> None:
    """Nothing to learn from is said at once."""
    file = tmp_path / "a.csv"
    file.write_text("正文,类\n欠薪,\n", encoding="utf-8")
    with pytest.raises(LearningError, match="No row"):
        rows.read(file, text="正文", label="类")


def test_names_of_fields_become_ids(policy: Policy) -> None:
    """A person writes the field's name; the model says its id."""
    one, two = policy.domains[:2]
    assert labels.named([one.name, two.id], policy) == (one.id, two.id)


def test_labels_of_its_own_are_left_alone(policy: Policy) -> None:
    """Another catalogue's labels may be measured on, though one happens to be named like a field."""
    own = ["甲类", "乙类", policy.domains[0].name]
    assert labels.named(own, policy) == tuple(own)


def test_an_unknown_label_is_named(policy: Policy) -> None:
    """Among the policy's fields a strange one is a slip of the pen."""
    with pytest.raises(LearningError, match="no such fields: labuor") as caught:
        labels.named(["labour", "education", "labuor"], policy)
    assert one_sentence(caught.value)


def test_one_label_teaches_nothing() -> None:
    """Two labels at least."""
    with pytest.raises(LearningError, match="have one label") as caught:
        labels.several(["a", "a"])
    assert one_sentence(caught.value)


def test_a_poor_label_is_named() -> None:
    """Copies of one row don't make a label rich."""
    with pytest.raises(LearningError, match=r"too few rows .* b \(1\)") as caught:
        labels.enough(["a"] * 10 + ["b"] * 10, [*range(10), *[99] * 10])
    assert one_sentence(caught.value)


def test_near_copies_are_one_group(written: Callable[[int, int], Labelled]) -> None:
    """A text with a few characters changed is a copy, another of the same field is none."""
    texts = list(written(30, 3).texts)
    body = texts[0].body * 3
    found = groups([*texts, Text("", body), Text("", body[:-2] + "好的"), Text(body[:9], body[9:])])
    assert len(set(found[:30].tolist())) == 30
    assert len(set(found[30:].tolist())) == 1


def test_empty_and_short_texts_have_groups_too() -> None:
    """Nothing is too short to be compared."""
    assert groups([Text("", "一"), Text("", "一"), Text("", "二三")]).tolist() == [0, 0, 2]


@given(
    some.lists(some.tuples(some.sampled_from("abc"), some.integers(0, 30)), min_size=1, max_size=120),
    some.integers(0, 9),
)
def test_a_group_never_stands_in_two_folds(made: list[tuple[str, int]], seed: int) -> None:
    """Folds are made of whole groups, and the same seed makes the same ones."""
    names, own = [label for label, _ in made], np.array([group for _, group in made], np.intp)
    found = folds.folded(names, own, seed)
    assert np.array_equal(found, folds.folded(names, own, seed))
    for group in set(own.tolist()):
        assert len(set(found[own == group].tolist())) == 1


def test_folds_hold_every_label_evenly() -> None:
    """Each fold gets its share of a rare label."""
    chance = np.random.default_rng(1)
    names = ["rare" if chance.random() < 0.1 else "common" for _ in range(1000)]
    found = folds.folded(names, np.arange(1000, dtype=np.intp), 1)
    rare = np.bincount(found[np.array(names) == "rare"], minlength=folds.FOLDS)
    assert rare.max() - rare.min() <= 1


def test_folds_that_leak_are_refused() -> None:
    """A file's own folds with a near-copy on both sides: the rows are named."""
    alike = np.array([0, 1, 0, 3], np.intp)
    with pytest.raises(LearningError, match="Rows 2 and 4 are near-copies in different folds") as caught:
        folds.given(["x", "x", "y", "y"], ["a", "b", "a", "b"], alike, (2, 3, 4, 5))
    assert one_sentence(caught.value)
    assert folds.given(["x", "y", "x", "y"], ["a", "a", "b", "b"], alike, (2, 3, 4, 5)).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(("names", "why"), [(["x"] * 4, "one value"), (["x", "x", "y", "y"], "a label is missing")])
def test_folds_that_cannot_be_trained_on_are_refused(names: list[str], why: str) -> None:
    """One fold only, or all of a label in one fold."""
    with pytest.raises(LearningError, match=why):
        folds.given(names, ["a", "a", "a", "b"], np.arange(4, dtype=np.intp), (2, 3, 4, 5))


def test_a_map_goes_by_section_first(tmp_path: Path, policy: Policy) -> None:
    """A section's own line wins over its field's; what has none is told apart."""
    file = tmp_path / "m.csv"
    file.write_text("field,label\npublic-security/traffic,交通\npublic-security,治安\n", encoding="utf-8")
    found = mapping.read(file, policy)
    assert found.label("public-security", "traffic") == "交通"
    assert found.label("public-security", None) == "治安"
    assert found.label("labour", None) is None


def test_a_map_with_unknown_fields_is_refused(tmp_path: Path, policy: Policy) -> None:
    """A field that the policy lacks is named."""
    file = tmp_path / "m.csv"
    file.write_text("field,label\nmoon,月\n", encoding="utf-8")
    with pytest.raises(LearningError, match="names fields that the policy has not: moon") as caught:
        mapping.read(file, policy)
    assert one_sentence(caught.value)
