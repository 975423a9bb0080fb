"""What an installation keeps on its disks, and what these disks do."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from figures import rounded

from bancheng.doctor import ask_broker
from bancheng.embedded.account import account_for_database
from bancheng.embedded.postgres import program
from router.ledger.database import transaction
from router.ledger.tables import metadata
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from ground import At
    from kafka import KafkaAdminClient

_COMMITS = 300

T = TypeVar("T")


def asked(at: At, ask: Callable[[KafkaAdminClient], T]) -> T:
    """Ask the broker as its administrator."""
    client = admin(at.house.connection("admin"))
    try:
        return ask_broker.patiently(ask, client)
    finally:
        client.close()


def sizes(at: At) -> dict[str, dict[str, int]]:
    """Return each table's bytes, what belongs to the rows and what to the indexes."""
    query = "SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid)) FROM pg_partition_tree(%(name)s)"
    with transaction(at.house.engine) as connection:
        found = {name: connection.exec_driver_sql(query, {"name": name}).one() for name in metadata.tables}
    return {name: {"rows": int(row[0]), "indexes": int(row[1])} for name, row in found.items()}


def topic_bytes(at: At) -> dict[str, int]:
    """Return the bytes of the broker's logs by kind of topic, as they stand on its disk (compressed)."""
    told = asked(at, lambda client: client.describe_log_dirs())
    found: Counter[str] = Counter()
    for broker in told:
        for folder in broker["log_dirs"]:
            for topic in folder["topics"]:
                kind = topic["name"].partition(".")[0]
                found[kind] += sum(partition["partition_size"] for partition in topic["partitions"])
    return {kind: found[kind] for kind in ("cases", "responses", "feedback", "assignments", "results", "ledger")}


def commits(at: At) -> float:
    """Return how many tiny durable transactions a second one connection commits: the disk's own rate."""
    with at.house.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS one (n int)")
        connection.commit()
        begun = time.perf_counter()
        for number in range(_COMMITS):
            connection.exec_driver_sql("INSERT INTO one VALUES (%s)", (number,))
            connection.commit()
        took = time.perf_counter() - begun
        connection.exec_driver_sql("DROP TABLE one")
        connection.commit()
    return rounded(_COMMITS / took)


def dumped(at: At) -> dict[str, float]:
    """Return how fast the database is dumped and restored: MiB of the database a second."""
    url = at.house.engine.url
    socket, account = str(url.query["host"]), account_for_database()
    identity = {"user": account.uid, "group": account.gid, "extra_groups": ()} if account else {}
    with transaction(at.house.engine) as connection:
        size = int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()) / 2**20
    common = ["-h", socket, "-U", str(url.username)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        file = f"{folder}/dump"

        def timed(*command: str) -> float:
            begun = time.perf_counter()
            subprocess.run(command, check=True, **identity)  # type: ignore[call-overload]
            return time.perf_counter() - begun

        out = timed(str(program("pg_dump")), *common, "-Fc", "-Z", "1", "-f", file, str(url.database))
        compressed = Path(file).stat().st_size / 2**20
        subprocess.run([str(program("createdb")), *common, "restored"], check=True, **identity)  # type: ignore[call-overload]
        back = timed(str(program("pg_restore")), *common, "-d", "restored", file)
    return {
        "database_mib": rounded(size),
        "dump_mib": rounded(compressed),
        "dump_mib_a_second": rounded(size / out),
        "restore_mib_a_second": rounded(size / back),
    }
