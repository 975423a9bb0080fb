"""Who is told of what: the short way past events that tell nobody."""

from __future__ import annotations

import ast
import inspect
from typing import get_args

from router.cases import events as ev
from router.messages import notices, tasks, telling


def test_what_is_passed_over_tells_nobody() -> None:
    """Exactly those events are passed over that no rule of telling names."""
    named = {
        node.cls.attr
        for module in (telling, tasks, notices)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Attribute)
    }
    assert {event.__name__ for event in telling.UNTOLD} == {event.__name__ for event in get_args(ev.AnyEvent)} - named
