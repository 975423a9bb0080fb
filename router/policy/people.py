"""Who takes part: channels that submit, units that work, offices that decide."""

from __future__ import annotations

from enum import StrEnum

from router.policy.base import Named, Rule, Slug, Text


class Authority(StrEnum):
    """How far the router's word reaches: 派单 to `local`, 商请函 to the others; the court is never supervised."""

    LOCAL = "local"
    VERTICAL = "vertical"
    INDEPENDENT = "independent"


class Role(StrEnum):
    """What an actor is to the router; the policy says which commands each may send."""

    CHANNEL = "channel"
    UNIT = "unit"
    TEAM = "team"
    DISPATCHER = "dispatcher"
    WINDOW = "window"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    RATING = "rating"
    ROUTER = "router"


class ChannelKind(StrEnum):
    """What stands behind a channel: rules of acceptance and of acknowledgement differ by it."""

    WINDOW = "window"
    HOTLINE = "hotline"
    APP = "app"
    STATION = "station"
    OUTREACH = "outreach"
    IMPORT = "import"


class Channel(Named):
    """A system with a credential of its own (a centre's window system, the hotline), not a counter."""

    kind: ChannelKind


class Predecessor(Rule):
    """A former name or a merged unit, by which citizens and old files still know it."""

    name: Text
    until: int | None = None
    """The year in which it ended, where known."""


class Recusal(Rule):
    """By which words a text complains of a unit and doesn't only name it (回避)."""

    before: tuple[Text, ...] = ()
    """Words that make the unit named right after them the one complained of: 投诉, 举报."""
    after: tuple[Text, ...] = ()
    """Words of blame that follow the unit within the same clause: 不作为, 态度恶劣.

    `甲…乙`: one of the unit's people (窗口, 工作人员) close behind it, then the blame farther on in the same sentence;
    several of each are parted by `/`. `…乙` needs nobody between.
    """
    not_after: tuple[Text, ...] = ()
    """Words that make the unit named right after them only the place where the person was: 向, 到, 找.

    One that begins with `…` keeps blame that stands farther away off the unit too.
    """
    not_after_except: tuple[Text, ...] = ()
    """Words that only end like one of those: 现在, 遇到."""


class Unit(Named):
    """A department, subdistrict, volunteer team or office that reads assignments and writes responses."""

    role: Role = Role.UNIT
    parent: Slug | None = None
    aliases: tuple[Text, ...] = ()
    predecessors: tuple[Predecessor, ...] = ()
    authority: Authority = Authority.LOCAL
    region: Slug | None = None
    township: bool = False
    """A township or subdistrict: department work goes to it only where a route names it."""
    head: Text | None = None
    """The title of its 分管领导, never a person's name."""
    superior: Slug | None = None
    """Who is told when it is late (分管领导所在单位或上级); by default its parent, else the leader."""
    assumption: bool = False
    """Ours, not a source's: to be confirmed by the centre that adopts the policy."""

    def names(self) -> tuple[str, ...]:
        """Return every name it goes or went by, the official one first."""
        return (self.name, *self.aliases, *(former.name for former in self.predecessors))
