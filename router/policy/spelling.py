"""Words within conditions: where one ends, how an odd one is written, and what nobody can have meant by one. Pure.

A word is written as it is (`退休`, `非法集资`), or between 「 and 」 where it has a blank, a mark, 且 or 或 in it; a 」
of its own is doubled there. Whatever else stands in a bare word was meant for the condition, so it is no word.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Word(NamedTuple):
    """A word read: itself, and where the condition goes on behind it."""

    word: str
    end: int
    bare: bool
    """Written without 「」."""


class Misread(NamedTuple):
    """What can't be meant as part of a word: where in it, what, and what to do."""

    place: int
    bit: str
    mend: str


_BARE = re.compile(r"[^\s()（）、「」]+")
_QUOTED = re.compile(r"「((?:[^」]|」」)+)」(?!」)")
_KEPT = "-._%·"
"""Marks that names have in them."""
_JOINS = re.compile("[且或]")
_TWO = 2
"""A whole word of two characters (或者, 而且) joins nothing."""
_BEGINS = re.compile("非?(?:提到|(?:领域|章节|原因|类型|地区|企业)是)|非(?:有企业|紧急)")


def word_at(text: str, place: int) -> Word | None:
    """Return the word that begins at a place of a condition, if one does."""
    if quoted := _QUOTED.match(text, place):
        word = quoted[1].replace("」」", "」")
        return Word(word, quoted.end(), bare=False) if word.strip() else None
    bare = _BARE.match(text, place)
    return Word(bare[0], bare.end(), bare=True) if bare else None


def misread(word: str) -> Misread | None:
    """Return the first thing in a bare word that was hardly meant to be part of it."""
    for place, character in enumerate(word):
        if unicodedata.category(character)[0] in "PSC" and character not in _KEPT:
            return Misread(place, character, f"put 、 between words, as in 提到（甲、乙）; or write 「{word}」")
    joins = _JOINS.search(word) if len(word) != _TWO else None
    found = joins or _BEGINS.search(word)
    if found is None:
        return None
    mend = f"put a blank before it and a whole condition behind it, or 、 between words; one word is written 「{word}」"
    return Misread(found.start(), found[0], mend)


def spelt(word: str) -> str:
    """Return a word as a condition must write it, so that it is read as this word again."""
    if _BARE.fullmatch(word) and misread(word) is None:
        return word
    return f"「{word.replace('」', '」」')}」"
