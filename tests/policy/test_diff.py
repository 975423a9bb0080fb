"""What two policies say differently: nothing is missed, nothing is invented, and people can read it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from typer.testing import CliRunner

from bancheng.cli import app
from router.policy.base import Named, Rule
from router.policy.diff import Difference, differences
from router.policy.limits import Limit, Limits
from router.policy.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

LIMITS = sorted(name for name, field in Limits.model_fields.items() if field.annotation is Limit)
GROUPS = ("channels", "units", "domains", "causes", "not_accepted", "return_reasons", "routes")
PYTHON = re.compile(r"[{}\[]'|'[\]}:,]|\b(None|True|False|dict|tuple)\b|[{}()]{2}")
"""What would show that a value was printed as Python holds it."""

PENSION = {"domain": "social-insurance", "lead": "hrss", "why": "甲"}


def edited(policy: Policy, edit: Callable[[Any], object]) -> Policy:
    """The policy after a change to its plain values, validated anew."""
    values = policy.model_dump(mode="json")
    edit(values)
    return Policy.model_validate(values)


def part(values: Any, name: str) -> Any:
    """An item of the small policy's only duty list."""
    return next(item for item in values["task_forces"]["templates"][0]["parts"] if item["id"] == name)


def named(items: Any, name: str) -> Any:
    """The item of a list that has this id."""
    return next(item for item in items if item["id"] == name)


def readable(found: Difference) -> None:
    """Both sentences end as sentences do, hold no value in Python's own writing, and differ."""
    zh, en = found.sentence("zh"), found.sentence("en")
    assert zh.endswith("。"), zh
    assert en.endswith("."), en
    assert en[0] == en[0].upper()
    assert zh != en
    for sentence in (zh, en):
        assert len(sentence) > 4
        assert not PYTHON.search(sentence), sentence


