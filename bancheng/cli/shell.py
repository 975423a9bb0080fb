"""What every command shares: settings, the console, JSON output, and one clear sentence instead of a traceback.

Exit codes: 0 done, 1 failed, 2 used wrongly.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from kafka.errors import KafkaError
from rich.console import Console

from bancheng import logs
from bancheng import settings as settings_module
from bancheng.compose import House
from bancheng.settings import Settings, SettingsError
from bancheng.unforeseen import note
from router.ledger.database import NotNowError
from router.policy.load import PolicyError
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterator

AsJson = Annotated[bool, typer.Option("--json", help="机器可读的 JSON 输出。Machine-readable output.")]

WatchAt = Annotated[
    str | None,
    typer.Option("--watch", help="指标与健康状态的地址，如 127.0.0.1:9400。Where to show figures and health."),
]

Demo = Annotated[bool, typer.Option("--demo", help="演示：模拟时间与单位代理。Demonstration.")]

FAILED = 1
MISUSED = 2


def console() -> Console:
    """Return a console for results, on standard output."""
    return Console(highlight=False, soft_wrap=True)


def said(lang: str, chinese: str, english: str) -> str:
    """Return the text in the person's language."""
    return english if lang == "en" else chinese


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say on standard error what is wrong, and leave."""
    _complain(sentence)
    raise typer.Exit(code)


def print_json(content: Any) -> None:  # noqa: ANN401 (whatever JSON can hold)
    """Write JSON to standard output."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def settings(*, watch: str | None = None, outside: bool = False) -> Settings:
    """Read the settings, or say what is wrong with them; `watch` is given on the command line."""
    try:
        return settings_module.load(watch=watch, outside=outside)
    except SettingsError as error:
        fail(error.sentence(os.environ.get("BANCHENG_LANG", "zh")), MISUSED)


@contextmanager
def house(*, demo: bool = False, watch: str | None = None, outside: bool = False) -> Iterator[House]:
    """Give a command its installation; what goes wrong becomes one sentence and an exit code.

    Somebody `outside` may know the broker alone. Errors alone are logged until a service says otherwise: a command's
    own output says the rest.
    """
    logs.configure("error")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what it complains of becomes the sentence, or an entry
    given = House(settings(watch=watch, outside=outside), demo)
    lang = given.settings.lang
    try:
        yield given
    except SaidError as error:
        fail(error.sentence(lang))
    except PolicyError as error:
        for mistake in error.mistakes:
            _complain(str(mistake))
        fail(said(lang, "规则不可用：请按以上各行修改（bancheng policy check 文件）。",
                  "The policy can't be used: mend the lines above (`bancheng policy check FILE`)."))  # fmt: skip
    except NotNowError:
        fail(said(lang, "数据库没有应答：它在运行吗？BANCHENG_DATABASE 写对了吗？",
                  "The database doesn't answer: is it running, and is BANCHENG_DATABASE right?"))  # fmt: skip
    except KafkaError as error:
        name, kind = note(error), type(error).__name__
        fail(said(lang, f"Kafka 未能完成（{kind}）；详情见 log/errors.log，编号 {name}。",
                  f"The broker could not do it ({kind}); log/errors.log has more under id {name}."))  # fmt: skip
    finally:
        given.close()


def _complain(sentence: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
