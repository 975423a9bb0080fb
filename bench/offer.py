"""Offer cases at a rate, whatever becomes of them (an open loop), and tell when each was meant to be sent.

    python bench/offer.py --rate 500 --seconds 20 --first 0 --out FILE

Arrivals are random (Poisson), as people come, from a fixed seed. A late sender does not move the schedule: latency is
counted from the moment meant, so that a stall is seen by every case that it held up. Run by `latency.py`.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import time
from pathlib import Path

from kafka import KafkaProducer
from matters import CHANNEL, TOPIC, matters

from bancheng import settings
from bancheng.compose import House
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE


def offer(house: House, *, rate: float, seconds: float, first: int) -> tuple[dict[str, float], float]:
    """Send; return when each case was meant to be sent (Unix seconds), and how late the latest was."""
    producer = KafkaProducer(
        acks="all", enable_idempotence=True, compression_type="lz4", linger_ms=0,
        **house.connection(f"channel-{CHANNEL}").options(),
    )  # fmt: skip
    partitions = len(producer.partitions_for(TOPIC))
    made = [(one, shard_of(one.case_id, partitions)) for one in matters(round(rate * seconds), first)]
    gc.freeze()
    chance = random.Random(first)  # noqa: S311 (arrivals, not secrets)
    meant: dict[str, float] = {}
    latest = 0.0
    moment = time.time() + 0.2
    for one, partition in made:
        moment += chance.expovariate(rate)
        wait = moment - time.time()
        if wait > 0:
            time.sleep(wait)
        else:
            latest = max(latest, -wait)
        meant[one.case_id] = moment
        producer.send(TOPIC, value=one.value, key=one.case_id.encode(), headers=[CONTENT_TYPE], partition=partition)
    producer.flush(timeout=30)
    producer.close(timeout=5)
    return meant, latest


def main() -> None:
    """Offer, write down, say how late the latest was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    meant, latest = offer(House(settings.load()), rate=asked.rate, seconds=asked.seconds, first=asked.first)
    asked.out.write_text(json.dumps(meant))
    print(json.dumps({"cases": len(meant), "latest_ms": latest * 1000}))


if __name__ == "__main__":
    main()
