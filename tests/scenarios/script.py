"""Stories as they stand in the files: what a civil servant writes, and a clear word where something is wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

import moments
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from words import EVENTS, MESSAGES, VERBS

from router.cases.commands import ACTIONS
from router.cases.sentences import SENTENCES
from router.policy import places

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "stories"
MAIN = "本件"
"""What the case of a story is called where it brings several."""


class StoryError(Exception):
    """A story that can't be read; one line a fault: file, line, field, what is wrong and what to do."""


class Expected(NamedTuple):
    """What is to happen or to be told: a code, and what must stand in some of its fields."""

    code: str
    subject: str | None = None
    """What must stand in one of its fields, whichever."""
    fields: tuple[tuple[str, Any], ...] = ()


def _event(said: Any) -> Expected:
    return _expected(said, EVENTS, "事件")


def _message(said: Any) -> Expected:
    return _expected(said, MESSAGES, "告知")


def _expected(said: Any, names: Mapping[str, str], what: str) -> Expected:
    """Read `签收`, `催办: unit-1` or `催办: {clock: unit-1, round: 2}`."""
    name, more = next(iter(said.items())) if isinstance(said, dict) and len(said) == 1 else (said, None)
    if not isinstance(name, str) or (name not in names and name not in names.values()):
        raise ValueError(f"没有“{name}”这种{what}；有：{'、'.join(names)}")
    code = names.get(name, name)
    if isinstance(more, dict):
        return Expected(code, fields=tuple(more.items()))
    return Expected(code, more)


def _moment(said: str) -> str:
    return moments.read(said).said


def _verb(said: str) -> str:
    verb = VERBS.get(said, said)
    if verb not in ACTIONS:
        raise ValueError(f"没有“{said}”这个动作；有：{'、'.join(VERBS)}")
    return verb


def _refusal(said: str) -> str:
    if said not in SENTENCES:
        raise ValueError(f"没有“{said}”这种拒绝；有：{'、'.join(SENTENCES)}")
    return said


