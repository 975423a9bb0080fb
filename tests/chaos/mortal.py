"""A process that dies after its n-th statement or send: forked, wounded there, and never the product's own doing."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from kafka import KafkaProducer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ACKNOWLEDGED_SECONDS = 15
_SHOWN = 46


class Death(NamedTuple):
    """How a process ended: after which statement it was killed, or by itself."""

    after: str
    """The last statement's first words; empty where it came to its end."""
    statements: int
    """How many there were; 0 of a process that was not to die."""


class FailedError(AssertionError):
    """The process ended with an error of its own."""


def live(work: Callable[[], object], *, die_after: int = 0) -> Death:
    """Do `work` in a process of its own, which is killed after so many statements and sends; 0: not at all.

    `work` brings its own connections: nothing that was open before the fork may be used.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 3
        try:
            if die_after:
                _wound(writing, die_after)
            work()
            code = 0
        except BaseException:  # noqa: BLE001 (the parent asks for nothing but the code)
            traceback.print_exc(file=sys.stderr)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        said = told.read().splitlines()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Death(said[-1], len(said))
    if os.waitstatus_to_exitcode(status):
        raise FailedError(f"it failed after {said[-1] if said else 'nothing'}")
    return Death("", len(said))


def _wound(told: int, die_after: int) -> None:
    """Make every statement and send tell of itself, and the n-th the last."""
    count = 0

    def after(what: str) -> None:
        nonlocal count
        count += 1
        os.write(told, " ".join(what.split())[:_SHOWN].encode(errors="replace") + b"\n")
        if count == die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    _statements(after)
    send = KafkaProducer.send

    def sending(self: KafkaProducer, topic: str, *args: Any, **kwargs: Any) -> Any:
        promise = send(self, topic, *args, **kwargs)
        promise.get(timeout=_ACKNOWLEDGED_SECONDS)  # it stands in the topic: the worst moment to die
        after(f"send to {topic}")
        return promise

    KafkaProducer.send = sending


def _statements(after: Callable[[str], None]) -> None:
    execute, executemany, copy = psycopg.Cursor.execute, psycopg.Cursor.executemany, psycopg.Cursor.copy
    commit = psycopg.Connection.commit

    def executing(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        found = execute(self, query, *args, **kwargs)
        after(_text(query))
        return found

    def executing_many(self: Any, query: Any, *args: Any, **kwargs: Any) -> None:
        executemany(self, query, *args, **kwargs)
        after(_text(query))

    @contextmanager
    def copying(self: Any, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with copy(self, statement, *args, **kwargs) as writer:
            yield writer
        after(_text(statement))

    def committing(self: Any) -> None:
        commit(self)
        after("COMMIT")

    psycopg.Cursor.execute = executing  # type: ignore[method-assign]
    psycopg.Cursor.executemany = executing_many  # type: ignore[method-assign]
    psycopg.Cursor.copy = copying  # type: ignore[method-assign, assignment]
    psycopg.Connection.commit = committing  # type: ignore[method-assign]


def _text(query: Any) -> str:
    if isinstance(query, bytes):
        return query.decode(errors="replace")
    return query if isinstance(query, str) else str(query.as_string(None))
