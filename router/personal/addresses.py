"""Addresses in a text: a chain of places, each within the last, down to a house, or to the village one lives in. Pure.

A mere street, residential area or district is the place of a matter, and tells nobody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from router.personal.finding import Finding, Kind, Sure

if TYPE_CHECKING:
    from collections.abc import Iterator

_HAN = "\u4e00-\u9fff"
_NUMBER = "一二三四五六七八九十"
_CLAUSE = re.compile(
    r"[^，。；、！？：,;!?:“”\"()（）【】\s]+(?: ?(?=\d|[A-Z]座)[^，。；、！？：,;!?:“”\"()（）【】\s]+)*"
)
_ANCHOR = re.compile(rf"\d ?(?:号|栋|幢|单元|室|座|-\d|社|组)|[{_NUMBER}](?:号楼|单元|社|组|队)|村|嘎查|社区|住|址")
"""Without one of these a clause holds no address; most hold none."""
_STEP = re.compile(
    rf"(?P<region>[{_HAN}]{{1,6}}?(?:自治区|省|市(?![场民政监里直])|盟|州|县|旗(?!级)"
    rf"|(?<![小社园校厂街])区(?![别分间域级块])))"
    rf"|(?P<town>[{_HAN}]{{1,8}}?(?:镇|乡|苏木|街道)(?![政府村里办干镇]))"
    rf"|(?P<village>[{_HAN}]{{1,8}}?(?:村|嘎查|社区|林场|农场|牧场)(?![民委支里主干书组长达镇]))"
    rf"|(?P<group>[{_HAN}]{{1,5}}?社(?![会保区])|[{_NUMBER}\d]{{1,3}}(?:社(?![会保区])|组(?!长)|队(?!长)))"
    rf"|(?P<house>(?:[{_NUMBER}]{{1,3}}|\d{{1,5}})(?:号(?:楼|院|街坊|大院|附\d+)?(?![窗文令线公件机桌主码召段])|栋|幢|座|单元"
    rf"|室|层|户(?!口)|排|弄|楼)|[A-Z]座|\d{{1,3}}-\d{{1,2}}-\d{{2,4}}|(?<=单元)\d{{3,4}}(?!\d)|(?<=[楼栋幢])\d{{3,4}}(?![\d元]))"
    rf"|(?P<road>[{_HAN}]{{1,10}}?(?:大街|大道|胡同|街(?![道坊])|路(?![口灯面边段过上])|巷(?!道)|道(?![路理德]))(?:[东西南北中]段)?"
    rf"(?:与[{_HAN}]{{2,8}}?[路街](?:交汇|交叉)(?:处|口))?)"
    rf"|(?P<estate>[{_HAN}A-Z]{{1,10}}?(?:小区|花园|家园|嘉园|佳苑|新区|园区|公寓|大厦|广场|新村|小镇|街坊|公馆|华府|名邸)"
    rf"|[{_HAN}]{{2,8}}?(?=\d{{1,4}} ?(?:号楼|栋|幢|号院|-\d{{1,2}}-\d)))"
)
"""One place within another; the earlier alternatives are tried first."""
_CUT = re.compile(
    r".*(?:[的在住是于到从我您你他她请叫系由把向址让给至]|我们|我家|家住|家在|户口|户籍|坐落|反映|代表|位置|草场|寄往|送往|联系|牧民|村民"
    r"|居民|市民|业主|租用|租住|本人|原|同志|先生|女士|其|入住|系本)"
)
"""What stands before an address in its clause and is no part of it."""
_CUE = re.compile(
    r"(?:址|住|住在|住于|现居|户口在|户籍在|户籍地|籍贯|坐落|坐落于|位于|家在|寄到|寄往|送到|送往|房子在|邮寄到?)[:：]?\s?$"
)
_CUED = 8
"""How far before an address such a word may stand."""


class _Chain(NamedTuple):
    """The steps of what may be an address."""

    start: int
    end: int
    steps: tuple[str, ...]


def addresses(text: str) -> Iterator[Finding]:
    """Yield the addresses in a plain text.

    `text` has been through `router.personal.finding.plain`.
    """
    for clause in _CLAUSE.finditer(text):
        if _ANCHOR.search(text, max(0, clause.start() - 2), clause.end()) is None:
            continue
        at = clause.start()
        while (chain := _chain(text, at, clause.end())) is not None:
            cued = _CUE.search(text[max(0, chain.start - _CUED) : chain.start]) is not None
            if _is_address(set(chain.steps), cued=cued):
                yield Finding(Kind.ADDRESS, chain.start, chain.end, Sure.CUED if cued else Sure.SHAPED)
            at = chain.end


def _chain(text: str, at: int, end: int) -> _Chain | None:
    """Return the next chain of places in a clause."""
    first = _STEP.search(text, at, end)
    if first is None:
        return None
    start = first.start()
    if (cut := _CUT.match(text, start, first.end() - 1)) is not None:
        start = cut.end()
        first = _STEP.match(text, start, end) or first
    steps, at = [str(first.lastgroup)], max(first.end(), start + 1)
    while at < end and (step := _STEP.match(text, at + (text[at] == " "), end)) is not None:
        if _CUT.match(text, at, step.end() - 1):
            break
        steps.append(str(step.lastgroup))
        at = step.end()
    return _Chain(start, at, tuple(steps))


def _is_address(steps: set[str], *, cued: bool) -> bool:
    """Whether a chain is fine enough to tell where somebody lives."""
    named = steps & {"road", "estate", "village", "town"}
    if "house" in steps and named:
        return True
    if "village" in steps and steps & {"region", "town", "group"}:
        return True
    return cued and bool(steps & {"village", "estate", "road", "group"}) and len(steps) > 1
