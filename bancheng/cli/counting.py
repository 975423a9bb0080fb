"""How far a long command is: a bar on standard error where a person looks at it, nothing anywhere else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AT_A_TIME: Final = 2000
"""Steps between two looks at the screen: drawing costs more than counting."""


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show progress while the block runs; what is yielded is told how many more steps are done."""
    screen = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        waiting = 0

        def told(steps: int) -> None:
            nonlocal waiting
            waiting += steps
            if waiting >= _AT_A_TIME:
                bar.advance(task, waiting)
                waiting = 0

        yield told