Moment = Annotated[str, AfterValidator(_moment)]
Events = tuple[Annotated[Expected, BeforeValidator(_event)], ...]
Messages = tuple[Annotated[Expected, BeforeValidator(_message)], ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Says(_Part):
    """What the person says: title and text."""

    title: str = ""
    text: str


class Outcome(_Part):
    """What must have come of a step; what is not named is not looked at."""

    then: Events | None = None
    """Exactly what happens, in order. May be left out where one thing happens."""
    follows: dict[str, Events] = Field(default_factory=dict)
    """What thereby happens on other cases."""
    due: dict[str, str] = Field(default_factory=dict)
    """By when things are due now: `case`, `unit-1`, `sign-1` …: a time counted by hand, `暂停` or `无`."""
    told: dict[str, Messages] = Field(default_factory=dict)
    """All that a unit, office or channel is told by this step, in order."""
    not_told: tuple[str, ...] = ()
    shows: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Which kinds of text somebody is shown: matter, person, note."""
    holds: tuple[str, ...] | None = None
    """Exactly who holds an open task now."""
    stands: dict[str, Any] = Field(default_factory=dict)
    """Fields of the case."""
    parts: dict[str, str] = Field(default_factory=dict)
    """Where items of the duty list stand."""


class Step(Outcome):
    """One step: somebody does something, or time passes."""

    at: Moment
    who: str | None = None
    does: Annotated[str, AfterValidator(_verb)] | None = None
    using: dict[str, Any] = Field(default_factory=dict, alias="with")
    words: tuple[Literal["text", "basis", "remedy", "signed_by"], ...] | None = None
    """Which words come with it; where nothing is said, those that it needs."""
    case: str = MAIN
    says: Says | None = None
    clock: Literal["true", "late"] | None = None
    """`true`: what comes due at just this moment. `late`: the service was down, all that was missed comes at once."""
    meanwhile: Events = ()
    """All that time has brought since the step before."""
    refused: Annotated[str, AfterValidator(_refusal)] | None = None
    about: str | None = None
    sentence: str | None = None
    """The sentence that is read with the refusal."""
    why: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.clock is None and (self.who is None or self.does is None):
            raise ValueError("写明 who（谁）和 does（做什么），或者 clock: true（时间到了）")
        if self.clock is not None and (self.who or self.does or self.refused):
            raise ValueError("clock 一步只是时间到了：去掉 who、does、refused")
        if self.clock is not None and not self.then:
            raise ValueError("clock 一步要在 then 里写明发生什么")
        if self.refused is not None and (self.then or self.follows):
            raise ValueError("被拒绝的一步什么都不发生：去掉 then、follows")
        if self.refused is None and (self.about is not None or self.sentence is not None):
            raise ValueError("about、sentence 只和 refused 一起写")
        if (self.does == "submit") != (self.says is not None):
            raise ValueError("提交要写 says；别的动作不写")
        return self


class Story(_Part):
    """One story: how a case is brought, what is done about it, how it ends."""

    story: str
    about: str
    begins: Annotated[str, AfterValidator(_moment)]
    channel: str
    says: Says
    brought: Moment | None = None
    """When the person brought it, where that is earlier."""
    withheld: bool = False
    guided: bool = False
    complained_of: tuple[str, ...] = ()
    never_told: tuple[str, ...] = ()
    """Who is told nothing in the whole story."""
    policy: dict[str, Any] = Field(default_factory=dict)
    """Where the policy of the story differs from the shipped one."""
    policies: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Other policies of the installation, by a name that `with: {policy: …}` may use."""
    opens: Outcome = Outcome()
    """What comes of the submission itself."""
    steps: tuple[Step, ...] = Field(min_length=1)
    ends: dict[str, Any] = Field(min_length=1)

    @model_validator(mode="after")
    def _absolute(self) -> Self:
        if moments.read(self.begins).absolute is None:
            raise ValueError("begins 写明年月日和时间")
        return self


_MENDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项：改正名称或者删去",
    "tuple_type": "写成列表 [ … ]",
    "dict_type": "写成 {名称: 内容}",
    "literal_error": "不能这样写",
}


def read(text: str, name: str) -> Story:
    """Read a story.

    Raises:
        StoryError: with every fault by file, line and field.
    """
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
        content = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 (it makes strings only)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else "文件"
        raise StoryError(f"{name} {where}：不是合格的 YAML（{getattr(error, 'problem', '')}）；查缩进和冒号") from None
    where_is = places.lines(node)
    twice = [f"{name} 第 {line} 行，{_path(path)}：写了两次；留一处" for path, line in places.doubled(node)]
    if twice:
        raise StoryError("\n".join(twice))
    try:
        return Story.model_validate(content)
    except ValidationError as error:
        raise StoryError("\n".join(_fault(name, item, where_is) for item in error.errors())) from None


def read_all(folder: Path = FOLDER) -> list[tuple[str, Story]]:
    """Read every story of a folder, by file name.

    Raises:
        StoryError: a file can't be read, or two stories have one title.
    """
    found = [(file.name, read(file.read_text(encoding="utf-8"), file.name)) for file in sorted(folder.glob("*.yaml"))]
    titles = [story.story for _, story in found]
    for name, story in found:
        if titles.count(story.story) > 1:
            raise StoryError(f"{name}：另一个文件也叫“{story.story}”；换个标题")
    return found


def _path(path: tuple[int | str, ...]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _fault(name: str, item: Any, where_is: dict[tuple[str | int, ...], int]) -> str:
    path = tuple(item["loc"])
    line = places.nearest(where_is, path)
    what = _MENDS.get(item["type"]) or str(item["msg"]).removeprefix("Value error, ")
    return f"{name} 第 {line} 行，{_path(path) or '全文'}：{what}"
