"""The pages of a process: what machines and people read of it, and by which status they know."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

import orjson
import pytest
from exported import AT, everything, families

from bancheng.watch.findings import Finding
from bancheng.watch.neighbours import neighbours, posted
from bancheng.watch.pages import Told, pages
from bancheng.watch.server import NoAddressError, serving
from bancheng.watch.turning import Turning

if TYPE_CHECKING:
    from pathlib import Path

AWAY = Finding("database", "router", "数据库不可用", "the database is away")
WELL = Told("router", alive=True, ready=True, since=AT)
WAITS = Told("router", alive=True, ready=False, since=AT, findings=(AWAY,))
HANGS = Told("router", alive=False, ready=True, since=AT)


def asked(told: Told, path: str, method: str = "GET", query: str = "") -> tuple[int, str]:
    """The answer to one request: status and text."""
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    setup_testing_defaults(environ)
    status: list[str] = []
    body = b"".join(pages(everything(), lambda: told, "zh")(environ, lambda line, _: status.append(line)))
    return int(status[0].split()[0]), body.decode()


@pytest.mark.parametrize(
    ("told", "healthy", "ready"), [(WELL, 200, 200), (WAITS, 200, 503), (HANGS, 503, 503)]
)  # fmt: skip
def test_health_is_the_loop_and_readiness_the_work(told: Told, healthy: int, ready: int) -> None:
    """A service that waits is alive and not ready; one that hangs is neither: only then may it be started again."""
    assert asked(told, "/healthz")[0] == healthy
    code, text = asked(told, "/readyz")
    assert code == ready
    said = orjson.loads(text)
    assert (said["task"], said["alive"], said["ready"]) == ("router", told.alive, told.ready)
    assert [reason["code"] for reason in said["reasons"]] == [one.code for one in told.findings]


def test_people_read_it_in_their_language() -> None:
    """The first page is text in the language of the settings, or in the one that is asked for."""
    assert asked(WAITS, "/") == (200, "router: 等待中\n- 数据库不可用\n")
    assert asked(WAITS, "/", query="lang=en") == (200, "router: waiting\n- the database is away\n")
    assert asked(HANGS, "/", query="lang=en")[1] == "router: hanging\n"


def test_figures_are_what_prometheus_reads() -> None:
    """The page of figures is in Prometheus's format, with help and type for each of ours."""
    code, text = asked(WELL, "/metrics")
    assert code == 200
    own = [family for name, family in families(text).items() if name.startswith("bancheng_")]
    assert len(own) > 25
    assert all(family.documentation and family.type in ("gauge", "counter", "histogram") for family in own)
    assert all(len(sample.labels) <= 2 for family in own for sample in family.samples)


def test_nothing_else_is_served() -> None:
    """Other paths aren't there, and nothing can be changed."""
    assert asked(WELL, "/else")[0] == 404
    assert asked(WELL, "/metrics", method="POST")[0] == 405


def test_neighbours_find_each_other(tmp_path: Path) -> None:
    """A service's page is found by its home; one that is gone without a word is told of, with what to do."""
    with serving(pages(everything(), lambda: WAITS, "zh"), "127.0.0.1", 0) as address:
        with posted(tmp_path, "router", address):
            (found,) = neighbours(tmp_path)
            assert (found.alive, found.ready, found.findings) == (True, False, (AWAY,))
        assert neighbours(tmp_path) == []
        (tmp_path / "run" / "clock.watch").write_text(address, encoding="utf-8")  # another service listens there now
    (tmp_path / "run" / "relay.watch").write_text(address, encoding="utf-8")
    assert [(one.task, one.alive, one.findings[0].code) for one in neighbours(tmp_path)] == [
        ("clock", False, "no_answer"), ("relay", False, "no_answer"),
    ]  # fmt: skip


def test_an_address_that_is_taken_is_said() -> None:
    """Two processes can't show themselves at one port: the sentence names it and the setting."""
    application = pages(everything(), lambda: WELL, "zh")
    with serving(application, "127.0.0.1", 0) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(NoAddressError, match=f"{port}.*--watch"), serving(application, "127.0.0.1", port):
            pass
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        assert connection.getresponse().status == 200
        connection.close()


def test_what_is_no_request_is_not_said_again() -> None:
    """A line that is no request is answered by its code alone: it may hold what somebody pasted."""
    with serving(pages(everything(), lambda: WELL, "zh"), "127.0.0.1", 0) as address:
        host, port = address.removeprefix("http://").split(":")
        with closing(socket.create_connection((host, int(port)), timeout=5)) as connection:
            connection.sendall(b"PASTED by somebody into the wrong window\r\n\r\n")
            answer = connection.makefile("rb").read()
    assert b"400" in answer
    assert b"PASTED" not in answer


def test_a_loop_that_turns_is_seen() -> None:
    """Each asking whether to stop is a turn; the answer passes through."""
    turning = Turning()
    turning._at -= 100
    assert turning.age > timedelta(seconds=99)
    assert turning.noting(lambda: True)() is True
    assert turning.age < timedelta(seconds=10)
