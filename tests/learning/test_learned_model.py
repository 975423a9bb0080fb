"""The model file and judging by it: safe, deterministic, equal to what was trained."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from router.classify.classification import Text
from router.classify.learned import lexical
from router.classify.learned.classifier import LearnedClassifier, fits
from router.classify.learned.explaining import explain
from router.classify.learned.judging import LearnedDomain
from router.classify.learned.model import ModelError, genuine, packed, read
from router.classify.matcher import normalise

if TYPE_CHECKING:
    from bancheng.learning.training import Trained
    from router.classify.lexicon import LexiconClassifier

_HEAD = 16
KEY = b"k" * 32


@pytest.fixture(scope="module")
def content(trained: Trained) -> bytes:
    """The trained model as a file's bytes."""
    return packed(trained.model, KEY)


@pytest.fixture(scope="module")
def classifier(lexicon: LexiconClassifier, content: bytes) -> LearnedClassifier:
    """The trained model as a classifier."""
    return LearnedClassifier(lexicon, read(content))


def test_a_model_comes_back_as_it_went(trained: Trained, content: bytes) -> None:
    """Reading gives the same arrays, report and bytes, and the id is the content's hash."""
    model = read(content)
    assert np.array_equal(model.weights, trained.model.weights)
    assert model.report == trained.model.report
    assert packed(model, KEY) == content
    assert model.id == read(content).id
    assert len(model.id) == 64


def test_a_changed_file_is_refused(content: bytes) -> None:
    """A single changed byte anywhere, or a cut, is noticed."""
    for place in (20, len(content) // 2, len(content) - 1):
        spoilt = bytearray(content)
        spoilt[place] ^= 1
        with pytest.raises(ModelError, match="damaged"):
            read(bytes(spoilt))
    with pytest.raises(ModelError, match="damaged"):
        read(content[:-100])


@pytest.mark.parametrize("other", [b"", b"PK\x03\x04", "标题,正文".encode()])
def test_another_file_is_no_model(other: bytes) -> None:
    """What `bancheng train` didn't write is refused in one sentence."""
    with pytest.raises(ModelError, match="no model file") as caught:
        read(other)
    assert caught.value.zh.count("。") == 1


def parted(content: bytes) -> tuple[dict[str, Any], bytes]:
    """A file's head, and its arrays with their seal."""
    end = _HEAD + 4 + int.from_bytes(content[_HEAD : _HEAD + 4], "little")
    return json.loads(content[_HEAD + 4 : end]), content[end:-32]


def joined(content: bytes, head: bytes, arrays: bytes) -> bytes:
    """A file of another head and arrays, its checksum right."""
    body = content[:_HEAD] + len(head).to_bytes(4, "little") + head + arrays
    return body + hashlib.sha256(body).digest()


def rewritten(content: bytes, **changed: object) -> bytes:
    """The file with its head changed and its checksum made right again."""
    head, arrays = parted(content)
    return joined(content, json.dumps(head | changed).encode(), arrays)


@pytest.fixture(scope="module")
def unsealed(content: bytes) -> bytes:
    """A file of version 1, which had no seal."""
    head, arrays = parted(content)
    return joined(content, json.dumps(head | {"format": 1}).encode(), arrays[:-32])


def test_a_newer_file_says_so(content: bytes) -> None:
    """A version from the future is named, not guessed at."""
    with pytest.raises(ModelError, match="of version 9"):
        read(rewritten(content, format=9))


def test_a_file_without_a_seal_is_still_read(content: bytes, unsealed: bytes) -> None:
    """What was trained and activated before there were seals judges on."""
    assert read(unsealed).report == read(content).report
    with pytest.raises(ModelError, match="isn't as specified"):
        read(rewritten(unsealed, format=2))
    with pytest.raises(ModelError, match="isn't as specified"):
        read(rewritten(content, format=1))


def test_only_the_installation_that_trained_it_can_seal_a_model(content: bytes, unsealed: bytes) -> None:
    """A figure made better, another key, an older file or none: none of these is this installation's own."""
    assert genuine(content, KEY)
    assert not genuine(content, b"x" * 32)
    report = parted(content)[0]["report"]
    better = {"other": "0" * 64, "how": "unseen", "rows": 9, "candidate_macro_f1": 1.0, "other_macro_f1": 0.0}
    assert not genuine(rewritten(content, report=report | {"compared": better | {"better": True}}), KEY)
    assert not genuine(unsealed, KEY)
    assert not any(genuine(part, KEY) for part in (b"", b"x", content[:64], content[:-1]))


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["a"] * 9}, {"labels": ["labour"] * 3}, {"labels": ["labour", "education", " "]}, {"seen": 10**12},
        {"seen": -1}, {"points": 0}, {"least": -1}, {"report": 3}, {"columns": []}, {"format": 0}, {"format": "two"},
    ],
)  # fmt: skip
def test_a_file_that_lies_about_its_content_is_refused(content: bytes, change: dict[str, object]) -> None:
    """Lengths are checked before an array is read; labels differ and say something."""
    with pytest.raises(ModelError, match="isn't as specified"):
        read(rewritten(content, **change))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("margin", lambda line: line[::-1]),
        ("right", lambda line: line + 7),
        ("right", lambda line: -line[::-1]),
        ("precision", lambda line: line[::-1] + np.linspace(0, 0.001, len(line))[::-1]),
        ("precision", lambda line: line * np.nan),
        ("weights", lambda table: table * np.inf),
        ("bias", lambda line: line * np.nan),
        ("rarity", lambda line: -line),
        ("seen", lambda marks: marks[::-1]),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:invalid value")
