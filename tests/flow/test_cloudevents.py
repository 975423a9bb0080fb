"""Interoperability with the `cloudevents` package: a client that we did not write, over the real broker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from kafka import KafkaConsumer, TopicPartition

from bancheng.secrets import party_file
from producers.window import new_id
from router.ledger.shards import shard_of
from router.vault.keyfile import KeyFile
from router.vault.sealing import about_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Wire

SUBMITTED = "cn.bancheng.case.submitted.v1"


def submission(case_id: str) -> CloudEvent:
    """A case as that package's users would write it."""
    attributes = {
        "id": new_id(), "source": "/channels/window-system", "type": SUBMITTED, "subject": case_id,
        "time": datetime.now(UTC), "datacontenttype": "application/json", "partitionkey": case_id,
    }  # fmt: skip
    data = {"details": {"scheme": "plain", "narrative": f"小区房屋漏水{case_id}"}}
    return CloudEvent(attributes=attributes, data=data)


def told(wire: Wire, user: str, topic: str, case_id: str) -> CloudEvent:
    """The first event of a case in a topic, as that package reads it from raw Kafka messages."""
    consumer = KafkaConsumer(auto_offset_reset="earliest", **wire.house.connection(user).options())
    try:
        consumer.assign([TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()])

        def found() -> object:
            for records in consumer.poll(timeout_ms=200).values():
                for read in records:
                    message = KafkaMessage(headers=dict(read.headers), key=read.key, value=read.value)
                    event = from_structured_event(message)
                    if event.get_subject() == case_id:
                        return event
            return None

        event = wire.eventually(found)
    finally:
        consumer.close()
    assert isinstance(event, CloudEvent)
    return event


@pytest.mark.parametrize("written", [to_structured_event, to_binary_event])
def test_a_case_from_another_library(wire: Wire, written: Callable[[CloudEvent], KafkaMessage]) -> None:
    """A case in structured and in binary mode is taken; what the router writes is read back whole."""
    case_id = new_id()
    message = written(submission(case_id))
    headers = [(name, value if isinstance(value, bytes) else value.encode()) for name, value in message.headers.items()]
    wire.send(
        "channel-window-system", "cases.window-system", case_id.encode(), message.value,
        partition=shard_of(case_id, 16), headers=headers,
    )  # fmt: skip
    receipt = told(wire, "channel-window-system", "results.window-system", case_id)
    assert receipt.get_type() == "cn.bancheng.result.receipt.v1"
    assert receipt.get_source() == "/router"
    assert receipt.get_time() is not None
    assert receipt.get_data()["lead"] == "housing"
    dispatched = told(wire, "unit-housing", "assignments.housing", case_id)
    assert dispatched.get_type() == "cn.bancheng.assignment.dispatched.v1"
    attributes = {name: dispatched.get_attributes()[name] for name in ("id", "source", "type", "subject")}
    block = dispatched.get_data()["details"]
    plain = KeyFile(party_file(wire.house.settings.home, "unit-housing")).open(block, about_event(attributes))
    assert orjson.loads(plain)["narrative"].endswith(case_id)
    recorded = told(wire, "auditor", "ledger", case_id)
    assert recorded.get_type() == "cn.bancheng.record.v1"
    assert recorded.get_data()["command"]["verb"] == "submit"
