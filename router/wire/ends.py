"""How much stands in the source topics, and who reads them: asked of the broker beside the router, as its user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kafka import TopicPartition
from kafka.admin import OffsetSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kafka import KafkaAdminClient

SOURCES = ("cases.", "responses.", "feedback.")


class End(NamedTuple):
    """Where a partition ends: the topic's id, and the offset behind its last message."""

    topic_id: str
    offset: int


def source_topics(client: KafkaAdminClient) -> list[str]:
    """Return the source topics that this user may see."""
    return sorted(name for name in client.list_topics() if name.startswith(SOURCES))


def ends(client: KafkaAdminClient, topics: Iterable[str]) -> dict[tuple[str, int], End]:
    """Return where every partition (topic, number) ends; a topic that is just being removed is left out.

    Raises:
        KafkaError: the broker is away, or refuses.
    """
    described = [topic for topic in client.describe_topics(sorted(topics)) if not topic["error_code"]]
    ids = {topic["name"]: str(topic["topic_id"]) for topic in described}
    wanted = {
        TopicPartition(topic["name"], partition["partition_index"]): OffsetSpec.LATEST
        for topic in described
        for partition in topic["partitions"]
    }
    found = client.list_partition_offsets(wanted) if wanted else {}
    return {(place.topic, place.partition): End(ids[place.topic], int(end.offset)) for place, end in found.items()}


def members(client: KafkaAdminClient, group: str) -> int:
    """Return how many processes read in a group; raises KafkaError."""
    return len(client.describe_groups([group])[group]["members"])
