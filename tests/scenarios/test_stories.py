"""Every story of `stories/`, played against the pure heart under the shipped policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pending import PENDING
from runner import Play, StoryFailedError
from script import Story, read_all

if TYPE_CHECKING:
    from collections.abc import Iterator

STORIES = [story for _, story in read_all()]
TITLES = {story.story for story in STORIES}


def _params() -> Iterator[object]:
    for story in STORIES:
        why = PENDING.get(story.story, "").partition(": ")[0]
        mended = pytest.mark.xfail(reason=why, raises=StoryFailedError, strict=True)
        yield pytest.param(story, marks=mended) if why else story


@pytest.mark.parametrize("story", list(_params()))
def test_story(story: Story) -> None:
    """It goes as the story says: what happens, by when, who is told, how it ends."""
    Play(story).play()


def test_nothing_pending_is_unknown() -> None:
    """What is pending is a story that there is."""
    assert PENDING.keys() <= TITLES
