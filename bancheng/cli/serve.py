"""`bancheng route` and `bancheng relay`: the services that carry every message."""

from __future__ import annotations

from bancheng.cli.shell import Demo, WatchAt, house
from bancheng.stopping import until_told
from bancheng.watch.figures import router_counts
from bancheng.watch.working import work


def route(*, demo: Demo = False, watch: WatchAt = None) -> None:
    """运行分派路由服务。Run the router: messages in, decisions into the ledger."""
    with house(demo=demo, watch=watch) as given, until_told() as told:
        router = given.router()
        work(given, "router", router, told, alive="route", counts=router_counts(router))


def relay(*, demo: Demo = False, watch: WatchAt = None) -> None:
    """运行发布服务。Run the relay: what was decided goes out to Kafka."""
    with house(demo=demo, watch=watch) as given, until_told() as told:
        work(given, "relay", given.relay(), told)