@pytest.mark.parametrize(
    ("edit", "path", "kind", "zh", "en"),
    [
        (lambda v: v["limits"]["ordinary"].update(working_days=7), "limits.ordinary", "changed",
         "时限“ordinary”由 5 个工作日改为 7 个工作日。",
         "Limit “ordinary” changed from 5 working days to 7 working days."),
        (lambda v: v["limits"]["simple"].update(working_days=None, hours=1), "limits.simple", "changed",
         "时限“simple”由当日改为 1 小时。", "Limit “simple” changed from the same day to 1 hour."),
        (lambda v: v["limits"]["sign"].update(source="通知"), "limits.sign.source", "changed",
         "时限“sign”：依据由“测试”改为“通知”。", "Limit “sign”: source changed from “测试” to “通知”."),
        (lambda v: v["limits"].update(returns_before_conference=3), "limits.returns_before_conference", "changed",
         "时限：会商前的退单次数由 2 改为 3。", "Limits: returns before conference changed from 2 to 3."),
        (lambda v: named(v["units"], "archives").update(parent="hrss"), "units.archives.parent", "changed",
         "单位“档案馆”：上级单位由无改为“人力资源和社会保障局”。",
         "Unit “Archives”: parent changed from none to “Human Resources Bureau”."),
        (lambda v: named(v["units"], "archives").update(role="team"), "units.archives.role", "changed",
         "单位“档案馆”：角色由“承办单位”改为“志愿服务队”。", "Unit “Archives”: role changed from “unit” to “team”."),
        (lambda v: v["units"].append({"id": "fire", "name": "消防队"}), "units.fire", "added",
         "增加单位“消防队”（fire）。", "Unit “消防队” added (fire)."),
        (lambda v: named(v["units"], "hrss")["aliases"].clear(), "units.hrss.aliases.人社局", "removed",
         "单位“人力资源和社会保障局”：删去别名“人社局”。", "Unit “Human Resources Bureau”: alias “人社局” removed."),
        (lambda v: named(v["units"], "hrss")["predecessors"][0].update(until=2010),
         "units.hrss.predecessors[劳动局].until", "changed",
         "单位“人力资源和社会保障局”的前身单位“劳动局”：终止年份由 2009 改为 2010。",
         "Unit “Human Resources Bureau”, predecessor “劳动局”: until changed from 2009 to 2010."),
        (lambda v: v["channels"].pop(), "channels.hotline", "removed",
         "删去渠道“热线”（hotline）。", "Channel “热线” removed (hotline)."),
        (lambda v: v["roles"]["team"].append("apply_return"), "roles.team.apply_return", "added",
         "角色“志愿服务队”：准许操作“apply_return”。", "Role “team”: may now send “apply_return”."),
        (lambda v: v["roles"]["team"].remove("answer"), "roles.team.answer", "removed",
         "角色“志愿服务队”：不再准许操作“answer”。", "Role “team”: may no longer send “answer”."),
        (lambda v: named(v["domains"], "housing")["words"].update(渗水=4), "domains.housing.words.渗水", "added",
         "领域“住房”：增加词“渗水”（权重 4）。", "Domain “Housing”: word “渗水” added (weight 4)."),
        (lambda v: named(v["domains"], "heating")["against"].update(空调=2.5), "domains.heating.against.空调",
         "changed", "领域“供热”：排除词“空调”的权重由 3 改为 2.5。",
         "Domain “Heating”: weight of word against “空调” changed from 3 to 2.5."),
        (lambda v: v["domains"][0]["sections"][0]["words"].pop("退休"),
         "domains.social-insurance.sections.pension.words.退休", "removed",
         "领域“社会保险”的二级类目“养老”：删去词“退休”（权重 4）。",
         "Domain “Social insurance”, section “养老”: word “退休” removed (weight 4)."),
        (lambda v: v["kinds"]["complaint"].update(控告=3), "kinds.complaint.控告", "added",
         "诉求类型“投诉”：增加词“控告”（权重 3）。", "Kind “complaint”: word “控告” added (weight 3)."),
        (lambda v: v["kinds"].pop("help"), "kinds.help", "removed",
         "删去诉求类型“求助”（求助 4）。", "Kind “help” removed (求助 4)."),
        (lambda v: v["urgent"].update(爆炸=5), "urgent.爆炸", "changed",
         "紧急词“爆炸”的权重由 6 改为 5。", "Weight of urgent word “爆炸” changed from 6 to 5."),
        (lambda v: named(v["causes"], "file-lost").update(task_force=False), "causes.file-lost.task_force", "changed",
         "原因“档案遗失”：是否需要专班由“是”改为“否”。", "Cause “File lost”: task force changed from yes to no."),
        (lambda v: v["routes"][1].update(lead="urban"), "routes[housing].lead", "changed",
         "分派规则“住房”：牵头单位由“住房和城乡建设局”改为“城市管理局”。",
         "Route “Housing”: lead changed from “Housing Bureau” to “Urban Management”."),
        (lambda v: v["routes"].append({**PENSION, "section": "pension", "cause": "file-lost"}),
         "routes[social-insurance/pension/file-lost]", "added",
         "增加分派规则“社会保险 / 养老 / 档案遗失”（牵头单位“人力资源和社会保障局”）。",
         "Route “Social insurance / 养老 / File lost” added (lead “Human Resources Bureau”)."),
        (lambda v: v["routes"][1]["cooperating"].append({"unit": "tax", "why": "甲"}),
         "routes[housing].cooperating[tax]", "added",
         "分派规则“住房”：增加协办单位“税务局”。", "Route “Housing”: cooperating unit “Tax Bureau” added."),
        (lambda v: v["routes"][2]["cooperating"][0].update(why="乙"), "routes[heating].cooperating[urban].why",
         "changed", "分派规则“供热”的协办单位“城市管理局”：理由由“管网”改为“乙”。",
         "Route “Heating”, cooperating unit “Urban Management”: why changed from “管网” to “乙”."),
        (lambda v: v["task_forces"]["delegations"][0]["causes"].append("predecessor-dissolved"),
         "task_forces.delegations.by-rule.causes.predecessor-dissolved", "added",
         "专班的批准授权“by-rule”：增加原因“单位灭失”。",
         "Task forces, delegation “by-rule”: cause “Predecessor dissolved” added."),
        (lambda v: part(v, "decide").update(working_days=6),
         "task_forces.templates.arrears.parts.decide.working_days", "changed",
         "专班的模板“补缴”的任务“认定 [decide]”：时限（工作日）由 5 改为 6。",
         "Task forces, template “补缴”, part “认定 [decide]”: working days changed from 5 to 6."),
        (lambda v: part(v, "decide")["after"].append("accept"),
         "task_forces.templates.arrears.parts.decide.after.accept", "added",
         "专班的模板“补缴”的任务“认定 [decide]”：增加前置任务“受理 [accept]”。",
         "Task forces, template “补缴”, part “认定 [decide]”: part to wait for “受理 [accept]” added."),
        (lambda v: v["calendar"]["holidays"].append("2026-10-08"), "calendar.holidays.2026-10-08", "added",
         "工作日历：2026-10-08 定为放假日。", "Calendar: 2026-10-08 is now a day off."),
        (lambda v: v.update(name="新中心"), "name", "changed",
         "名称由“小旗政务服务中心”改为“新中心”。", "Name changed from “小旗政务服务中心” to “新中心”."),
    ],
)  # fmt: skip
def test_a_change_in_words(
    policy: Policy, *, edit: Callable[[Any], object], path: str, kind: str, zh: str, en: str
) -> None:
    """One change is one difference: its place, its kind, and a sentence in each language."""
    (found,) = differences(policy, edited(policy, edit))
    assert (found.path, found.kind) == (path, kind)
    assert (found.sentence("zh"), found.sentence("en")) == (zh, en)


