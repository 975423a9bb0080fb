"""Who may see what of a person and why, and what may be erased when: need to know by role, unit and purpose."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from router.policy.base import Named, Rule, Slug
from router.policy.people import Role


class Detail(StrEnum):
    """What a look may open of a case: of the person four fields, of the matter two, and what was written later."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    TITLE = "title"
    NARRATIVE = "narrative"
    NOTES = "notes"


LEAST_MONTHS: Final = 6
"""What is kept of a case leaves the database no earlier: the law wants its logs for as long (网络安全法 21)."""
PERSONAL = frozenset({Detail.NAME, Detail.PHONE, Detail.ID_NUMBER, Detail.ADDRESS})
"""What says who it is: withheld from every unit in a withheld case (保密工单), whatever a policy says."""


class Purpose(Named):
    """A reason for looking (个人信息保护法 6: a definite and reasonable purpose)."""

    assumption: bool = False


class EraseReason(Named):
    """A reason for erasing (个人信息保护法 47)."""

    before_end: bool = False
    """May erase what is still open: the law asks for it whatever becomes of the case."""
    assumption: bool = False


class Sight(Rule):
    """What some may see: the first of a policy's sights that fits holds, and what it doesn't name stays hidden."""

    roles: tuple[Role, ...]
    units: tuple[Slug, ...] = ()
    """Only these; none named is all of the roles."""
    purposes: tuple[Slug, ...] = ()
    """Only for these; none named is any."""
    signed: bool = False
    """Only once they have signed (签收) what they hold of the case."""
    plain: tuple[Detail, ...] = ()
    """May be opened as it is."""
    masked: tuple[Detail, ...] = ()
    """Is shown masked only: 张**, 138****5678."""
    assumption: bool = False


_ALL = tuple(Detail)
_MATTER = (Detail.TITLE, Detail.NARRATIVE, Detail.NOTES)
_PURPOSES = (
    Purpose(id="handling", name="办理工单", english="Handling the case", assumption=True),
    Purpose(id="contact", name="联系群众", english="Contacting the person", assumption=True),
    Purpose(id="checking", name="核验与督查", english="Checking and supervision", assumption=True),
    Purpose(id="citizen-request", name="应本人请求", english="At the person's own request", assumption=True),
)
_ERASE_REASONS = (
    EraseReason(id="purpose-met", name="处理目的已实现或不再必要", english="No longer needed", assumption=True),
    EraseReason(id="consent-withdrawn", name="本人撤回同意", english="Consent withdrawn", assumption=True),
    EraseReason(id="unlawful", name="违法或违约处理", english="Handled unlawfully", before_end=True, assumption=True),
)
_SIGHTS = (
    Sight(
        roles=(Role.UNIT, Role.TEAM), signed=True, plain=(*_MATTER, Detail.NAME, Detail.PHONE, Detail.ADDRESS),
        masked=(Detail.ID_NUMBER,), assumption=True,
    ),
    Sight(
        roles=(Role.UNIT, Role.TEAM), plain=_MATTER,
        masked=(Detail.NAME, Detail.PHONE, Detail.ID_NUMBER, Detail.ADDRESS), assumption=True,
    ),
    Sight(roles=(Role.DISPATCHER, Role.WINDOW, Role.SUPERVISOR, Role.LEADER), plain=_ALL, assumption=True),
)  # fmt: skip

Ended = Literal["closed", "declined", "withdrawn", "resolved", "linked"]


class Privacy(Rule):
    """What a policy says about personal data; all of its defaults are ours (*assumption*)."""

    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)] = _PURPOSES
    sights: tuple[Sight, ...] = _SIGHTS
    messages: Literal["plain", "masked"] = "plain"
    """How the person stands in what a unit is sent: masked, it looks with a reason when it needs more."""
    erase_reasons: tuple[EraseReason, ...] = _ERASE_REASONS
    erase_stages: tuple[Ended, ...] = ("closed", "declined", "withdrawn")
    """Where a case must stand to be erased: what is open is still needed."""
    quarantine_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """After so many days the content of what was set aside goes; where and why it was stays."""
    archive_months: Annotated[int, Field(ge=LEAST_MONTHS, le=1200)] = 24
    """Words of cases that ended so many months ago may be archived, sealed; records and looks never are."""
