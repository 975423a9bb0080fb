"""How personal fields are shown to who need not know them: enough to tell two apart, too little to find one. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from router.personal.finding import Kind, plain
from router.personal.recognise import personal
from router.personal.surnames import COMPOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from router.personal.finding import Finding

STARS = "****"
"""What stands for something of which nothing is shown."""
_MOBILE = 11
_LANDLINE = re.compile(r"\D*(0(?:10|2\d|[3-9]\d{2}))\D*\d{7,8}")
_FEWEST = 7
"""Of fewer digits none is shown."""
_DISTRICT = re.compile(r"[^\d\s]{1,12}?(?:自治区|特别行政区|[省盟州县旗]|市(?!场)|(?<![小社园校厂街矿])区)(?![道路])")


def masked_text(text: str) -> str:
    """Return a text in which everything personal that is found is masked."""
    return masked(text, personal(text))


def masked(text: str, findings: Iterable[Finding]) -> str:
    """Return a text with the found places masked, each in the way of its kind; the rest stays as it is."""
    parts, at = [], 0
    for one in findings:
        parts += [text[at : one.start], _of_kind()[one.kind](text[one.start : one.end])]
        at = one.end
    return "".join([*parts, text[at:]])


def mask_name(name: str) -> str:
    """Return a name's surname, or first character, and two stars whatever its length: 张**, 欧阳**, 巴**."""
    name = name.strip()
    compound = next((one for one in COMPOUND if name.startswith(one) and len(name) > len(one)), "")
    return f"{compound or name[:1]}**"


def mask_phone(number: str) -> str:
    """Return a mobile number as 138****5678, a landline with area code and two last digits; of anything else less."""
    digits = _digits(number)
    mobile = digits[-_MOBILE:]
    if len(digits) in (_MOBILE, _MOBILE + 2, _MOBILE + 4) and mobile[0] == "1":
        return f"{mobile[:3]}{STARS}{mobile[-4:]}"
    area = _LANDLINE.match(plain(number))
    if area:
        return f"{area[1]}-{STARS}{digits[-2:]}"
    return f"{STARS}{digits[-2:]}" if len(digits) >= _FEWEST else STARS


def mask_id_number(number: str) -> str:
    """Return the first and last four signs of an identity number, 1501**********1234; of anything shorter nothing."""
    signs = _signs(number)
    return f"{signs[:4]}{'*' * (len(signs) - 8)}{signs[-4:]}" if len(signs) in (15, 18) else STARS


def mask_address(address: str) -> str:
    """Return an address down to its district, county or banner: 内蒙古自治区鄂尔多斯市东胜区****."""
    shown, at = "", 0
    while at < len(address) and (step := _DISTRICT.match(address, at)):
        shown, at = address[: step.end()], step.end()
        if step.group()[-1] in "区县旗" and not step.group().endswith(("自治区", "特别行政区")):
            break
    return f"{shown}{STARS}"


def mask_card(number: str) -> str:
    """Return a card's last four digits: ****1234."""
    digits = _digits(number)
    return f"{STARS}{digits[-4:]}" if len(digits) > _FEWEST else STARS


def mask_plate(plate: str) -> str:
    """Return a plate's place and last two signs: 蒙L***23."""
    signs = _signs(plate)
    return f"{signs[:2]}***{signs[-2:]}" if len(signs) >= _FEWEST else STARS


def mask_email(address: str) -> str:
    """Return the first letter and the domain of an e-mail address: z***@example.com."""
    name, at, domain = plain(address).strip().partition("@")
    return f"{name[:1]}***@{domain.strip()}" if at else STARS


def mask_passport(number: str) -> str:
    """Return the first sign and the last two of a passport's number: E****12."""
    signs = _signs(number)
    return f"{signs[:1]}{STARS}{signs[-2:]}" if len(signs) > _FEWEST else STARS


def _of_kind() -> Mapping[Kind, Callable[[str], str]]:
    return {
        Kind.NAME: mask_name,
        Kind.ID_NUMBER: mask_id_number,
        Kind.MOBILE: mask_phone,
        Kind.LANDLINE: mask_phone,
        Kind.ADDRESS: mask_address,
        Kind.CARD: mask_card,
        Kind.PLATE: mask_plate,
        Kind.EMAIL: mask_email,
        Kind.PASSPORT: mask_passport,
    }


def _digits(written: str) -> str:
    return "".join(sign for sign in plain(written) if sign in "0123456789")


def _signs(written: str) -> str:
    return "".join(sign for sign in plain(written) if sign.isalnum())
