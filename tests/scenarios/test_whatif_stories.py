"""Every story's records under other rules: the same ones change nothing, shorter ones what they say."""

from __future__ import annotations

import pytest
from pending import PENDING
from recorded import Recorder
from script import Story, read_all

from router.audit.whatif.trial import Trial

STORIES = [story for _, story in read_all() if story.story not in PENDING]


@pytest.mark.parametrize("story", STORIES)
def test_the_same_rules_change_nothing(story: Story) -> None:
    """Tried against its own policy, no recorded history differs in anything, however it went."""
    told = Recorder(story).told()
    calendar = next(iter(told.policies.values())).work_calendar
    for policy in told.policies.values() if len(told.policies) == 1 else ():
        trial = Trial(told.policies.__getitem__, policy, told.until, calendar)
        for history in told.histories.values():
            tried = trial.case(history)
            assert tried.undecidable is None
            assert tried.difference is not None
            assert tried.difference.parting is None
            assert tried.difference.kinds == frozenset()
    own = Trial(told.policies.__getitem__, None, told.until, calendar)
    for history in told.histories.values():
        found = own.case(history).difference
        assert found is not None
        assert (found.kinds, found.parting, found.misfit) == (frozenset(), None, None)
