"""Faults that a person reads: one clear sentence, in Chinese and in English."""

from __future__ import annotations


class SaidError(Exception):
    """Something a person can mend: `zh` and `en` each say in one sentence what is wrong, and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        """The English sentence is the exception's own text, for logs."""
        self.zh = zh
        self.en = en
        super().__init__(en)

    def sentence(self, lang: str) -> str:
        """Return the sentence in `zh` or `en`."""
        return self.en if lang == "en" else self.zh
