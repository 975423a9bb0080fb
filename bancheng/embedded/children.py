"""Processes beside ours: begun so that they end with us, found again when a killed run left them.

A child stands in a session of its own, so that Ctrl-C in the terminal reaches us first. A guard
(one `sh` waiting on a pipe whose other end only we hold) ends it when we vanish without a word.
Linux's parent-death signal would not do: it follows the *thread* that forked, and starting two
parts side by side in threads is allowed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bancheng.embedded.account import Account

# A line on the pipe sends the guard home; the pipe's end without a line means that we are gone.
GUARD: Final = 'read -r _ || kill -"$1" "$2"'


@dataclass(frozen=True, slots=True)
class Child:
    """A running part and its guard. `gentle` is the signal that asks it to end cleanly."""

    process: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]
    gentle: signal.Signals

    @classmethod
    def begin(
        cls,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        gentle: signal.Signals = signal.SIGTERM,
        account: Account | None = None,
    ) -> Self:
        """Start `command` in `folder`, its output appended to `log`, under `account` if given."""
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=() if account else None,
            )
        try:
            guard = subprocess.Popen(
                ("/bin/sh", "-c", GUARD, "guard", gentle.name.removeprefix("SIG"), str(process.pid)),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            process.kill()
            process.wait()
            raise
        return cls(process, guard, gentle)

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._seen(self.process.poll())

    def wait(self, seconds: float) -> int | None:
        """Wait at most `seconds` for its end: the exit code, or None when it still runs."""
        try:
            return self._seen(self.process.wait(seconds))
        except subprocess.TimeoutExpired:
            return None

    def stop(self, limit_s: float) -> int:
        """Ask it to end, and after `limit_s` seconds no longer ask. Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(self.gentle)
            try:
                self.process.wait(limit_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
        code = self.process.wait()
        self._seen(code)
        return code

    def _seen(self, code: int | None) -> int | None:
        """Send the guard home once the child is gone: its number may soon be another's."""
        pipe = self.guard.stdin
        if code is not None and pipe is not None and not pipe.closed:
            with suppress(BrokenPipeError):
                pipe.write(b"\n")
                pipe.flush()
            with suppress(BrokenPipeError):
                pipe.close()
            self.guard.wait()
        return code


def processes_where(ours: Callable[[Sequence[str]], bool]) -> tuple[psutil.Process, ...]:
    """Live processes whose command line satisfies `ours`.

    The process table is the record, rather than a file of ours: a run killed between starting a
    part and noting its number leaves no file, and a number alone may be another's by now.
    """
    return tuple(
        process
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid() and ours(process.info["cmdline"] or ())
    )


def end_processes(processes: Sequence[psutil.Process], gentle: signal.Signals, limit_s: float) -> None:
    """Ask processes that are not our children to end; after `limit_s` seconds no longer ask."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(gentle)
    alive = await_end(processes, limit_s)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await_end(alive, limit_s)


def await_end(processes: Sequence[psutil.Process], limit_s: float) -> tuple[psutil.Process, ...]:
    """Wait at most `limit_s` seconds for processes to end; return those that did not.

    A zombie has ended: in a container whose first process reaps nobody it stays one for ever.
    """
    deadline = time.monotonic() + limit_s
    alive = tuple(processes)
    while alive := tuple(process for process in alive if _lives(process)):
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