def test_a_policy_differs_in_nothing_from_itself(policy: Policy) -> None:
    """No difference to itself, nor to the same rules written in another order where order decides nothing."""
    assert differences(policy, policy) == ()

    def turn(values: Any) -> None:
        for name in ("channels", "domains", "causes", "routes"):
            values[name].reverse()
        for names in values["roles"].values():
            names.reverse()
        values["urgent"] = dict(reversed(values["urgent"].items()))

    turned = edited(policy, turn)
    assert turned.hash != policy.hash
    assert differences(policy, turned) == ()


def test_plain_values_stand_on_both_sides(policy: Policy) -> None:
    """A program that reads a difference finds the old and the new value as JSON has them."""
    (found,) = differences(policy, edited(policy, lambda v: v["routes"][1].update(lead="urban")))
    assert (found.old, found.new) == ("housing", "urban")
    (gone,) = differences(policy, edited(policy, lambda v: v["urgent"].clear()))
    assert (gone.kind, gone.old, gone.new) == ("removed", 6.0, None)


@pytest.mark.parametrize(
    ("one", "two", "matters"),
    [
        ({"cause": "file-lost"}, {"when": "提到 漏水"}, True),
        ({"cause": "file-lost"}, {"section": "pension"}, True),
        ({"cause": "file-lost"}, {"cause": "rules-conflict"}, False),
        ({"cause": "file-lost"}, {"section": "pension", "when": "提到 漏水"}, False),
        ({"cause": "file-lost"}, {"domain": "housing", "cause": "file-lost"}, False),
    ],
)
def test_the_order_of_routes(policy: Policy, one: dict[str, Any], two: dict[str, Any], *, matters: bool) -> None:
    """A route that moved is told only if another one that may fit the same case now comes first."""
    rows = [{**PENSION, **one}, {**PENSION, **two}]
    before = edited(policy, lambda v: v["routes"].extend(rows))
    after = edited(policy, lambda v: v["routes"].extend(reversed(rows)))
    found = differences(before, after)
    assert [difference.path for difference in found] == (["routes.order"] if matters else [])
    for difference in found:
        readable(difference)
        assert difference.sentence("zh").startswith("分派规则：先后顺序由“社会保险 / 档案遗失”、“社会保险 / ")


