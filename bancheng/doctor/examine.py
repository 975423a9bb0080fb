"""Looks at everything side by side, then lets the judges speak."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from bancheng.access import holdings
from bancheng.anchors import promised
from bancheng.doctor import ask_broker, ask_database, ask_machine
from bancheng.doctor.causes import NO_TABLES
from bancheng.doctor.judges import JUDGES
from bancheng.doctor.looking import Look, at
from bancheng.doctor.seen import Missing, Seen
from bancheng.sealing import required
from bancheng.watch.neighbours import services
from consumers.router import GROUP
from router.wire.connection import admin, check
from router.wire.ends import ends, members, source_topics

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from kafka import KafkaAdminClient

    from bancheng.compose import House
    from bancheng.doctor.finding import Finding

T = TypeVar("T")


def examine(house: House, now: datetime) -> list[Finding]:
    """Look at the installation, and say of every part how it is at an aware moment; changes nothing.

    At most 20 s: first the broker and the database are reached, then everything is looked at at once.
    """
    seen = look(house, now)
    return [finding for judge in JUDGES for finding in judge(seen)]


def look(house: House, now: datetime) -> Seen:
    """Return what can be seen, and why the rest can't."""
    settings = house.settings
    disks = ask_machine.disks(_folders(house))
    credentials = ask_machine.secret_files(settings.home)
    master_key = Look(lambda: ask_machine.master_kept(settings))
    masters = ask_machine.master_keys(settings)
    rules = Look(lambda: ask_machine.rules(settings, now))
    router_login = Look(lambda: _logged_in(house))
    opening = Look(lambda: admin(ask_broker.login(house)))

    engine = Look(lambda: house.engine).seen()
    database = at(engine, ask_database.database)
    database_clock = at(engine, ask_database.clock)
    migrations = at(engine, ask_database.migrations)
    installation = at(engine, lambda engine: _made(ask_database.fixed(engine, masters)))
    policies = at(engine, ask_database.kept_policies)
    work = at(engine, lambda engine: _made(ask_database.work(engine)))
    histories = at(engine, ask_database.rights)
    anchored = at(engine, ask_database.anchored)
    signing = at(engine, lambda engine: ask_machine.signing(engine, settings))
    guard = at(engine, ask_database.final)
    keyless = at(engine, lambda engine: ask_database.keyless(engine, required(house.book)))
    near = Look(lambda: tuple(services(settings.home)))

    client = opening.seen()
    turns = threading.Lock()  # kafka-python 3.0 refuses more than five requests at once (NodeNotReadyError)

    def of_broker(ask: Callable[[KafkaAdminClient], T]) -> Look[T | Missing]:
        def asked(client: KafkaAdminClient) -> T:
            with turns:
                return ask_broker.patiently(ask, client)

        return at(client, asked)

    broker = of_broker(lambda client: ask_broker.broker(client, ask_broker.login(house)))
    topics = of_broker(ask_broker.topics)
    held = of_broker(holdings)
    last = of_broker(lambda client: ends(client, source_topics(client)))
    routers = of_broker(lambda client: members(client, GROUP))
    broker_clock = of_broker(ask_broker.clock)
    seen = Seen(
        at=now,
        outside=not settings.embedded,
        broker=broker.seen(),
        router_login=router_login.seen(),
        topics=topics.seen(),
        holdings=held.seen(),
        ends=last.seen(),
        members=routers.seen(),
        broker_clock=broker_clock.seen(),
        database=database.seen(),
        database_clock=database_clock.seen(),
        migrations=migrations.seen(),
        installation=installation.seen(),
        policies=policies.seen(),
        work=work.seen(),
        histories=histories.seen(),
        reach=anchored.seen(),
        every=promised(settings),
        signing=signing.seen(),
        guard=guard.seen(),
        neighbours=() if isinstance(neighbours := near.seen(), Missing) else neighbours,
        disks=disks,
        master_key=master_key.seen(),
        credentials=credentials,
        rules=rules.seen(),
        keyless=keyless.seen(),
    )
    if not isinstance(client, Missing):
        Look(client.close).seen()
    return seen


def _logged_in(house: House) -> str | None:
    """Log in as the router, and return under which name."""
    own = ask_broker.login(house, ask_broker.ROUTER)
    check(own, ())
    return own.user


def _made(found: T | None) -> T | Missing:
    """Return what there is only once the installation is made."""
    return NO_TABLES if found is None else found


def _folders(house: House) -> tuple[Path, ...]:
    """Return the folders in which data grow, those of the embedded parts too."""
    home = house.settings.home
    return (home, home / "kafka" / "data", home / "postgres" / "data", home / "log")
