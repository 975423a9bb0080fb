"""Which shard a case belongs to: murmur2 of its id, as Kafka's default partitioner counts it."""

from __future__ import annotations

from struct import unpack_from

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995
_SEED = 0x9747B28C


def murmur2(data: bytes) -> int:
    """Return the 32-bit murmur2 of `data`, positive, as Kafka's `Utils.toPositive(Utils.murmur2(…))`."""
    length = len(data)
    h = _SEED ^ length
    for k in unpack_from(f"<{length >> 2}I", data):
        mixed = (k * _M) & _MASK
        h = ((h * _M) & _MASK) ^ (((mixed ^ (mixed >> 24)) * _M) & _MASK)
    rest = data[length & ~3 :]
    if rest:
        h = ((h ^ int.from_bytes(rest, "little")) * _M) & _MASK
    h = ((h ^ (h >> 13)) * _M) & _MASK
    return (h ^ (h >> 15)) & 0x7FFFFFFF


def shard_of(case_id: str, shards: int) -> int:
    """Return the shard of a case: the partition an aligned producer sends it to."""
    return murmur2(case_id.encode()) % shards
