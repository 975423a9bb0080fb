"""What a person sees while the parts are fetched and started: a bar, plain lines, or nothing."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

Lang = Literal["zh", "en"]

# Each line in Chinese, then in English.
MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "jars_plan": ("查询 Kafka 所需文件", "Finding Kafka's files"),
    "jars_fetch": ("下载 Kafka（仅首次）", "Downloading Kafka (first time only)"),
    "broker_format": ("初始化 Kafka 存储", "Preparing Kafka's storage"),
    "broker_start": ("启动 Kafka", "Starting Kafka"),
    "broker_stop": ("停止 Kafka", "Stopping Kafka"),
    "broker_cache": (
        "停止 Kafka 并制作启动缓存（仅此一次，约需数秒）",
        "Stopping Kafka and making its start-up cache (once, some seconds)",
    ),
    "database_init": ("初始化 PostgreSQL", "Preparing PostgreSQL"),
    "database_start": ("启动 PostgreSQL", "Starting PostgreSQL"),
    "database_stop": ("停止 PostgreSQL", "Stopping PostgreSQL"),
    "stale": (
        "发现上次异常退出遗留的 {part} 进程 {pid}，正在停止",
        "Found {part} process {pid} left by a killed run; stopping it",
    ),
    "ports_moved": (
        "端口 {old} 已被占用，改用 {new}",
        "Port {old} is taken; using {new} instead",
    ),
    "admin_reset": (
        "Kafka 管理员口令与存储不符，已按当前凭据重设",
        "Kafka's administrator password differed from the stored one; set anew",
    ),
    "way_opened": (
        "以 root 运行：已允许数据库账户穿过目录 {folders}",
        "Running as root: let the database's account pass through {folders}",
    ),
}


def message(name: str, lang: Lang, **facts: object) -> str:
    """A line of the table in the language asked for, its facts filled in."""
    zh, en = MESSAGES[name]
    return (zh if lang == "zh" else en).format(**facts)


class Step(Protocol):
    """One piece of work going on."""

    def advance(self, amount: int = 1) -> None:
        """Say that `amount` more units of the step's total are done."""


class Progress(Protocol):
    """Where the embedded parts tell what they do. Steps may run side by side in threads."""

    def step(self, name: str, total: int | None = None) -> AbstractContextManager[Step]:
        """Show a step of the table while the block runs; `total` makes it a bar."""

    def note(self, name: str, **facts: object) -> None:
        """Show one line of the table."""


@dataclass(frozen=True, slots=True)
class _Quiet:
    def advance(self, amount: int = 1) -> None:
        """Count nothing."""


@dataclass(frozen=True, slots=True)
class SilentProgress:
    """Says nothing, for tests and services."""

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Generator[Step]:  # noqa: ARG002
        """Run the block."""
        yield _Quiet()

    def note(self, name: str, **facts: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class PlainProgress:
    """Plain lines, for a log or a pipe: one when a step begins, one with its seconds at its end."""

    lang: Lang = "zh"
    stream: TextIO = field(default_factory=lambda: sys.stderr)

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Generator[Step]:  # noqa: ARG002
        """Print the step's name, run the block, print the seconds it took."""
        text = message(name, self.lang)
        print(f"{text} …", file=self.stream, flush=True)
        begun = time.monotonic()
        yield _Quiet()
        took = time.monotonic() - begun
        done = f"{text}：完成，{took:.1f} 秒" if self.lang == "zh" else f"{text}: {took:.1f} s"
        print(done, file=self.stream, flush=True)

    def note(self, name: str, **facts: object) -> None:
        """Print the line."""
        print(message(name, self.lang, **facts), file=self.stream, flush=True)


@dataclass(frozen=True, slots=True)
class _BarStep:
    bars: Bars
    task: TaskID

    def advance(self, amount: int = 1) -> None:
        self.bars.advance(self.task, amount)


class RichProgress:
    """A spinner or bar with elapsed time a step, drawn on a terminal and gone when done."""

    def __init__(self, lang: Lang = "zh", console: Console | None = None) -> None:
        self.lang: Lang = lang
        self._console = console or Console(stderr=True)
        self._lock = threading.Lock()
        self._running = 0
        self._bars = self._fresh()

    def _fresh(self) -> Bars:
        return Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Generator[Step]:
        """Draw the step while the block runs."""
        with self._lock:
            if self._running == 0:
                self._bars = self._fresh()
                self._bars.start()
            self._running += 1
            bars = self._bars
        task = bars.add_task(message(name, self.lang), total=total)
        try:
            yield _BarStep(bars, task)
        finally:
            bars.update(task, visible=False)
            with self._lock:
                self._running -= 1
                if self._running == 0:
                    bars.stop()

    def note(self, name: str, **facts: object) -> None:
        """Print the line above the bars."""
        self._console.print(message(name, self.lang, **facts), highlight=False)


def progress_for(lang: Lang = "zh") -> Progress:
    """Bars when stderr is a terminal, plain lines otherwise."""
    return RichProgress(lang) if sys.stderr.isatty() else PlainProgress(lang)
