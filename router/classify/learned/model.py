"""A trained model and its file: a head of JSON, raw arrays, a seal, the SHA-256 over all, its id. Nothing is unpickled.

BANCHENG-MODEL | length of the head (4 bytes, little-endian) | head | arrays | seal | SHA-256 of all before

The seal (since version 2) is a hash of all before it, keyed by the installation that trained the model: what the file
says of itself, the figures that it is activated by above all, was written there and by nobody else.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from router.classify.learned.grams import BUCKETS, HEAD, HEAD_WORTH
from router.classify.learned.report import Report
from router.saying import SaidError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 2
_UNSEALED = 1
"""The version before there were seals: still read."""
_MAGIC = b"BANCHENG-MODEL\n\0"
_LENGTH = 4
_DIGEST = _SEAL = 32
_MOST_LABELS = 1000
_FEATURES = {"buckets": BUCKETS, "head": HEAD, "head_worth": HEAD_WORTH}


class ModelError(SaidError):
    """A file that can't be used as a model; the sentence says why."""


class _Head(msgspec.Struct, frozen=True):
    format: int
    features: dict[str, int]
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    points: int
    seen: int
    key_id: str
    least: float
    report: Report


class _Form(msgspec.Struct, frozen=True):
    format: int


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model over `grams`; arrays are little-endian."""

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    """The fields and sections (`field/section`) whose words are further features; empty for none."""
    weights: NDArray[np.float16]
    """(buckets, labels)."""
    rarity: NDArray[np.float16]
    """(buckets,): the square of each bucket's inverse document frequency."""
    least: float
    """The square of the norm that a text is given at least: one with few words isn't judged by those alone."""
    bias: NDArray[np.float32]
    """(labels,)."""
    lexical: NDArray[np.float32]
    """(columns, labels)."""
    margin: NDArray[np.float32]
    """Points of the calibration: the lead of the choice over the runner-up, rising."""
    right: NDArray[np.float32]
    """At each point, the share that was right among held-out texts of about this lead."""
    precision: NDArray[np.float32]
    """At each point, the share that was right among held-out texts of at least this lead."""
    seen: NDArray[np.uint64]
    """Keyed hashes of the training texts, sorted: only who holds the key can ask for a text."""
    key_id: str
    """Tells which key that was."""
    report: Report
    id: str = ""
    """The SHA-256 of the file that it was read from, under which its predictions are recorded; empty before that."""


def packed(model: Model, key: bytes) -> bytes:
    """Return the model as a file's bytes, sealed with the installation's key; the same model gives the same bytes."""
    head = _Head(
        format=FORMAT, features=_FEATURES, labels=model.labels, columns=model.columns, points=len(model.margin),
        seen=len(model.seen), key_id=model.key_id, least=model.least, report=model.report,
    )  # fmt: skip
    text = msgspec.json.encode(head, order="deterministic")
    arrays = [np.ascontiguousarray(getattr(model, name), kind).tobytes() for name, kind, _ in _arrays(head)]
    content = b"".join([_MAGIC, len(text).to_bytes(_LENGTH, "little"), text, *arrays])
    content += _sealed(content, key)
    return content + hashlib.sha256(content).digest()


def genuine(content: bytes, key: bytes) -> bool:
    """Whether a model file's bytes were written by a training under this key, and not changed since."""
    end = len(content) - _DIGEST
    return hmac.compare_digest(content[max(0, end - _SEAL) : end], _sealed(content[: max(0, end - _SEAL)], key))


