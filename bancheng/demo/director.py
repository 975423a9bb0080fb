"""Running the demonstration: publish the cases, let the agents act, show the journeys, tell the outcomes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bancheng.demo import script
from bancheng.demo.agents import Agent
from bancheng.demo.screen import Screen
from bancheng.demo.stage import OnStage
from bancheng.secrets import import_key
from producers.importing import Mapping, submission
from producers.rows import read_rows
from router.ledger.record import Record
from router.policy.people import Role
from router.wire.reader import TopicReader

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable

    from bancheng.compose import House
    from consumers.department import DepartmentClient
    from producers.window import Submission, WindowClient

_OFFICES = (Role.DISPATCHER, Role.WINDOW, Role.LEADER)
CASES = Path(__file__).parent / "otog.jsonl"
"""Also `examples/otog.jsonl`."""
_POLL_SECONDS = 0.02
_PATIENCE = 90.0
"""Seconds without any news after which the demonstration gives up."""


def perform(house: House, told: threading.Event) -> bool:
    """Show the demonstration until every case has ended; return whether all ended as the script says.

    Doing it again in the same home doubles nothing: cases and steps keep their ids, and what has been
    done is shown from the ledger.
    """
    director = _Director(house)
    try:
        return director.run(told)
    finally:
        director.close()


class _Entrance(NamedTuple):
    """A case and the channel that submits it."""

    channel: str
    submission: Submission


class _Director:
    def __init__(self, house: House) -> None:
        self._house = house
        self._calendar = house.policy.work_calendar
        self._plays = script.read()
        self._stage: dict[str, OnStage] = {}
        self._clients: dict[str, DepartmentClient] = {}
        self._windows: dict[str, WindowClient] = {}
        self._results: dict[str, TopicReader] = {}
        self._ledger = TopicReader(house.connection("auditor"), "ledger", group=None)
        self._screen = Screen(house.policy, house.settings.lang)
        self._begun = time.monotonic()

    def run(self, told: threading.Event) -> bool:
        self._screen.opening(len(self._plays), featured=next(iter(self._plays)))
        first, later = self._cast()
        while not self._ledger.at_end():
            self._watch()
        self._publish(first)
        quiet_since = time.monotonic()
        while not told.is_set():
            moved = self._watch()
            if later and all(case.records for case in self._stage.values() if case.case_id not in later):
                self._publish(later.values())
                later = {}
            self._seat()
            moved += self._hear() + self._act()
            if moved:
                quiet_since = time.monotonic()
            if all(case.ended for case in self._stage.values()):
                break
            if time.monotonic() - quiet_since > _PATIENCE:
                break
        self._hear_results()
        self._screen.closing(list(self._stage.values()), time.monotonic() - self._begun)
        return all(case.ended and case.as_expected for case in self._stage.values())

    def _cast(self) -> tuple[list[_Entrance], dict[str, _Entrance]]:
        """Put the cases on stage; return those to submit at once, and by case those that tell of a matter again."""
        key = import_key(self._house.settings.home)
        first: list[_Entrance] = []
        later: dict[str, _Entrance] = {}
        for row in read_rows(CASES):
            built = submission(row, Mapping.of_fields(row.values), key)
            play = self._plays[built.reference or ""]
            self._stage[built.case_id] = OnStage(built.case_id, play, self._house.policy, built.time)
            entrance = _Entrance(row.values["channel"], built)
            if play.expect == "linked":
                later[built.case_id] = entrance
            else:
                first.append(entrance)
        return first, later

    def _publish(self, entrances: Iterable[_Entrance]) -> None:
        """Submit cases, each through its own channel's client. What was submitted before is only repeated."""
        by_channel: dict[str, list[Submission]] = {}
        for entrance in entrances:
            by_channel.setdefault(entrance.channel, []).append(entrance.submission)
        for channel, submissions in by_channel.items():
            if channel not in self._windows:
                self._windows[channel] = self._house.window(channel)
                self._results[channel] = self._windows[channel].results()
            self._windows[channel].submit_many(submissions)
            self._screen.published(channel, len(submissions))

    def _watch(self) -> int:
        """Follow the ledger as an auditor does."""
        news = self._ledger.poll(_POLL_SECONDS)
        for event in news:
            case = self._stage.get(event.case_id)
            if case is None:
                continue
            record = msgspec.convert(event.data, Record)
            case.recorded(record)
            self._screen.record(case, record)
        return len(news)

    def _seat(self) -> None:
        """Open a client for every unit and office that has something to do in a case that hasn't ended."""
        going_on = [case for case in self._stage.values() if case.records and not case.ended]
        units = {unit for case in going_on for unit in case.units}
        if going_on:
            units |= {unit.id for unit in self._house.policy.units if unit.role in _OFFICES}
        for unit in sorted(units - self._clients.keys()):
            self._client(unit)

    def _hear(self) -> int:
        """Let every agent read what its unit was told, and plan what it will do."""
        heard = 0
        for unit, client in self._clients.items():
            for incoming in client.poll(0):
                case = self._stage.get(incoming.case_id)
                if case is None:
                    continue
                heard += 1
                case.heard(incoming.id)
                agent = Agent(unit, case.play, self._calendar)
                for step in agent.told(incoming.data, case.now):
                    case.plan(step)
        self._hear_results()
        return heard

    def _hear_results(self) -> None:
        """The windows read what they are told."""
        for channel, reader in self._results.items():
            for event in reader.poll(0):
                case = self._stage.get(event.case_id)
                if case is not None:
                    self._screen.result(channel, case, event)

    def _act(self) -> int:
        """Send the next step of every case that is ready for one."""
        sent = 0
        for case in self._stage.values():
            step = case.due()
            if step is not None:
                client = self._client(step.unit)
                client.act(case.case_id, step.action, step.note, at=step.at, message_id=case.message(step))
                sent += 1
        return sent

    def _client(self, unit: str) -> DepartmentClient:
        if unit not in self._clients:
            self._clients[unit] = self._house.department(unit, from_start=True)
        return self._clients[unit]

    def close(self) -> None:
        self._ledger.close()
        for reader in self._results.values():
            reader.close()
        for window in self._windows.values():
            window.close()
        for client in self._clients.values():
            client.close()
