"""Signatures and the index over them: keyed, true to the texts, and the same however they came about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.matching.index import BANDS, Index
from router.matching.library import BEST, Library
from router.matching.shingles import LENGTH, Shingler
from router.matching.signature import LEAST, PLACES, Signer, estimate

KEY, OTHER_KEY = bytes(16), bytes(range(16))
SIGNER = Signer(KEY)
CHARACTERS = "房屋漏水物业不管暖气供热公司社保断了多年档案找不到退休街道村民路灯垃圾噪音扰民abc0123456789"
TEXTS = st.lists(st.text(CHARACTERS, max_size=120), min_size=1, max_size=12)
LONG = st.lists(st.sampled_from(CHARACTERS), min_size=200, max_size=400)
ANY = st.lists(st.text(max_size=40), max_size=8)


def runs(text: str) -> set[str]:
    """The runs of characters of a text, the slow way."""
    kept = "".join(character for character in text if character.isalnum())
    return {kept[at : at + LENGTH] for at in range(len(kept) - LENGTH + 1)}


@given(TEXTS, st.randoms(use_true_random=False))
def test_a_signature_depends_on_its_text_alone(texts: list[str], chance: np.random.Generator) -> None:
    """Signed alone, in a batch, or in another order: the same signature."""
    together, enough = SIGNER.sign(texts)
    order = list(range(len(texts)))
    chance.shuffle(order)
    shuffled, still = SIGNER.sign([texts[at] for at in order])
    assert (shuffled == together[order]).all()
    assert (still == enough[order]).all()
    alone, _ = SIGNER.sign(texts[:1])
    assert (alone[0] == together[0]).all()


@given(ANY)
def test_any_text_can_be_signed(texts: list[str]) -> None:
    """Whatever the characters: one signature a text, and only texts with runs enough are told by it."""
    signatures, enough = SIGNER.sign(texts)
    assert signatures.shape == (len(texts), PLACES)
    assert signatures.dtype == np.uint16
    for text, told in zip(texts, enough, strict=True):
        assert told <= (len(text) >= LEAST)


@given(TEXTS)
def test_runs_are_those_of_each_text_alone(texts: list[str]) -> None:
    """No run crosses from one text of a batch into the next, and none is missing."""
    cut = Shingler(KEY).cut(texts)
    for at, text in enumerate(texts):
        assert len(set(cut.hashes[cut.texts == at].tolist())) == len(runs(text))


def test_marks_and_blanks_do_not_count() -> None:
    """Punctuation and blanks make no difference; letters do."""
    words = "小区房屋漏水物业一直不管请尽快处理"
    plain, marked, other = SIGNER.sign([words, "小区，房屋漏水！物业一直不管； 请尽快处理。", words + "谢谢您"])[0]
    assert (plain == marked).all()
    assert (plain != other).any()


@given(LONG)
def test_another_key_another_signature(characters: list[str]) -> None:
    """Under another key hardly any place agrees: a stored signature tells nothing without its key."""
    text = "".join(characters)
    one, other = SIGNER.sign([text])[0][0], Signer(OTHER_KEY).sign([text])[0][0]
    assert estimate(one, other) < 0.1


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.7, 0.9, 1.0])
def test_estimates_are_near_the_truth(share: float) -> None:
    """Over 200 pairs the estimate's mean is within .02 of the true similarity, and each within .2."""
    chance = np.random.default_rng(round(share * 10))
    pairs = []
    for _ in range(200):
        common = "".join(chance.choice(list(CHARACTERS), 300))
        cut = round(share * 300)
        ends = ["".join(chance.choice(list(CHARACTERS), 300 - cut)) for _ in range(2)]
        pairs.append([common[:cut] + end for end in ends])
    left, right = (SIGNER.sign([pair[at] for pair in pairs])[0] for at in (0, 1))
    true = np.array([len(runs(a) & runs(b)) / len(runs(a) | runs(b)) for a, b in pairs])
    off = estimate(left, right) - true
    assert abs(off.mean()) < 0.02
    assert abs(off).max() < 0.2


def test_signing_is_bound_to_its_first_version() -> None:
    """What is stored stays comparable: a text has the signature that it had in the first version."""
    signature = SIGNER.sign(["社保断了多年，档案找不到，要退休，原来的厂子没了"])[0][0]
    assert signature[:4].tolist() == [4051, 59159, 55403, 21148]


