"""Cases a second through broker, router, database and relay, one router process, all on this machine.

    python bench/end_to_end.py [--cases 20000] [--json FILE]

In the same run, on the same broker and database: how fast kafka-python reads the same messages with
nothing else to do, and how fast PostgreSQL takes the same bytes by COPY. Then where the time goes: CPU of
each process per case, and the router's own stages. Texts are made here, from a few sentences and a number.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from kafka import KafkaConsumer, TopicPartition

from bancheng.compose import House
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from bancheng.up import prepare, servers
from producers.window import Submission
from router.ledger.database import cursor, transaction
from router.messages.details import Person

SENTENCES = (
    "小区暖气一直不热，家里有老人和孩子，打了几次供热公司电话都说在排查，请尽快处理。",
    "多年没交养老保险，档案不知道在哪里，原来的厂子已经改制，想补缴以后办理退休。",
    "工地拖欠工资三个月，老板不接电话，二十多个工人等着回家，请劳动监察帮忙要回来。",
    "门口的路坑坑洼洼，下雨天积水很深，骑车的人摔了好几个，什么时候能修一修。",
    "办营业执照跑了四趟，窗口每次要的材料都不一样，希望一次说清楚。",
    "草场承包合同丢了，邻居越界放牧，嘎查说没有底档，不知道找谁确权。",
    "外地住院回来报销医保，说要备案证明，可是当时医院没有告诉我们要办备案。",
    "晚上工地施工到凌晨两点，噪音太大，孩子第二天还要上学，希望管一管。",
)
TOPIC = "cases.import"


def submissions(count: int) -> list[Submission]:
    """Cases of about the length that people write, no two alike."""
    made = []
    for number in range(count):
        text = "".join(SENTENCES[(number + i) % len(SENTENCES)] for i in range(3)) + f"（第{number}件）"
        made.append(
            Submission(narrative=text, title=text[:18], person=Person(name=f"居民{number}", phone=f"1380{number:07d}"))
        )
    return made


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process and its children so far."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def raw_consume(house: House, count: int) -> float:
    """Messages a second that kafka-python reads and throws away."""
    consumer = KafkaConsumer(
        enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=2000,
        fetch_max_bytes=8 << 20, max_partition_fetch_bytes=8 << 20, **house.connection("router").options(),
    )  # fmt: skip
    consumer.assign([TopicPartition(TOPIC, n) for n in sorted(consumer.partitions_for_topic(TOPIC))])
    seen, begun = 0, time.perf_counter()
    while seen < count:
        seen += sum(map(len, consumer.poll(timeout_ms=1000).values()))
    took = time.perf_counter() - begun
    consumer.close()
    return count / took


def raw_copy(house: House) -> float:
    """Rows a second by COPY of the very records that the router wrote, into an empty table."""
    with transaction(house.engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT shard, sequence, case_id, bytes, hash FROM records")
        rows = cur.fetchall()
    begun = time.perf_counter()
    with transaction(house.engine) as connection:
        cur = cursor(connection)
        cur.execute("CREATE TABLE scratch (LIKE records INCLUDING INDEXES)")
        with cur.copy("COPY scratch FROM STDIN (FORMAT BINARY)") as writer:
            writer.set_types(["int2", "int8", "uuid", "bytea", "bytea"])
            for row in rows:
                writer.write_row(row)
    return len(rows) / (time.perf_counter() - begun)


def published(house: House, count: int) -> bool:
    """Whether everything that was decided is acknowledged by the broker."""
    with transaction(house.engine) as connection:
        done = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM cases), bool_and(r.record = s.sequence AND r.output = s.outputs)"
            " FROM relays r JOIN shards s USING (shard)"
        ).one()
    return bool(done[0] >= count and done[1])


def stages(house: House, made: list[Submission]) -> dict[str, float]:
    """Microseconds a case of the router's own work, stage by stage, on one core."""
    from router.classify.classification import Text
    from router.classify.lexicon import LexiconClassifier
    from router.classify.matcher import normalise
    from router.door.reading import Read, Reader, judged
    from router.door.received import Received
    from router.messages.envelope import read, write
    from router.messages.inbound import kinds

    reader = Reader(
        house.book,
        kinds(),
        shards=16,
        lookup_key=bytes(32),
    )
    received = []
    for one in made[:4000]:
        value = write(
            id=one.message_id, source="/channels/import", type="cn.bancheng.case.submitted.v1", subject=one.case_id,
            time=one.time.isoformat(),
            data={"details": {"narrative": one.narrative, "title": one.title, "person": {"name": "甲"}}},
        )  # fmt: skip
        received.append(Received(TOPIC, 0, 0, one.case_id.encode(), value))

    def per_case(work: Any) -> float:
        begun = time.process_time()
        work()
        return (time.process_time() - begun) / len(received) * 1e6

    now = datetime.now(UTC)
    classifier = LexiconClassifier(house.policy, house.policy.hash)
    envelopes = per_case(lambda: [read(r.value, ()) for r in received])
    plain = [Text(normalise(one.title), normalise(one.narrative)) for one in made[:4000]]
    classify = per_case(lambda: classifier.classify(plain))
    engines = {house.policy.hash: classifier}
    whole = per_case(lambda: judged(reader.known_by([reader.read(r, now) for r in received]), engines))
    assert all(isinstance(reader.read(r, now), Read) for r in received[:10])
    return {
        "envelope and JSON": envelopes,
        "classification": classify,
        "models, hashes, shard": whole - envelopes - classify,
    }


