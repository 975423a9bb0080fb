"""Measuring a classifier on labelled rows: the untrained words of a policy through a mapping, or a trained model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from bancheng.learning import calibrating
from bancheng.learning.labels import told
from bancheng.learning.measures import Judged, scores
from bancheng.learning.rows import LearningError
from router.classify.learned import lexical
from router.classify.learned.explaining import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bancheng.learning.calibrating import Line
    from bancheng.learning.mapping import Mapping
    from bancheng.learning.rows import Labelled
    from router.classify.classification import Cue, Text, Verdict
    from router.classify.learned.judging import LearnedDomain
    from router.classify.learned.report import Scores
    from router.classify.lexicon import LexiconClassifier

WORST = 10
"""So many of the surest mistakes are told."""
_WARM = 64
"""Texts judged before time is taken."""
_DOUBT = 2.0
"""The points of "none of these", as in the lexicon's own verdicts."""


class Said(NamedTuple):
    """What a judge says of one text."""

    label: str | None
    confidence: float
    lead: float
    """Orders texts by sureness."""
    runner_up: str | None


class Judge(Protocol):
    """Anything that can be measured."""

    @property
    def id(self) -> str:
        """The hash of its model or policy."""
        ...

    @property
    def labels(self) -> frozenset[str]:
        """All that it can answer."""
        ...

    def say(self, texts: Sequence[Text]) -> list[Said]:
        """Judge a batch."""
        ...

    def cues(self, text: Text, said: Said) -> tuple[Cue, ...]:
        """Return what spoke for what was said of a text."""
        ...


class Mistake(NamedTuple):
    """A text judged surely and wrongly."""

    number: int
    """Its row."""
    truth: str
    said: str
    confidence: float
    cues: tuple[Cue, ...]


class Evaluation(NamedTuple):
    """All that was measured."""

    model: str
    scores: Scores
    judged: Judged
    texts_per_second: float
    """A second of one core's time; judging only, reading and normalising are not counted."""
    mistakes: tuple[Mistake, ...]
    skipped: dict[str, int]
    foreign: dict[str, int]
    """Labels that the judge can never answer, and their rows: every one of them is a mistake."""
    line: Line
    """What the confidences claimed here have meant: a policy's `confidence.calibration`, if it had none."""


class Words:
    """The untrained words of a policy, through a mapping."""

    def __init__(self, lexicon: LexiconClassifier, mapping: Mapping) -> None:
        """Take the policy's words, and which label each field stands for."""
        self.id = lexicon.model
        self.labels = frozenset(mapping.by_key.values())
        self._lexicon = lexicon
        self._mapping = mapping

    def say(self, texts: Sequence[Text]) -> list[Said]:
        """Take the field chosen and its section; where that has no label, the next best field that has one."""
        return [
            self._said(text, one.domain, one.section)
            for text, one in zip(texts, self._lexicon.classify(texts), strict=True)
        ]

    def cues(self, text: Text, said: Said) -> tuple[Cue, ...]:
        """Return the policy's words that spoke for the field chosen."""
        del said
        return self._lexicon.classify([text])[0].domain.cues

    def _said(self, text: Text, verdict: Verdict, section: str | None) -> Said:
        if verdict.choice is None:
            return _NOTHING
        label = self._mapping.label(verdict.choice, section)
        if label is not None:
            return Said(label, verdict.confidence / 1000, verdict.confidence, verdict.runner_up)
        points = self._lexicon.scores([text])[0].tolist()
        ranked = sorted(zip(points, self._lexicon.domains, strict=True), reverse=True)
        labelled = ((score, self._mapping.label(name, None)) for score, name in ranked if score > 0)
        score, label = next((item for item in labelled if item[1]), (0.0, None))
        sure = score / (score + max(points) + _DOUBT)
        return Said(label, sure, 1000 * sure, None) if label else _NOTHING


_NOTHING = Said(None, 0.0, 0.0, None)


class Learned:
    """A trained model."""

    def __init__(self, learned: LearnedDomain, lexicon: LexiconClassifier, mapping: Mapping | None) -> None:
        """Take a model; `mapping` only where its labels are fields and the file's are others.

        Raises:
            LearningError: the model needs words of fields that the policy has not.
        """
        self.id = learned.id
        self._learned = learned
        self._lexicon = lexicon
        self._names = {label: mapping.label(label, None) if mapping else label for label in learned.labels}
        self.labels = frozenset(name for name in self._names.values() if name)
        if not set(learned.columns) <= set(lexical.columns(lexicon)):
            raise LearningError(
                "模型用到的领域与规则中的不同：请按现行规则重新训练。",
                "The model was trained with other fields than the policy's: train it again.",
            )

    def say(self, texts: Sequence[Text]) -> list[Said]:
        """Judge a batch."""
        learned = self._learned
        given = lexical.features(self._lexicon, texts, learned.columns) if learned.columns else None
        ranked = learned.ranked(texts, given)
        return [
            Said(self._names.get(one.choice or ""), one.confidence / 1000, lead, one.runner_up)
            for one, lead in zip(learned.verdicts(ranked), ranked.lead.tolist(), strict=True)
        ]

    def cues(self, text: Text, said: Said) -> tuple[Cue, ...]:
        """Return the pieces of the text that spoke for the label chosen against the runner-up."""
        own = next((label for label, name in self._names.items() if name == said.label), None)
        return explain(self._learned, text, own, said.runner_up) if own and said.runner_up else ()


def evaluate(judge: Judge, rows: Labelled, labels: Sequence[str]) -> Evaluation:
    """Judge rows and measure; `labels` are the rows' true labels as the judge names them.

    Raises:
        LearningError: the judge can answer none of the labels.
    """
    names = sorted(set(labels) | judge.labels)
    place = {name: index for index, name in enumerate(names)}
    if not judge.labels & set(labels):
        raise LearningError(
            f"文件的标签（{told(sorted(set(labels)), 'zh')}）没有一个是它能给出的：请用 --map 指明对应关系。",
            f"None of the file's labels ({told(sorted(set(labels)), 'en')}) can be answered: map them with --map.",
        )
    judge.say(rows.texts[:_WARM])
    start = time.process_time()
    said = judge.say(rows.texts)
    taken = time.process_time() - start
    truth = np.array([place[label] for label in labels], np.intp)
    chosen = np.array([place[one.label] if one.label else -1 for one in said], np.intp)
    confidence = np.array([one.confidence for one in said])
    judged = Judged(truth, chosen, confidence, np.array([one.lead for one in said]))
    wrong = [
        index
        for index in np.argsort(-confidence, kind="stable").tolist()
        if said[index].label and chosen[index] != truth[index]
    ]
    foreign = sorted(set(labels) - judge.labels)
    return Evaluation(
        model=judge.id,
        scores=scores(judged, names),
        judged=judged,
        texts_per_second=len(said) / max(taken, 1e-9),
        mistakes=tuple(
            Mistake(
                rows.numbers[i], labels[i], said[i].label or "", said[i].confidence, judge.cues(rows.texts[i], said[i])
            )
            for i in wrong[:WORST]
        ),
        skipped=rows.skipped,
        foreign={label: list(labels).count(label) for label in foreign},
        line=calibrating.line(confidence, chosen == truth),
    )
