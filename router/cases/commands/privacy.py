"""Looking at a person's details, and erasing them: asked where the vault is opened, never by a message."""

from __future__ import annotations

from typing import ClassVar

from router.cases.commands.base import Action, Reference
from router.policy.base import Slug
from router.policy.privacy import Detail


class ViewDetails(Action):
    """Somebody looks at details of a case, for a purpose of the policy; what isn't revealed is shown masked."""

    verb: ClassVar[str] = "view_details"
    why: Slug
    reveal: tuple[Detail, ...] = ()
    clerk: Reference | None = None
    """Who it is within the unit: a number of staff, never a name."""


class EraseSubject(Action):
    """The person's details are erased (个人信息保护法 47), for a reason of the policy."""

    verb: ClassVar[str] = "erase_subject"
    why: Slug
    clerk: Reference | None = None
