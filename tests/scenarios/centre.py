"""The policy that stories are played under: the shipped one, or one that differs where a story says so."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bancheng import policies as shipped
from router.classify.lexicon import LexiconClassifier
from router.policy.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def centre() -> Policy:
    """Return the shipped policy."""
    return shipped.read(None)


@cache
def classifier(policy_hash: str) -> LexiconClassifier:
    """Return a classifier by the words of the shipped policy: stories change limits, never words."""
    return LexiconClassifier(centre(), policy_hash)


def amended(policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """Return a policy with some fields changed, at whatever depth."""
    return Policy.model_validate(_merged(policy.model_dump(mode="json"), changes)) if changes else policy


def _merged(whole: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(whole)
    for name, value in changes.items():
        before = merged.get(name)
        merged[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