def test_two_routes_for_the_same_case(policy: Policy) -> None:
    """Of rows with the same conditions the first decides, so that each is compared in its place."""
    rows = [{**PENSION, "cause": "file-lost", "lead": lead} for lead in ("hrss", "archives")]
    before = edited(policy, lambda v: v["routes"].extend(rows))
    after = edited(policy, lambda v: v["routes"].extend(reversed(rows)))
    first, second = differences(before, after)
    assert first.path == "routes[social-insurance/file-lost].lead"
    assert second.path == "routes[social-insurance/file-lost]#2.lead"
    assert "“社会保险 / 档案遗失 #2”" in second.sentence("zh")


def test_the_order_of_delegations(policy: Policy) -> None:
    """The first delegation that fits decides, so that their order is told."""
    after = edited(policy, lambda v: v["task_forces"]["delegations"].insert(0, v["task_forces"]["delegations"].pop(1)))
    (found,) = differences(policy, after)
    assert found.path == "task_forces.delegations.order"
    assert found.sentence("en").endswith("order changed from “by-rule”, “by-window” to “by-window”, “by-rule”.")


class Post(Named):
    """Something that a later policy may have."""

    places: int = 1


class Later(Policy):
    """A policy with fields that nobody has thought of yet."""

    posts: tuple[Post, ...] = ()
    shares: dict[str, float] = Field(default_factory=dict)
    grid: tuple[tuple[int, ...], ...] = ()
    rule: Rule | None = None
    spare: Limit | None = None


def test_fields_of_a_later_policy(policy: Policy) -> None:
    """Fields that are not known here are compared and told too, under their own names."""
    values = policy.model_dump(mode="json")
    posts = [{"id": "front", "name": "前台"}, {"id": "back", "name": "后台"}]
    spare = {"hours": 3, "source": "测试"}
    before = Later.model_validate({**values, "posts": posts, "shares": {"a": 1}, "grid": [[1, 2]]})
    changes = {"posts": [{**posts[0], "places": 2}], "shares": {"a": 2, "b": 3}, "grid": [[1], [3, 4]], "rule": {}}
    after = Later.model_validate({**values, **changes, "spare": spare})
    found = {difference.path: difference for difference in differences(before, after)}
    told = {path: difference.sentence("zh") for path, difference in found.items()}
    assert told == {
        "posts.front.places": "posts“前台”：places 由 1 改为 2。",
        "posts.back": "删去 posts“后台”（back）。",
        "shares.a": "shares：a 由 1 改为 2。",
        "shares.b": "增加 shares“b”（3）。",
        "grid": "grid 由（1、2）改为（1）、（3、4）。",
        "rule": "rule 由无改为空。",
        "spare": "spare 由无改为 3 小时。",
    }
    for difference in found.values():
        readable(difference)


@given(lengths=st.dictionaries(st.sampled_from(LIMITS), st.integers(0, 250)))
def test_every_changed_limit_is_told(policy: Policy, lengths: dict[str, int]) -> None:
    """Whichever limits change, these are told and no others."""

    def edit(values: Any) -> None:
        for name, days in lengths.items():
            values["limits"][name] = {"working_days": days, "source": values["limits"][name]["source"]}

    after = edited(policy, edit)
    changed = {f"limits.{name}" for name in LIMITS if getattr(policy.limits, name) != getattr(after.limits, name)}
    found = differences(policy, after)
    assert {difference.path for difference in found} == changed
    assert len(found) == len(changed)
    for difference in found:
        readable(difference)


