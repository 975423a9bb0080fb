"""What erasing changes; a look changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from router.cases.state import Case


def _erased(case: Case, _event: ev.SubjectErased, now: datetime) -> Case:
    return replace(case, erased_at=now)


CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {ev.SubjectErased: _erased}