def test_numbers_that_no_training_writes_are_refused(trained: Trained, name: str, array: Any) -> None:
    """Lines that fall, shares outside 0 to 1, what is no number: a model is what it claims by them."""
    changed = replace(trained.model, **{name: array(getattr(trained.model, name))})
    with pytest.raises(ModelError, match="isn't as specified"):
        read(packed(changed, KEY))


def test_a_figure_above_one_is_refused(trained: Trained) -> None:
    """What decides over an activation is a share."""
    report = trained.model.report
    held = msgspec.structs.replace(report.held_out, macro_f1=7.0)
    changed = replace(trained.model, report=msgspec.structs.replace(report, held_out=held))
    with pytest.raises(ModelError, match="isn't as specified"):
        read(packed(changed, KEY))


@given(some.binary(max_size=200), some.binary(max_size=40))
def test_whatever_stands_in_the_file_is_told_in_one_sentence(content: bytes, head: bytes, arrays: bytes) -> None:
    """No bytes make reading fail in another way."""
    for made in (joined(content, head, arrays), content[:_HEAD] + head, content[:_HEAD] + arrays + head):
        with pytest.raises(ModelError):
            read(made)


@pytest.mark.parametrize(
    "text",
    [
        b'{"format":' + b"[" * 100_000, b'{"x":' + b"[" * 100_000, b'{"format":2,"labels":["\xff\xfe","b"]}',
        b'{"format":2,"labels":["\\ud800","b"]}', b"\xff", b'{"format":1e400}', b'{"format":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_a_head_that_is_no_head_is_told_in_one_sentence(content: bytes, text: bytes) -> None:
    """Nesting without end, broken characters, numbers without end."""
    with pytest.raises(ModelError):
        read(joined(content, text, b""))


@given(some.data())
def test_a_head_changed_anywhere_is_read_or_told(content: bytes, data: some.DataObject) -> None:
    """A byte of the head changed, its checksum made right: it is a model still, or no model."""
    head, arrays = parted(content)
    text = bytearray(json.dumps(head).encode())
    text[data.draw(some.integers(0, len(text) - 1))] = data.draw(some.integers(0, 255))
    with suppress(ModelError):
        read(joined(content, bytes(text), arrays))


def test_a_model_holds_no_word_of_its_training(trained: Trained, content: bytes) -> None:
    """Neither a text nor a piece of one can be found in the file."""
    for text in trained.ground.texts[:20]:
        for start in range(0, len(text.body) - 4, 4):
            assert text.body[start : start + 4].encode() not in content


def test_judging_equals_training(trained: Trained, lexicon: LexiconClassifier, content: bytes) -> None:
    """The run time's margins are those of the matrix that was trained on, up to rounding."""
    ground = trained.ground
    fitted = ground.given.fit(np.arange(len(ground.labels)), ground.seed)
    wanted = ground.given.margins(fitted, np.arange(len(ground.labels)))
    learned = LearnedDomain(read(content))
    found, known = learned.margins(ground.texts, lexical.features(lexicon, ground.texts, learned.columns))
    assert known.all()
    assert np.abs(found - wanted).max() < 0.01


def test_a_batch_is_judged_as_one_by_one(trained: Trained, classifier: LearnedClassifier) -> None:
    """What stands beside a text changes nothing."""
    texts = [*trained.ground.texts[:70], Text("", ""), Text("标题", "")]
    assert classifier.classify(texts) == [classifier.classify([text])[0] for text in texts]
    assert classifier.classify([]) == []


@given(some.text(max_size=60), some.text(max_size=200))
def test_no_text_makes_it_raise(classifier: LearnedClassifier, title: str, body: str) -> None:
    """Whatever characters come, there is a verdict with numbers in their range."""
    verdict = classifier.classify([Text(normalise(title), normalise(body))])[0].domain
    assert 0 <= verdict.confidence <= 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "啊",
        "12345678901234567890",
        "hello, please help me",
        "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ",
        "😀😀😀",
        "<html><body></body></html>",
        "\ud800",
    ],
)
def test_what_is_no_chinese_is_left_to_a_person(classifier: LearnedClassifier, text: str) -> None:
    """Digits, other scripts, markup or one character are no ground for a choice."""
    assert classifier.classify([Text("", normalise(text))])[0].domain.choice is None


def test_a_verdict_holds_no_word_of_the_text(
    trained: Trained, lexicon: LexiconClassifier, classifier: LearnedClassifier
) -> None:
    """Records take verdicts: only the policy's words may stand in them; pieces of the text are asked for apart."""
    text = trained.ground.texts[0]
    judged = classifier.classify([text])[0]
    assert judged.model == classifier.model
    assert judged.domain.choice == trained.ground.labels[0]
    assert judged.domain.precision is not None
    assert {cue.word for cue in judged.domain.cues} <= set(lexicon.vocabulary.cues)
    pieces = classifier.explain([text], 900)[0].spoke_for
    assert pieces
    assert all(cue.word in text.body for cue in pieces)


def test_pieces_speak_for_their_own_side(trained: Trained, content: bytes) -> None:
    """Turned round, what spoke for speaks against."""
    learned = LearnedDomain(read(content))
    text = trained.ground.texts[0]
    pro = {cue.word for cue in explain(learned, text, "labour", "education") if cue.weight > 0}
    contra = {cue.word for cue in explain(learned, text, "education", "labour") if cue.weight < 0}
    assert contra
    assert contra <= pro
    assert explain(learned, Text("", ""), "education", "labour") == ()


def test_a_model_of_other_fields_does_not_fit(trained: Trained, lexicon: LexiconClassifier, content: bytes) -> None:
    """A policy that lacks a label of the model isn't judged under by it."""
    assert fits(lexicon, read(content))
    assert not fits(lexicon, read(rewritten(content, labels=["labour", "education", "moon"])))