@given(data=st.data())
def test_any_change_can_be_read_and_read_backwards(policy: Policy, data: st.DataObject) -> None:
    """Any choice of items in any order gives readable sentences, and the way back takes what the way there gave."""
    keep = {name: data.draw(st.lists(st.sampled_from(getattr(policy, name)), unique_by=repr)) for name in GROUPS}
    other = policy.model_copy(update={name: tuple(items) for name, items in keep.items()})
    there, back = differences(policy, other), differences(other, policy)
    for found in (*there, *back):
        readable(found)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((d.path, turned[d.kind]) for d in there) == sorted((d.path, d.kind) for d in back)
    gone = {f"{name}.{item.id}" for name in GROUPS[:-1] for item in getattr(policy, name) if item not in keep[name]}
    assert gone <= {found.path for found in there if found.kind == "removed"}


@pytest.fixture
def diff(policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Run `policy diff` on files with some edits of the small policy, one after the other."""
    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path / "home"))

    def run(*edits: Callable[[Any], object], options: tuple[str, ...] = ()) -> Result:
        files = [tmp_path / f"{number}.yaml" for number in range(len(edits))]
        for file, edit in zip(files, edits, strict=True):
            values = policy.model_dump(mode="json")
            edit(values)
            file.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return CliRunner().invoke(app, ["policy", "diff", *map(str, files), *options])

    yield run
    structlog.reset_defaults()


def same(values: Any) -> None:
    """Change nothing."""


def test_the_command_lists_what_differs(diff: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence a line, then how many; in English for who wants English."""
    edits = same, lambda v: (v["limits"]["ordinary"].update(working_days=7), v["units"][1].update(head="副馆长"))
    said = diff(*edits)
    assert said.exit_code == 0
    first, second, last = said.stdout.splitlines()
    assert first == "单位“档案馆”：分管领导由无改为“副馆长”。"
    assert second == "时限“ordinary”由 5 个工作日改为 7 个工作日。"
    assert last.startswith("共 2 处不同：小旗政务服务中心 1 · ")
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert diff(*edits).stdout.splitlines()[-1].startswith("Differences: 2 (小旗政务服务中心 1 · ")


def test_the_command_gives_data(diff: Callable[..., Result]) -> None:
    """`--json` has place, kind, both values and the sentence; an empty list if nothing differs."""
    said = diff(same, lambda v: v["routes"][1].update(lead="urban"), options=("--json",))
    assert said.exit_code == 0
    (found,) = json.loads(said.stdout)
    assert found.pop("sentence").startswith("分派规则“住房”：")
    assert found == {"path": "routes[housing].lead", "kind": "changed", "old": "housing", "new": "urban"}
    assert json.loads(diff(same, same, options=("--json",)).stdout) == []


def test_the_command_says_that_nothing_differs(diff: Callable[..., Result]) -> None:
    """Equal policies are said to be equal, and those that differ in the order of writing alone to do so."""
    said = diff(same, same)
    assert said.exit_code == 0
    assert said.stdout.startswith("两套规则完全相同：小旗政务服务中心 1 · ")
    turned = diff(same, lambda v: v["domains"].reverse())
    assert turned.exit_code == 0
    assert turned.stdout.startswith("两套规则内容相同，只是书写顺序不同：")


def test_the_command_refuses_what_is_no_policy(diff: Callable[..., Result]) -> None:
    """A policy with mistakes is told as `policy check` tells it, with exit code 2, whichever of the two it is."""
    for edits in pairwise((same, lambda v: v.pop("region"), same)):
        said = diff(*edits)
        assert said.exit_code == 2
        assert "region: Field required (add this field)" in said.stdout
        assert said.stdout.endswith("共 1 处需要修改。\n")
    missing = CliRunner().invoke(app, ["policy", "diff", "none.yaml", "none.yaml"])
    assert missing.exit_code == 2
    assert "none.yaml" in missing.stdout
