"""One round of chaos: traffic flows while faults happen, then everything is held against what was sent."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from checker import Sent, Verdict, check
from kafka import KafkaProducer
from kafka.errors import KafkaError
from looking import look
from traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from world import World

_CHUNK = 500
_SETTLE_SECONDS = 600.0
_LONG_STOP = 12.0
"""Longer than the session of a router (10 s) and the lease of a relay (10 s)."""
_HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
_TICK = 0.1
_MET_SECONDS = 40
"""How long a full disk waits until somebody has met it."""
_TICKED = 200
"""Cases on which the clock is to have done something before the end."""
_AT_WORK = 0.7
"""Of ten faults seven wait until a router and a relay are at work again; the others come on top of one another."""


class Sender(threading.Thread):
    """An honest sender: what the broker didn't confirm is sent again, in the same order, until it is."""

    def __init__(self, world: World, plan: Sequence[Sent]) -> None:
        """Send `plan`, as far as it is allowed at any time."""
        super().__init__(name="sender", daemon=True)
        self._world = world
        self._plan = plan
        self._wait = threading.Event()
        self._allowed = 0
        self.resent = 0
        self.over = False

    def run(self) -> None:
        """Send all of it."""
        producer: KafkaProducer | None = None
        at = 0
        while at < len(self._plan):
            left = list(self._plan[at : min(at + _CHUNK, self._allowed)])
            at += len(left)
            if not left:
                self._wait.wait(_TICK)
            while left:
                try:
                    producer = producer or self._producer()
                    left = self._send(producer, left)
                except KafkaError:
                    pass
                if left:
                    self.resent += len(left)
                    if producer is not None:
                        _let_go(producer)
                    producer = None
                    self._wait.wait(0.5)
        if producer is not None:
            _let_go(producer)
        self.over = True

    def allow(self, share: float) -> None:
        """Let it send up to this share of the plan."""
        self._allowed = min(len(self._plan), int(share * len(self._plan)) + 1)

    def _producer(self) -> KafkaProducer:
        return KafkaProducer(
            acks="all", enable_idempotence=True, max_block_ms=3000, delivery_timeout_ms=6000, request_timeout_ms=5000,
            linger_ms=5, max_request_size=4 << 20, allow_auto_create_topics=False, **self._world.options(),
        )  # fmt: skip

    @staticmethod
    def _send(producer: KafkaProducer, batch: Sequence[Sent]) -> list[Sent]:
        """Send and wait; return what was not confirmed and all after it, so that no case is sent out of order."""
        promised = []
        for one in batch:
            try:
                promised.append(
                    producer.send(one.topic, value=one.value, key=one.key, partition=one.partition, headers=_HEADERS)
                )
            except KafkaError:
                break
        for index, promise in enumerate(promised):
            try:
                promise.get(timeout=10)
            except KafkaError:
                return list(batch[index:])
        return list(batch[len(promised) :])


def _let_go(producer: KafkaProducer) -> None:
    try:
        producer.close(timeout=1)
    except KafkaError:
        producer._sender.force_close()
        producer._closed = True  # else it tries once more, and raises, when it is collected


