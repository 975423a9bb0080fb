"""One look at the whole installation: database and broker are asked once, and what can't be asked is said."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import psycopg
import structlog
from kafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError

from bancheng.watch.lag import lags
from router.audit.reach import reach
from router.ledger.database import NotNowError, cursor, transaction
from router.ledger.load import Load, load
from router.ledger.standing import look as look_at_ledger
from router.ledger.standing import quarantined
from router.wire.connection import WireError, admin
from router.wire.ends import ends, members, source_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kafka import KafkaAdminClient
    from sqlalchemy.engine import Engine

    from router.audit.anchoring import Every
    from router.audit.reach import Reach
    from router.ledger.standing import Standing
    from router.wire.connection import Connection

_LOAD_SECONDS = 30.0
_LOAD_SHARE = 20
"""Open cases are counted anew after `_LOAD_SECONDS`, or `_LOAD_SHARE` times as long as the last counting took."""
_DATABASE_AWAY = (
    "数据库没有应答：请检查 PostgreSQL 是否运行、是否执行过 bancheng topics create。",
    "The database doesn't answer: see whether PostgreSQL runs, and whether `bancheng topics create` has been run.",
)
_BROKER_AWAY = ("Kafka 没有应答：请检查代理是否运行。", "The broker doesn't answer: see whether it runs.")

log = structlog.get_logger("bancheng.watch")


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. What couldn't be asked is empty, and the sentence (Chinese, English) says why."""

    standing: Standing | None = None
    load: Load | None = None
    quarantined: Mapping[str, int] = field(default_factory=dict)
    """Messages ever set aside, by code."""
    lag: Mapping[str, int] = field(default_factory=dict)
    """By source topic: messages that stand there and aren't taken yet."""
    routers: int | None = None
    """How many routers take messages."""
    reach: Reach | None = None
    """How far anchors reach."""
    every: Every | None = None
    """How often one is promised."""
    database: tuple[str, str] | None = None
    broker: tuple[str, str] | None = None

    @property
    def late_anchor(self) -> bool:
        """Whether an anchor is missing that was promised; in a demonstration nobody makes any."""
        if self.reach is None or self.every is None or self.standing is None or self.standing.simulated:
            return False
        return self.reach.late(self.standing.at, self.every)


class Looking:
    """Looks again and again over the same connections. For one thread."""

    def __init__(
        self, engine: Engine, connection: Connection, group: str, now: Callable[[], datetime], every: Every
    ) -> None:
        """`connection` is a user's that may read the sources and see the routers' `group`; anchors are due `every`."""
        self._engine = engine
        self._connection = connection
        self._group = group
        self._now = now
        self._every = every
        self._client: KafkaAdminClient | None = None
        self._quarantined: Counter[str] = Counter()
        self._row = 0
        self._load: Load | None = None
        self._load_from = float("-inf")

    def look(self, *, counting: bool = True) -> Look:
        """Return how everything stands; `counting` counts open cases too, from time to time."""
        return self._with_broker(self._of_database(counting=counting))

    def close(self) -> None:
        """Let go of the broker."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _of_database(self, *, counting: bool) -> Look:
        try:
            with transaction(self._engine) as connection:
                cur = cursor(connection)
                standing = look_at_ledger(cur)
                anchored = reach(connection)
                new, self._row = quarantined(cur, self._row)
            self._quarantined += new
            if counting and time.monotonic() >= self._load_from:
                self._count()
        except (NotNowError, DBAPIError, psycopg.Error, LookupError) as error:
            log.warning("database not seen", reason=type(error).__name__)
            return Look(database=_DATABASE_AWAY)
        return Look(
            standing=standing, load=self._load, quarantined=dict(self._quarantined), reach=anchored, every=self._every
        )  # fmt: skip

    def _count(self) -> None:
        begun = time.monotonic()
        self._load = load(self._engine, self._now())
        took = time.monotonic() - begun
        self._load_from = begun + max(_LOAD_SECONDS, took * _LOAD_SHARE)

    def _with_broker(self, seen: Look) -> Look:
        try:
            if self._client is None:
                self._client = admin(self._connection)
            last = ends(self._client, source_topics(self._client))
            routers = members(self._client, self._group)
        except (WireError, KafkaError) as error:
            log.warning("broker not seen", reason=type(error).__name__)
            self.close()
            told = (error.sentence("zh"), error.sentence("en")) if isinstance(error, WireError) else _BROKER_AWAY
            return replace(seen, broker=told)
        lag = lags(last, seen.standing.positions) if seen.standing else {}
        return replace(seen, lag=lag, routers=routers)
