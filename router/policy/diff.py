"""What two policies say differently, each difference one sentence for those who decide on it. Pure.

Plain JSON values are compared, so that a field which policies gain later is covered too, in a plainer sentence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

from router.policy import conditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from router.policy.policy import Policy

Json: TypeAlias = "str | float | bool | list[Json] | dict[str, Json] | None"
Kind = Literal["added", "removed", "changed"]
Steps = tuple[str, ...]
"""The way from the top: field names, and items by their id, their [natural key], or as their own value."""
Title = tuple[str, str]
"""What an item is called, in Chinese and in English."""

_KEYS = ("unit", "name", "role", "channel", "cause")
_RIVALS = {"routes": ("domain",), "units": ("role",), "delegations": (), "templates": ("cause", "domain")}
_REFERS = {"parent": "units", "superior": "units", "lead": "units", "unit": "units", "leader": "units",
           "office": "units", "cooperating": "units", "domain": "domains", "cause": "causes"}  # fmt: skip
_MEASURES = {"working_days": ("个工作日", "working day"), "working_hours": ("个工作小时", "working hour"),
             "hours": ("小时", "hour"), "calendar_days": ("天", "day"), "months": ("个月", "month")}  # fmt: skip
_INSIDE = {"roles": "commands", "kinds": "words"}
_CODED = ("role", "kind", "by", "authority")
_WEIGHTED = ("words", "against", "urgent")
_VERBS = {
    "commands": (("准许操作“{}”", "may now send “{}”"), ("不再准许操作“{}”", "may no longer send “{}”")),
    "holidays": (("{} 定为放假日", "{} is now a day off"), ("{} 不再定为放假日", "{} is no longer a day off")),
    "workdays": (("{} 定为上班日", "{} is now a working day"), ("{} 不再定为上班日", "{} is no longer a working day")),
}
_EN = {"urgent": "urgent word", "against": "word against", "aliases": "alias", "not_accepted": "ground for refusal",
       "when": "condition", "by": "approver", "cooperating": "cooperating unit", "english": "English name",
       "after": "part to wait for", "closes": "closing time", "opens": "opening time"}  # fmt: skip
_ZH = {
    "id": "编号", "version": "版本", "name": "名称", "english": "英文名称", "region": "地区", "channels": "渠道",
    "units": "单位", "roles": "角色", "domains": "领域", "causes": "原因", "kinds": "诉求类型", "urgent": "紧急词",
    "not_accepted": "不予受理情形", "return_reasons": "退单理由", "negative_reasons": "否定答复理由", "limits": "时限",
    "routes": "分派规则", "task_forces": "专班", "confidence": "研判把握", "calendar": "工作日历", "desks": "岗位环节",
    "pauses": "暂停上限", "ladder": "督办阶梯", "warnings": "预警点", "extensions": "延期", "sections": "二级类目",
    "topics": "三级类目", "section": "二级类目", "domain": "领域", "cause": "原因", "words": "词", "against": "排除词",
    "when": "条件", "cooperating": "协办单位", "lead": "牵头单位", "why": "理由", "aliases": "别名",
    "predecessors": "前身单位", "parent": "上级单位", "role": "角色", "authority": "管理关系", "head": "分管领导",
    "assumption": "是否属假定", "kind": "类型", "until": "终止年份", "templates": "模板", "delegations": "批准授权",
    "parts": "任务", "by": "批准人", "source": "依据", "basis": "依据", "leader": "组长", "office": "办公室",
    "unit": "责任单位", "task": "任务", "measure": "措施", "standard": "完成标准", "working_days": "时限（工作日）",
    "part_working_days": "默认任务时限（工作日）", "required": "是否必办", "after": "前置任务", "reason": "理由",
    "right_door": "应找的部门", "task_force": "是否需要专班", "opens": "上班时间", "closes": "下班时间",
    "order": "先后顺序", "returns_before_conference": "会商前的退单次数", "times": "次数",
    "most_by_leader": "领导批准的上限（工作日）", "superior": "逾期抄送单位", "enterprises": "企业名录",
    "former": "曾用名", "successor": "承继企业", "ended": "注销年份", "under": "承接主管部门", "recusal": "回避用语",
    "before": "前置用语", "not_after": "例外用语", "examples": "检验例子", "calibration": "校准表",
}  # fmt: skip
_CODES = {
    "unit": "承办单位", "team": "志愿服务队", "dispatcher": "分派员", "window": "窗口", "supervisor": "督查",
    "leader": "分管领导", "rating": "评价系统", "router": "路由服务", "channel": "渠道", "rule": "规则",
    "consultation": "咨询", "help": "求助", "complaint": "投诉", "report": "举报", "suggestion": "建议",
    "demand": "需求", "local": "属地", "vertical": "垂直管理", "independent": "独立行使职权", "citizen": "等待群众",
    "statutory": "法定程序", "inquiry": "协查", "court": "诉讼仲裁", "force_majeure": "不可抗力",
}  # fmt: skip


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """Return all that `new` says differently from `old`, for whoever must approve the change; empty if nothing."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    titles = dict(_titles((), after)) | dict(_titles((), before))
    return tuple(Difference(*change, titles) for change in _walk((), before, after))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two policies say differently: where, how, and the plain values on both sides."""

    steps: Steps
    kind: Kind
    old: Json
    new: Json
    titles: Mapping[Steps, Title] = field(repr=False, compare=False)

    @property
    def path(self) -> str:
        """The place, dotted, items by id or natural key: `routes[housing/file-lost].lead`."""
        return ".".join(self.steps).replace(".[", "[")

    def sentence(self, lang: str) -> str:
        """Return it as one sentence in `zh` or `en`, with the names that people know."""
        tongue = _Tongue(lang, self.titles)
        said = tongue.changed(self) if self.kind == "changed" else tongue.listed(self)
        return tongue.said(f"{said.strip()}。", f"{said[0].upper()}{said[1:]}.")


def _walk(steps: Steps, old: Json, new: Json) -> Iterator[tuple[Steps, Kind, Json, Json]]:
    if old == new:
        return
    before, after = _children(old), _children(new)
    if before is None or after is None:
        yield steps, "changed", old, new
        return
    if _length(old) and _length(new):
        if _length(old) != _length(new):
            yield steps, "changed", old, new
        before, after = {"source": before["source"]}, {"source": after["source"]}
    for key in dict.fromkeys((*before, *after)):
        here = (*steps, key)
        if key in before and key in after:
            yield from _walk(here, before[key], after[key])
        else:
            yield here, "removed" if key in before else "added", before.get(key), after.get(key)
    if (fields := _RIVALS.get("".join(steps[-1:]))) is not None:
        places = {key: place for place, key in enumerate(after)}
        for one, two in combinations([key for key in before if key in after], 2):
            if places[one] > places[two] and _rivals(fields, after[one], after[two]):
                yield (*steps, "order"), "changed", [one, two], [two, one]


def _children(value: Json) -> dict[str, Json] | None:
    """Return a value's parts by name, a list's by what they are, not where they stand; None if it has no such parts."""
    if not isinstance(value, list):
        return value if isinstance(value, dict) else None
    found: dict[str, Json] = {}
    seen = Counter[str]()
    for item in value:
        key = _key(item)
        seen[key] += isinstance(item, dict)
        found[f"{key}#{seen[key]}" if seen[key] > 1 else key] = item
    return None if "" in found else found


def _key(item: Json) -> str:
    """Return what an item of a list is known by: its id, its natural key, itself; empty if there is nothing."""
    if not isinstance(item, dict):
        return "" if isinstance(item, list) else str(item)
    if "id" in item:
        return str(item["id"])
    if "lead" in item:
        parts = (item.get("domain"), item.get("section"), item.get("cause"), item.get("when"))
        return f"[{'/'.join(str(part) for part in parts if part)}]"
    return next((f"[{item[name]}]" for name in _KEYS if item.get(name)), "")


def _rivals(fields: Steps, one: Json, two: Json) -> bool:
    """Whether it matters which of two items of a list stands first: both may fit, and then the first holds."""
    if not isinstance(one, dict) or not isinstance(two, dict):
        return False
    both = [name for name in ("section", "cause") if one.get(name) and two.get(name)]
    ranks = {_demands(item) for item in (one, two)}
    alike = all(one.get(name) == two.get(name) for name in (*fields, *both))
    return alike and len(ranks) == 1 and one.get("role") not in ("unit", "team")


def _demands(item: dict[str, Json]) -> int:
    """Return how many conditions a route or a template sets."""
    when = item.get("when")
    own = conditions.weight(conditions.read(when)) if isinstance(when, str) else 0
    return own + sum(bool(item.get(name)) for name in ("section", "cause"))


def _length(value: Json) -> tuple[str, float] | None:
    """Return a limit's measure and number; None if the value is no limit."""
    if not isinstance(value, dict) or "source" not in value or not value.keys() <= {"source", *_MEASURES}:
        return None
    return next(((name, number) for name, number in value.items() if isinstance(number, int | float)), None)


