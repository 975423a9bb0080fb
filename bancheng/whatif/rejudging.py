"""Recorded submissions judged anew by another classifier: their texts are opened in memory, and shown to nobody."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import orjson
from msgspec.structs import replace

from router.cases.commands import Submit
from router.cases.entry import EntryKind
from router.classify.classification import Text
from router.classify.learned.classifier import LearnedClassifier, fits
from router.classify.lexicon import LexiconClassifier
from router.classify.matcher import normalise
from router.ledger.database import cursor, transaction
from router.saying import SaidError
from router.vault.store import open_entries, with_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bancheng.compose import House
    from router.audit.whatif.inputs import History, Input
    from router.classify.classification import Classification, Classifier
    from router.classify.learned.model import Model
    from router.policy.policy import Policy

_AT_ONCE = 200
"""Cases whose texts are opened together."""
_REPORT = "report"


class UnfitError(SaidError):
    """A model can't judge under a policy."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(
            f"模型与规则 {policy.id} {policy.version} 的领域或词表不合：请用按这套规则训练的模型，或者 --model none。",
            f"The model doesn't fit the fields and words of the policy {policy.id} {policy.version}: use one that was"
            " trained with it, or `--model none`.",
        )


class Rejudged(NamedTuple):
    """A case's history as it was and with other judgements in it; or why its text can't be judged."""

    history: History
    judged: History | None
    why: str | None = None
    """`erased`, `archived`, or `hidden` where the person is withheld or somebody is reported."""


class Classifiers:
    """What judges in a what-if: under the policy that is tried, or under each case's own."""

    def __init__(self, model: Model | None, tried: Policy | None, own: Callable[[str], Policy]) -> None:
        """Take a trained model, or None for the policy's words alone."""
        self._model = model
        self._tried = tried
        self._own = own
        self._made: dict[str, Classifier] = {}

    def __call__(self, policy: str) -> Classifier:
        """Return what judges a submission recorded under a policy, by its hash; raises UnfitError, KeyError."""
        rules = self._tried or self._own(policy)
        if rules.hash not in self._made:
            words = LexiconClassifier(rules, rules.hash)
            if self._model is not None and not fits(words, self._model):
                raise UnfitError(rules)
            self._made[rules.hash] = words if self._model is None else LearnedClassifier(words, self._model)
        return self._made[rules.hash]


def rejudged(given: House, histories: Iterable[History], classifiers: Classifiers) -> Iterator[Rejudged]:
    """Yield histories judged anew, in their order; a few hundred texts at a time are in memory.

    Raises:
        VaultError: the master key is missing or another one.
        UnfitError: the model can't judge under a policy.
        NotNowError: the database is away.
    """
    waiting = iter(histories)
    while batch := list(islice(waiting, _AT_ONCE)):
        shown = [history for history in batch if not hidden(history)]
        texts, keyed = _texts(given, shown)
        judged = _judged(texts, shown, classifiers)
        for history in batch:
            if hidden(history):
                yield Rejudged(history, None, "hidden")
            elif any(_matter(step) not in texts for step in history if step.submits):
                yield Rejudged(history, None, "archived" if history[0].case in keyed else "erased")
            else:
                yield Rejudged(history, tuple(_with(step, judged) for step in history))


def hidden(history: History) -> bool:
    """Whether a case's person is withheld from every unit, or somebody is reported: its text isn't opened."""
    for step in history:
        if step.command is None or not isinstance(step.command.action, Submit):
            continue
        told = step.command.classification
        if step.command.action.withheld or (told is not None and told.kind.choice == _REPORT):
            return True
    return False


def _texts(given: House, histories: list[History]) -> tuple[dict[tuple[str, str], Text], set[str]]:
    """Return texts by where they are kept, and cases that have a key but not all of their texts: archived ones."""
    wanted = {place for history in histories for step in history if step.submits and (place := _matter(step))}
    with transaction(given.engine) as connection:
        cur = cursor(connection)
        plain = open_entries(cur, given.keyring, wanted)
        keyed = with_keys(cur, {case for case, _ in wanted - plain.keys()})
    return {place: _words(orjson.loads(data)) for place, data in plain.items()}, keyed


def _words(matter: dict[str, str | None]) -> Text:
    return Text(normalise(matter.get("title") or ""), normalise(matter.get("narrative") or ""))


def _judged(
    texts: dict[tuple[str, str], Text], histories: list[History], classifiers: Classifiers
) -> dict[tuple[str, str], Classification]:
    """Judge texts, those of one policy together."""
    by_policy: dict[str, list[tuple[str, str]]] = {}
    for history in histories:
        for step in history:
            place = _matter(step) if step.submits else None
            if place in texts:
                by_policy.setdefault(step.policy, []).append(place)
    return {
        place: told
        for policy, places in by_policy.items()
        for place, told in zip(places, classifiers(policy).classify([texts[place] for place in places]), strict=True)
    }


def _matter(step: Input) -> tuple[str, str] | None:
    """Return where a submission's text is kept."""
    entries = step.command.entries if step.command is not None else ()
    return next(((entry.case, entry.name) for entry in entries if entry.kind is EntryKind.MATTER), None)


def _with(step: Input, judged: dict[tuple[str, str], Classification]) -> Input:
    """Return a submission with another judgement, under the recorded one's name: it takes its place."""
    told = judged.get(_matter(step) or ("", "")) if step.submits else None
    if told is None or step.command is None:
        return step
    before = step.command.classification
    told = replace(told, model=before.model) if before is not None else told
    return step._replace(command=replace(step.command, classification=told))
