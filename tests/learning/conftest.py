"""Made-up complaints: three fields, each with words of its own among common ones."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bancheng import policies
from bancheng.learning.rows import Labelled
from bancheng.learning.training import prepared, train
from router.classify.classification import Text
from router.classify.lexicon import LexiconClassifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bancheng.learning.training import Trained
    from router.policy.policy import Policy

KEY = b"k" * 32
DAY = date(2026, 3, 1)
_OWN = {
    "labour": ("拖欠工资", "劳动合同", "加班费", "农民工", "老板不给钱", "社保没有买", "仲裁", "辞退"),
    "education": ("学校", "老师", "招生", "学区", "幼儿园", "补课收费", "校车", "转学"),
    "environment": ("油烟", "噪音", "污水", "扬尘", "臭味", "排放", "粉尘", "夜间施工"),
}
_COMMON = ("请领导", "尽快处理", "多次反映", "没有结果", "附近居民", "去年", "希望", "到现在", "您好", "谢谢")


def _written(count: int, seed: int) -> Labelled:
    chance = random.Random(seed)  # noqa: S311 (made-up texts are no secret)
    texts, labels = [], []
    for number in range(count):
        label = list(_OWN)[number % len(_OWN)]
        words = [*chance.sample(_OWN[label], 3), *chance.sample(_COMMON, 4), f"{chance.randrange(10**6)}号"]
        words += [chr(chance.randrange(0x4E00, 0x9000)) * 2 for _ in range(4)]
        chance.shuffle(words)
        texts.append(Text("", "".join(words)))
        labels.append(label)
    return Labelled(tuple(texts), tuple(labels), tuple(range(2, count + 2)), (), {})


@pytest.fixture(scope="session")
def written() -> Callable[[int, int], Labelled]:
    """So many labelled texts, of a seed."""
    return _written


@pytest.fixture(scope="session")
def policy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped policy with its fields and sections, but few words: it is read in no time."""
    content = policies.read().model_dump(mode="json", exclude_none=True)
    for domain in content["domains"]:
        for part in (domain, *domain["sections"]):
            part["words"] = dict(list(part["words"].items())[:20])
            part["topics"] = []
        del domain["topics"]
    for part in (*content["causes"], *content["not_accepted"]):
        part["words"] = dict(list(part["words"].items())[:3])
    content["kinds"] = {kind: dict(list(words.items())[:3]) for kind, words in content["kinds"].items()}
    content["urgent"] = dict(list(content["urgent"].items())[:3])
    content["examples"] = []
    path = tmp_path_factory.mktemp("policy") / "few-words.yaml"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def policy(policy_file: Path) -> Policy:
    """The shipped policy with few words."""
    return policies.read(policy_file)


@pytest.fixture(scope="session")
def lexicon(policy: Policy) -> LexiconClassifier:
    """Its words."""
    return LexiconClassifier(policy, policy.hash)


@pytest.fixture(scope="session")
def trained(policy: Policy, lexicon: LexiconClassifier) -> Trained:
    """A model trained on 120 of the made-up texts."""
    pytest.importorskip("sklearn", reason="training needs the extra `learning`")
    return train(prepared(_written(120, 1), policy, lexicon, 1), lexicon, KEY, DAY)
