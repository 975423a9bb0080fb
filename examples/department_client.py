#!/usr/bin/env python3
"""A unit's system in a few lines: take assignments, sign, contact the person, report, answer.

    KAFKA=127.0.0.1:9092 KAFKA_PASSWORD=… examples/department_client.py housing

It goes on where it last ended, so that it may be stopped at any time. A real one would put a person between
the assignment and the answer. See `window_client.py` for where address and password come from; the unit's user
is `unit-<its id>`. `ROUTER_KEY` and `KEY_FILE` are told of there as well: without them nothing is sealed or opened.
"""

import os
import sys
from pathlib import Path

from consumers.department import DepartmentClient, Incoming
from router.cases.commands import Answer, Contact, ReportProgress, Sign
from router.messages.details import NoteDetails
from router.messages.outbound import Dispatched, Refused
from router.wire.client_keys import ClientKeys
from router.wire.connection import Connection, WireError

KEY_FILE = Path(os.environ["KEY_FILE"]) if "KEY_FILE" in os.environ else None
PATIENCE_SECONDS = float(os.environ.get("PATIENCE_SECONDS", "3600"))


def main(unit: str) -> None:
    """Work until nothing has come for a while."""
    connection = Connection(os.environ["KAFKA"], f"unit-{unit}", os.environ["KAFKA_PASSWORD"])
    keys = ClientKeys.of(os.environ.get("ROUTER_KEY"), KEY_FILE)
    with DepartmentClient(connection, unit, keys=keys) as department:
        for incoming in department.incoming(seconds=PATIENCE_SECONDS):
            handle(department, incoming)


def handle(department: DepartmentClient, incoming: Incoming) -> None:
    """Do what one message asks. A message id of one's own makes a repeat harmless."""
    case_id, told = incoming.case_id, incoming.data
    if isinstance(told, Refused):
        print(f"{case_id} refused: {told.code}", flush=True)
    if not isinstance(told, Dispatched):
        return
    number = told.assignment
    print(f"{case_id} assignment {number}, due {told.due:%Y-%m-%d %H:%M} UTC", flush=True)
    steps = (
        (Sign(assignment=number), None),
        (Contact(assignment=number), NoteDetails(text="已电话联系本人，约定明天上门。")),
        (ReportProgress(assignment=number), NoteDetails(text="已上门查看，正在维修。")),
        (Answer(assignment=number), NoteDetails(text="屋面已重新做防水，本人确认不再漏水。")),
    )
    for action, note in steps:
        department.act(case_id, action, note, message_id=f"{incoming.id}-{action.verb}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except WireError as error:
        sys.exit(error.sentence("en"))