@given(TEXTS.map(lambda texts: [text + "小区房屋漏水物业不管请尽快处理" for text in texts]), st.integers(1, 5))
def test_identical_texts_are_always_found(texts: list[str], size: int) -> None:
    """Every text finds its earlier twins, added in whatever batches, and nothing finds itself or a later one."""
    twice = texts + texts
    signatures, _ = SIGNER.sign(twice)
    index = Index()
    pairs = set()
    for start in range(0, len(twice), size):
        found = index.earlier(index.add(signatures[start : start + size]), 0.5)
        pairs |= set(zip(found.new.tolist(), found.earlier.tolist(), strict=True))
    assert {(len(texts) + at, at) for at in range(len(texts))} <= pairs
    assert all(new > earlier for new, earlier in pairs)


def random_signatures(count: int, seed: int) -> np.ndarray:
    """Signatures of which each third is a disturbed copy of an earlier one."""
    chance = np.random.default_rng(seed)
    made = chance.integers(0, 1 << 16, (count, PLACES), dtype=np.uint16)
    for at in range(3, count, 3):
        keep = chance.random(PLACES) < chance.choice([0.6, 0.8, 0.95])
        made[at, keep] = made[chance.integers(0, at), keep]
    return made


def test_the_index_grows_without_forgetting() -> None:
    """Added one by one, in batches, or all at once, over several growths: the same pairs."""
    made = random_signatures(12_000, 3)
    whole = Index()
    everything = whole.earlier(whole.add(made), 0.55)
    parts = Index()
    found = [parts.earlier(parts.add(made[start : start + 777]), 0.55) for start in range(0, len(made), 777)]
    pairs = [np.concatenate([getattr(part, name) for part in found]) for name in ("new", "earlier", "similarity")]
    assert all((one == other).all() for one, other in zip(pairs, everything, strict=True))
    assert len(everything.new) > 3000


def test_the_index_finds_what_comparing_all_finds() -> None:
    """Of 2 000 signatures, at least 98 of 100 pairs at .7 or above are candidates."""
    made = random_signatures(2000, 5)
    index = Index()
    found = index.earlier(index.add(made), 0.7)
    pairs = set(zip(found.new.tolist(), found.earlier.tolist(), strict=True))
    wanted = set()
    for new in range(1, len(made)):
        alike = np.flatnonzero(estimate(made[:new], made[new]) >= 0.7)
        wanted |= {(new, int(earlier)) for earlier in alike}
    assert pairs <= wanted
    assert len(pairs & wanted) >= 0.98 * len(wanted) > 100


def test_a_thousand_twins_cost_no_more_each() -> None:
    """A form letter sent a thousand times: each copy finds some earlier ones, not all of them."""
    signature = random_signatures(1, 1)
    index = Index()
    found = index.earlier(index.add(np.repeat(signature, 1000, axis=0)), 0.9)
    assert set(found.new.tolist()) == set(range(1, 1000))
    assert np.bincount(found.new).max() <= 2 * BANDS + 1


def test_the_newest_of_many_twins_come_first() -> None:
    """Of 100 equal texts the newest are offered, as many as a chain is walked: the running case is among these."""
    twins = np.repeat(random_signatures(1, 1), 100, axis=0)
    library = Library()
    rows = [(at + 1, f"01980000-0000-7000-8000-{at:012}", twins[at].tobytes()) for at in range(len(twins))]
    library.add(rows[:12])
    offered = [one.earlier for one in library.candidates(library.add(rows[12:13]))]
    assert offered == [rows[at][1] for at in range(11, -1, -1)]
    library.add(rows[13:99])
    offered = [one.earlier for one in library.candidates(library.add(rows[99:]))]
    assert offered == [rows[at][1] for at in range(98, 98 - BEST, -1)]


def test_rebuilt_it_is_the_same() -> None:
    """A library read anew from its rows finds what the one that grew finds."""
    made = random_signatures(600, 9)
    rows = [(at + 1, f"01980000-0000-7000-8000-{at:012x}", made[at].tobytes()) for at in range(len(made))]
    grown, rebuilt = Library(), Library()
    for start in range(0, 500, 50):
        grown.add(rows[start : start + 50])
    rebuilt.add(rows[:500])
    assert grown.number == rebuilt.number == 500
    later = [list(one.candidates(one.add(rows[500:]))) for one in (grown, rebuilt)]
    assert later[0] == later[1]
    assert later[0]
