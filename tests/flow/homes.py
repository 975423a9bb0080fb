"""Installations of their own, and the pages of their services."""

from __future__ import annotations

import http.client
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bancheng.compose import House
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from bancheng.up import prepare, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.up import Servers

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"
"""The smallest policy that has one of everything."""


@contextmanager
def installation(
    home: Path, *, fast: bool = True, watch: str | None = None, policy: Path = SMALL
) -> Iterator[tuple[House, Servers]]:
    """Run the servers of a home under a policy, with tables and topics, no services; `fast` forgoes fsync."""
    house = House(Settings(home=home, policy=policy, watch=watch))
    with servers(house, SilentProgress(), fast=fast) as running:
        prepare(house)
        yield house, running
        house.close()


def page(house: House, task: str, path: str) -> tuple[int, str]:
    """Status and text of one page of a service."""
    address = (house.settings.home / "run" / f"{task}.watch").read_text(encoding="utf-8")
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
