"""What a clerk's eye looks for in a text: places, organisations, amounts, dates, and what the person wants (诉求).

Marks are places in the text as it was written, found by the shape of the words alone; they decide nothing. Pure.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Marked(StrEnum):
    """What a mark is of."""

    PLACE = "place"
    ORGANISATION = "organisation"
    AMOUNT = "amount"
    DATE = "date"
    WISH = "wish"
    """The person's own words for what they want (诉求)."""


class Mark(NamedTuple):
    """One place in a text: characters from `start` up to, not including, `end`."""

    kind: Marked
    start: int
    end: int


_HAN = "\u4e00-\u9fff"
_DIGIT = "0-9０-９"
_COUNTS, _POINTS = "一二两三四五六七八九十百千几", ",，.．"
_NUMBER = (
    rf"(?:(?<![{_DIGIT}])(?<![{_DIGIT}][{_POINTS}])[{_DIGIT}]++(?:[{_POINTS}][{_DIGIT}]++)*+"
    rf"|(?<![{_COUNTS}])[{_COUNTS}万]{{1,24}})"
)
"""A number, looked for from its first character only: a run of digits as long as a text is gone through once.

万 may be the unit of the number before (1万一亩), so one in words may begin behind it; such numbers are short.
"""
_LONGEST = 12
"""Characters of a name before the word that says what it is of."""
_NAME = re.compile(rf"[{_HAN}A-Za-z{_DIGIT}·]+\Z")
_LEADS = (
    "位于|住在|我们|他们|你们|关于|因为|因|由于|以及|反映|投诉|举报|请问|请求|没有|附近|购买|认为|以为|责令|导致|致使|出现|"
    "收回|占用|支持|成立|非法|本人|代表|要求|很多|许多|多数|利用|撤销|阻挠|借口|强化|能够|居住|工作|涉嫌|侵占|全体|一个|"
    "原因|各级|当地|收缴|开发商|物业管理"
)
_LEADING = "我你他她在到从于和与是去来有了把被这那请对向找给让叫跟由及年月日号的之后前但就过为当且以使本旧老原该各等或"
_LEAVE = re.compile(rf".*(?:{_LEADS}|经(?!济)|[{_LEADING}])")
"""What doesn't belong to a name that ends behind it: everything up to the last of these."""
_SHORTEST = 2
"""A name of one character is hardly ever one (小区)."""
_PLACES = (
    r"自治区|自治州|街道|嘎查|苏木|社区|小区|花园|家园|新村|新城|公寓|广场|大厦|大道|大街|胡同|"
    r"工业园|开发区|国道|省道|高速|水库|号楼|单元|路口|镇|乡|村|旗|县|市|区|路|街|巷|桥"
)
_ORGANISATIONS = (
    r"有限责任公司|有限公司|集团公司|公司|集团|合作社|开发商|化工厂|工厂|厂|医院|卫生院|诊所|幼儿园|小学|中学|学校|大学|"
    r"银行|信用社|派出所|公安局|人社局|住建局|法院|检察院|委员会|居委会|村委会|业委会|管委会|政府|中心|大队|超市|酒店|宾馆|饭店|局"
)
_PATTERNS = (
    (Marked.PLACE, re.compile(rf"(?:{_PLACES})(?![{_HAN}]?[长民])")),
    (Marked.ORGANISATION, re.compile(rf"(?:{_ORGANISATIONS})(?!长)")),
)
_AMOUNT = re.compile(rf"(?:人民币|[¥￥])?{_NUMBER}(?:多|余|来)?(?:万元|亿元|元|块钱|块|万块|万|亩|平方米|平米|㎡)")
_DATE = re.compile(
    rf"[{_DIGIT}]{{2,4}}年(?:[{_DIGIT}]{{1,2}}月(?:份|[{_DIGIT}]{{1,2}}[日号])?)?|[{_DIGIT}]{{1,2}}月[{_DIGIT}]{{1,2}}[日号]"
    rf"|[{_DIGIT}]{{4}}[-/.][{_DIGIT}]{{1,2}}[-/.][{_DIGIT}]{{1,2}}"
    r"|(?:大前|前|昨|今|去|上)(?:天|年|个月|周|星期)|本月|上月|年初|年底|月初|月底"
)
_WISH = re.compile(
    r"(?:^|(?<=[，。！？；：,!?;:\s]))(?:现|特|故|在此|只)?(?:希望|恳请|恳求|请求|请|要求|强烈要求|盼望|盼|望|求|诉求是?|建议|想要|想请|"
    r"我想|我要|就想|能否|能不能|可否|是否可以|怎样才能|怎么才能|如何才能|什么时候能)[^。！？!?；;\n]{2,80}"
)


def marks(text: str) -> tuple[Mark, ...]:
    """Return the marks of a text, by where they begin; two of one kind never overlap. Any text is taken."""
    found = {*_named(text)}
    for kind, pattern in ((Marked.AMOUNT, _AMOUNT), (Marked.DATE, _DATE), (Marked.WISH, _WISH)):
        found |= {Mark(kind, *match.span()) for match in pattern.finditer(text)}
    return tuple(sorted(found, key=lambda mark: (mark.start, mark.end, mark.kind)))


def _named(text: str) -> Iterator[Mark]:
    """Yield names of places and organisations, without the words that only lead up to them."""
    for kind, pattern in _PATTERNS:
        taken = place = 0
        while (found := pattern.search(text, place)) is not None:
            named = _NAME.search(text, max(taken, found.start() - _LONGEST), found.start())
            if named is None:
                place = found.start() + 1
                continue
            led = _LEAVE.match(named[0])
            start = named.start() + (led.end() if led else 0)
            if found.start() - start >= _SHORTEST:
                yield Mark(kind, start, found.end())
            taken = place = found.end()
