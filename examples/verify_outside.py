"""Verify an export without bancheng: `verify_outside.py FOLDER [KEY]` leaves with 1 and says what is wrong first."""

import base64
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as Key

ZERO, MINUTE, LONG_AGO, V1 = bytes(32), timedelta(seconds=60), datetime(1, 1, 2, tzinfo=UTC), "cn.bancheng.record.v1"
BROKEN = (OSError, ValueError, KeyError, TypeError, RecursionError, InvalidSignature, zstandard.ZstdError)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def lines(path):
    """The lines of a zstd file, which may have several frames; ValueError where it breaks off."""
    rest, frame = b"", None
    with path.open("rb") as file:
        while chunk := file.read(512):
            while chunk:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                *whole, rest = (rest + frame.decompress(chunk)).split(b"\n")
                yield from whole
                chunk, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if rest or frame:
        raise ValueError(path.name)


def introduced(key, public, confirmed, previous):
    """A new key: it must be the one it is called, and have confirmed it at this place in the anchors' chain."""
    raw = base64.b64decode(public)
    Key.from_public_bytes(raw).verify(base64.b64decode(confirmed), b"bancheng.key.v1" + bytes.fromhex(previous) + raw)
    return {key: raw if sha(raw)[:16].hex() == key else None}


def anchor_fault(event, n, before, keys, trusted, shards):  # noqa: PLR0917
    """What is wrong with an anchor that stands where number `n` should; else it is remembered in keys and shards."""
    data, kind = event["data"], "anchor_key"
    if data["number"] != n:
        return "anchor_gap" if data["number"] > n else "anchor_fork"
    try:
        fresh = introduced(**data["introduces"], previous=data["previous"]) if "introduces" in data else {}
        public = {**(fresh if n == 1 else {}), **trusted, **keys}[data["key"]]
        kind = "anchor_forged" if public else kind
        plain = {name: value for name, value in data.items() if name != "signature"}
        plain = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        Key.from_public_bytes(public).verify(base64.b64decode(data["signature"]), b"bancheng.anchor.v1" + plain)
    except BROKEN:
        return kind
    at, sequences = datetime.fromisoformat(data["made_at"]), [head["sequence"] for head in data["heads"]]
    if data["previous"] != before["hash"] or event["type"] != "cn.bancheng.anchor.v1":
        return "anchor_chain" if event["type"] == "cn.bancheng.anchor.v1" else "not_an_anchor"
    if [head["shard"] for head in data["heads"]] != list(range(len(shards))):
        return "shards"
    back = any(map(int.__lt__, sequences, before["ends"])) or data["records"] != sum(sequences)
    if back or at < before["at"] - MINUTE:
        return "anchor_back" if back else "anchor_clock"
    for shard, head in zip(shards, data["heads"], strict=True):
        first = shard.says.get(head["sequence"], (0, at))[1]
        shard.says[head["sequence"]] = bytes.fromhex(head["hash"]), first, at
    keys |= (known := {data["key"]: public, **fresh, **keys}) | dict.fromkeys({data.get("retires")} & known.keys())
    before |= {"at": at, "ends": sequences}
    return None


