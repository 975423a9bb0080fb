"""Sending raw messages as a channel or unit, looking into the ledger, and the command line."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest
import structlog
from kafka import KafkaProducer
from sqlalchemy import text as sql
from typer.testing import CliRunner

from bancheng.cli import app
from producers.window import new_id
from router.ledger import reading
from router.ledger.database import connect, transaction
from router.ledger.record import NO_CASE, decode
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE, write
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Engine

    from bancheng.compose import House
    from router.cases.state import Case

NOW = "2026-03-02T09:30:00+08:00"
PIECES = {
    "social-insurance": ["养老断缴了", "想补缴社保", "退休手续没办", "年限不够", "保险关系转不过来"],
    "housing": ["房屋漏水", "物业不管", "楼道没灯", "电梯停了", "墙皮掉了"],
    "heating": ["暖气不热", "供热公司不来", "屋里十五度", "管道堵了", "试水漏了"],
}
"""What people say of three fields of the small policy, most of it in words that it doesn't have."""


@dataclass
class Wire:
    """Raw access to the running installation."""

    house: House
    engine: Engine
    eventually: Callable[..., Any]
    _producers: dict[str, KafkaProducer]

    def send(
        self, user: str, topic: str, key: bytes | None, value: bytes | None, *, partition: int = 0,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> tuple[str, int, int]:  # fmt: skip
        """Send one message as `user` and return where it stands."""
        if user not in self._producers:
            options = self.house.connection(user).options()
            self._producers[user] = KafkaProducer(acks="all", max_request_size=4 * 1024 * 1024, **options)
        sent = self._producers[user].send(
            topic, key=key, value=value, partition=partition,
            headers=[CONTENT_TYPE] if headers is None else headers,
        )  # fmt: skip
        stands = sent.get(timeout=10)
        return stands.topic, stands.partition, stands.offset

    def submit(self, text: str, *, channel: str = "window-system", **changes: Any) -> tuple[str, bytes]:
        """Build a submission; return its case id and bytes."""
        case_id = changes.pop("case_id", None) or new_id()
        data = {"details": {"narrative": text, "person": {"name": "张三"}}}
        return case_id, event(
            subject=case_id, source=f"/channels/{channel}", type="cn.bancheng.case.submitted.v1",
            data=changes.pop("data", data), **changes,
        )  # fmt: skip

    def good(self, text: str = "小区房屋漏水", *, channel: str = "window-system") -> str:
        """Submit a case whose words are its own, and wait until it is in the ledger; return its id."""
        case_id, value = self.submit(f"{text}{new_id()}", channel=channel)
        partition = shard_of(case_id, 16)
        self.send(f"channel-{channel}", f"cases.{channel}", case_id.encode(), value, partition=partition)
        self.case_when(case_id, lambda case: case is not None)
        return case_id

    def case(self, case_id: str) -> Case | None:
        """The case as the ledger has it."""
        with transaction(self.engine) as connection:
            return reading.find_case(connection, case_id)

    def case_when(self, case_id: str, condition: Callable[[Any], bool]) -> Any:
        """Wait until the case is as wanted, and return it."""

        def found() -> object:
            case = self.case(case_id)
            return case if condition(case) else None

        return self.eventually(found)

    def noted(self, kind: str) -> list[Any]:
        """The facts of what the chain says of the house, of one kind, oldest first."""
        with transaction(self.engine) as connection:
            found = connection.execute(
                sql("SELECT bytes FROM records WHERE case_id = :none ORDER BY sequence"), {"none": NO_CASE}
            ).scalars()
            told = [decode(bytes(data)).noted for data in found]
        return [one.facts for one in told if one is not None and one.kind == kind]

    def set_aside(self) -> dict[tuple[str, int, int], Any]:
        """The rows of the quarantine by the position of their messages."""
        with transaction(self.engine) as connection:
            rows = reading.list_quarantine(connection, most=1000, status=None)
        return {(row.topic, row.partition, row.offset): row for row in rows}

    def quarantined(self, place: tuple[str, int, int]) -> Any:
        """Wait for the quarantine row of a message."""
        return self.eventually(lambda: self.set_aside().get(place))


def event(**changes: Any) -> bytes:
    """A whole CloudEvent; fields are given by name."""
    fields = {"id": new_id(), "time": NOW, **changes}
    return write(**fields)


@pytest.fixture(scope="session")
def wire(running: House, eventually: Callable[..., Any]) -> Iterator[Wire]:
    """Raw access to the installation with router and relay at work."""
    engine = connect(running.engine.url.render_as_string(hide_password=False), name="test")
    given = Wire(running, engine, eventually, {})
    yield given
    for producer in given._producers.values():
        producer.close(timeout=5)
    engine.dispose()


class Said(NamedTuple):
    """What a command said, and how it left."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its output as data."""
        return orjson.loads(self.out)


@pytest.fixture
def bancheng(running: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Said]]:
    """Run a command in the home of the running installation; none may end in a traceback."""
    monkeypatch.setenv("BANCHENG_HOME", str(running.settings.home))
    monkeypatch.setenv("BANCHENG_POLICY", str(running.settings.policy))
    monkeypatch.setenv("COLUMNS", "240")

    def run(*words: object, answer: str | None = None) -> Said:
        result = CliRunner().invoke(app, [str(word) for word in words], input=answer)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    yield run
    structlog.reset_defaults()  # a command logs to the standard error that the runner gave it


@pytest.fixture
def results(wire: Wire) -> Iterator[Callable[[str, str], list[Any]]]:
    """What a channel was told of a case: the types, and their data."""
    user = "channel-window-system"
    keys = wire.house.client_keys(user, "window-system")
    reader = TopicReader(wire.house.connection(user), "results.window-system", group=None, keys=keys)
    kept: list[Any] = []

    def found(case_id: str, kind: str) -> list[Any]:
        kept.extend(reader.poll(0.2))
        return [one.data for one in kept if one.case_id == case_id and one.type == f"cn.bancheng.result.{kind}.v1"]

    yield found
    reader.close()


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A file of labels of our own making: what the words of the small policy can't know, a model can."""
    chance = random.Random(7)  # noqa: S311 (no secret)
    path = tmp_path / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for domain, pieces in PIECES.items():
            rows.writerows(["，".join(chance.sample(pieces, 2)) + f"第{n}回", domain] for n in range(60))
    return path
