"""What can be wrong with a log, each kind by its name and in a sentence. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What is wrong; `docs/verify.md` explains each."""

    ALTERED = "altered"
    GAP = "gap"
    ORDER = "order"
    REPEATED = "repeated"
    OTHER_CONTENT = "other_content"
    FORK = "fork"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"
    SURPLUS = "surplus"
    MOVED = "moved"
    COLUMN = "column"
    CLOCK = "clock"
    NOT_A_RECORD = "not_a_record"
    NEWER = "newer"
    SHARDS = "shards"
    ANCHOR_FORGED = "anchor_forged"
    ANCHOR_KEY = "anchor_key"
    ANCHOR_GAP = "anchor_gap"
    ANCHOR_ORDER = "anchor_order"
    ANCHOR_CHAIN = "anchor_chain"
    ANCHOR_FORK = "anchor_fork"
    ANCHOR_BACK = "anchor_back"
    ANCHOR_CLOCK = "anchor_clock"
    ANCHOR_MISSING = "anchor_missing"
    NOT_AN_ANCHOR = "not_an_anchor"
    UNTRUSTED = "untrusted"
    LINE = "line"
    FILE = "file"
    RULES = "rules"
    UNREADABLE = "unreadable"


_SAID: Final[dict[Kind, tuple[str, str]]] = {
    Kind.ALTERED: (
        "内容与写入时不符",
        "isn't what was written: later records, an anchor or a head were made over another",
    ),
    Kind.GAP: ("缺失", "is missing"),
    Kind.ORDER: ("顺序被打乱", "stands out of order"),
    Kind.REPEATED: ("重复出现", "stands there twice"),
    Kind.OTHER_CONTENT: ("重复出现且内容不同", "stands there again with other content"),
    Kind.FORK: ("出现分叉：同一序号接着两份不同的记录", "has a rival: two different records follow the same one"),
    Kind.REWRITTEN: (
        "自此至锚点之间被整体改写",
        "or one after it, up to what an anchor or head confirms, was written anew",
    ),
    Kind.TRUNCATED: (
        "及其后被截去：锚点或清单证明曾有",
        "and what follows was cut off: an anchor or head says that it was there",
    ),
    Kind.SURPLUS: ("是清单之外多出来的", "stands beyond the end that the manifest names"),
    Kind.MOVED: ("的位置上是别的分片的记录", "is taken by a record of another shard"),
    Kind.COLUMN: ("旁边的数据库列被改动", "has other values in the database's columns beside it than in itself"),
    Kind.CLOCK: ("记录时间倒退", "says an earlier time than what came before, or a later one than its anchor"),
    Kind.NOT_A_RECORD: ("不是记录", "is no record"),
    Kind.NEWER: ("由更新版本写成，请用新版本验证", "was written by a newer version: verify with that"),
    Kind.SHARDS: ("分片数与锚点不符", "has another number of shards than its anchors say"),
    Kind.ANCHOR_FORGED: ("签名不成立：伪造或被改动", "isn't signed by the key that it names: forged or altered"),
    Kind.ANCHOR_KEY: (
        "用未经引入或已停用的密钥签名",
        "is signed with a key that nobody introduced, or that was retired",
    ),
    Kind.ANCHOR_GAP: ("缺失", "is missing"),
    Kind.ANCHOR_ORDER: ("顺序被打乱", "stands out of order"),
    Kind.ANCHOR_CHAIN: ("与前一锚点衔接不上", "doesn't follow the anchor before it"),
    Kind.ANCHOR_FORK: ("同一编号有两份不同的锚点", "has a rival of the same number"),
    Kind.ANCHOR_BACK: ("所载链首倒退或总数不符", "names heads that go back, or another count than they give"),
    Kind.ANCHOR_CLOCK: ("时间倒退", "says an earlier time than the one before"),
    Kind.ANCHOR_MISSING: ("另处留存，此处却没有", "was kept elsewhere and isn't here"),
    Kind.NOT_AN_ANCHOR: ("不是锚点或版本更新", "is no anchor, or one of a newer version"),
    Kind.UNTRUSTED: ("没有一个出自您给定的密钥", "are not by the key that you gave: no anchor is signed with it"),
    Kind.LINE: ("与张贴的校验行不符", "isn't what the posted line says"),
    Kind.FILE: ("缺失，或与清单所记不符", "is missing, or not what the manifest says"),
    Kind.RULES: ("与其哈希不符：规则或模型被改动", "isn't what its hash says: the policy or model was changed"),
    Kind.UNREADABLE: ("读不下去", "can't be read any further"),
}


class Trouble(NamedTuple):
    """One thing that is wrong, and where."""

    kind: Kind
    shard: int | None = None
    sequence: int | None = None
    """The first record concerned."""
    until: int | None = None
    """The last one, where it is one of several or all of them."""
    anchor: int | None = None
    """The anchor concerned, or the one that says so."""
    file: str | None = None

    @property
    def where(self) -> str:
        """The record's, anchor's or file's name."""
        if self.sequence is not None:
            return f"{self.shard}-{self.sequence}"
        if self.anchor is not None:
            return f"anchor-{self.anchor}"
        return self.file or "anchors"

    def sentence(self, lang: str) -> str:
        """Return it as a sentence in `zh` or `en`."""
        chinese, english = _SAID[self.kind]
        upto = self.until if self.until is not None and self.until != self.sequence else None
        by = self.anchor if self.sequence is not None else None
        if lang == "en":
            more = (f" (up to {self.shard}-{upto})" if upto else "") + (f", says anchor {by}" if by else "")
            return f"{self._subject('record', '')} {english}{more}."
        more = (f"（至 {self.shard}-{upto}）" if upto else "") + (f"，依据锚点 {by}" if by else "")
        return f"{self._subject('记录', '锚点')}{chinese}{more}。"

    def _subject(self, record: str, anchors: str) -> str:
        if self.sequence is not None:
            return f"{record} {self.where} " if anchors else f"Record {self.where}"
        if self.anchor is not None:
            return f"{anchors} {self.anchor} " if anchors else f"Anchor {self.anchor}"
        if self.file is not None:
            return self.file
        return anchors or "The anchors"


def in_order(trouble: Trouble) -> tuple[bool, int, int, int]:
    """Sort troubles: records by shard and sequence, then anchors by number, then the rest."""
    record = trouble.sequence is not None
    return (not record, trouble.shard or 0, trouble.sequence or 0, trouble.anchor or 0)