class Shard:
    """Follows one shard's chain up to the first thing that is wrong; `says`: sequence → hash, first and last time."""

    def __init__(self):
        self.says, self.last, self.hash, self.hashes, self.latest = {}, 0, ZERO, {0: ZERO}, LONG_AGO
        self.vouched, self.unlike, self.wrong = 0, False, None

    def take(self, raw, event):
        """Return what is wrong so far, and with which record."""
        n, previous, last = event["data"]["sequence"], bytes.fromhex(event["data"]["previous"]), self.last
        at, found = datetime.fromisoformat(event["data"]["recorded_at"]), sha(b"bancheng.record.v1", previous, raw)
        if self.wrong:
            return ("order", n) if self.wrong == ("gap", n) else self.wrong
        if n > last + 1:
            return "gap", last + 1
        if n <= last:
            rival = "fork" if previous == self.hashes.get(n - 1) else "other_content"
            return "repeated" if found == self.hashes.get(n) else rival, n
        if previous != self.hash or self.unlike:
            fault = ("altered", last) if previous != self.hash else ("rewritten", self.vouched + 1)
            return ("altered", n) if previous != self.hash and self.vouched == last else fault
        said, before = self.says.get(n, (None, at, at)), self.latest
        self.last, self.hash, self.hashes[n], self.latest = n, found, found, max(before, at, said[2])
        self.hashes.pop(n - 4096, None)
        self.unlike, self.vouched = said[0] not in (None, found), n if said[0] == found else self.vouched
        return ("clock", n) if at < before - MINUTE or at - said[1] > MINUTE else None

    def end(self, head):
        if self.unlike:
            return "altered" if self.vouched + 1 == self.last else "rewritten", self.vouched + 1
        if max(self.says, default=0) > self.last:
            return "truncated", self.last + 1
        return ("surplus", head + 1) if head < self.last else None


def verify(folder, key):
    """Return what is wrong, each as `kind place`."""
    manifest, wrong, keys, here = json.loads((folder / "manifest.json").read_bytes()), [], {}, 0
    shards, trusted = [Shard() for _ in range(manifest["shards"])], {sha(key)[:16].hex(): key}
    for shard, head in zip(shards, manifest.get("after", ()), strict=False):
        shard.last, shard.vouched, shard.hash = head["sequence"], head["sequence"], bytes.fromhex(head["hash"])
    before = {"hash": ZERO.hex(), "at": LONG_AGO, "ends": [0] * len(shards)}
    try:
        for n, raw in enumerate(lines(folder / "anchors.jsonl.zst"), 1):
            if fault := anchor_fault(json.loads(raw), n, before, keys, trusted, shards):
                wrong.append(f"{fault} anchor-{n}")
                break
            before["hash"] = sha(raw).hex()
    except BROKEN:
        wrong.append("unreadable anchors")
    wrong += ["untrusted anchors"] if key and not trusted.keys() & keys.keys() else []
    for shard, head in zip(shards, manifest["heads"], strict=True):
        if head["sequence"] > max(shard.says, default=0):
            shard.says[head["sequence"]] = bytes.fromhex(head["hash"]), datetime(9998, 1, 1, tzinfo=UTC), LONG_AGO
    try:
        for raw in lines(folder / "records.jsonl.zst"):
            kind = "not_a_record"
            try:
                event = json.loads(raw)
                kind = "newer" if event["type"].startswith(V1[:-1]) and event["type"] != V1 else kind
                here = event["data"]["shard"] if event["type"] == V1 else here + len(shards)
                shards[here].wrong = shards[here].take(raw, event)
            except (*BROKEN, IndexError):
                here %= len(shards)
                shards[here].wrong = shards[here].wrong or (kind, shards[here].last + 1)
    except BROKEN:
        shards[here].wrong = shards[here].wrong or ("unreadable", shards[here].last + 1)
    faults = [shard.wrong or shard.end(head["sequence"]) for shard, head in zip(shards, manifest["heads"], strict=True)]
    rules = {f: f.read_bytes()[: -32 if f.parent.name == "models" else None] for f in folder.glob("[pm]o*/*")}
    wrong += [f"rules {f.parent.name}/{f.name}" for f in sorted(rules) if sha(rules[f]).hex() != f.stem]
    code = base64.b32encode(bytes.fromhex(before["hash"])[:20]).decode()
    left = sum(head["sequence"] for head in manifest.get("after", ()))
    print(f"{sum(shard.last for shard in shards) - left} records, {left} before them not here; newest anchor {code}")
    return [f"{fault[0]} {shard}-{fault[1]}" for shard, fault in enumerate(faults) if fault] + wrong


if __name__ == "__main__":
    sys.exit("\n".join(verify(Path(sys.argv[1]), bytes.fromhex("".join(sys.argv[2:])))) or None)
