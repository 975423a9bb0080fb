"""What every command shares: settings, the console, JSON output, and one clear sentence instead of a traceback.

Exit codes: 0 done, 1 failed, 2 used wrongly.
"""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import structlog
import typer
from kafka.errors import KafkaError
from rich.console import Console

from bancheng import settings as settings_module
from bancheng.compose import House
from bancheng.credentials import CredentialsError
from bancheng.running import NotRunningError
from bancheng.settings import Settings, SettingsError
from router.ledger.database import NotNowError
from router.ledger.install import OtherTimeError
from router.policy.load import PolicyError
from router.vault.keyring import VaultError
from router.wire.connection import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

AsJson = Annotated[bool, typer.Option("--json", help="机器可读的 JSON 输出。Machine-readable output.")]

FAILED = 1
MISUSED = 2

_EXPECTED = (NotRunningError, WireError, VaultError, CredentialsError)

log = structlog.get_logger("bancheng.cli")


def console() -> Console:
    """Return a console for results, on standard output."""
    return Console(highlight=False, soft_wrap=True)


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say on standard error what is wrong, and leave."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
    raise typer.Exit(code)


def print_json(content: Any) -> None:  # noqa: ANN401 (whatever JSON can hold)
    """Write JSON to standard output."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def settings() -> Settings:
    """Read the settings, or say what is wrong with them."""
    try:
        return settings_module.load()
    except SettingsError as error:
        fail(str(error), MISUSED)


@contextmanager
def house(*, demo: bool = False) -> Iterator[House]:
    """Give a command its installation; what goes wrong becomes one sentence and an exit code."""
    given = House(settings(), demo)
    try:
        yield given
    except _EXPECTED as error:
        fail(str(error))
    except PolicyError as error:
        for mistake in error.mistakes:
            Console(stderr=True, highlight=False, soft_wrap=True).print(str(mistake), markup=False)
        fail("The policy can't be used: mend the lines above (`bancheng policy check FILE`).")
    except OtherTimeError as error:
        fail(_other_time(given, str(error)))
    except NotNowError:
        fail("The database doesn't answer: is it running, and is BANCHENG_DATABASE right?")
    except KafkaError as error:
        name = uuid.uuid4().hex[:8]
        log.exception("broker failed", id=name)
        fail(f"The broker could not do it ({type(error).__name__}); the log has more under id {name}.")


def _other_time(given: House, source: str) -> str:
    kind = "a demonstration with simulated time" if source == "message" else "a real installation"
    return f"{given.settings.home} holds {kind}: set BANCHENG_HOME to another folder, or remove that one."
