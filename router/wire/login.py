"""Reaching the broker so that a wrong password says that it is one.

kafka-python 3.0.12 meets a refused login with retries until its bootstrap timeout, then says only
`KafkaTimeoutError: Unable to bootstrap`, for two reasons. The broker sends its refusal and hangs up;
when both arrive in one read, the transport drops the bytes and keeps the hang-up. And a refusal that
does arrive is logged and tried again. Besides, a client whose making failed leaves its I/O thread
running, and sockets that wait for a connection are left to the collector. `witness` is a net layer for
its clients that puts right the first two and closes such sockets; `open_admin` stops the thread as well.
"""

from __future__ import annotations

import socket
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, SaslAuthenticationFailedError
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


SHA_256: Final = "SCRAM-SHA-256"
SHA_512: Final = "SCRAM-SHA-512"


class LoginRefusedError(Exception):
    """The broker knows the user under another password, or not at all."""


class _LastWords:
    """A transport's read that hands over what came before a hang-up, and the hang-up next time."""

    def __init__(self, read: Callable[[], tuple[bytes, Exception | None]]) -> None:
        self._read = read
        self._ended: Exception | None = None

    def __call__(self) -> tuple[bytes, Exception | None]:
        if self._ended is not None:
            return b"", self._ended
        data, ended = self._read()
        if data and ended is not None:
            self._ended = ended
            return data, None
        return data, ended


class _TidySelector(NetworkSelector):  # type: ignore[misc]  # an untyped library
    """A loop that closes the sockets of connections which were still under way when it ends."""

    def close(self) -> None:
        """Stop, drop what waits, and close what it waited for; a second time is harmless."""
        if self._closed:
            return
        self.stop()
        waiting = [key.fileobj for key in self._selector.get_map().values()]
        super().close()
        for left in waiting:
            left.close()


class _WitnessManager(KafkaConnectionManager):  # type: ignore[misc]  # an untyped library
    """A connection manager that takes a refused login for an answer."""

    refusal: BaseException | None = None

    async def _build_transport(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        try:
            transport = await super()._build_transport(*args, **options)
        except Exception as error:
            _close_left(error)
            raise
        transport._sock_recv = _LastWords(transport._sock_recv)  # noqa: SLF001  # pinned <3.1
        return transport

    def get_connection(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """The library's connection, or the refusal an earlier one met."""
        if self.refusal is not None:
            raise self.refusal
        connection = super().get_connection(*args, **options)
        connection.close_future.add_errback(self._note)
        return connection

    def _note(self, error: BaseException) -> None:
        if isinstance(error, SaslAuthenticationFailedError):
            self.refusal = error


def _close_left(error: BaseException) -> None:
    """Close the socket that an attempt to connect has left behind: kafka-python leaves it to the collector.

    A service that waits for the broker tries again and again, and makes too little garbage to wake the collector
    before it is out of sockets.
    """
    for frame, _ in walk_tb(error.__traceback__):
        for left in (frame.f_locals.get("sock"), getattr(frame.f_locals.get("transport"), "_sock", None)):
            if isinstance(left, socket.socket):
                left.close()
        for earlier in frame.f_locals.get("exceptions", ()):
            if earlier is not error:
                _close_left(earlier)
    if error.__context__ is not None:  # a wait that took too long ends in another error
        _close_left(error.__context__)


def witness(**configs: Any) -> Any:  # noqa: ANN401
    """For `kafka_client=`: a refused login then raises SaslAuthenticationFailedError, at once."""
    net = _TidySelector(**configs)
    return KafkaNetClient(net=net, manager=_WitnessManager(net, **configs), **configs)


def login_options(bootstrap: str, user: str, password: str, mechanism: str = SHA_256) -> dict[str, Any]:
    """kafka-python's options to reach `bootstrap` as `user`, in plain text."""
    return {
        "bootstrap_servers": bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": user,
        "sasl_plain_password": password,
    }


def open_admin(options: Mapping[str, Any], *, timeout_s: float = 10.0) -> KafkaAdminClient:
    """A connected client. Raises LoginRefusedError, or KafkaTimeoutError when nobody answers."""
    nets: list[Any] = []

    def kept(**configs: Any) -> Any:  # noqa: ANN401
        nets.append(witness(**configs))
        return nets[-1]

    timeout_ms = int(timeout_s * 1000)
    try:
        return KafkaAdminClient(**options, bootstrap_timeout_ms=timeout_ms, kafka_client=kept)
    except KafkaError as error:
        for net in nets:
            net.close()
            net._net.stop()  # noqa: SLF001  # pinned <3.1; nothing public stops the thread
        if isinstance(error, SaslAuthenticationFailedError):
            user = options.get("sasl_plain_username")
            raise LoginRefusedError(f"the broker refuses the password of {user}") from error
        raise
