"""Serving the pages over HTTP from a thread of its own: a hanging loop can still say that it hangs."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client.exposition import ThreadingWSGIServer

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class NoAddressError(SaidError):
    """The address can't be listened on."""


class _Quiet(WSGIRequestHandler):
    timeout = 5
    """Seconds for which a caller may say nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Requests aren't logged."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer by the code alone: the library's words would say again what was asked."""
        del message, explain
        super().send_error(code)


@contextmanager
def serving(application: Callable[[dict[str, Any], Any], Any], host: str, port: int) -> Iterator[str]:
    """Serve while the block runs; give the address. Port 0 takes one that is free.

    Raises:
        NoAddressError: another process listens there, or the host isn't this machine's.
    """
    try:
        server = make_server(host, port, application, ThreadingWSGIServer, _Quiet)
    except OSError as error:
        raise NoAddressError(
            f"不能在 {host}:{port} 提供状态页（{error.strerror}）：请更换 --watch 或 BANCHENG_WATCH 的端口。",
            f"Can't serve the state at {host}:{port} ({error.strerror}): choose another port for --watch "
            "or BANCHENG_WATCH.",
        ) from error
    thread = threading.Thread(target=server.serve_forever, name="watch", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