@dataclass
class Storm:
    """A round: a seed, a number of messages, and the faults that are to happen."""

    world: World
    seed: int
    messages: int
    each: int = 2
    """How often each fault happens."""
    faults: tuple[str, ...] = ()
    """Only these, with one router; none: all of them, with one, two and four."""
    done: Counter[str] = field(default_factory=Counter)
    said: Callable[[str], None] = lambda _text: None

    def __post_init__(self) -> None:
        """Fix the plan of faults."""
        self._random = random.Random(self.seed)  # noqa: S311 (to be repeated)
        kinds = [name for name in self.faults or FAULTS for _ in range(self.each)]
        self._random.shuffle(kinds)
        scaled = [] if self.faults else ["two routers", "four routers", "one router"]
        for index, name in enumerate(scaled):
            kinds.insert((index + 1) * len(kinds) // 4 + index, name)
        self.kinds = kinds

    def run(self) -> tuple[Verdict, float]:
        """Let it happen; return what the checker says, and how many seconds it took."""
        begun = time.monotonic()
        plan = Traffic(self.seed, self.messages).plan
        world = self.world
        timed = any(name.endswith("clock") for name in self.kinds)
        world.wanted = {"route": 1, "relay": 2, "clock": int(timed)}
        world.keep()
        self._until(lambda: len(world.ends()) > 0, 30)
        sender = Sender(world, plan)
        sender.start()
        for number, name in enumerate(self.kinds, 1):
            sender.allow((number - 0.5) / len(self.kinds))
            if self._random.random() < _AT_WORK:
                since = time.time()
                self._until(lambda since=since: world.at_work(since), 20)
            self._pass(self._random.uniform(0.2, 2.0))
            sender.allow(number / len(self.kinds))  # it is in the middle of sending when the fault comes
            if FAULTS.get(name, _scale)(self, name):
                self.done[name] += 1
                self.said(f"{time.monotonic() - begun:6.1f} s  {name}")
            else:
                self.said(f"{time.monotonic() - begun:6.1f} s  {name}: did not happen")
        sender.allow(1)
        self._until(lambda: sender.over, 300)
        if timed:
            self._until(lambda: world.ticked() >= min(_TICKED, self.messages // 20), 60)
        world.wanted |= {"route": 2, "clock": 0}
        self._until(lambda: all(one.stopped_until is None for one in world.servants), 60)
        verdict_left = self._settle()
        bad = world.end_services()
        verdict = check(plan, look(world.options(), world.libpq))
        if verdict_left:
            verdict.complain("left_over", verdict_left)
        if timed and not world.ticked():
            verdict.complain("left_over", "the clock did nothing")
        for one in bad:
            verdict.complain("exit", one)
        verdict.counts["resent"] = sender.resent
        verdict.counts["deaths"] = len(world.deaths)
        return verdict, time.monotonic() - begun

    def _settle(self) -> str | None:
        deadline = time.monotonic() + _SETTLE_SECONDS
        left: str | None = "?"
        while time.monotonic() < deadline:
            self._pass(1.0)
            left = self.world.settled()
            if left is None:
                return None
            self.said(f"        left: {left}")
        return left

    def _pass(self, seconds: float) -> None:
        """Let time pass, looking after the services."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.world.keep()
            threading.Event().wait(_TICK)

    def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition() and time.monotonic() < deadline:
            self._pass(_TICK)

    # the faults

    def kill(self, name: str) -> bool:
        """SIGKILL a service, as soon as there is one that isn't stopped."""
        return self._met(partial(self.world.kill, name.split()[1], self._random.randrange(8)))

    def stop(self, name: str) -> bool:
        """SIGSTOP a service for longer than its session or lease; it goes on beside its successor."""
        return self._met(partial(self.world.stop, name.split()[1], self._random.randrange(8), _LONG_STOP))

    def _met(self, fault: Callable[[], bool]) -> bool:
        """Try until there is a service to be met, which may take as long as another fault lasts."""
        deadline = time.monotonic() + 2 * _LONG_STOP
        while not fault():
            if time.monotonic() > deadline:
                return False
            self._pass(_TICK)
        return True

    def broker(self, _name: str) -> bool:
        """SIGKILL the broker, leave it dead for a moment, bring it back."""
        self.world.kill_broker()
        self._pass(self._random.uniform(0.2, 3.0))
        self.world.start_broker()
        return True

    def database(self, name: str) -> bool:
        """End the database in one of three ways, bring it back."""
        how = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "killed": signal.SIGKILL}[name.rsplit(" ", 1)[1]]
        self.world.end_database(how)
        self._pass(self._random.uniform(0.0, 2.0))
        self.world.start_database()
        return True

    def cut(self, _name: str) -> bool:
        """Cut all connections to the database."""
        self.world.cut_connections()
        return True

    def disk(self, _name: str) -> bool:
        """No room for the tables for some seconds."""
        if self.world.quota is None:
            return False
        before = self.world.logged("DiskFull")
        self.world.fill_disk()
        self._until(lambda: self.world.logged("DiskFull") > before, _MET_SECONDS)
        self._pass(self._random.uniform(1.0, 3.0))
        self.world.free_disk()
        return self.world.logged("DiskFull") > before


def _scale(storm: Storm, name: str) -> bool:
    storm.world.wanted["route"] = {"one router": 1, "two routers": 2, "four routers": 4}[name]
    return True


FAULTS: dict[str, Callable[[Storm, str], bool]] = {
    "kill route": Storm.kill, "kill relay": Storm.kill, "kill clock": Storm.kill, "stop route": Storm.stop,
    "stop relay": Storm.stop, "stop clock": Storm.stop, "broker killed": Storm.broker, "database fast": Storm.database,
    "database immediate": Storm.database, "database killed": Storm.database, "connections cut": Storm.cut,
    "disk full": Storm.disk,
}  # fmt: skip