def _titles(steps: Steps, value: Json) -> Iterator[tuple[Steps, Title]]:
    for key, item in (_children(value) or {}).items():
        here = (*steps, key)
        if steps in (("roles",), ("kinds",)) or (steps and _length(item)):
            yield here, (_CODES.get(key, key), key.replace("_", " "))
        elif isinstance(item, dict) and ("id" in item or key.startswith("[")):
            name = item.get("name") or (f"{item['task']} [{key}]" if "task" in item else key)
            yield here, (str(name), str(item.get("english") or name))
        yield from _titles(here, item)


@dataclass(frozen=True, slots=True)
class _Tongue:
    """One language's way to name places and values, and to say what became of them."""

    lang: str
    titles: Mapping[Steps, Title]

    def said(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh

    def changed(self, found: Difference) -> str:
        steps, (group, owner) = found.steps, self.group(found.steps)
        old, new = self.value(steps, found.old), self.value(steps, found.new)
        if group in _WEIGHTED:
            subject = self.head(owner) + self.said("{}的权重", "weight of {}").format(self.named(group, steps))
        elif steps in self.titles:
            subject = self.head(steps).rstrip("：: ")
        else:
            subject = self.head(steps[:-1]) + self.term(steps[-1])
        zh = f"{_apart(subject)}由{_apart(old)}改为{_apart(new)}"
        return self.said(zh, f"{subject} changed from {old} to {new}")

    def listed(self, found: Difference) -> str:
        gone, (group, owner) = found.kind == "removed", self.group(found.steps)
        if group in _VERBS:
            return self.head(owner) + self.said(*_VERBS[group][gone]).format(self.item(group, found.steps))
        named, aside = self.named(group, found.steps), self.aside(group, found.steps, found.old if gone else found.new)
        said = self.said(("删去" if gone else "增加") + named, f"{named} {found.kind}")
        return self.head(owner) + said + (self.said(f"（{aside}）", f" ({aside})") if aside else "")

    def group(self, steps: Steps) -> tuple[str, Steps]:
        """Return what kind of thing the last step is, and whose."""
        if steps[:-1] in self.titles:
            return _INSIDE.get(steps[-3], ""), steps[:-1]
        return ("", *steps)[-2], steps[:-2]

    def head(self, owner: Steps) -> str:
        """Return whose difference it is, with a colon; empty for the policy's own."""
        names = [
            self.named(step, owner[: place + 2]) if owner[: place + 2] in self.titles else self.term(step)
            for place, step in enumerate(owner)
            if owner[: place + 1] not in self.titles
        ]
        return self.said("的", ", ").join(names) + (self.said("：", ": ") if names else "")

    def term(self, name: str) -> str:
        return self.said(_ZH.get(name, name), _EN.get(name, name.replace("_", " ")))

    def named(self, group: str, steps: Steps) -> str:
        noun = self.term(group) if group in _EN else self.term(group).removesuffix("s")
        return self.said(_apart(self.term(group)).rstrip(), f"{noun} ") + f"“{self.item(group, steps)}”"

    def item(self, group: str, steps: Steps) -> str:
        """Return what people call an item; a route goes by all that it asks for."""
        bare, _, nth = steps[-1].strip("[]").partition("]#")
        first, *more = bare.split("/") if group == "routes" else (bare,)
        refers = "domains" if group == "routes" else _REFERS.get(group, group)
        names = [self.title((refers, first), steps, (*steps[:-3], first), (first,))]
        names += [self.title(("domains", first, "sections", way), ("causes", way), (way,)) for way in more]
        return " / ".join(names) + (f" #{nth}" if nth else "")

    def title(self, *places: Steps) -> str:
        """Return the title of the first place that has one, else the last place's own key."""
        return self.said(*next((self.titles[at] for at in places if at in self.titles), (places[-1][-1],) * 2))

    def value(self, steps: Steps, value: Json) -> str:
        """Return a value as people write it; its place says what an id or a code stands for."""
        name, beside = steps[-1], (*steps[:-1], str(value))
        match value:
            case None | []:
                text = self.said("无", "none")
            case bool():
                text = self.said("“是”" if value else "“否”", "yes" if value else "no")
            case int() | float():
                text = f"{value:.10g}"
            case str() if beside in self.titles:
                text = f"“{self.item(steps[-2], beside)}”"
            case str():
                code = self.said(_CODES.get(value, value), value) if name in _CODED else value
                text = f"“{self.title((_REFERS.get(name, name), value), (code,))}”"
            case list():
                told = ((self.value(steps, item), isinstance(item, list | dict)) for item in value)
                text = self.said("、", ", ").join(f"（{item}）" if inner else item for item, inner in told)
            case dict():
                text = self.whole(value)
        return text

    def whole(self, value: dict[str, Json]) -> str:
        """Return a limit as its length, and anything else with parts as its parts one by one."""
        if (length := _length(value)) is None:
            named = ((self.term(name), self.value((name,), part)) for name, part in value.items())
            told = [name + self.said(_apart(part).rstrip(), f" {part}") for name, part in named]
            return self.said("，", "; ").join(told) or self.said("空", "nothing")
        measure, number = length
        zh, en = _MEASURES[measure]
        text = f"{number} {self.said(zh, en if number == 1 else f'{en}s')}"
        return text if number else self.said("当日", "the same day")

    def aside(self, group: str, steps: Steps, value: Json) -> str:
        """Return what there is to know of an item beside its title; empty if nothing."""
        if group in _WEIGHTED:
            return self.said("权重 ", "weight ") + self.value(steps, value)
        if not isinstance(value, dict):
            return "" if str(value) == steps[-1] else self.value(steps, value)
        if group == "routes":
            others: list[Json] = [key.strip("[]") for key in _children(value["cooperating"]) or ()]
            return self.whole({"lead": value["lead"]} | ({"cooperating": others} if others else {}))
        if "id" in value or steps[-1].startswith("["):
            known = str(value.get("id", ""))
            return "" if known in self.item(group, steps) else known
        return self.whole(value)


def _apart(text: str) -> str:
    """Set figures and Latin letters apart from the Chinese around them."""
    return " " * text[0].isascii() + text + " " * text[-1].isascii()
