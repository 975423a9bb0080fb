"""Everything of one home, started in order and stopped in reverse: database, broker, rights, services."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bancheng.access import apply_access, end_logins, holdings, set_logins
from bancheng.access_compare import planned
from bancheng.access_keeper import ADMIN, histories, note
from bancheng.access_plan import SUPERUSERS
from bancheng.embedded.broker import Broker
from bancheng.embedded.database import Database
from bancheng.embedded.errors import DiedError
from bancheng.embedded.lock import HomeLock
from bancheng.running import Running
from bancheng.sealing import register_own
from bancheng.services import Service
from router.ledger.access_changes import Change
from router.ledger.policies import Policies
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.access import AccessChanges
    from bancheng.compose import House
    from bancheng.embedded.progress import Progress

_WATCH_SECONDS = 0.5
_NOT_IN_DEMO = ("clock", "match")
"""Simulated time passes with the messages, and its stories resemble each other on purpose."""
_SERVICES = (("router", ("route",)), ("relay", ("relay",)), ("clock", ("clock",)), ("match", ("match",)))


@dataclass(frozen=True, slots=True)
class Servers:
    """The embedded broker and database at work."""

    broker: Broker
    database: Database

    def check(self) -> None:
        """Make sure that both still run; raises DiedError."""
        for name, part in (("Kafka", self.broker), ("PostgreSQL", self.database)):
            code = part.poll()
            if code is not None:
                raise DiedError(name, code=code, log=part.log)


@contextmanager
def servers(house: House, progress: Progress, *, fast: bool = False) -> Iterator[Servers]:
    """Run the embedded broker and database of the house's home while the block runs.

    Raises:
        EmbeddedError: with one clear sentence.
    """
    home = house.settings.home
    with ExitStack() as stack:
        stack.enter_context(HomeLock.take(home))
        with ThreadPoolExecutor(2) as pool:
            password = house.credentials.password(ADMIN)
            starting_broker = pool.submit(Broker.start, home, admin_password=password, progress=progress, fast=fast)
            starting_database = pool.submit(Database.start, home, progress=progress, fast=fast)
            for starting in (starting_database, starting_broker):
                if starting.exception() is None:
                    stack.callback(starting.result().stop)
            broker, database = starting_broker.result(), starting_database.result()
        running = Running(broker.bootstrap, database.url, house.demo)
        running.write(home)
        if broker.renewed:
            _renew_passwords(house)
        stack.callback(Running.forget, home)
        yield Servers(broker, database)


def prepare(house: House) -> AccessChanges:
    """Bring tables, policy, keys, topics, users and rights to what the policy says; again changes nothing.

    Who was taken access from (`bancheng access revoke`) stays without.
    """
    made = house.install()
    Policies(house.engine, house.book)
    register_own(house)
    plan = planned(house.book, made.shards, histories(house))
    client = admin(house.connection(ADMIN))
    try:
        changes = apply_access(client, plan, house.credentials.logins(plan.users))
    finally:
        client.close()
    given = {user: [str(right) for right in changes.rights if right.user == user] for user in plan.users}
    note(house, [Change(user, "granted", rights) for user, rights in given.items() if rights or user in changes.users])
    return changes


def _renew_passwords(house: House) -> None:
    """Give every user the broker knows a password of ours alone: the file that held the old ones is gone."""
    client = admin(house.connection(ADMIN))
    try:
        known = {user: how for user, how in holdings(client).logins.items() if user not in SUPERUSERS}
        fresh = house.credentials.logins(tuple(known))
        set_logins(client, fresh)
        for user, mechanisms in known.items():
            end_logins(client, user, [how for how in mechanisms if how != fresh[user].mechanism])
    finally:
        client.close()


@contextmanager
def services(house: House) -> Iterator[tuple[Service, ...]]:
    """Run router, relay, clock and matching while the block runs; one that dies is started again."""
    demo = ("--demo",) if house.demo else ()
    given = _settings(house)
    running = tuple(
        Service(name, (*arguments, *demo), house.settings.home, {**given, "BANCHENG_WATCH": _watched(house, number)})
        for number, (name, arguments) in enumerate(_SERVICES, 1)
        if not (house.demo and name in _NOT_IN_DEMO)
    )
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(running, over), name="watch-services", daemon=True)
    try:
        for service in running:
            service.begin()
        watching.start()
        yield running
    finally:
        over.set()
        if watching.is_alive():
            watching.join()
        for service in running:
            service.stop()


def _settings(house: House) -> dict[str, str]:
    """Return the settings by which the services find the same installation under the same policy."""
    settings = house.settings
    policy = {} if settings.policy is None else {"BANCHENG_POLICY": str(settings.policy.absolute())}
    return {"BANCHENG_HOME": str(settings.home.absolute()), **policy}


def _watched(house: House, number: int) -> str:
    """Return where a service shows its state: at the ports behind our own, or at one that is free."""
    host, port = house.settings.watch_at
    return f"{host}:{port + number if port else 0}"


def _watch(running: tuple[Service, ...], over: threading.Event) -> None:
    while not over.wait(_WATCH_SECONDS):
        for service in running:
            service.watch()
