"""The composition root: from settings to a door, a router, a relay and the clients. Put together here only."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector

from bancheng import policies, running, secrets
from bancheng.anchors import HomeAnchors, promised
from bancheng.credentials import Credentials, Login
from bancheng.tracing import traces
from bancheng.watch.look import Looking
from bancheng.watch.measured import MeasuredDoor, MeasuredPublisher
from consumers.clock import Clock
from consumers.department import DepartmentClient
from consumers.matcher import Matcher
from consumers.router import GROUP, RouterConsumer
from producers.publisher import Publisher
from producers.relay import Relay
from producers.sealing import Sealing
from producers.waking import Waker
from producers.window import WindowClient
from router.classify.learned.classifier import LearnedClassifier, fits
from router.classify.learned.model import read as read_model
from router.classify.lexicon import LexiconClassifier
from router.door.door import Door, Now
from router.door.engines import Engines
from router.door.reading import Reader
from router.health import now_utc
from router.ledger import models, roles
from router.ledger.database import connect
from router.ledger.install import install
from router.ledger.policies import Policies
from router.messages.inbound import kinds
from router.policy.sealing import Mode
from router.vault.keyfile import KeyFile
from router.vault.sealing import NOBODY, PublicKey
from router.wire.client_keys import ClientKeys
from router.wire.connection import Connection

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from bancheng.master_key import MasterKey
    from bancheng.settings import Settings
    from bancheng.tracing import Traces
    from router.classify.learned.model import Model
    from router.ledger.install import Installation
    from router.policy.book import Book
    from router.policy.policy import Policy
    from router.vault.keyring import Keyring

CREDENTIALS = "credentials.json"


@dataclass(frozen=True)
class House:
    """One installation as seen by one process. Parts are made when first asked for."""

    settings: Settings
    demo: bool = False

    @cached_property
    def book(self) -> Book:
        """The policies in use; raises PolicyError."""
        return policies.read_all(self.settings.policy)

    @property
    def policy(self) -> Policy:
        """The newest policy, in whose words things are shown; raises PolicyError."""
        return self.book.newest

    @cached_property
    def master_key(self) -> MasterKey:
        """Where the vault's master key is kept."""
        return secrets.master_key(self.settings)

    @cached_property
    def keyring(self) -> Keyring:
        """The vault's keys; raises VaultError."""
        return secrets.keyring(self.master_key)

    @cached_property
    def credentials(self) -> Credentials:
        """The passwords kept in the home."""
        return Credentials.load(self.settings.home / CREDENTIALS)

    def connection(self, user: str) -> Connection:
        """Return how to reach the broker as `user`; raises NotRunningError.

        Outside brokers: the user and password that are set; else the home's own passwords.
        """
        settings = self.settings
        bootstrap = settings.kafka or running.find(settings.home).kafka
        if settings.kafka_password is not None:
            name: str | None = settings.kafka_user or user
            login = Login(settings.kafka_password.get_secret_value(), settings.kafka_mechanism)
        elif settings.kafka is None or user in self.credentials.known():
            name, login = user, self.credentials.login(user)
        else:
            name, login = None, Login("")
        ca = str(settings.kafka_ca_file) if settings.kafka_ca_file else None
        return Connection(bootstrap, name, login.password or None, login.mechanism, settings.kafka_tls, ca)

    @cached_property
    def engine(self) -> Engine:
        """The database with all rights of the login, for commands; raises NotRunningError."""
        return connect(self._database(), name=_shown())

    @cached_property
    def working(self) -> Engine:
        """The database with the rights of the services' role and no more; raises NotRunningError."""
        return connect(self._database(), name=_shown(), role=roles.ROUTER)

    def _database(self) -> str:
        own = self.settings.database
        return own.get_secret_value() if own else running.find(self.settings.home).database

    @cached_property
    def registry(self) -> CollectorRegistry:
        """The figures of this process."""
        made = CollectorRegistry()
        ProcessCollector(registry=made)
        return made

    @cached_property
    def traces(self) -> Traces:
        """Where traces go; raises NoTracingError."""
        return traces(os.environ)

    def close(self) -> None:
        """Let go of the database, if it was used, and of traces."""
        for name in ("engine", "working"):
            if name in self.__dict__:
                self.__dict__[name].dispose()
        if "traces" in self.__dict__:
            self.traces.close()

    def install(self) -> Installation:
        """Make or find the installation; raises OtherTimeError, NotPreparedError, VaultError, NotNowError."""
        try:
            source = "message" if self.demo else "system"
            return install(self.engine, self.keyring, time_source=source, first=self.master_key.make)
        finally:
            self.engine.dispose()  # a service keeps no connection that may do more than it needs

    def active_model(self) -> Model | None:
        """Return the trained model in use; None where there is none, or nothing runs here yet."""
        try:
            newest = next(iter(models.activations(self.engine)), None)
        except running.NotRunningError:
            return None
        return read_model(models.content(self.engine, newest.model)) if newest and newest.model else None

    def classifier(self, policy: Policy) -> LexiconClassifier | LearnedClassifier:
        """Return what judges texts under a policy now."""
        words, model = LexiconClassifier(policy, policy.hash), self.active_model()
        return LearnedClassifier(words, model) if model is not None and fits(words, model) else words

    def door(self, *, opens: bool = True) -> Door:
        """Return the door to the ledger; unless it `opens`, it needs no key and takes no sealed message.

        Raises:
            SealingError: the router's private keys can't be read.
        """
        file = self.settings.sealing_key_file
        keys = secrets.sealing_keys(self.settings.home, file) if opens else NOBODY
        made = self.install()
        reader = Reader(
            self.book,
            kinds(),
            shards=made.shards,
            lookup_key=made.lookup_key,
            judge_time=not self.demo,
            keys=keys,
        )
        now: Now = message_time if self.demo else system_time
        known = Policies(self.working, self.book)
        engines, tracing = Engines(self.working, self.book), self.traces.of("router")
        return Door(self.working, self.keyring, known, reader, engines.now, made.shards, now, tracing)

    def router(self) -> RouterConsumer:
        """Return the router's consumer, connected; raises WireError, NotRunningError, SealingError."""
        name = process_name("router")
        door = MeasuredDoor(self.door(), self.registry)
        return RouterConsumer(self.connection("router"), self.working, door, client=name)

    def clock(self) -> Clock:
        """Return the clock; raises NotRunningError, and OtherTimeError where time is simulated."""
        horizon = self.policy.work_calendar.last_known_year
        door, owner = self.door(opens=False), process_name("clock")
        return Clock(self.working, door, owner=owner, horizon=horizon, anchors=self.anchors())

    def anchors(self) -> HomeAnchors:
        """Return what makes anchors here; raises NotRunningError."""
        return HomeAnchors(self.working, self.settings)

    def matcher(self) -> Matcher:
        """Return the matching service; raises NotRunningError, and OtherTimeError where time is simulated."""
        key = self.install().lookup_key
        return Matcher(self.working, self.keyring, key, owner=process_name("match"))

    def relay(self) -> Relay:
        """Return the relay, connected; raises WireError, NotRunningError."""
        self.install()
        name = process_name("relay")
        publisher = MeasuredPublisher(Publisher(self.connection("router"), client=name), self.registry, now_utc)
        sealing = Sealing(self.book.sealing)
        return Relay(self.working, self.keyring, publisher, Waker(self.working), sealing, owner=name)

    def router_key(self) -> PublicKey | None:
        """Return what details for the router are sealed to, as far as it is known here; raises SealingError."""
        settings = self.settings
        if settings.router_key is not None:
            return PublicKey.read(settings.router_key)
        file = secrets.sealing_file(settings.home, settings.sealing_key_file)
        return KeyFile(file).public if file.exists() else None

    def client_keys(self, user: str, name: str) -> ClientKeys:
        """Return what a channel's or unit's client seals with and opens by; raises SealingError."""
        own = secrets.party_file(self.settings.home, user)
        to = None if self.book.sealing(name) is Mode.OFF else self.router_key()
        return ClientKeys(to, KeyFile(own) if own.exists() else NOBODY)

    def looking(self) -> Looking:
        """Return what looks at the whole installation; raises NotRunningError."""
        return Looking(self.working, self.connection("router"), GROUP, now_utc, promised(self.settings))

    def window(self, channel: str, *, bulk: bool = False) -> WindowClient:
        """Return a channel's client; raises WireError, NotRunningError."""
        name = f"channel-{channel}"
        keys = self.client_keys(name, channel)
        return WindowClient(self.connection(name), channel, bulk=bulk, tracing=self.traces.of(name), keys=keys)

    def department(self, unit: str, *, from_start: bool = False) -> DepartmentClient:
        """Return a unit's or office's client; raises WireError, NotRunningError."""
        name = f"unit-{unit}"
        keys, tracing = self.client_keys(name, unit), self.traces.of(name)
        return DepartmentClient(self.connection(name), unit, from_start=from_start, tracing=tracing, keys=keys)


def system_time(message_time: datetime, wall: datetime) -> datetime:  # noqa: ARG001 (the shape of `Now`)
    """Decisions are made when they are made: a batch at one moment."""
    return wall


def message_time(message_time: datetime, wall: datetime) -> datetime:  # noqa: ARG001 (likewise)
    """In a demonstration, time is what the messages say: months pass in seconds."""
    return message_time.astimezone(UTC)


def _shown() -> str:
    """Return as whom this process shows in the database: one of many machines, each of whose containers has a 1."""
    return f"{os.getpid()}-{socket.gethostname()[:40]}"


def process_name(task: str) -> str:
    """Return a name for this process among others of its task."""
    return f"{task}-{socket.gethostname()}-{os.getpid()}"
