"""The run time's features as a sparse matrix to train on, and what the policy's words say of them.

Few labels: the policy's words themselves are further features (`lexical`), which cost a search of the text at run time.
Always: the words' weights are spread over the pairs of characters that they are made of, as a further feature a field
and section. That is linear in the counts, so it melts into the table and costs nothing at run time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from router.classify.classification import Text
from router.classify.learned.grams import BUCKETS, HEAD_WORTH, NOTHING, grams
from router.classify.matcher import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from router.policy.policy import Policy

_SPECIFIC = 4
"""A word's weight goes to its pairs by this power of their rarity: 物业公司 speaks through 物业, not 公司."""


@dataclass(frozen=True, slots=True)
class Words:
    """The policy's words of two characters or more: the pairs that each is made of, and what each speaks for."""

    pairs: Any
    """Sparse, (buckets, words)."""
    weights: Any
    """Sparse, (words, fields and sections)."""
    fields: int
    """So many of the columns are fields; the others are sections."""

    def spread(self, idf: NDArray[np.float64]) -> Any:  # noqa: ANN401 (a sparse matrix: SciPy ships no types)
        """Return each bucket's share in the columns, sparse: (buckets, columns)."""
        from scipy import sparse  # noqa: PLC0415 (training only)

        share = sparse.diags_array(idf**_SPECIFIC) @ self.pairs
        share = share @ sparse.diags_array(1 / np.asarray(share.sum(axis=0)).ravel())
        several = np.maximum(1.0, np.asarray(share.sum(axis=1)).ravel())
        return sparse.csr_array(sparse.diags_array(1 / several) @ share @ self.weights)


def counts(texts: Sequence[Text]) -> Any:  # noqa: ANN401
    """Return the weighted counts of every bucket in every text, sparse: (texts, buckets)."""
    from scipy import sparse  # noqa: PLC0415

    found = grams(texts)
    stretches = found.lengths.reshape(-1, 2)
    rows = np.repeat(np.arange(len(texts)), stretches.sum(axis=1))
    worth = np.repeat(np.tile(np.array([HEAD_WORTH, 1.0]), len(texts)), found.lengths)
    single, double = found.single[:-1], found.double[:-1]
    pairs = double != NOTHING
    places = (
        np.concatenate([rows, rows[pairs]]).astype(np.int32),  # scikit-learn takes no longer ones
        np.concatenate([single, double[pairs]]).astype(np.int32),
    )
    values = np.concatenate([worth, worth[pairs]])
    matrix = sparse.csr_array((values, places), shape=(len(texts), BUCKETS))
    matrix.sum_duplicates()
    return matrix


def words(policy: Policy) -> Words:
    """Compile a policy's words for spreading; single characters and cues of several words are left out."""
    from scipy import sparse  # noqa: PLC0415

    columns = list(_columns(policy))
    spoken: dict[str, dict[int, float]] = {}
    for column, (_, own) in enumerate(columns):
        for word, weight in own.items():
            plain = normalise(word)
            if len(plain) > 1 and "…" not in plain and weight > 0:
                spoken.setdefault(plain, {})[column] = weight
    found = grams([Text("", word) for word in spoken])
    made = found.double[:-1] != NOTHING
    of_word = np.repeat(np.arange(len(spoken)), found.lengths.reshape(-1, 2).sum(axis=1))[made]
    pairs = sparse.csr_array((np.ones(len(of_word)), (found.double[:-1][made], of_word)), shape=(BUCKETS, len(spoken)))
    cells = [(row, column, weight) for row, own in enumerate(spoken.values()) for column, weight in own.items()]
    rows, places, values = zip(*cells, strict=True)
    weights = sparse.csr_array((values, (rows, places)), shape=(len(spoken), len(columns)))
    return Words(pairs, weights, len(policy.domains))


def _columns(policy: Policy) -> Iterator[tuple[str, Mapping[str, float]]]:
    for domain in policy.domains:
        yield domain.id, domain.all_words()
    for domain in policy.domains:
        for section in domain.sections:
            yield f"{domain.id}/{section.id}", section.all_words()
