"""Running a service so that it can be watched: its loop is noted, and its pages are served where they are asked for."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from bancheng import logs
from bancheng.collecting import collect_rarely
from bancheng.stopping import looping
from bancheng.watch.figures import OfService
from bancheng.watch.findings import LOOP_LIMIT, of_service
from bancheng.watch.neighbours import posted
from bancheng.watch.pages import Told, pages
from bancheng.watch.server import serving
from bancheng.watch.turning import Turning

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from prometheus_client import CollectorRegistry

    from bancheng.compose import House
    from bancheng.settings import Settings
    from bancheng.watch.figures import Counts
    from router.health import Condition


class Works(Protocol):
    """A service: it runs until it is told to stop, and says how it is."""

    condition: Condition

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping` says so."""
        ...


def work(
    house: House, task: str, service: Works, told_to_end: threading.Event, *,
    alive: str | None = None, counts: Callable[[], Counts] = tuple,
) -> None:  # fmt: skip
    """Run a service of the house until it is told to end.

    `task` names it in logs and figures, `alive` the file that shows that it turns, if otherwise; `counts` tells what it
    has done.

    Raises:
        NoAddressError: its pages can't be served.
    """
    logs.configure(house.settings.log_level)
    collect_rarely()
    turning = Turning()

    def told() -> Told:
        health, age = service.condition.health, turning.age
        return Told(task, age <= LOOP_LIMIT, health.ok, health.since, tuple(of_service(task, health, age)))

    house.registry.register(OfService(task, service.condition, turning, counts))
    with (
        told_at(house.settings, task, house.registry, told),
        looping(house.settings.home, alive or task, service.condition, told_to_end) as stopping,
    ):
        service.run(turning.noting(stopping))


@contextmanager
def told_at(settings: Settings, task: str, registry: CollectorRegistry, told: Callable[[], Told]) -> Iterator[None]:
    """Serve a process's pages while the block runs, if its settings say where; neighbours in the home are told."""
    with ExitStack() as stack:
        if settings.watch is not None:
            application = pages(registry, told, settings.lang)
            address = stack.enter_context(serving(application, *settings.watch_at))
            stack.enter_context(posted(settings.home, task, address))
        yield
