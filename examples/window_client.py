#!/usr/bin/env python3
"""A channel's system in a few lines: submit a case, wait until the broker has it, follow it to its outcome.

    KAFKA=127.0.0.1:9092 KAFKA_PASSWORD=… examples/window_client.py window-system "三号楼房屋漏水，两家都说不归自己管"

With the embedded broker of `bancheng up`, the address stands in `running.json` and each user's password in
`credentials.json`, both in the home (`bancheng config show`). The channel's user is `channel-<its id>`.

With `ROUTER_KEY` (`bancheng keys public` prints it) what is sent is sealed to the router; with `KEY_FILE`, the
channel's private key (`sealing/` in the home, or a file of `bancheng keys make`), what is sealed to it is opened.
"""

import os
import sys
from pathlib import Path

from producers.window import Submission, WindowClient
from router.messages.details import Person
from router.wire.client_keys import ClientKeys
from router.wire.connection import Connection, WireError

KEY_FILE = Path(os.environ["KEY_FILE"]) if "KEY_FILE" in os.environ else None
PATIENCE_SECONDS = float(os.environ.get("PATIENCE_SECONDS", "3600"))


def main(channel: str, narrative: str) -> int:
    """Submit one case; return 0 when its outcome came back."""
    connection = Connection(os.environ["KAFKA"], f"channel-{channel}", os.environ["KAFKA_PASSWORD"])
    keys = ClientKeys.of(os.environ.get("ROUTER_KEY"), KEY_FILE)
    person = Person(name="张三", phone="13800000000")
    with WindowClient(connection, channel, keys=keys) as window:
        case_id = window.submit(Submission(narrative, person=person, reference="EXAMPLE-1"))
        print(f"submitted {case_id}", flush=True)
        for told in window.follow(case_id, seconds=PATIENCE_SECONDS):
            print(told.type, {name: value for name, value in told.data.items() if name != "details"}, flush=True)
            if told.type == "cn.bancheng.result.resolved.v1":
                for note in told.data["details"]["notes"]:
                    print(note["text"], flush=True)
                return 0
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except WireError as error:
        sys.exit(error.sentence("en"))