def _sealed(content: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(content, key=key, person=b"bancheng.model", digest_size=_SEAL).digest()


def read(content: bytes) -> Model:
    """Read a model file's bytes.

    Raises:
        ModelError: it is no model file, a newer one, damaged, made for other features, or its content can't be meant.
    """
    if not content.startswith(_MAGIC):
        raise ModelError("不是模型文件：请指明 bancheng train 写出的文件。",
                         "This is no model file: name one that `bancheng train` wrote.")  # fmt: skip
    digest = hashlib.sha256(content[:-_DIGEST])
    if digest.digest() != content[-_DIGEST:]:
        raise ModelError("模型文件损坏或被改动（校验和不符）：请重新复制或重新训练。",
                         "The model file is damaged or was changed (its checksum differs): copy it again.")  # fmt: skip
    start = len(_MAGIC) + _LENGTH
    end = start + int.from_bytes(content[len(_MAGIC) : start], "little")
    head = _head(content[start:end])
    arrays = content[end : -_DIGEST if head.format == _UNSEALED else -_DIGEST - _SEAL]
    found = _model(head, arrays, digest.hexdigest())
    if not _meant(found):
        raise _strange()
    return found


def _head(text: bytes) -> _Head:
    try:
        form = msgspec.json.decode(text, type=_Form)
        if form.format > FORMAT:
            raise ModelError(
                f"模型文件是第 {form.format} 版，本程序只认到第 {FORMAT} 版：请升级程序。",
                f"The model file is of version {form.format}, this program knows {FORMAT}: upgrade the program.",
            )
        head = msgspec.json.decode(text, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _strange() from None
    if head.features != _FEATURES:
        raise ModelError("模型是按另一种特征训练的：请用本程序重新训练。",
                         "The model was trained on other features than this program's: train it again.")  # fmt: skip
    names = (*head.labels, *head.columns)
    counted = 1 < len(head.labels) <= _MOST_LABELS and head.points > 0 and head.seen >= 0 and head.least > 0
    distinct = len(set(head.labels)) == len(head.labels) and len(set(head.columns)) == len(head.columns)
    if head.format < _UNSEALED or not counted or not distinct or not all(map(str.strip, names)):
        raise _strange()
    return head


def _arrays(head: _Head) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Return the arrays of a model in their order: name, type, shape."""
    labels, columns = len(head.labels), len(head.columns)
    return (
        ("weights", "<f2", (BUCKETS, labels)),
        ("rarity", "<f2", (BUCKETS,)),
        ("bias", "<f4", (labels,)),
        ("lexical", "<f4", (columns, labels)),
        ("margin", "<f4", (head.points,)),
        ("right", "<f4", (head.points,)),
        ("precision", "<f4", (head.points,)),
        ("seen", "<u8", (head.seen,)),
    )


def _model(head: _Head, content: bytes, own: str) -> Model:
    given: dict[str, Any] = {}
    offset = 0
    for name, kind, shape in _arrays(head):
        count = prod(shape)
        end = offset + count * np.dtype(kind).itemsize
        if end > len(content):
            raise _strange()
        given[name] = np.frombuffer(content, kind, count, offset).reshape(shape)
        offset = end
    if offset != len(content):
        raise _strange()
    return Model(
        labels=head.labels, columns=head.columns, key_id=head.key_id, least=head.least, report=head.report, id=own,
        **given,
    )  # fmt: skip


def _meant(model: Model) -> bool:
    """Whether numbers are what a training writes: finite, shares between 0 and 1, lines that never fall."""
    arrays = (model.weights, model.rarity, model.bias, model.lexical, model.margin, model.right, model.precision)
    if not all(np.isfinite(array).all() for array in arrays) or (model.rarity < 0).any():
        return False
    rising = all((np.diff(line) >= 0).all() for line in (model.margin, model.right, model.precision))
    shares = all(line[0] >= 0 and line[-1] <= 1 for line in (model.right, model.precision))
    return rising and shares and bool((model.seen[1:] > model.seen[:-1]).all()) and _shares(model.report)


def _shares(report: Report) -> bool:
    """Whether the figures of a report that decide over an activation are shares."""
    figures = [report.held_out.macro_f1, report.held_out.micro_f1]
    if report.compared is not None:
        figures += [report.compared.candidate_macro_f1, report.compared.other_macro_f1]
    return all(0 <= figure <= 1 for figure in figures)


def _strange() -> ModelError:
    return ModelError("模型文件的内容不合规格：请重新训练。",
                      "The model file's content isn't as specified: train it again.")  # fmt: skip
