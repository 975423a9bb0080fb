"""Numbers that tell a person: identity, phone, card, plate, e-mail, passport. Pure.

References, dates, amounts and document numbers have digits too: what names them stands before or behind them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from router.personal.finding import Finding, Kind, Sure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BEFORE = 14
"""How far before a number the word may stand that says what it is, in characters of the same clause."""
_ID_CUE = re.compile(r"身份证|证件号|身份号|公民身份|证号|社会保障号|社保号|ID", re.IGNORECASE)
_PHONE_CUE = re.compile(
    r"电话|手机|座机|固话|联系方式|联系人|号码|热线|传真|来电|致电|微信|拨打|tel|phone|mobile", re.IGNORECASE
)
_CARD_CUE = re.compile(r"卡号|银行卡|储蓄卡|信用卡|工资卡|社保卡|一卡通|惠农卡|账号|账户|帐号|帐户|[行社]卡")
_PASSPORT_CUE = re.compile(r"护照|通行证|passport", re.IGNORECASE)
_OTHER_CUE = re.compile(
    r"工单|单号|受理号|编号|流水|订单|案号|文号|发票|合同|保单|户号|表号|批次|批号|标准号|代码|许可证|执照|备案号|登记号"
    r"|宗地|不动产|产权证|房产证|序列号|快递|运单|条码|诉求号|受理编码|档号|案卷|项目号|文书|回执|票号"
)
"""What names another kind of number."""
_AMOUNT = re.compile(r"\s?(?:\.\d|元|块|万|亿|%|吨|立方|平方|平米|公里|米|度电|千瓦|亩|头|只|人次|字节)")
"""What makes a number an amount when it follows."""
_MONEY = "¥￥$€"
_JOINED = re.compile(r"[A-Za-z_]")
"""Right before a number it makes a code of both."""
_CLAUSE = re.compile(r"[，。！？；,!?;\n、]")

_ID = re.compile(r"(?<![\d.])[1-9](?:[ -]{0,2}\d){16}[ -]{0,2}[\dXx](?!\d)")
_OLD_ID = re.compile(r"(?<![\d.-])[1-8]\d(?: ?\d){13}(?![\d-])")
_MOBILE = re.compile(
    r"(?<!\d)(?<!\d[.-])(?:\(?(?:\+ ?|00)?86\)?[ -]{0,2})?"
    r"(?:1[3-9]\d{9}|1[3-9]\d[ -]{1,2}\d{4}[ -]{1,2}\d{4}|1[3-9]\d[ -]\d{8}|1[3-9]\d{5}[ -]\d{4}"
    r"|1 [3-9](?: \d){9}|1-[3-9](?:-\d){9}|1[3-9]\d[ -]\d{3}[ -]\d{5}|1[3-9]\d\.\d{4}\.\d{4}"
    r"|(?P<odd>1[3-9]\d{2}[ -]\d{3}[ -]\d{4}|1[3-9]\d{2}[ -]\d{4}[ -]\d{3}|1[3-9]\d{3}[ -]\d{6}))"
    r"(?!\d)(?![.-]\d{1,6}(?!\d))"
)
_LANDLINE = re.compile(
    r"(?<![\d.])(?<!\d-)"
    r"(?:\((?:\+?86)?[ -]?0?(?:10|2\d|[3-9]\d{2})\)|(?:(?:\+|00)86[ -]?)?0(?:10|2\d|[3-9]\d{2})[ -]{0,3})"
    r" ?[2-8]\d{2,3}[ -]?\d{4}(?:(?:转|-| 转 )\d{1,5})?(?!\d)(?!\.\d)"
)
_LOCAL = re.compile(r"(?<![\d.A-Za-z-])[2-8]\d{2,3}[ -]?\d{4}(?!\d)(?![.-]\d)")
_CARD = re.compile(r"(?<![\d.A-Za-z])(?<!\d-)[2-69]\d(?:[ -]?\d){14,17}(?!\d)(?!-\d)")
_BANKS = re.compile(r"62|60|4|5[1-5]|9558|35|36|2[2-7]")
"""How cards begin (ISO/IEC 7812; China UnionPay 62; 9558 are old ICBC cards)."""
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z] ?[·.\-]? ?"
    r"(?:[A-HJ-NP-Za-hj-np-z0-9]{5,6}|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳领试超])(?![A-Za-z0-9])"
)
_PLATE_DIGITS = 3
"""A plate has at most two letters behind its place (GA 36-2018); a new-energy one has five digits of six."""
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)* ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,8}"
)
_PASSPORT = re.compile(
    r"(?<![A-Za-z0-9])(?:[EGDSPHMC]\d{8,10}|E[A-HJ-NP-Z]\d{7}|1[45]\d{7})(?![A-Za-z0-9])", re.IGNORECASE
)

PROVINCES = frozenset(
    str(code)
    for codes in ((*range(11, 16),), (21, 22, 23), (*range(31, 38),), (*range(41, 47),), (*range(50, 55),),
                  (*range(61, 66),), (71, 81, 82, 83))
    for code in codes
)  # fmt: skip
"""How division codes begin (GB/T 2260; 83 is Taiwan's in residence permits)."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_OLDEST, _NEWEST = 1900, 2040
_BEFORE_1999 = 25
"""Numbers of 15 digits were given until 1999, to who was then alive: a year of birth under `25` is something else."""
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check_digit(first: str) -> str:
    """Return the last sign of an identity number from its first 17 digits.

    Source: GB 11643-1999, ISO 7064 MOD 11-2.
    """
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def is_id_number(number: str) -> bool:
    """Whether 18 signs are an identity number: a province or a foreigner's 9, a day of birth, the right last sign."""
    number = number.upper()
    known = number[:2] in PROVINCES or number[0] == "9"
    return known and _born(number[6:14]) and check_digit(number[:17]) == number[17]


def luhn(digits: str) -> bool:
    """Whether a card's last digit is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004 (two digits are added up)
    return total % 10 == 0


def numbers(text: str) -> Iterator[Finding]:
    """Yield what numbers, plates and e-mail addresses a plain text holds; places may overlap.

    `text` has been through `router.personal.finding.plain`.
    """
    if "@" in text:
        yield from _all(_EMAIL, text, Kind.EMAIL, lambda _: Sure.VERIFIED)
    yield from _all(_PLATE, text, Kind.PLATE, _plate)
    for pattern, kind, judge in (
        (_ID, Kind.ID_NUMBER, _id),
        (_MOBILE, Kind.MOBILE, _mobile),
        (_CARD, Kind.CARD, _card),
        (_OLD_ID, Kind.ID_NUMBER, _old_id),
        (_LANDLINE, Kind.LANDLINE, _landline),
        (_LOCAL, Kind.LANDLINE, _local),
        (_PASSPORT, Kind.PASSPORT, _passport),
    ):
        yield from _all(pattern, text, kind, judge)


def _all(
    pattern: re.Pattern[str], text: str, kind: Kind, judge: Callable[[re.Match[str]], Sure | None]
) -> Iterator[Finding]:
    for hit in pattern.finditer(text):
        sure = judge(hit)
        if sure is not None:
            yield Finding(kind, hit.start(), hit.end(), sure)


def _before(hit: re.Match[str]) -> str:
    """Return what stands before a number in its clause."""
    return _CLAUSE.split(hit.string[max(0, hit.start() - _BEFORE) : hit.start()])[-1]


def _digits(written: str) -> str:
    return "".join(sign for sign in written if sign.isalnum()).upper()


def _amount(hit: re.Match[str]) -> bool:
    return hit.string[hit.start() - 1 : hit.start()] in (*_MONEY,) or _AMOUNT.match(hit.string, hit.end()) is not None


def _last(cue: re.Pattern[str], before: str) -> int:
    """Return where the last such word begins, -1 where there is none."""
    return max((hit.start() for hit in cue.finditer(before)), default=-1)


def _cued(cue: re.Pattern[str], before: str) -> bool:
    """Whether such a word stands before, and no nearer one names another kind of number."""
    place = _last(cue, before)
    return place >= 0 and place >= _last(_OTHER_CUE, before)


def _born(day: str) -> bool:
    """Whether eight digits are a day on which somebody may have been born."""
    year, month, of_month = int(day[:4]), int(day[4:6]), int(day[6:])
    return _OLDEST <= year <= _NEWEST and 1 <= month <= len(_DAYS) and 1 <= of_month <= _DAYS[month - 1]


def _id(hit: re.Match[str]) -> Sure | None:
    number = _digits(hit.group())
    if is_id_number(number):
        return Sure.VERIFIED
    if _cued(_ID_CUE, _before(hit)):
        return Sure.CUED
    return Sure.SHAPED if number[:2] in PROVINCES and _born(number[6:14]) and not _amount(hit) else None


def _old_id(hit: re.Match[str]) -> Sure | None:
    number, before = _digits(hit.group()), _before(hit)
    if number[:2] not in PROVINCES or not _born(f"19{number[6:12]}"):
        return None
    if _cued(_ID_CUE, before):
        return Sure.CUED
    likely = int(number[6:8]) >= _BEFORE_1999 and _last(_OTHER_CUE, before) < 0 and not _amount(hit)
    return Sure.SHAPED if likely else None


def _mobile(hit: re.Match[str]) -> Sure | None:
    before = _before(hit)
    if _amount(hit) or (_last(_OTHER_CUE, before) >= 0 and not _cued(_PHONE_CUE, before)):
        return None
    if _cued(_PHONE_CUE, before):
        return Sure.CUED
    return None if hit["odd"] or _JOINED.fullmatch(hit.string[hit.start() - 1 : hit.start()]) else Sure.SHAPED


def _landline(hit: re.Match[str]) -> Sure | None:
    before = _before(hit)
    if _amount(hit) or (_last(_OTHER_CUE, before) >= 0 and not _cued(_PHONE_CUE, before)):
        return None
    return Sure.CUED if _cued(_PHONE_CUE, before) else Sure.SHAPED


def _local(hit: re.Match[str]) -> Sure | None:
    return Sure.CUED if _cued(_PHONE_CUE, _before(hit)) and not _amount(hit) else None


def _card(hit: re.Match[str]) -> Sure | None:
    number, before = _digits(hit.group()), _before(hit)
    if _amount(hit):
        return None
    right = _BANKS.match(number) is not None and luhn(number)
    if _cued(_CARD_CUE, before):
        return Sure.VERIFIED if right else Sure.CUED
    return Sure.SHAPED if right and _last(_OTHER_CUE, before) < 0 else None


def _plate(hit: re.Match[str]) -> Sure | None:
    return Sure.VERIFIED if sum(sign.isdigit() for sign in hit.group()) >= _PLATE_DIGITS else None


def _passport(hit: re.Match[str]) -> Sure | None:
    return Sure.CUED if _cued(_PASSPORT_CUE, _before(hit)) else None
