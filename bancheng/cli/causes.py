"""What `bancheng cases causes` shows: from each message or passing of time to all that came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.tree import Tree

from bancheng.cli.shell import console, print_json, said
from bancheng.journey.story import Teller
from router.audit.causes import flat, named, tree
from router.ledger import outbox, reading
from router.ledger.database import cursor, transaction
from router.ledger.policies import Policies
from router.ledger.record import name

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.audit.causes import Node
    from router.cases.state import Case
    from router.ledger.outbox import Sent
    from router.ledger.record import Record

_MOST = 200
"""Other cases that are looked into."""


def print_causes(given: House, found: Case, *, json: bool) -> None:
    """Print the tree of a case, in words or as data."""
    with transaction(given.engine) as connection:
        histories = {found.id: reading.history(connection, found.id)}
        wanted = named(histories[found.id])
        while (missing := sorted(wanted - histories.keys())) and len(histories) <= _MOST:
            histories[missing[0]] = reading.history(connection, missing[0])
            wanted |= named(histories[missing[0]])
        nodes = tree(found.id, histories)
        shards = {record.case: record.shard for record in flat(nodes)}
        sent = outbox.sent(cursor(connection), shards)
    if json:
        print_json([_as_data(node, sent) for node in nodes])
        return
    lang = given.settings.lang
    told = _Told(lang, _phrases(given, histories), sent, found.id)
    root = Tree(f"[bold]{escape(found.reference or '')}[/bold] {found.id}")
    for node in nodes:
        told.add(root, node)
    console().print(root)


class _Told:
    """The words of a tree."""

    def __init__(self, lang: str, phrases: dict[str, tuple[str, ...]], sent: dict[str, list[Sent]], case: str) -> None:
        self._lang, self._phrases, self._sent, self._case = lang, phrases, sent, case

    def add(self, under: Tree, node: Node) -> None:
        record = node.record
        own = name(record.shard, record.sequence)
        aside = "" if record.case == self._case else f" · {record.case}"
        branch = under.add(escape(f"{self._cause(record)} → {own} {record.command['verb']}{aside}"))
        for phrase in self._phrases.get(own, ()):
            branch.add(escape(phrase))
        for one in self._sent.get(own, ()):
            branch.add(escape(f"→ {one.topic}  {one.type}  {one.id}"))
        for each in node.led_to:
            self.add(branch, each)

    def _cause(self, record: Record) -> str:
        cause = record.cause
        if cause.topic is not None:
            return f"{cause.topic}/{cause.partition}/{cause.offset} ({cause.message})"
        if cause.clock is not None:
            return said(self._lang, "到时", "time") + f" {cause.clock:%Y-%m-%d %H:%M}Z"
        return cause.record or said(self._lang, "值守人员", "operator")


def _phrases(given: House, histories: dict[str, list[Record]]) -> dict[str, tuple[str, ...]]:
    """Return what each record says happened, by the record's name, each case in the words of its own policy."""
    found: dict[str, tuple[str, ...]] = {}
    policies = Policies(given.engine, given.book)
    for records in histories.values():
        if records:
            teller = Teller(policies.by_hash(records[-1].policy), given.settings.lang)
            found |= {
                name(record.shard, record.sequence): tuple(
                    f"{teller.moment(line.at)}  {line.text}" for line in teller.lines([record])
                )
                for record in records
            }
    return found


def _as_data(node: Node, sent: dict[str, list[Sent]]) -> dict[str, Any]:
    record = node.record
    own = name(record.shard, record.sequence)
    return {
        "record": own, "case": record.case, "at": record.now, "verb": record.command["verb"],
        "cause": {field: value for field in record.cause.__struct_fields__
                  if (value := getattr(record.cause, field)) is not None},
        "events": [str(event.__struct_config__.tag) for event in record.events],
        "refused": record.refusal.code if record.refusal else None,
        "sent": [one._asdict() for one in sent.get(own, ())],
        "led_to": [_as_data(each, sent) for each in node.led_to],
    }  # fmt: skip