def parts(service_pids: dict[str, int]) -> dict[str, psutil.Process]:
    """The processes that share the machine: broker, database, router, relay."""
    found = {name: psutil.Process(pid) for name, pid in service_pids.items()}
    for process in psutil.Process().children():
        command = " ".join(process.cmdline())
        if "kafka.Kafka" in command:
            found["broker"] = process
        elif "postgres" in command.split(" ")[0]:
            found["database"] = process
    return found


def measured(house: House, count: int) -> dict[str, Any]:
    """Start one router and one relay on a full topic; time until all is decided, written and published."""
    environment = {**os.environ, "BANCHENG_HOME": str(house.settings.home), "BANCHENG_LOG_LEVEL": "warning"}
    services = {
        name: subprocess.Popen([sys.executable, "-m", "bancheng", name], env=environment) for name in ("relay", "route")
    }
    try:
        began = None
        while not published(house, count):
            if began is None and published_any(house):
                began = time.perf_counter()
                processes = parts({name: service.pid for name, service in services.items()})
                before = {name: cpu_of(process) for name, process in processes.items()}
                already = decided(house)
            time.sleep(0.02)
        assert began is not None, "no case was decided"
        took = time.perf_counter() - began
        cases = count - already
        spent = {name: (cpu_of(process) - before[name]) / cases * 1e6 for name, process in processes.items()}
    finally:
        for service in services.values():
            service.terminate()
        for service in services.values():
            service.wait(20)
    return {"cases a second": cases / took, "CPU, µs a case": spent, "seconds": took}


def decided(house: House) -> int:
    """Cases in the ledger."""
    with transaction(house.engine) as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM cases").scalar_one())


def published_any(house: House) -> bool:
    """Whether the router has begun (its start-up is not what is measured)."""
    return decided(house) > 0


def run(count: int) -> dict[str, Any]:
    """Do everything once; return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Settings(home=Path(folder)))
        with servers(house, SilentProgress()):
            prepare(house)
            made = submissions(count)
            window = house.window("import", bulk=True)
            begun = time.perf_counter()
            window.submit_many(made)
            sent = count / (time.perf_counter() - begun)
            window.close()
            consumed = raw_consume(house, count)
            figures = measured(house, count)
            figures |= {"submitted a second": sent, "raw consume a second": consumed}
            figures["raw COPY rows a second"] = raw_copy(house)
            figures["router stages, µs of CPU a case"] = stages(house, made)
    return figures


def main() -> None:
    """Print the figures, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = run(options.cases)
    figures["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    for name, value in figures.items():
        if isinstance(value, dict):
            print(f"{name}:")
            for part, number in value.items():
                print(f"    {part:32} {number:10.1f}")
        else:
            print(f"{name:36} {value:,.0f}" if isinstance(value, float) else f"{name:36} {value}")
    print(f"of the raw consume rate              {figures['cases a second'] / figures['raw consume a second']:.1%}")
    print(f"of the raw COPY rate                 {figures['cases a second'] / figures['raw COPY rows a second']:.1%}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
