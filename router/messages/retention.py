"""When what was said on the topics is gone from the broker: the end of an erasure that nobody can hurry. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

TOPICS_KEEP: Final = timedelta(days=30)
"""How long topics that carry `details` keep a message (DESIGN §5)."""
_ROLL: Final = timedelta(days=7)
"""How long a broker goes on writing to one segment, which goes as a whole: Kafka's `log.roll.hours` is 168."""
_SWEEP: Final = timedelta(minutes=6)
"""Between two looks for what is too old, and until its file is removed: Kafka's `log.retention.check.interval.ms` is
300000, `file.delete.delay.ms` 60000."""


def erased_by(now: datetime, retention: timedelta = TOPICS_KEEP) -> datetime:
    """Return by when no broker holds anything that was said until `now` (aware), sealed or plain.

    A segment of a topic goes once its newest message is older than `retention`, so its oldest stay longer than that.
    """
    return now + retention + _ROLL + _SWEEP
