"""What every event is: a frozen fact whose tag is its name in records."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="event"):
    """Something that happened. Its tag is its name in records."""
